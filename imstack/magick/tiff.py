"""What a TIFF file's directories say of its pictures, which ImageMagick does not tell."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.exif.directory import ExifFault, Tiff

if TYPE_CHECKING:
    from pathlib import Path

    from imstack.exif.directory import Directory

WIDTH, HEIGHT, PHOTOMETRIC, SAMPLES = 256, 257, 262, 277
SUBFILE, OLD_SUBFILE, SUB_DIRECTORIES, EXTRA, SAMPLE_FORMAT, DNG = 254, 255, 330, 338, 339, 50706
REDUCED, MASK = 1, 4  # bits of the new subfile type
OLD_REDUCED = 2
FLOAT = 3
SENSOR = frozenset({32803, 34892})  # photometric: colour filter array, linear raw
MOST_PAGES = 1000
SMALL = 2  # a page of at most half the width and height is a preview


@dataclass(frozen=True, slots=True)
class Page:
    """One directory of the main chain.

    `extra`: the kinds of the channels besides colour (0 unspecified, 1 associated and 2
    unassociated alpha); `raw`: the values of a sensor, or a preview of them.
    """

    width: int
    height: int
    reduced: bool
    extra: tuple[int, ...]
    floating: bool
    raw: bool

    @property
    def alpha(self) -> bool:
        """Whether a channel is one to be seen through."""
        return bool(self.extra) and self.extra[0] in {1, 2}


def pages_of(path: Path) -> tuple[Page, ...]:
    """Return the pages of a TIFF file; as far as they can be read, for ImageMagick to judge."""
    pages: list[Page] = []
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            tiff = Tiff.of(data)
            offset, seen = tiff.first, set[int]()
            while offset and offset not in seen and len(pages) < MOST_PAGES:
                seen.add(offset)
                directory = tiff.directory(offset)
                pages.append(_page(tiff, directory))
                offset = tiff.next_after(directory)
    except (ExifFault, OSError, ValueError):
        pass
    return tuple(pages)


def _page(tiff: Tiff, directory: Directory) -> Page:
    def values(tag: int, *default: int) -> tuple[int, ...]:
        return tiff.numbers(directory.find(tag)) or default

    kind = values(SUBFILE, 0)[0]
    reduced = bool(kind & (REDUCED | MASK)) or values(OLD_SUBFILE, 0)[0] == OLD_REDUCED
    sensor = values(PHOTOMETRIC, 0)[0] in SENSOR or directory.find(DNG) is not None
    hidden = reduced and directory.find(SUB_DIRECTORIES) is not None
    return Page(
        values(WIDTH, 0)[0],
        values(HEIGHT, 0)[0],
        reduced,
        values(EXTRA),
        FLOAT in values(SAMPLE_FORMAT),
        sensor or hidden,
    )


def photo_pages(pages: tuple[Page, ...]) -> tuple[int, ...]:
    """Return the numbers of the pages that may be meant: no previews and no masks."""
    whole = [number for number, page in enumerate(pages) if not page.reduced]
    chosen = whole or list(range(len(pages)))
    widest = max((pages[number].width for number in chosen), default=0)
    highest = max((pages[number].height for number in chosen), default=0)
    return tuple(
        number
        for number in chosen
        if pages[number].width * SMALL > widest or pages[number].height * SMALL > highest
    )


def check_no_raw(path: Path, pages: tuple[Page, ...]) -> None:
    """Refuse a camera's raw file, which begins as a TIFF and holds a small preview.

    Raises
    ------
    InputError
        It is one.
    """
    with path.open("rb") as file:
        head = file.read(10)
    if head[8:] == b"CR" or any(page.raw for page in pages):
        message = f"{path}: cannot be read as an image: it is a camera's raw file"
        raise InputError(message, hint="develop it to a 16-bit TIFF or a JPEG first")
