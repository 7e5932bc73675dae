"""One line of a statement: a program, its words, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from imstack.magick.operators import Write

if TYPE_CHECKING:
    from imstack.magick.command import Convert
    from imstack.scripts.compare import SubimageSearch
    from imstack.scripts.figures import Figure

TEMP = Path("\0")
"""Stands for the folder of temp files: no file can have this name."""

Program = Literal["convert", "identify", "compare", "copy", "move"]
SECONDS_PER_VALUE = 8e-9  # of `compare`, for each pixel of the needle at each place


@dataclass(frozen=True, slots=True)
class Product:
    """A file that a line makes.

    Attributes
    ----------
    path
        Its name as the line's words have it.
    stage, label
        The item of the run that it equals; stage ``result`` is written for people.
    file
        Its name among the item's files; empty where the item has only one, or is a result.
    """

    path: Path
    stage: str
    label: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """What ``compare -subimage-search`` of a line looks for, and what the run found.

    Attributes
    ----------
    big, needle
        The files, as the words have them.
    big_size, needle_size
        Width and height in pixels.
    x, y
        Where the run found it: pixels from the top left corner.
    score
        0..1; None where the run did not keep it.
    """

    big: Path
    needle: Path
    big_size: tuple[int, int]
    needle_size: tuple[int, int]
    x: int
    y: int
    score: float | None = None

    @property
    def seconds(self) -> float:
        """About how long ``compare`` takes: it tries every place."""
        places = prod(
            whole - part + 1 for whole, part in zip(self.big_size, self.needle_size, strict=True)
        )
        return places * prod(self.needle_size) * SECONDS_PER_VALUE

    @property
    def answer(self) -> str:
        """What ``compare`` prints: the difference in quantum units, its share of 1, the place."""
        place = f"@ {self.x},{self.y}"
        return place if self.score is None else f"{self.score * 65535:g} ({self.score:g}) {place}"


@dataclass(frozen=True, slots=True)
class Line:
    """A command line.

    Attributes
    ----------
    program
        An ImageMagick program, or ``copy`` or ``move`` of a file whose name ImageMagick would
        misread.
    words
        Its arguments, unquoted; names below `TEMP` are temp files.
    stage, label
        What it belongs to, as the run names it.
    makes
        The files that it makes, later ones over earlier ones of the same name.
    prints
        What it prints, as the run found it.
    search
        What a ``compare`` looks for.
    remarks
        For people.
    """

    program: Program
    words: tuple[str, ...]
    stage: str
    label: str
    makes: tuple[Product, ...] = ()
    prints: str = ""
    search: Search | None = None
    remarks: tuple[str, ...] = ()

    def noting(self, *remarks: str) -> Line:
        """Return the line with more remarks."""
        return replace(self, remarks=(*self.remarks, *remarks))


def making(command: Convert, stage: str, label: str, file: str = "") -> Line:
    """Return the line of a command whose last file is that of an item."""
    made = Product(written(command), stage, label, file)
    return Line("convert", tuple(command.words()), stage, label, (made,))


def printing(figure: Figure, stage: str, label: str) -> Line:
    """Return the line of a command that prints a figure."""
    return Line(figure.program, figure.arguments, stage, label, prints=figure.text)


def searching(command: SubimageSearch, found: Search, stage: str, label: str) -> Line:
    """Return the line of a search."""
    words = tuple(command.words())
    return Line("compare", words, stage, label, prints=found.answer, search=found)


def written(command: Convert) -> Path:
    """Return the file that a command writes last."""
    last = command.steps[-1]
    if not isinstance(last, Write):
        message = f"{last!r} writes no file"
        raise TypeError(message)
    return last.path
