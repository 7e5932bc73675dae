"""Without ImageMagick's library: one line and a hint where it is needed, all else works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# As on a machine that has none: the system knows no library of any name.
PROGRAM = """
import ctypes.util, sys
ctypes.util.find_library = lambda name: None
from imstack.cli.app import main
main(sys.argv[1:])
"""
ODD = Path(__file__).parents[2] / "fixtures" / "odd"
LIST = ODD / "focStackList.txt"
FIRST = ODD / "frame_1.jpg"


def run(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    hidden = {"MAGICK_HOME", "WAND_MAGICK_LIBRARY_SUFFIX", "IMSTACK_TRACEBACK"}
    environ = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, words)],
        cwd=folder,
        env=environ | {"IMSTACK_CACHE": str(folder / "cache"), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (6, ["doctor"]),
        (6, ["stack", LIST, "-o", "x.tiff"]),
        (6, ["plan", LIST]),
        (6, ["verify", LIST]),
        (1, ["focStack", LIST, "x.tiff"]),
        (1, ["twoBlrDiff", FIRST]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_what_needs_it_says_so(code: int, words: list[object], tmp_path: Path) -> None:
    said = run(tmp_path, *words)
    error, hint = said.stderr.splitlines()
    assert error.removeprefix("error: ") == ("ImageMagick cannot be used: its library is not found")
    assert hint.startswith("hint: on Debian or Ubuntu: apt-get install imagemagick")
    assert (said.returncode, said.stdout) == (code, "")
    assert not (tmp_path / "x.tiff").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        ["stack", "--help"],
        ["recipe", "list"],
        ["recipe", "show", "imstack", "--resolved"],
        ["recipe", "schema"],
        ["cache", "info"],
        ["shims", "bat"],
        ["migrate", "caller.bat"],
        ["setInOut", "a.jpg", "b"],
    ],
    ids=" ".join,
)
def test_all_else_works(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "caller.bat").write_text("call %PICTBAT%focStack list.txt out.tiff\r\n")
    said = run(tmp_path, *words)
    assert said.returncode == 0, said.stderr
    assert said.stdout
