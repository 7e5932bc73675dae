r"""imstack itself on a Windows Python, under Wine: run with ``-m windows``.

Besides what `wine.py` asks for, these variables name what must be there already, as Wine calls it:

IMSTACK_WINE_PYTHON
    ``python.exe`` with imstack's dependencies (numpy 2.0.2: newer ones need more than Wine 10).
IMSTACK_WINE_MAGICK
    The folder of ImageMagick's programs and DLLs; without it, what needs pixels is skipped.
    Where its DLLs bear other names, WAND_MAGICK_LIBRARY_SUFFIX says so, for this system, too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imstack.bat.shims import write_shims
from tests.e2e.wine import Wine, find_wine

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.windows, pytest.mark.timeout(900)]

PYTHON = os.environ.get("IMSTACK_WINE_PYTHON", "")
MAGICK = os.environ.get("IMSTACK_WINE_MAGICK", "")
HERE = Path(__file__).parents[2]
needs_magick = pytest.mark.skipif(not MAGICK, reason="IMSTACK_WINE_MAGICK names no ImageMagick")


class Desk:
    """A folder that BAT files run in, and imstack's code where Wine sees it."""

    def __init__(self, wine: Wine, code: Path, folder: Path) -> None:
        self.wine, self.code, self.folder = wine, code, folder
        write_shims(folder / "bat")

    def run(self, *lines: str) -> int:
        """Run lines as a BAT file in the folder; return its exit code."""
        there = self.wine.windows_path
        start = [
            "@echo off",
            "z:",
            f'cd "{there(self.folder)}"',
            f"set PICTBAT={there(self.folder / 'bat')}\\",
            f"set IMSTACK={PYTHON} -m imstack",
            f"set PYTHONPATH={there(self.code)}",
            f"set IMSTACK_CACHE={there(self.folder / 'cache')}",
            *([f"set MAGICK_HOME={MAGICK}", f"set PATH={MAGICK};%PATH%"] if MAGICK else []),
        ]
        bat = self.folder / "run.bat"
        text = "\n".join([*start, *lines, "exit /B %ERRORLEVEL%", ""])
        bat.write_text(text, newline="\r\n", encoding="ascii")
        return subprocess.run(
            [*self.wine.command, "cmd", "/c", there(bat)],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=600,
            env={**os.environ, **self.wine.environ},
        ).returncode

    def python(self, program: str, *words: str) -> str:
        """Run a Python program there; return what it prints, fail if it fails."""
        (self.folder / "program.py").write_text(program, encoding="utf-8")
        code = self.run(f"{PYTHON} -X utf8 program.py {' '.join(words)} >out.txt 2>err.txt")
        assert code == 0, self.read("err.txt")
        return self.read("out.txt").decode()

    def read(self, name: str) -> bytes:
        """Return the bytes of a file in the folder."""
        return (self.folder / name).read_bytes()

    def lines(self, name: str) -> list[str]:
        """Return the lines of a text file in the folder."""
        return self.read(name).decode("cp1252").splitlines()


@pytest.fixture(scope="module")
def wine() -> Iterator[Wine]:
    if not PYTHON:
        pytest.skip("IMSTACK_WINE_PYTHON names no Windows Python")
    found = find_wine()
    if isinstance(found, str):
        pytest.skip(found)
    with tempfile.TemporaryDirectory(
        dir=found.root / "tmp", prefix="imstack-wine-", ignore_cleanup_errors=True
    ) as prefix:
        yield from found.kept_awake(Path(prefix))


@pytest.fixture(scope="module")
def code(wine: Wine) -> Iterator[Path]:
    """Return a copy of the package where Wine sees it."""
    with tempfile.TemporaryDirectory(dir=wine.root / "tmp", prefix="imstack-code-") as folder:
        for name in ("imstack", "recipes"):
            shutil.copytree(
                HERE / name, Path(folder, name), ignore=shutil.ignore_patterns("__pycache__")
            )
        yield Path(folder)


@pytest.fixture
def desk(wine: Wine, code: Path) -> Iterator[Desk]:
    with tempfile.TemporaryDirectory(
        dir=wine.root / "tmp", prefix="imstack-", ignore_cleanup_errors=True
    ) as folder:
        yield Desk(wine, code, Path(folder))


GATHER = """
import sys
from pathlib import Path
from imstack.photos.gather import gather
for entry in gather(sys.argv[1:], cwd=Path.cwd(), note=lambda text: print("note:", text)):
    print(ascii(entry.path.name))
"""


def test_a_list_that_dir_wrote_at_a_console(desk: Desk) -> None:
    for name in ("K\u00e4fer.jpg", "\u00dcber.jpg"):
        (desk.folder / name).touch()
    (desk.folder / "list.txt").write_bytes("K\u00e4fer.jpg\r\n\u00dcber.jpg\r\n".encode("cp437"))
    said = desk.python(GATHER, "list.txt").splitlines()
    assert said == [
        "note: list.txt: not UTF-8, so read as Windows code page 437",
        r"'K\xe4fer.jpg'",
        r"'\xdcber.jpg'",
    ]


def test_wildcards_are_expanded(desk: Desk) -> None:
    for name in ("IMG_010.JPG", "img_09.jpg", "other.jpg"):
        (desk.folder / name).touch()
    said = desk.python(GATHER, "IMG_0*.JPG").splitlines()
    assert said == ["'img_09.jpg'", "'IMG_010.JPG'"]


def test_a_letter_that_the_code_page_has_not(desk: Desk) -> None:
    (desk.folder / "\u0436.jpg").touch()
    ended = desk.run("for %%F in (*.jpg) do %IMSTACK% setInOut %%F fs >log.txt 2>err.txt")
    assert (ended, desk.read("err.txt")) == (0, b"")
    assert r"INNAME=\u0436" in desk.lines("log.txt")


def test_variables_for_a_shell_have_its_line_ends(desk: Desk) -> None:
    (desk.folder / "x.jpg").touch()
    assert desk.run("%IMSTACK% setInOut x.jpg fs --env sh >log.txt 2>err.txt") == 0
    assert b"\r" not in desk.read("log.txt")
    assert b"INNAME=x\n" in desk.read("log.txt")


@pytest.mark.parametrize("shell", ["sh", "ps1"])
def test_a_migrated_script_is_the_same_by_redirection(desk: Desk, shell: str) -> None:
    (desk.folder / "caller.bat").write_bytes(
        "call %PICTBAT%focStack list.txt \u0436.tiff\r\n".encode()
    )
    how = f"%IMSTACK% migrate caller.bat --code-page 65001 --to {shell}"
    assert desk.run(f"{how} >printed.txt 2>err.txt", f"{how} --script written.txt 2>nul") == 0
    assert desk.read("printed.txt") == desk.read("written.txt")
    assert "\u0436.tiff" in desk.read("printed.txt").decode("utf-8-sig")


HELD = """
import os, threading, time
from pathlib import Path
from imstack.drafts import write_bytes
from imstack.errors import OutputError
path = Path("out.tiff")
path.write_bytes(b"before")
file = path.open("rb")
begun = time.monotonic()
try:
    write_bytes(path, b"kept")
except OutputError as error:
    print(error.message, round(time.monotonic() - begun))
threading.Timer(0.5, file.close).start()
write_bytes(path, b"after")
print(path.read_text(), *sorted(p.name for p in Path().glob("*out*")))
"""


def test_a_result_that_is_open_elsewhere(desk: Desk) -> None:
    said = desk.python(HELD).splitlines()
    assert said == [
        "out.tiff: is open in another program; the result is in out.new.tiff 2",
        "after out.new.tiff out.tiff out.txt",
    ]
    assert desk.read("out.new.tiff") == b"kept"


KILLED = """
import subprocess, sys, time
from pathlib import Path
from imstack.drafts import draft_of
if sys.argv[1:]:
    with draft_of(Path("x.tiff")) as draft:
        draft.write_text("half")
        time.sleep(600)
child = subprocess.Popen([sys.executable, __file__, "child"])
while not list(Path().glob(".imstack-*")):
    time.sleep(0.1)
time.sleep(0.5)
with draft_of(Path("x.tiff")) as draft:
    draft.write_text("whole")
print(len(list(Path().glob(".imstack-*"))))
child.kill()
child.wait()
with draft_of(Path("x.tiff")) as draft:
    draft.write_text("whole")
print(len(list(Path().glob(".imstack-*"))))
"""


def test_what_a_kill_leaves_the_next_run_removes(desk: Desk) -> None:
    """And nothing that a living process is at."""
    assert desk.python(KILLED).split() == ["1", "0"]


INTERRUPTED = """
import signal, threading, time
import click
from imstack.cli.errors import leave, run_for_people
from imstack.pipeline.pool import in_order
@click.command()
def work():
    threading.Timer(1, signal.raise_signal, (signal.SIGINT,)).start()
    list(in_order([300], time.sleep, threads=2))
leave(run_for_people(work, [], "work"))
"""


def test_ctrl_c_does_not_wait_for_the_running_item(desk: Desk) -> None:
    (desk.folder / "program.py").write_text(INTERRUPTED)
    assert desk.run(f"{PYTHON} program.py 2>err.txt") == 130
    assert desk.read("err.txt").strip().startswith(b"interrupted: the next run")


def test_a_reader_that_leaves_is_no_fault(desk: Desk) -> None:
    (desk.folder / "reader.py").write_text("")
    (desk.folder / "writer.bat").write_text(
        "@%IMSTACK% recipe keys 2>err.txt\r\n@%IMSTACK% recipe schema 2>>err.txt\r\n"
    )
    desk.run(f"writer.bat | {PYTHON} reader.py")
    assert desk.read("err.txt") == b""


def test_shims_with_nothing_between(desk: Desk) -> None:
    """The shim, this Python, the results back in the caller; and commas part arguments."""
    (desk.folder / "x y.jpg").touch()
    ended = desk.run(
        'call %PICTBAT%setInOut "x y.jpg",fs 2>err.txt',
        "echo %INNAME% %EXT% %ERRORLEVEL%>log.txt",
        "call %PICTBAT%setInOut 2>nul >nul",
    )
    assert (ended, desk.lines("log.txt")) == (1, ["x y .jpg 0"])


REGISTRY = r"""
import winreg
from pathlib import Path
from imstack.magick.installed import choose, installations
for key, folder in ((r"7.1.2\Q:16", "IM-7.1.2-Q16-HDRI"), (r"7.1.1\Q:16", "IM-7.1.1-Q16")):
    Path(folder).mkdir()
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, "SOFTWARE\\ImageMagick\\" + key) as opened:
        winreg.SetValueEx(opened, "LibPath", 0, winreg.REG_SZ, str(Path(folder).absolute()))
        winreg.SetValueEx(opened, "QuantumDepth", 0, winreg.REG_DWORD, 16)
known = installations()
print(len(known), choose(known).folder.name)
"""


def test_the_installation_is_chosen_by_the_registry(desk: Desk) -> None:
    assert desk.python(REGISTRY).split() == ["2", "IM-7.1.1-Q16"]


@needs_magick
def test_doctor(desk: Desk) -> None:
    assert desk.run("%IMSTACK% doctor >log.txt 2>err.txt") == 0
    said = desk.read("log.txt").decode("cp1252")
    assert "exact reproduction" in said
    missing = [line for line in said.splitlines() if "MISSING" in line]
    assert not [line for line in missing if "HEIC" not in line and "WEBP" not in line]


@pytest.fixture
def stack(desk: Desk) -> list[str]:
    """Give the desk a small stack and its list; return the names."""
    frames = sorted((HERE / "fixtures" / "tiff16").glob("frame_*.tif"))
    for frame in frames:
        shutil.copy(frame, desk.folder)
    names = [frame.name for frame in frames]
    (desk.folder / "list.txt").write_bytes("\r\n".join([*names, ""]).encode())
    return names


def pixels(path: Path) -> bytes:
    """Return size and pixels of a picture, whoever wrote it."""
    from imstack.magick.images import read_pixels

    array = read_pixels(path)
    return repr(array.shape).encode() + array.tobytes()


def here(folder: Path, *words: str) -> None:
    """Run imstack on this system."""
    environ = os.environ | {"IMSTACK_CACHE": str(folder / "cache here")}
    command = [sys.executable, "-m", "imstack", *words]
    subprocess.run(command, cwd=folder, check=True, env=environ, capture_output=True)


@needs_magick
@pytest.mark.parametrize("recipe", ["imstack", "snibgo-2014"])
def test_a_stack_has_the_pixels_of_this_system(desk: Desk, stack: list[str], recipe: str) -> None:
    assert desk.run(f"%IMSTACK% stack frame_*.TIF -o out.png -r {recipe} 2>err.txt") == 0
    here(desk.folder, "stack", *stack, "-o", "here.png", "-r", recipe)
    assert pixels(desk.folder / "out.png") == pixels(desk.folder / "here.png")


@needs_magick
@pytest.mark.usefixtures("stack")
def test_foc_stack_by_a_shim_and_verify(desk: Desk) -> None:
    ended = desk.run(
        "call %PICTBAT%focStack list.txt,out.tiff >log.txt 2>err.txt",
        "if ERRORLEVEL 1 exit /B 50",
        "if not exist %fsOUTFILE% exit /B 51",
        "%IMSTACK% verify list.txt >verify.txt 2>>err.txt",
    )
    assert ended == 0, desk.read("err.txt")
    here(desk.folder, "focStack", "list.txt", "here.tiff")
    assert pixels(desk.folder / "out.tiff") == pixels(desk.folder / "here.tiff")
