"""In which order photos are stacked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imstack.errors import InputError
from imstack.photos.find import find_photos
from imstack.photos.gather import natural_key
from imstack.pipeline.order import in_order
from imstack.watch import NullWatcher
from tests.e2e.conftest import FIXTURES
from tests.unit.exif.making import ASCII, LONG, Block, in_jpeg

if TYPE_CHECKING:
    from pathlib import Path


class Watch(NullWatcher):
    """Keeps what is warned of."""

    def __init__(self) -> None:
        self.warned: list[str] = []

    def warn(self, text: str) -> None:
        self.warned.append(text)


def photo(path: Path, time: str = "", fraction: str = "") -> None:
    data = (FIXTURES / "odd/frame_1.jpg").read_bytes()
    if time:
        block = Block("<")
        inner = block.directory(
            {36867: (ASCII, time.encode() + b"\0"), 37521: (ASCII, fraction.encode() + b"\0")}
        )
        data = in_jpeg(block.begin_at(block.directory({34665: (LONG, (inner,))})), data)
    path.write_bytes(data)


def ordered(names: list[Path], order: str) -> tuple[list[str], list[str]]:
    watch = Watch()
    given = names[0] if len(names) == 1 else names
    found = find_photos(given, (), watch)
    taken = in_order(found, given, order, watch)
    return [path.name for _, path in taken], watch.warned


ROLLED = ("IMG_9998.jpg", "IMG_9999.jpg", "IMG_0001.jpg", "IMG_0002.jpg")
SORTED = ["IMG_0001.jpg", "IMG_0002.jpg", "IMG_9998.jpg", "IMG_9999.jpg"]


@pytest.fixture
def rolled(tmp_path: Path) -> Path:
    """Return a folder whose camera counted 9999, 0001 within a second."""
    folder = tmp_path / "rolled"
    folder.mkdir()
    for number, name in enumerate(ROLLED):
        photo(folder / name, "2026:05:01 12:00:00", f"{number}5")
    return folder


@pytest.mark.parametrize(
    ("order", "wanted"),
    [("auto", [*ROLLED]), ("time", [*ROLLED]), ("name", SORTED), ("given", SORTED)],
)
def test_a_counter_that_began_anew(rolled: Path, order: str, wanted: list[str]) -> None:
    names, warned = ordered([rolled], order)
    assert names == wanted
    assert len(warned) == (order == "auto")


def test_a_list_keeps_its_order_and_hears_of_a_better_one(rolled: Path) -> None:
    given = [rolled / name for name in SORTED]
    names, warned = ordered(given, "auto")
    assert names == SORTED
    assert "IMG_9998.jpg, IMG_9999.jpg, IMG_0001.jpg, IMG_0002.jpg" in warned[0]
    assert ordered(given, "given") == (SORTED, [])
    assert ordered(given[::-1], "name") == (SORTED, [])


def test_backwards_is_an_order_too(rolled: Path) -> None:
    assert ordered([rolled / name for name in ROLLED[::-1]], "auto") == ([*ROLLED[::-1]], [])


def test_photos_without_a_time(tmp_path: Path) -> None:
    photo(tmp_path / "a.jpg", "2026:05:01 12:00:01")
    photo(tmp_path / "b.jpg", "0000:00:00 00:00:00")
    photo(tmp_path / "c.jpg", "2026:05:01 12:00:00")
    assert ordered([tmp_path], "auto") == (["a.jpg", "b.jpg", "c.jpg"], [])
    with pytest.raises(InputError, match=r"\[b.jpg\]: does not tell when it was taken"):
        ordered([tmp_path], "time")


@pytest.mark.parametrize(
    "names",
    [
        ["beetle.tif", "beetle2.tif", "beetle10.tif"],
        ["a.jpg", "a (1).jpg", "a (2).jpg", "a-1.jpg"],
        ["IMG_9.jpg", "IMG_9-1.jpg", "img_010.jpg", "IMG_11.JPG"],
        ["x1.jpg", "x1.png", "x" + "9" * 5000 + ".jpg"],
    ],
)
def test_the_bare_name_comes_first(names: list[str]) -> None:
    mixed = names[::-1]
    mixed.sort(key=natural_key)
    assert mixed == names
