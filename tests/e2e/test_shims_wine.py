"""The shims in a real cmd.exe: Wine's, from version 10.

What the program behind them does is played by this side (see `wine.py`); the last test lets it
be imstack itself.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imstack.bat.shims import write_shims
from imstack.bat.variables import SCRIPTS, Script
from tests.e2e.wine import Answer, Bridge, Request, Wine, find_wine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

pytestmark = pytest.mark.timeout(600)

every_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
CALLERS = Path(__file__).parents[3] / "shared" / "callers"
needs_callers = pytest.mark.skipif(not CALLERS.is_dir(), reason="needs ../shared/callers")
either_way = pytest.mark.parametrize("delayed", ["Disable", "Enable"])

# Without a console Wine reads BAT files in its OEM page; all else is in the ANSI one.
OEM, ANSI = "cp437", "cp1252"

HARD_NAMES = [
    "plain.tiff",
    "with blank.tiff",
    "R&D.tiff",
    "(a) (b.tiff",
    "a=b.tiff",
    "=a==b=.tiff",
    "50% of 100%PATH%.tiff",
    "wow!.tiff",
    "!TEMP! !a!!.tiff",
    "a^b^^c.tiff",
    "a^b!c^d.tiff",
    "a,b;c 'd' `e` ~@#$+[]{}.tiff",
    r"Z:\some folder\..\x (1)\R&D = 50%!\out put.tiff",
]


@pytest.fixture(scope="session")
def wine() -> Iterator[Wine]:
    found = find_wine()
    if isinstance(found, str):
        pytest.skip(found)
    with tempfile.TemporaryDirectory(
        dir=found.root / "tmp", prefix="imstack-wine-", ignore_cleanup_errors=True
    ) as prefix:
        yield from found.kept_awake(Path(prefix))


def _set(name: str, value: str) -> str:
    return f"set {name}={value}" if '"' in value else f'set "{name}={value}"'


class Desk:
    """A folder with the shims, a caller's BAT file, and a TEMP of its own."""

    def __init__(self, wine: Wine, folder: Path) -> None:
        self.wine, self.folder = wine, folder
        self.temp = folder / "te mp (1)"
        self.temp.mkdir()
        self.bat = folder / "bat"
        write_shims(self.bat)
        self.requests: list[Request] = []
        self.output = ""

    def run(
        self,
        *lines: str,
        answer: Callable[[Request], Answer] | None = None,
        program: str | None = None,
        temp: Path | None = None,
    ) -> int:
        """Run `lines` as a BAT file in this folder; return its exit code."""
        with Bridge(self.wine, self.folder / "bridge", answer or self._no_answer) as bridge:
            there = self.wine.windows_path
            start = [
                "@echo off",
                "z:",
                f'cd "{there(self.folder)}"',
                f'set "TEMP={there(temp or self.temp)}"',
                f"set PICTBAT={there(self.bat)}\\",
                _set("IMSTACK", bridge.program if program is None else program),
            ]
            caller = self.folder / "caller.bat"
            caller.write_text("\n".join([*start, *lines, ""]), newline="\r\n", encoding=OEM)
            ran = self.wine.cmd(caller)
        self.requests = bridge.requests
        self.output = ran.stdout
        return ran.returncode

    def variables(self, file: str) -> dict[str, str]:
        """Return what ``set > file`` wrote."""
        lines = (self.folder / file).read_text(encoding=ANSI).splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    @staticmethod
    def _no_answer(request: Request) -> Answer:
        message = f"nobody should have asked: {request}"
        raise AssertionError(message)


@pytest.fixture
def desk(wine: Wine) -> Iterator[Desk]:
    with tempfile.TemporaryDirectory(dir=wine.root / "tmp", prefix="imstack-") as folder:
        yield Desk(wine, Path(folder))


def results_of(script: Script, name: str = r"Z:\out\x.tiff") -> dict[str, str]:
    numbers = {n: f"-{i}.5e-05" for i, n in enumerate(script.numbers)}
    return dict.fromkeys(script.names, name) | numbers


def always(code: int, variables: Mapping[str, str] | None = None) -> Callable[[Request], Answer]:
    return lambda _: Answer(code, variables)


@either_way
@every_script
def test_success_sets_the_results_and_nothing_else(
    desk: Desk, script: Script, delayed: str
) -> None:
    results = results_of(script)
    code = desk.run(
        f"setlocal {delayed}DelayedExpansion",
        "set imsDIR=mine",
        "nosuchprogram 2>nul",
        "set >before.txt",
        f"call %PICTBAT%{script.name} one.jpg 0.9 -8",
        "set >after.txt",
        "if ERRORLEVEL 1 exit /B 5",
        "exit /B 0",
        answer=always(0, results),
    )
    before, after = desk.variables("before.txt"), desk.variables("after.txt")
    assert code == 0
    assert after == before | results
    assert [r.arguments for r in desk.requests] == [["one.jpg", "0.9", "-8"]]
    assert desk.requests[0].script == script.name
    assert not list(desk.temp.iterdir())


@either_way
@pytest.mark.parametrize("code", [1, 2, 70, 255, 256, -1, -1073741819, -1073741510])
def test_any_failure_is_errorlevel_1_and_leaves_old_values(
    desk: Desk, code: int, delayed: str
) -> None:
    ended = desk.run(
        f"setlocal {delayed}DelayedExpansion",
        "set fsOUTFILE=old value",
        "set >before.txt",
        "call %PICTBAT%focStack list.txt",
        "set level=%ERRORLEVEL%",
        "if not ERRORLEVEL 1 exit /B 50",
        "if not %level%==1 exit /B 51",
        "set level=",
        "set >after.txt",
        "call %PICTBAT%focStack list.txt || exit /B 7",
        "exit /B 52",
        answer=always(code, {"fsOUTFILE": "new", "fsVP_MASK": "new"}),
    )
    assert ended == 7
    assert desk.variables("after.txt") == desk.variables("before.txt")
    assert not list(desk.temp.iterdir())


@pytest.mark.parametrize("variables", [None, {}, {"fsOUTFILE": "x"}], ids=["no file", "0", "1"])
def test_success_without_all_results_is_a_failure(
    desk: Desk, variables: dict[str, str] | None
) -> None:
    ended = desk.run(
        "set fsVP_MASK=old",
        "set >before.txt",
        "call %PICTBAT%focStack list.txt || set >after.txt",
        answer=always(0, variables),
    )
    assert ended == 1
    assert desk.variables("after.txt") == desk.variables("before.txt")
    assert not list(desk.temp.iterdir())


@pytest.mark.parametrize("program", ["no-such-program", r"Z:\no\such\program.exe", '"a b" c'])
def test_a_missing_program_is_a_failure(desk: Desk, program: str) -> None:
    ended = desk.run(
        "set >before.txt",
        "call %PICTBAT%focStack list.txt 2>errors.txt",
        "if not ERRORLEVEL 1 exit /B 50",
        "if ERRORLEVEL 2 exit /B 51",
        "set >after.txt",
        "exit /B 9",
        program=program,
    )
    assert ended == 9
    assert desk.variables("after.txt") == desk.variables("before.txt")
    assert "set IMSTACK" in (desk.folder / "errors.txt").read_text()
    assert not list(desk.temp.iterdir())


@pytest.mark.parametrize("program", ["im & stack.bat", '"im & stack.bat"', "imstack.CMD"])
def test_a_bat_file_as_program_is_refused_for_it_would_not_come_back(
    desk: Desk, program: str
) -> None:
    (desk.folder / "im & stack.bat").write_text("@exit /B 0\r\n")
    call = "call %PICTBAT%focStack list.txt 2>errors.txt || exit /B 9"
    assert desk.run(call, program=program) == 9
    assert "not a BAT file" in (desk.folder / "errors.txt").read_text()


def test_a_program_in_a_folder_with_a_blank_needs_no_quotes(desk: Desk, wine: Wine) -> None:
    (there,) = wine.root.glob("usr/lib/*/wine/x86_64-windows/where.exe")
    (desk.folder / "my (x86) & tools").mkdir()
    (desk.folder / "my (x86) & tools/imstack.exe").write_bytes(there.read_bytes())
    desk.run(
        "call %PICTBAT%focStack list.txt 2>errors.txt",
        program=r"my (x86) & tools\imstack.exe",
    )
    assert "set IMSTACK" not in (desk.folder / "errors.txt").read_text()


@either_way
def test_hard_names_go_in_and_come_out(desk: Desk, delayed: str) -> None:
    def for_bat(name: str) -> str:
        name = name.replace("%", "%%%%")  # once for the line, once for CALL
        if delayed == "Enable" and "!" in name:
            name = name.replace("^", "^^").replace("!", "^!")
        return name

    wanted = [n for n in HARD_NAMES if "^" not in n]  # CALL doubles carets, quoted or not
    if delayed == "Enable":  # Wine knows no ^! for an exclamation mark
        wanted = [n for n in wanted if "!" not in n]
    calls = [
        line
        for i, name in enumerate(wanted)
        for line in (
            f'call %PICTBAT%whichPix "{for_bat(name)}" "b.jpg"',
            "if ERRORLEVEL 1 exit /B 50",
            f"set wp>{i}.txt",
        )
    ]
    ended = desk.run(
        f"setlocal {delayed}DelayedExpansion",
        *calls,
        "exit /B 0",
        answer=lambda r: Answer(0, {"wpOUTFILE": r.arguments[0], "wpDEBUG_MASK": "m&m!^.tiff"}),
    )
    assert ended == 0
    assert [r.arguments for r in desk.requests] == [[name, "b.jpg"] for name in wanted]
    for i, name in enumerate(wanted):
        assert desk.variables(f"{i}.txt") == {"wpOUTFILE": name, "wpDEBUG_MASK": "m&m!^.tiff"}


@either_way
def test_hard_names_come_out_for_any_way_of_asking(desk: Desk, delayed: str) -> None:
    names = iter(HARD_NAMES)
    calls = [
        line
        for i, _ in enumerate(HARD_NAMES)
        for line in (f"call %PICTBAT%focStack list.txt >{i}.out", f"set fs>{i}.txt")
    ]
    desk.run(
        f"setlocal {delayed}DelayedExpansion",
        *calls,
        answer=lambda _: Answer(0, {"fsOUTFILE": (name := next(names)), "fsVP_MASK": f"x{name}"}),
    )
    for i, name in enumerate(HARD_NAMES):
        assert desk.variables(f"{i}.txt") == {"fsOUTFILE": name, "fsVP_MASK": f"x{name}"}
        assert (desk.folder / f"{i}.out").read_text() == ""
    assert not list(desk.temp.iterdir())


@either_way
@pytest.mark.parametrize("ending", ["", ".tiff"])
def test_a_result_that_may_be_empty_replaces_the_old_one(
    desk: Desk, ending: str, delayed: str
) -> None:
    results = {"INFILE": f"a!b{ending}", "INNAME": "a!b", "EXT": ending} | {
        "OUTFILE": r"Z:\o\a!b_fs.tiff",
        "TMPDIR": "Z:\\te mp!",
    }
    desk.run(
        f"setlocal {delayed}DelayedExpansion",
        "set EXT=.old",
        "set >before.txt",
        "call %PICTBAT%setInOut a fs",
        "set >after.txt",
        answer=always(0, results),
    )
    wanted = desk.variables("before.txt") | results
    if not ending:
        del wanted["EXT"]
    assert desk.variables("after.txt") == wanted


def test_names_beyond_ascii(desk: Desk) -> None:
    results = {"fsOUTFILE": "Käfer & Café.tiff", "fsVP_MASK": "größe!.miff"}
    desk.run(
        'call %PICTBAT%focStack "Käfer_größe.txt" "Möwe (1).tiff"',
        "set fs>after.txt",
        answer=always(0, results),
    )
    assert desk.requests[0].arguments == ["Käfer_größe.txt", "Möwe (1).tiff"]
    assert desk.variables("after.txt") == results


def test_a_temp_folder_with_an_exclamation_mark(desk: Desk) -> None:
    temp = desk.folder / "te!mp"
    temp.mkdir()
    (desk.folder / "Temp").mkdir()
    desk.run(
        _set("SystemRoot", desk.wine.windows_path(desk.folder)),
        "setlocal EnableDelayedExpansion",
        "call %PICTBAT%focStack list.txt",
        "set fs>after.txt",
        answer=always(0, {"fsOUTFILE": "a!b", "fsVP_MASK": "c!d"}),
        temp=temp,
    )
    assert desk.variables("after.txt") == {"fsOUTFILE": "a!b", "fsVP_MASK": "c!d"}
    assert not list(temp.iterdir())
    assert not list((desk.folder / "Temp").iterdir())


def test_a_temp_folder_that_is_not_there(desk: Desk) -> None:
    (desk.folder / "file").touch()
    call = "call %PICTBAT%focStack list.txt 2>errors.txt || exit /B 9"
    assert desk.run(call, temp=desk.folder / "file" / "temp") == 9
    assert "set TEMP" in (desk.folder / "errors.txt").read_text()


def test_without_arguments_the_program_is_run_bare(desk: Desk) -> None:
    ended = desk.run(
        "set >before.txt",
        "call %PICTBAT%focStack & if not ERRORLEVEL 1 exit /B 50",
        'call %PICTBAT%focStack "" x || exit /B 9',
        answer=always(1),
    )
    assert ended == 9
    assert [(r.script, r.results, r.arguments) for r in desk.requests] == [
        ("focStack", None, [])
    ] * 2
    assert not list(desk.temp.iterdir())


def test_the_callers_state_is_as_it_was(desk: Desk) -> None:
    desk.run(
        "set keep=outer",
        "setlocal EnableDelayedExpansion",
        "set keep=inner",
        "cd bat",
        "@echo on",
        "@call %PICTBAT%focStack list.txt",
        "@call %PICTBAT%mSRTdelta bare",
        "@echo>echo.txt",
        "@echo off",
        "cd >cd.txt",
        "echo !keep!>keep.txt",
        "endlocal",  # which goes back to the folder of setlocal, too
        r"echo %keep%>>bat\keep.txt",
        answer=lambda r: Answer(0, results_of(next(s for s in SCRIPTS if s.name == r.script))),
    )
    assert "on" in (desk.bat / "echo.txt").read_text().lower()
    assert (desk.bat / "cd.txt").read_text().strip() == desk.wine.windows_path(desk.bat)
    assert (desk.bat / "keep.txt").read_text().split() == ["inner", "outer"]
    # Wine echoes a label that it falls into; cmd.exe on Windows does not.
    shown = [line for line in desk.output.splitlines() if line and not re.search(">:", line)]
    assert shown == []


def test_in_loops_and_blocks(desk: Desk) -> None:
    ended = desk.run(
        "setlocal EnableDelayedExpansion",
        'for %%D in (beetle moth "water flea") do call %PICTBAT%focStack %%D\\list.txt %%D.tiff',
        "for /L %%i in (1,1,2) do (",
        "  call %PICTBAT%whatTrans a%%i.tiff b%%i.tiff",
        "  if ERRORLEVEL 1 exit /B 50",
        "  echo !wtX! %%i>>found.txt",
        ")",
        'if exist found.txt (call %PICTBAT%whatTrans "(a).tiff" b.tiff) else exit /B 51',
        "exit /B 0",
        answer=lambda r: Answer(
            0,
            {"fsOUTFILE": "o", "fsVP_MASK": "m"}
            if r.script == "focStack"
            else {"wtX": r.arguments[0][:2], "wtY": "1", "wtSCORE": "0", "wtDODGY": "0"},
        ),
    )
    assert ended == 0
    assert [r.arguments[0] for r in desk.requests] == [
        *(rf"{folder}\list.txt" for folder in ("beetle", "moth", "water flea")),
        *("a1.tiff", "a2.tiff", "(a).tiff"),
    ]
    assert (desk.folder / "found.txt").read_text().splitlines() == ["a1 1", "a2 2"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a.tiff,b.tiff", ["a.tiff", "b.tiff"]),
        ("a.tiff;b.tiff", ["a.tiff", "b.tiff"]),
        ("a.tiff , b.tiff", ["a.tiff", "b.tiff"]),
        ('"a,1.tiff","b 2.tiff"', ["a,1.tiff", "b 2.tiff"]),
        ('"a=1;2.tiff" b.tiff', ["a=1;2.tiff", "b.tiff"]),
    ],
)
def test_arguments_are_parted_as_for_a_bat_file(desk: Desk, written: str, read: list[str]) -> None:
    results = {"wtX": "1", "wtY": "2", "wtSCORE": "0", "wtDODGY": "0"}
    assert desk.run(f"call %PICTBAT%whatTrans {written}", answer=always(0, results)) == 0
    assert [request.arguments for request in desk.requests] == [read]


def test_a_quote_left_open_is_a_failure(desk: Desk) -> None:
    ended = desk.run(
        "set >before.txt",
        'call %PICTBAT%focStack "list.txt',
        "if not ERRORLEVEL 1 exit /B 50",
        "set >after.txt",
        "exit /B 9",
        answer=always(0, {"fsOUTFILE": "o", "fsVP_MASK": "m"}),
    )
    assert ended == 9
    assert desk.variables("after.txt") == desk.variables("before.txt")


def stands_in(request: Request, fails: str = "") -> Answer:
    """Succeed at anything but an output, or else a list, of the name `fails`."""
    if request.arguments[-1] == fails:
        return Answer(-1073741819)
    script = next(s for s in SCRIPTS if s.name == request.script)
    return Answer(0, results_of(script, request.arguments[-1]))


@needs_callers
def test_a_caller_with_loops(desk: Desk) -> None:
    (desk.folder / "loops.bat").write_bytes((CALLERS / "08_for_loops.bat").read_bytes())
    assert desk.run("call loops", answer=stands_in) == 0
    assert [r.arguments for r in desk.requests] == [
        *([rf"E:\macro\{d}\list.txt", rf"E:\macro\{d}.tiff"] for d in ("beetle", "moth")),
        # The caller has no quotes around these; the old script would have seen four words, too.
        [r"E:\macro\water", r"flea\list.txt", r"E:\macro\water", "flea.tiff"],
        *([f"{x}{i}.tiff" for x in "abc"] for i in (1, 2, 3)),
    ]


@needs_callers
@pytest.mark.parametrize(
    ("fails", "calls", "code", "says"),
    [
        ("", 5, 0, "good"),
        ("o1.tiff", 1, 1, ""),
        ("o2.tiff", 2, 1, "failed with 1"),
        ("o3.tiff", 5, 0, ""),
        ("o4.tiff", 4, 2, "It failed"),
    ],
)
def test_a_caller_that_checks_errors(
    desk: Desk, fails: str, calls: int, code: int, says: str
) -> None:
    (desk.folder / "checks.bat").write_bytes((CALLERS / "12_error_checks.bat").read_bytes())
    ended = desk.run("call checks", answer=lambda r: stands_in(r, fails))
    assert (ended, len(desk.requests)) == (code, calls)
    said = [line for line in desk.output.splitlines() if line != "good" or not fails]
    assert [line.strip() for line in said] == ([says] if says else [])


@needs_callers
def test_a_caller_with_quotes_and_a_caller_that_goes_on_with_convert(desk: Desk) -> None:
    bat = desk.wine.windows_path(desk.bat).encode()
    quoted = (CALLERS / "04_quoted.bat").read_bytes()
    (desk.folder / "quoted.bat").write_bytes(
        quoted.replace(rb"C:\Program Files\snibgo\bat", bat)  # what PICTBAT points at
    )
    (desk.folder / "minimal.bat").write_bytes((CALLERS / "01_minimal.bat").read_bytes())
    keep = 'set "KEPT=%PICTBAT%" & set IM=echo '
    ended = desk.run(keep, "call quoted", "set PICTBAT=%KEPT%", "call minimal", answer=stands_in)
    assert ended == 0
    stacked = r"D:\My Photos\out & proofs\stack.tiff"
    assert desk.requests[0].arguments == [r"D:\My Photos\stack one\list.txt", stacked]
    assert desk.requests[1].arguments == ["focStackList.txt", "fs_stacked.tiff"]
    assert [line.rstrip() for line in desk.output.splitlines()] == [
        f'Result is "{stacked}" (mask "{stacked}")',
        "convert fs_stacked.tiff -resize 500x500 web.jpg",
    ]


def test_imstack_itself_behind_a_shim(desk: Desk) -> None:
    pytest.importorskip("imstack.bat.commands")
    frames = sorted(Path("fixtures/brick_wall").glob("*.jpg"))
    if not frames:
        pytest.skip("needs the brick wall fixture")
    for frame in frames[:2]:
        (desk.folder / frame.name).write_bytes(frame.read_bytes())
    (desk.folder / "list one.txt").write_text("".join(f"{f.name}\r\n" for f in frames[:2]))

    def answer(request: Request) -> Answer:
        command = [
            sys.executable,
            "-m",
            "imstack",
            request.script,
            "--",
            *request.arguments,
        ]
        ran = subprocess.run(
            command, check=False, capture_output=True, text=True,
            cwd=desk.wine.host_path(request.cwd),
        )  # fmt: skip
        lines = (line for line in ran.stdout.splitlines() if "=" in line)
        return Answer(ran.returncode, dict(line.split("=", 1) for line in lines))

    ended = desk.run(
        'call %PICTBAT%mSRTdelta "no such.jpg" 1 -11',
        "if not ERRORLEVEL 1 exit /B 50",
        f"call %PICTBAT%mSRTdelta {frames[0].name} 1 -11",
        "if ERRORLEVEL 1 exit /B 51",
        "set SRT1=%x0%,%y0%,%x1%,%y1%",
        "echo %SRT1%>srt.txt",
        'call %PICTBAT%focStack "list one.txt" fs_stacked.tiff',
        "if ERRORLEVEL 1 exit /B 52",
        "if not exist %fsOUTFILE% exit /B 53",
        "exit /B 0",
        answer=answer,
    )
    assert ended == 0, desk.output
    x0, y0, x1, y1 = (int(n) for n in (desk.folder / "srt.txt").read_text().split(","))
    assert (x1 - x0, y1 - y0) == (1, -11)
