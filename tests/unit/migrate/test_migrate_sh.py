"""Scripts for a POSIX shell, run with programs that only write down how they were called."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from imstack.migrate.emit_sh import sh_script
from tests.unit.migrate.bat import FOC, WT, plan

if TYPE_CHECKING:
    from pathlib import Path

SHELLS = [shell for shell in ("dash", "bash", "sh") if shutil.which(shell)]
pytestmark = pytest.mark.skipif(os.name == "nt" or not SHELLS, reason="needs a POSIX shell")

STUB = """\
#!/bin/sh
{
  printf '%s' "${0##*/}"
  for word; do printf '\\037%s' "$word"; done
  printf '\\036%s\\035' "${fsMAKE_VP_MASK-(none)}"
} >>"$LOG"
[ ! -e "$LOG.${0##*/}" ] || exit "$(cat "$LOG.${0##*/}")"
case ${0##*/} in
focStack)
  printf '%s\\n' "fsOUTFILE='out of \\$HOME \\`it.tiff'" "fsVP_MASK=mask.miff"
  echo said >&2 ;;
whatTrans) printf '%s\\n' wtX=-8 wtY=1 wtSCORE=0.05 wtDODGY=0 ;;
identify) printf 'junk\\nW=7360\\nH=4912\\n7360 4912\\n' ;;
esac
"""


@dataclass
class Run:
    """What a script did: its exit code, output, and each call with its fsMAKE_VP_MASK."""

    code: int
    output: str
    calls: list[list[str]]
    masks: list[str]
    folder: Path


@dataclass
class Machine:
    folder: Path
    shell: str

    def run(self, *lines: str, args: list[str] | None = None, fails: dict[str, int] | None = None,
            env: dict[str, str] | None = None) -> Run:  # fmt: skip
        log = self.folder / "log"
        log.write_text("")
        for name, code in (fails or {}).items():
            (self.folder / f"log.{name}").write_text(str(code))
        script = self.folder / "caller.sh"
        script.write_text(sh_script(plan(*lines)))
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        done = subprocess.run(
            [self.shell, str(script), *(args or [])],
            cwd=self.folder,
            env={**os.environ, "PATH": path, "LOG": str(log), **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        entries = [entry.split("\036") for entry in log.read_text().split("\035")[:-1]]
        calls = [
            [w for w in call.split("\037") if w not in {"--env", "sh", "--"}] for call, _ in entries
        ]
        errors = done.stderr.replace("said\n", "")
        return Run(
            done.returncode, done.stdout + errors, calls, [m for _, m in entries], self.folder
        )


@pytest.fixture(params=SHELLS)
def machine(tmp_path: Path, request: pytest.FixtureRequest) -> Machine:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("focStack", "whatTrans", "whichPix", "convert", "identify"):
        (programs / name).write_text(STUB)
        (programs / name).chmod(0o755)
    return Machine(tmp_path, request.param)


def test_names_of_every_kind_come_through(machine: Machine) -> None:
    done = machine.run(
        "set fsMAKE_VP_MASK=0 & rem",
        f'{FOC} "my photos\\l & i\'s $x `y.txt" "a\\b c.tiff"',
        "set fsMAKE_VP_MASK=",
        '%IM%convert "%fsOUTFILE%" -resize 50^>x50 -format "%%w\\n" "*.jpg"',
        'echo Made "%fsOUTFILE%" \\ 100%%',
    )
    assert done.calls == [
        ["focStack", "my photos/l & i's $x `y.txt", "a/b c.tiff"],
        ["convert", "out of $HOME `it.tiff", "-resize", "50>x50", "-format", "%w\\n", "*.jpg"],
    ]
    assert done.masks == ["0 ", "(none)"]
    assert done.output == 'Made "out of $HOME `it.tiff" \\ 100%\n'
    assert done.code == 0


def test_options_reach_the_commands(machine: Machine) -> None:
    machine.run(f"{FOC} -l.txt")
    entry = (machine.folder / "log").read_text()
    assert entry.startswith("focStack\037--env\037sh\037--\037-l.txt")


def test_an_unquoted_result_is_one_word(machine: Machine) -> None:
    """Names with blanks are what the port can take and the BAT files could not."""
    done = machine.run(f"{FOC} l.txt", "%IM%convert %fsOUTFILE% x.jpg")
    assert done.calls[1] == ["convert", "out of $HOME `it.tiff", "x.jpg"]


def test_arguments(machine: Machine) -> None:
    lines = [f"{FOC} %1 %2", '%IM%convert "%~2" %*', "shift", "echo %1-%~3"]
    done = machine.run(*lines, args=["a b", "c*"])
    assert done.calls == [["focStack", "a b", "c*"], ["convert", "c*", "a b", "c*"]]
    assert done.output == "c*-\n"
    assert machine.run(*lines, args=["a"]).calls == [["focStack", "a"], ["convert", "", "a"]]


def test_parts_of_arguments(machine: Machine) -> None:
    (machine.folder / "in put").mkdir()
    done = machine.run(
        "echo [%~n1] [%~x1] [%~nx1] [%~dp1] [%~f1] [%~dpn1_out.tiff]", args=["in put/l.i.txt"]
    )
    folder = f"{machine.folder.resolve()}/in put/"
    assert done.output == (
        f"[l.i] [.txt] [l.i.txt] [{folder}] [{folder}l.i.txt] [{folder}l.i_out.tiff]\n"
    )


def test_variables(machine: Machine) -> None:
    done = machine.run(
        WT,
        "set PATH=%wtX%",
        "set IFS=%wtY%",
        'set Q="%wtX% %wtY%"',
        "set MANY=%wtX% %wtY%",
        "set a.b=%wtX%",
        "set a-b=%wtY%",
        "%IM%convert %PATH% %IFS% %Q% %MANY% %a.b% %a-b% %OUTSIDE% %OUTSIDE%.x",
        env={"OUTSIDE": "o p"},
    )
    assert done.calls[1] == [
        "convert", "-8", "1", "-8 1", "-8", "1", "-8", "1", "o", "p", "o p.x",
    ]  # fmt: skip


def test_capture(machine: Machine) -> None:
    done = machine.run(
        'for /F "usebackq" %%L in (`%IM%identify -format "W=%%w\\nH=%%h" a.tif`) do set %%L',
        "for /F \"tokens=2\" %%A in ('%IM%identify -format x a.tif') do set H2=%%A",
        "for /F \"delims=\" %%A in ('%IM%identify -format x a.tif') do set ALL=%%A",
        "for /F \"tokens=1 delims=90\" %%A in ('%IM%identify -format x a.tif') do set P=%%A",
        "echo %W% %H% %H2% [%ALL%] %P%",
    )
    assert done.calls[0] == ["identify", "-format", "W=%w\\nH=%h", "a.tif"]
    assert done.output == "7360 4912 4912 [7360 4912] 736\n"


def test_failures(machine: Machine) -> None:
    lines = [
        f"{FOC} l.txt",
        "%IM%convert a b",
        "if errorlevel 1 goto bad",
        f"{WT} || exit /b 7",
        "echo fine",
        "exit /b 0",
        ":bad",
        "echo bad: %ERRORLEVEL%",
        "exit /b 3",
    ]
    done = machine.run(*lines)
    assert (done.code, done.output, len(done.calls)) == (0, "fine\n", 3)
    done = machine.run(*lines, fails={"focStack": 1})
    assert (done.code, done.output, len(done.calls)) == (0, "fine\n", 3)
    done = machine.run(*lines, fails={"focStack": 0, "whatTrans": 1})
    assert (done.code, done.output, len(done.calls)) == (7, "", 3)
    done = machine.run(*lines, fails={"whatTrans": 0, "convert": 5})
    assert (done.code, done.output, len(done.calls)) == (3, "bad: 5\n", 2)


@pytest.mark.parametrize(
    ("check", "code", "output"),
    [
        ("if errorlevel 1 exit /b 1", 1, ""),
        ("if errorlevel 1 exit /b", 4, ""),
        ("if errorlevel 1 (echo a 'b'& exit /b)", 4, "a 'b'\n"),
        ("if errorlevel 1 (echo a& exit /b 0)", 0, "a\n"),
        ("", 4, "b\n"),
        ("if errorlevel 1 echo x", 4, "x\nb\n"),
    ],
)
def test_exit_codes(machine: Machine, check: str, code: int, output: str) -> None:
    done = machine.run("%IM%convert a b", check, "echo b", fails={"convert": 4})
    assert (done.code, done.output) == (code, output)


def test_guards(machine: Machine) -> None:
    lines = ['if "%~1"=="" (echo Usage: x& exit /b 2)', "if not exist %1 exit /b 3",
             'if /i "%2"=="STOP" exit /b 4', "if %3 GEQ 5 exit /b 5", f"{FOC} %1"]  # fmt: skip
    (machine.folder / "l 1.txt").write_text("")
    assert machine.run(*lines).output == "Usage: x\n"
    codes = [machine.run(*lines, args=args).code for args in (
        [], ["x"], ["l 1.txt", "stop"], ["l 1.txt", "go", "6"], ["l 1.txt", "go", "4"],
    )]  # fmt: skip
    assert codes == [2, 3, 4, 5, 0]


def test_a_guard_that_cannot_be_asked_stops(machine: Machine) -> None:
    """What may not run must not run: somebody has to translate the line first."""
    done = machine.run("set /P A=?", "if not %A%==y exit /b 1", f"{FOC} l.txt")
    assert done.code == 70
    assert "line 2" in done.output
    assert done.calls == []


@pytest.mark.parametrize(
    ("line", "there", "missing", "calls"),
    [
        (f"if exist %1 ({FOC} %1) else exit /b 4", 0, 4, (1, 0)),
        (f"if not exist %1 (exit /b 4) else {FOC} %1", 0, 4, (1, 0)),
        ("if not exist %1 (%IM%convert a b & exit /b 4)", 0, 4, (0, 1)),
        ("if not exist %1 (echo none & popd & exit /b 4)", 0, 4, (0, 0)),
        ("if not exist %1 (echo none & exit /b 256)", 0, 255, (0, 0)),
    ],
)
def test_what_stands_beside_the_end_is_done(
    machine: Machine, line: str, there: int, missing: int, calls: tuple[int, int]
) -> None:
    (machine.folder / "l.txt").write_text("")
    lines = (line, "echo go on")
    done = [machine.run(*lines, args=[name]) for name in ("l.txt", "x.txt")]
    assert [run.code for run in done] == [there, missing]
    assert tuple(len(run.calls) for run in done) == calls
    assert ["go on" in run.output for run in done] == [True, False]


@pytest.mark.parametrize(
    "line",
    [
        f"for /R %%F in (*.txt) do {FOC} %%F",
        f"if %RANDOM%==1 {FOC} x.txt",
        "copy o.tif backup",
        "for /R %%F in (*.jpg) do echo %%F>>list.txt",
        "(for /R %%F in (*.jpg) do echo %%F) >list.txt",
        "dir /b /s *.jpg >list.txt",
        "set fsMAKE_VP_MASK=%RANDOM%",
        "call :more",
        "type a.txt | sort >b.txt",
        "del /s *.tif",
        "start /wait convert a b",
        "start /b cmd /c focStack a.txt",
        "echo %RANDOM%>catalog.txt",
        "findstr x l.txt || exit /b 1",
        "findstr x l.txt >nul & if errorlevel 1 exit /b 1",
        "findstr x l.txt >nul & if not errorlevel 1 (echo a & exit /b 0)",
        "choice /c yn & if errorlevel 2 goto end",
    ],
)
def test_a_needed_part_that_is_missing_ends_the_script(machine: Machine, line: str) -> None:
    done = machine.run("%IM%convert a b", line, f"{FOC} l.txt", "exit /b 0", ":more", "goto more",
                       ":end", "%IM%convert c d")  # fmt: skip
    assert done.calls == [["convert", "a", "b"]]
    assert done.code == 70
    assert "line 2 of the BAT file" in done.output


@pytest.mark.parametrize(
    "line",
    [
        "pause",
        "del /q *.tmp",
        "if exist old.tif del old.tif",
        "start o.tif",
        "if exist x echo there",
        "if exist x echo there >>stack.log",
        'if exist x (echo there) >>"%LOG%"',
        "dir /b *.jpg >nul",
    ],
)
def test_a_part_that_is_not_needed_is_passed_over(machine: Machine, line: str) -> None:
    done = machine.run("%IM%convert a b", line, f"{FOC} l.txt")
    assert (done.code, len(done.calls)) == (0, 2)


def test_defaults_of_arguments(machine: Machine) -> None:
    lines = [
        "set LIST=%1",
        'if "%LIST%"=="" set LIST=my list.txt',
        'if "%~2"=="" (set "OUT=stack 1.tiff") else (set "OUT=%~2")',
        "if not defined fsMAKE_VP_MASK set fsMAKE_VP_MASK=0",
        f'{FOC} "%LIST%" "%OUT%"',
    ]
    done = machine.run(*lines)
    assert done.calls == [["focStack", "my list.txt", "stack 1.tiff"]]
    assert done.masks == ["0"]
    done = machine.run(*lines, args=["a.txt", "b & c.tiff"], env={"fsMAKE_VP_MASK": "1"})
    assert done.calls[-1] == ["focStack", "a.txt", "b & c.tiff"]
    assert (done.masks[-1], done.code) == ("1", 0)


def test_choices(machine: Machine) -> None:
    lines = [
        "set ERR=0",
        f"{FOC} a.txt",
        "if errorlevel 1 set ERR=1",
        "if exist %1 (set L=%1) else if exist %1.txt (set L=%1.txt) else (echo no %1& exit /b 3)",
        'if "%ERR%"=="1" (',
        "  echo failed",
        "  exit /b 5",
        ")",
        f"{FOC} %L%",
    ]
    (machine.folder / "one.txt").write_text("")
    assert machine.run(*lines, args=["none"]).code == 3
    assert machine.run(*lines, args=["none"]).output == "no none\n"
    done = machine.run(*lines, args=["one"])
    assert (done.code, done.calls[-1]) == (0, ["focStack", "one.txt"])
    done = machine.run(*lines, args=["one.txt"], fails={"focStack": 1})
    assert (done.code, done.output, len(done.calls)) == (5, "failed\n", 1)


def test_folders(machine: Machine) -> None:
    done = machine.run(
        "if not exist out md out", "md out\\sub", 'pushd "out"', ">here echo a", "popd",
        "cd /d %~dp0out\\sub", ">there echo b", "md x", "cd x", "cd missing", f"{FOC} l.txt",
    )  # fmt: skip
    assert (done.folder / "out" / "here").read_text() == "a\n"
    assert (done.folder / "out" / "sub" / "there").read_text() == "b\n"
    assert done.calls == []  # every name would mean another file
    assert done.code == 1


def test_lists_of_a_folder(machine: Machine) -> None:
    photos = machine.folder / "my photos"
    photos.mkdir()
    for name in ("b 1.JPG", "a.jpg", "c.jpeg", "$HOME.Jpg", "[d].jpg"):
        (photos / name).write_text("")
    (photos / "e.jpg").mkdir()
    done = machine.run(
        'dir /b /on "%~1\\*.jpg" >list.txt', "cd %~1", "dir /b ?.jpg >one.txt",
        "dir /b *.tif >none.txt", f"{FOC} one.txt", args=["my photos"],
    )  # fmt: skip
    names = (machine.folder / "list.txt").read_text().splitlines()
    assert sorted(names) == ["$HOME.Jpg", "[d].jpg", "a.jpg", "b 1.JPG"]
    assert (photos / "one.txt").read_text() == "a.jpg\n"
    assert (photos / "none.txt").read_text() == ""
    assert (done.code, done.calls) == (0, [["focStack", "one.txt"]])


def test_loops_over_plain_words(machine: Machine) -> None:
    done = machine.run(
        "setlocal EnableDelayedExpansion", "set PRE=stack", "set NAMES=beetle moth",
        'for %%D in (%NAMES% "water flea") do (',
        f'  {FOC} "x\\%%~D\\list.txt" %%D.tiff || goto oops',
        "  set OUT=!PRE!_%%~nD.jpg",
        "  %IM%convert %%D.tiff -resize 50%% \"!OUT!\"",
        ")",
        "for /L %%i in (3,-1,2) do for %%a in (p q) do %IM%identify %%a%%i",
        "exit /b 0", ":oops", "echo oops", "exit /b 3",
    )  # fmt: skip
    assert done.calls == [
        ["focStack", "x/beetle/list.txt", "beetle.tiff"],
        ["convert", "beetle.tiff", "-resize", "50%", "stack_beetle.jpg"],
        ["focStack", "x/moth/list.txt", "moth.tiff"],
        ["convert", "moth.tiff", "-resize", "50%", "stack_moth.jpg"],
        ["focStack", "x/water flea/list.txt", "water flea.tiff"],
        ["convert", "water flea.tiff", "-resize", "50%", "stack_water flea.jpg"],
        ["identify", "p3"], ["identify", "q3"], ["identify", "p2"], ["identify", "q2"],
    ]  # fmt: skip
    assert done.code == 0


def test_a_loop_ends_where_a_step_of_it_fails(machine: Machine) -> None:
    done = machine.run(
        "for %%D in (a b) do (", f"  {FOC} %%D.txt", "  if errorlevel 1 exit /b 4", ")",
        "%IM%convert x y", fails={"focStack": 1},
    )  # fmt: skip
    assert (done.code, done.calls) == (4, [["focStack", "a.txt"]])


@pytest.mark.parametrize(
    "loop",
    [
        f"for %%D in (a b) do {FOC} %%~dpD.txt",
        f"for %%D in (a b) do {FOC} %%D.txt %RANDOM%",
        f"for %%D in (a b) do copy %%D c & {FOC} %%D",
        f"for /L %%D in (1,0,2) do {FOC} %%D",
        f"for %%D in (*.jpg c) do {FOC} %%D",
        f'for /F "foo=1" %%D in (l.txt) do {FOC} %%D',
        f"for /R %%D in (*.jpg) do {FOC} %%D",
        f"for %%D in (*.jpg) do {FOC} %%~zD",
    ],
)
def test_other_loops_end_the_script(machine: Machine, loop: str) -> None:
    done = machine.run("set X=1", loop, "set X=2")
    assert (done.code, done.calls) == (70, [])


def test_redirections(machine: Machine) -> None:
    done = machine.run(
        ">list.txt echo a.jpg",
        "echo b ^& c>>list.txt",
        "%IM%identify a.tif > sub\\size.txt 2>&1",
        "%IM%identify a.tif >nul 2>nul",
        f"{FOC} l.txt > log.txt 2>&1",
        "echo %fsVP_MASK%",
    )
    assert (done.folder / "list.txt").read_text() == "a.jpg\nb & c\n"
    assert "sub/size.txt" in done.output
    assert (done.folder / "log.txt").read_text() == "said\n"
    assert done.output.startswith("mask.miff\n")


def test_untranslated_parts_are_comments() -> None:
    text = sh_script(plan("set A=1", "for /R %%F in (%A% *) do (", f"  {FOC} %%F", ")", "pause"))
    assert text.split("\n\n")[1].splitlines() == [
        "# Line 2, not translated (loop; holds focStack): for /R %%F in (%A% *) do (",
        f"#     {FOC} %%F",
        "#     )",
        "#     where A is 1",
        "printf '%s\\n' 'line 2 of the BAT file is not translated: "
        "put its translation in place of this line' >&2; exit 70",
        "# Line 5, not translated (asks-user): pause",
    ]
    odd = sh_script(plan("start \x0bx\u2028y", "echo \x1bz"))
    assert len(odd.splitlines()) == len(odd.split("\n")) - 1


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="needs shellcheck")
def test_shellcheck(tmp_path: Path) -> None:
    script = tmp_path / "x.sh"
    script.write_text(sh_script(plan(f"{FOC} %1 %~dpn1.tiff", "if errorlevel 1 exit /b 1", WT)))
    subprocess.run(["shellcheck", str(script)], check=True)
