"""Scripts of migrate against cmd.exe itself, Wine's: generated callers, stubs on both sides.

Names, folders, exit codes, files and what is printed must agree. A script may end early with 70,
where a part is not translated; what it did until then must be what cmd.exe did, too. Of a script
that passes over an ``echo`` of what nobody can tell, what is printed and written is not compared.
Left out, as Wine differs from Windows there: ``exit /b`` without a number behind ``setlocal``.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imstack.migrate import migrate
from imstack.migrate.emit_sh import sh_script
from tests.e2e.wine import Wine, find_wine

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(3000)

INCOMPLETE = 70
TOGETHER = 25  # callers that one cmd.exe runs
# A program that fails has a stub of its own: in a block Wine goes on behind "exit /b".
BAT_STUB = """\
@echo off
>>"%LOG%" echo {name} %*
{does}
exit /b {code}
"""
BAT_DOES = {
    "focStack": 'set fsOUTFILE=%~2\r\nif "%~2"=="" set fsOUTFILE=fs.tiff\r\n'
    "set fsVP_MASK=mask.miff\r\n>%fsOUTFILE% echo made",
    "whatTrans": "set wtX=-8\r\nset wtY=12\r\nset wtSCORE=0.05\r\nset wtDODGY=0",
    "convert": 'if not "%~2"=="" >%~2 echo made',
    "identify": "echo 640 480",
}
SH_STUB = """\
#!/bin/sh
name=${0##*/}
[ "$1" != --env ] || shift 3
printf '%s\\n' "$name $*" >>"$LOG"
[ ! -e "$FAILS/$name" ] || exit 1
case $name in
focStack) out=${2:-fs.tiff}; echo made >"$out"; echo "fsOUTFILE='$out'"; echo fsVP_MASK=mask.miff ;;
whatTrans) echo wtX=-8; echo wtY=12; echo wtSCORE=0.05; echo wtDODGY=0 ;;
convert) [ -z "${2-}" ] || echo made >"$2" ;;
identify) echo 640 480 ;;
esac
"""


@dataclass
class Author:
    """Writes a caller: statements of many kinds within each other, as authors do."""

    chance: random.Random
    labels: int = 0
    depth: int = 0
    tail: list[str] = field(default_factory=list)

    def caller(self) -> list[str]:
        head = ["@echo off", *(["setlocal enabledelayedexpansion"] * self.chance.randrange(2))]
        body = [line for _ in range(self.chance.randint(3, 8)) for line in self.statement(0)]
        return [*head, "set A=1", "set B=two", "set N=3", *body, *self.ending(), *self.tail]

    def ending(self) -> list[str]:
        last = self.pick("call %PICTBAT%whatTrans a.jpg b.jpg", "%IM%convert a.jpg last.tif")
        code = self.pick("exit /b 0", "exit /b 3", "exit 5")
        return self.chance.choice([[code], [last, self.pick("goto :eof", "echo end")]])

    def pick(self, *texts: str) -> str:
        return self.chance.choice(texts)

    def value(self) -> str:
        return self.pick("1", "x", "two", "%A%", "%B%", "%N%", "%1", "7", "%wtX%", "0.5")

    def name(self) -> str:
        return self.pick(
            "a.jpg", "B.JPG", "none.jpg", "out.tiff", "sub", "sub\\nul", "%1", "list.txt"
        )

    def simple(self) -> str:
        pick, value = self.pick, self.value
        name, out = pick("A", "B", "N"), pick("o.txt", "p.txt")
        return pick(
            f"set {name}={value()}",
            f"set /A N{pick('+=', '-=', '*=', '=')}{pick('1', '2', 'N', '7/2')}",
            f"echo {value()} and %A%%B% %N%",
            f"echo {value()} x{pick('>', '>>')}{out}",
            f"call %PICTBAT%focStack list.txt {pick('out.tiff', '%B%.tiff', '')}",
            f"%IM%convert {pick('a.jpg', '%A%', 'out.tiff')} {pick('c.tif', '%B%.tif')}",
            "call %PICTBAT%whatTrans a.jpg b.jpg",
            f"del {pick('o.txt', '*.png', 'none.x')} 2>nul",
            pick("md made 2>nul", "copy nul e.txt >nul", "type nul>t.txt", "break>t.txt"),
            f"dir /b {pick('*.jpg', 'a*.jpg')} {pick('>', '>>')}l.txt",
            f"(echo {value()} x& dir /b *.jpg)>q.txt",
        )

    def test(self) -> str:
        pick = self.pick
        no = pick("", "not ")
        return pick(
            f"{no}exist {self.name()}",
            f'{pick("", "not ", "/i ")}"{pick("%A%", "%B%", "%1", "%2")}"=="{self.value()}"',
            f"{no}errorlevel 1",
            f"%ERRORLEVEL% {pick('neq', 'equ', 'gtr')} 0",
            f"%N% {pick('lss', 'gtr', 'equ', 'neq', 'leq', 'geq')} {pick('3', '10')}",
            f"{no}defined {pick('A', 'B', 'NONE')}",
        )

    def inside(self, depth: int) -> list[str]:
        many = self.chance.randint(1, 2)
        self.depth += 1
        lines = [line for _ in range(many) for line in self.statement(depth + 1)]
        if self.chance.random() < 0.15:
            lines.append("exit /b 2")
        self.depth -= 1
        return [f"  {line}" for line in lines]

    def statement(self, depth: int) -> list[str]:
        kind = self.chance.random()
        if depth == 0 and kind < 0.1:
            program = self.pick("call %PICTBAT%focStack l.txt o", "%IM%convert a.jpg s.tif")
            return [program, "echo status %ERRORLEVEL%"]
        if depth > 1 or kind < 0.5:
            return [self.simple()]
        if kind < 0.65:
            other = [") else (", *self.inside(depth)] if self.chance.random() < 0.5 else []
            return self.asked(" (", *self.inside(depth), *other, ")")
        if kind < 0.72:
            return self.asked(f" {self.simple()}")
        if kind < 0.78:
            return [f"{self.program()} {self.pick('&&', '||', '&')} {self.simple()}"]
        if kind < 0.9:
            return self.loop(depth)
        return self.jump() if depth == 0 else [self.simple()]

    def program(self) -> str:
        return self.pick("call %PICTBAT%whatTrans a.jpg b.jpg", "%IM%convert a.jpg s.tif")

    def asked(self, *lines: str) -> list[str]:
        """Return an ``if``, behind a program: Wine lets del and set /A set ERRORLEVEL."""
        test = self.test()
        first, *more = lines
        before = [self.program()] if "errorlevel" in test.lower() else []
        if "%ERRORLEVEL%" in test and self.depth:
            test = "exist a.jpg"
        return [*before, f"if {test}{first}", *more]

    def loop(self, depth: int) -> list[str]:
        head = self.pick(
            "for %%F in (*.jpg) do (", "for %%F in (x y) do (", "for /L %%F in (1,1,2) do (",
            "for /F %%F in (list.txt) do (", "for /D %%F in (s*) do (", "for %%F in (%*) do (",
            "for /F \"tokens=2\" %%F in ('%IM%identify a.jpg') do (",
        )  # fmt: skip
        say = self.pick("echo %%F", "echo %%~nF>>o.txt", "%IM%convert %%F %%~nF.png", "set B=%%F")
        return [head, f"  {say}", *self.inside(depth), ")"]

    def jump(self) -> list[str]:
        self.labels += 1
        label = f"l{self.labels}"
        if self.chance.random() < 0.5:
            return [*self.asked(f" goto {label}"), self.simple(), f":{label}", self.simple()]
        self.tail += [
            f":{label}", "echo sub %1 %~2", self.simple(), *self.asked(" exit /b 4"),
            self.simple(), self.pick("exit /b 0", "exit /b 1"),
        ]  # fmt: skip
        return [f"call :{label} {self.value()} two", self.pick("if errorlevel 1 echo bad", "rem")]


@dataclass
class Case:
    """One caller, and the two folders in which it runs."""

    seed: int
    folder: Path
    lines: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        self.lines = Author(chance).caller()
        self.arguments = chance.choice([[], ["a.jpg"], ["two", "x"]])
        fails = [name for name in BAT_DOES if chance.random() < 0.15]
        for side in ("bat", "sh"):
            work = self.folder / side / "work"
            (work / "sub").mkdir(parents=True)
            (self.folder / side / "fails").mkdir()
            for name in fails:
                (self.folder / side / "fails" / name).write_text("")
            for name in ("a.jpg", "B.JPG", "c.jpg"):
                (work / name).write_text("photo\n")
            (work / "list.txt").write_text("a.jpg\nc.jpg\n", newline="\r\n")

    def write_bat(self, wine: Wine) -> list[str]:
        """Write the caller; return the lines that run it."""
        there, side = wine.windows_path, self.folder / "bat"
        stubs = side / "stubs"
        stubs.mkdir()
        for name, does in BAT_DOES.items():
            fails = (side / "fails" / name).exists()
            stub = BAT_STUB.format(name=name, does="" if fails else does, code=int(fails))
            (stubs / f"{name}.bat").write_text(stub.replace("\r\n", "\n"), newline="\r\n")
        text = "\n".join([*self.lines, ""])
        (side / "caller.bat").write_text(text, newline="\r\n", encoding="ascii")
        return [
            f"set LOG={there(side / 'log')}",
            f"set PICTBAT={there(stubs)}\\",
            f"set IM=call {there(stubs)}\\",
            f"cd {there(side / 'work')}",
            f"cmd /c {there(side / 'caller.bat')} {' '.join(self.arguments)}"
            f" >{there(side / 'out')} 2>nul",
            f">{there(side / 'code')} echo %ERRORLEVEL%",
        ]

    def run_sh(self, stubs: Path) -> None:
        side = self.folder / "sh"
        data = "".join(f"{line}\r\n" for line in self.lines).encode()
        (side / "caller.sh").write_text(sh_script(migrate(data, "caller.bat")))
        places = {"LOG": str(side / "log"), "FAILS": str(side / "fails")}
        done = subprocess.run(
            ["sh", str(side / "caller.sh"), *self.arguments],
            cwd=side / "work", check=False, capture_output=True, text=True, timeout=60,
            env={**os.environ, **places, "PATH": f"{stubs}:{os.environ['PATH']}"},
        )  # fmt: skip
        (side / "out").write_text(done.stdout)
        (side / "err").write_text(done.stderr)
        (side / "code").write_text(str(done.returncode))

    def seen(self, side: str) -> tuple[int, list[str], list[str], dict[str, str]]:
        """Return exit code, calls, what was printed, and all files."""
        folder = self.folder / side
        work = folder / "work"
        files = {
            str(path.relative_to(work)).lower(): _plain(path) if path.is_file() else "/"
            for path in sorted(work.rglob("*"))
        }
        code = int((folder / "code").read_text().strip() or 0) % 256
        return code, _plain(folder / "log").split("\n"), _plain(folder / "out").split("\n"), files

    def difference(self) -> str:
        """Return how both sides differ; nothing when they agree."""
        theirs, ours = self.seen("bat"), self.seen("sh")
        if ours[0] == INCOMPLETE:
            calls = [call for call in ours[1] if call]
            return "" if theirs[1][: len(calls)] == calls else f"calls {theirs[1]} {ours[1]}"
        names = ("code", "calls", "output", "files")
        if "(unknown-result" in (self.folder / "sh" / "caller.sh").read_text():
            theirs, ours = (*theirs[:2], [], {}), (*ours[:2], [], {})
        told = [f"{n}: {a} {b}" for n, a, b in zip(names, theirs, ours, strict=True) if a != b]
        return "; ".join(told)


def _plain(path: Path) -> str:
    if not path.exists():
        return ""
    text = path.read_bytes().decode("cp1252").replace("\r", "").replace("\\", "/")
    return "\n".join(re.sub(" +", " ", line).strip().replace('"', "") for line in text.split("\n"))


@pytest.fixture(scope="module")
def wine() -> Iterator[Wine]:
    found = find_wine()
    if isinstance(found, str):
        pytest.skip(found)
    if not shutil.which("sh"):
        pytest.skip("needs a POSIX shell")
    with tempfile.TemporaryDirectory(
        dir=found.root / "tmp", prefix="imstack-wine-", ignore_cleanup_errors=True
    ) as prefix:
        yield from found.kept_awake(Path(prefix))


def _stubs(folder: Path) -> Path:
    sh = folder / "shstubs"
    sh.mkdir()
    for name in BAT_DOES:
        (sh / name).write_text(SH_STUB)
        (sh / name).chmod(0o755)
    return sh


def differences(wine: Wine, seeds: range) -> tuple[list[str], int]:
    """Return how callers differ from cmd.exe, and how many of them stopped with 70."""
    found, stopped = [], 0
    with tempfile.TemporaryDirectory(dir=wine.root / "tmp", prefix="migrate-") as name:
        folder = Path(name)
        sh = _stubs(folder)
        for start in range(seeds.start, seeds.stop, TOGETHER):
            those = range(start, min(start + TOGETHER, seeds.stop))
            cases = [Case(seed, folder / str(seed)) for seed in those]
            lines = ["@echo off", "z:", *(x for case in cases for x in case.write_bat(wine))]
            driver = folder / "driver.bat"
            driver.write_text("\n".join([*lines, ""]), newline="\r\n")
            subprocess.run(
                [*wine.command, "cmd", "/c", wine.windows_path(driver)],
                check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=900,
                env={**os.environ, **wine.environ},
            )  # fmt: skip
            for case in cases:
                case.run_sh(sh)
                stopped += case.seen("sh")[0] == INCOMPLETE
                if told := case.difference():
                    found.append("\n".join([f"{case.seed} {case.arguments}", *case.lines, told]))
    return found, stopped


def test_callers_do_what_cmd_does(wine: Wine) -> None:
    found, _ = differences(wine, range(50))
    assert found == []


@pytest.mark.slow
def test_many_callers_do_what_cmd_does(wine: Wine) -> None:
    found, stopped = differences(wine, range(1000, 1500))
    assert found == []
    assert stopped < 250
