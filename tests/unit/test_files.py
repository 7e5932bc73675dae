"""What is no file is refused by its kind, wherever a file is named."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from imstack import alive
from imstack.drafts import write_bytes
from imstack.errors import OutputError
from imstack.files import contents, kind_fault, real
from imstack.recipe.reader import MOST_EXTENDED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.conftest import Said

from tests.e2e.conftest import cli, fixtures

__all__ = ["cli", "fixtures"]

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="needs POSIX files"),
    pytest.mark.timeout(60),
]
SAID = {
    "pipe": "it is a pipe, not a file",
    "socket": "it is a socket, not a file",
    "device": "it is a device, not a file",
    "loop": os.strerror(40) if sys.platform == "linux" else "",
}


@pytest.fixture
def strange(tmp_path: Path) -> dict[str, Path]:
    """Return what is no file, by its kind."""
    folder = tmp_path / "strange"
    folder.mkdir()
    if sys.platform != "win32":
        os.mkfifo(folder / "pipe")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(folder / "socket"))
    (folder / "device").symlink_to("/dev/zero")
    (folder / "loop").symlink_to("loop")
    return {name: folder / name for name in SAID}


@pytest.mark.parametrize("kind", SAID)
def test_each_kind_is_told(strange: dict[str, Path], kind: str) -> None:
    assert kind_fault(strange[kind]) == SAID[kind]
    with pytest.raises(OSError) as caught:  # noqa: PT011 - its text is looked at
        contents(strange[kind], 10)
    assert caught.value.strerror == SAID[kind]


def test_no_more_is_read_than_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert contents(tmp_path / "a", 3) == b"1234"
    assert contents(tmp_path / "a", 9) == b"12345"
    assert kind_fault(tmp_path) == kind_fault(tmp_path / "none") == ""
    with pytest.raises(IsADirectoryError):
        contents(tmp_path, 9)
    with pytest.raises(OSError, match="not a file name"):
        contents(tmp_path / "a\0b", 9)


def test_a_link_that_goes_round_has_an_end(strange: dict[str, Path]) -> None:
    assert real(strange["loop"]).name == "loop"


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_nothing_strange_is_replaced(strange: dict[str, Path], kind: str) -> None:
    before = strange[kind].stat()
    with pytest.raises(OutputError, match=SAID[kind]):
        write_bytes(strange[kind], b"x")
    assert strange[kind].stat().st_mode == before.st_mode
    assert len(list(strange[kind].parent.iterdir())) == len(SAID)


# Every place on a command line where a file is named, and the exit code.
PLACES: list[tuple[int, list[str]]] = [
    (4, ["stack", "@", "-o", "o.png"]),
    (4, ["stack", "@", "a.png", "-o", "o.png"]),
    (4, ["stack", "a.png", "@", "-o", "o.png"]),
    (4, ["plan", "@"]),
    (4, ["verify", "@"]),
    (4, ["sweep", "@", "--over", "merge.method=[masks,pyramid]", "-o", "try"]),
    (3, ["stack", "a.png", "b.png", "-o", "o.png", "--recipe", "./@"]),
    (3, ["stack", "a.png", "b.png", "-o", "o.png", "--recipe", "extends.yaml"]),
    (3, ["recipe", "check", "./@"]),
    (3, ["recipe", "show", "./@"]),
    (3, ["recipe", "diff", "./@", "imstack"]),
    (8, ["recipe", "copy", "imstack", "@"]),
    (4, ["migrate", "@"]),
    (8, ["migrate", "caller.bat", "-o", "@"]),
    (8, ["stack", "a.png", "b.png", "-o", "@"]),
    (8, ["stack", "a.png", "b.png", "-o", "o.png", "--record", "@"]),
    (8, ["stack", "a.png", "b.png", "-o", "o.png", "--write-commands", "@.sh"]),
    (1, ["focStack", "@", "o.png"]),
    (1, ["whichPix", "a.png", "@", "o.png"]),
    (1, ["whichPix", "a.png", "b.png", "@"]),
    (1, ["whatScalePrec", "@", "b.png"]),
    (1, ["whatScale", "a.png", "@", "0.9", "1.1", "10"]),
    (1, ["whatTrans", "@", "b.png"]),
    (1, ["twoBlrDiff", "@"]),
    (1, ["mSRTdelta", "@", "1", "1"]),
    (1, ["mSRTdelta", "a.png", "1", "1", "--env", "@"]),
]


@pytest.mark.parametrize(
    "kind",
    [
        "pipe",
        "loop",
        pytest.param("socket", marks=pytest.mark.slow),
        pytest.param("device", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(("code", "words"), PLACES, ids=lambda value: str(value)[:60])
def test_every_place_refuses_every_kind(
    cli: Callable[..., Said],
    fixtures: Path,
    strange: dict[str, Path],
    tmp_path: Path,
    kind: str,
    code: int,
    words: list[str],
) -> None:
    for name in ("a.png", "b.png"):
        shutil.copy(next((fixtures / "odd").glob("*.[jJ]*[gG]")), tmp_path / name)
    (tmp_path / "extends.yaml").write_text("recipe: 1\nextends: ./strange/@.yaml\n")
    (tmp_path / "caller.bat").write_text("call focStack l.txt o.tiff\n")
    path = strange[kind]
    for ending in (".yaml", ".sh", ".png"):
        path.with_name(f"@{ending}").symlink_to(path)
        path.with_name(f"{kind}{ending}").symlink_to(path)
    given = [word.replace("@", f"strange/{kind}") for word in words]
    if given[:1] == ["stack"] and "strange/" in given[-1] and given[-2] == "-o":
        given[-1] += ".png"
    began = time.monotonic()
    said = cli(*given)
    assert time.monotonic() - began < 10
    assert said.code == code, said.err
    assert kind in said.err or "strange" in said.err or "extends" in said.err
    assert "internal error" not in said.err
    assert not list((tmp_path / "tmp").iterdir())
    assert path.is_symlink() or not path.is_file()


def test_a_long_chain_of_recipes(cli: Callable[..., Said], tmp_path: Path) -> None:
    for number in range(2000):
        text = f"recipe: 1\nextends: ./r{number + 1}.yaml\n"
        (tmp_path / f"r{number}.yaml").write_text(text)
    said = cli("recipe", "check", "r0.yaml")
    assert said.code == 3
    assert f"may build on {MOST_EXTENDED} others" in said.out + said.err
    (tmp_path / f"r{MOST_EXTENDED}.yaml").write_text("recipe: 1\n")
    assert cli("recipe", "check", "r0.yaml").code == 0
    (tmp_path / f"r{MOST_EXTENDED}.yaml").write_text("recipe: 1\nextends: ./last.yaml\n")
    (tmp_path / "last.yaml").write_text("recipe: 1\n")
    assert cli("recipe", "check", "r0.yaml").code == 3
    assert cli("recipe", "check", "r1.yaml").code == 0
    (tmp_path / "r2.yaml").write_text("recipe: 1\nextends: ./r0.yaml\n")
    assert "goes round in a circle" in cli("recipe", "check", "r1.yaml").err


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 60000,
        "a: " + "{a: " * 15000,
        "- " * 30000,
        "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9) or 1}]\n" for i in range(1, 12)),
        "a0: &a0 [x]\n"
        + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)),
        "output:\n  jpeg_quality: " + "9" * 6000,
        "warp: 1e" + "9" * 6000,
        "frames:\n  reference: 0x" + "f" * 6000,
        "? " * 20000,
        "a: !!python/object/apply:os.system [id]",
        "&a a: *a",
    ],
)
def test_recipes_that_are_bombs(cli: Callable[..., Said], tmp_path: Path, text: str) -> None:
    (tmp_path / "bomb.yaml").write_text(f"recipe: 1\n{text}\n")
    began = time.monotonic()
    said = cli("recipe", "check", "bomb.yaml")
    assert time.monotonic() - began < 10
    assert said.code == 3
    assert "internal" not in said.err
    assert len(said.err) < 5000


def test_too_long_to_be_a_list_or_a_caller(cli: Callable[..., Said], tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(10**12)
    for words in (["plan", "big.txt"], ["migrate", "big.txt"]):
        said = cli(*words)
        assert said.code == 4
        assert "more than" in said.err


def test_a_folder_that_passes_is_removed_by_whoever_comes_next(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    mine = alive.owned_name().split("-")
    left = tmp_path / f"wsp_{'-'.join([*mine[:-2], ended.stdout.decode().strip(), mine[-1]])}"
    for folder in (left, tmp_path / "wsp_notes"):
        folder.mkdir()
    with alive.passing_folder("wsp_", tmp_path) as folder:
        assert folder.is_dir()
        assert not left.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["wsp_notes"]
