"""whatScale: how much one photo must be scaled to match another.

From each photo two strips one pixel high: the average of all rows, and the average of all
columns turned by a quarter. The first photo's strips are scaled by every candidate, and the
second photo's are looked for among them (spec section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - part of the public face

from imstack import alive
from imstack.errors import UsageError
from imstack.magick.command import Convert, convert
from imstack.magick.images import read_compared
from imstack.magick.library import load
from imstack.magick.operators import (
    Append,
    Depth,
    DistortSRT,
    Group,
    Read,
    Rotate90,
    ScaleTo,
    Write,
)
from imstack.numerals import fx9, round9
from imstack.results import ScaleFound
from imstack.scripts.compare import SubimageSearch, check_similar
from imstack.scripts.frames import check_same_size
from imstack.search import search_rows

STRIP_DEPTH = 16


@dataclass(frozen=True, slots=True)
class Candidates:
    """The scales of one pass, each `fact` times the one before; rounded to nine digits."""

    fact: float
    scales: tuple[float, ...]


def candidates(minimum: float, maximum: float, steps: int) -> Candidates:
    """Return the `steps` + 1 scales from `minimum` to about `maximum` (ratios).

    Every product is rounded to nine digits before the next one is made from it, as the BAT
    file did by handing text on; only so the published scales are reached.

    Raises
    ------
    UsageError
        The range is empty or not positive, or there are no steps.

    Examples
    --------
    >>> found = candidates(0.9, 1.1, 10)
    >>> found.fact, found.scales[:3]
    (1.02026977, (0.9, 0.918242793, 0.936855363))
    """
    if not 0 < minimum < maximum or steps < 1:
        message = f"no scales to try from {minimum:g} to {maximum:g} in {steps} steps"
        raise UsageError(message)
    fact = round9((maximum / minimum) ** (1.0 / steps))
    scales = [round9(minimum)]
    for _ in range(steps):
        scales.append(round9(scales[-1] * fact))
    return Candidates(fact, tuple(scales))


@dataclass(frozen=True, slots=True)
class Strips:
    """The two strips of a photo, as files: averages of the rows and of the columns."""

    rows: Path
    columns: Path


def strips_in(folder: Path, name: str) -> Strips:
    """Return where the strips of the photo called `name` lie in `folder`."""
    return Strips(folder / f"{name}_rows.miff", folder / f"{name}_columns.miff")


def strip_commands(photo: Read, size: tuple[int, int], strips: Strips) -> tuple[Convert, Convert]:
    """Return the commands that make the strips of a photo of `size` (width, height)."""
    width, height = size
    depth = Depth(STRIP_DEPTH)
    return (
        convert(photo, ScaleTo(width, 1), depth, Write(strips.rows)),
        convert(photo, ScaleTo(1, height), Rotate90(), depth, Write(strips.columns)),
    )


def stack_command(strips: Strips, scales: tuple[float, ...], out: Path) -> Convert:
    """Return the command that scales both strips by every candidate, one candidate a row."""
    rows = [
        Group(
            (
                Group((Read(strips.rows), DistortSRT(f"{fx9(scale)},0"))),
                Group((Read(strips.columns), DistortSRT(f"{fx9(scale)},0"))),
                Append(),
            )
        )
        for scale in scales
    ]
    return convert(*rows, Append(downwards=True), Depth(STRIP_DEPTH), Write(out))


def needle_command(strips: Strips, out: Path) -> Convert:
    """Return the command that lays both strips side by side, as they are."""
    return convert(
        Read(strips.rows), Read(strips.columns), Append(), Depth(STRIP_DEPTH), Write(out)
    )


class ScaleSearch:
    """The strips of two photos of `size`, as files, to be compared at any scales.

    Parameters
    ----------
    image1, image2
        How the photos are read.
    size
        Width and height of both, in pixels.
    folder, name
        Where the files lie, and how their names begin.
    """

    def __init__(
        self, image1: Read, image2: Read, size: tuple[int, int], folder: Path, name: str = "ws"
    ) -> None:
        self.names = f"{image1.path} and {image2.path}"
        self.strips = strips_in(folder, f"{name}_1")
        self.needle = folder / f"{name}_2.miff"
        self.stack = folder / f"{name}_candidates.miff"
        second = strips_in(folder, f"{name}_2")
        self.preparation = (
            *strip_commands(image1, size, self.strips),
            *strip_commands(image2, size, second),
            needle_command(second, self.needle),
        )

    def prepare(self) -> None:
        """Make the strips of both photos."""
        for command in self.preparation:
            command.run()

    def commands(self, tried: Candidates) -> tuple[Convert, SubimageSearch]:
        """Return the two commands of one pass."""
        stack = stack_command(self.strips, tried.scales, self.stack)
        return stack, SubimageSearch(self.stack, self.needle)

    def one_pass(self, tried: Candidates) -> ScaleFound:
        """Find the best of the scales tried; the first one wins a tie."""
        stack, _ = self.commands(tried)
        stack.run()
        stacked, needle = read_compared(self.stack), read_compared(self.needle)
        match = search_rows(stacked, needle, major=load().major)
        check_similar(match, self.names, "scale")
        last = len(tried.scales) - 1
        return ScaleFound(
            scale=tried.scales[match.y],
            fact=tried.fact,
            score=match.score,
            dodgy=match.y in {0, last},
            indices=(match.y,),
        )


def what_scale(
    image1: Path, image2: Path, minimum: float, maximum: float, steps: int
) -> ScaleFound:
    """Find which of `steps` + 1 scales makes `image1` match `image2` best (one pass).

    Parameters
    ----------
    image1, image2
        Photos of one size, taken as centred.
    minimum, maximum
        Range of the scales tried (ratios).
    steps
        Number of steps between them.

    Raises
    ------
    InputError
        A photo cannot be used, or the sizes differ.
    UsageError
        The range is empty.
    """
    tried = candidates(minimum, maximum, steps)
    size = check_same_size(image1, image2)
    with alive.passing_folder("ws_") as folder:
        search = ScaleSearch(Read(image1), Read(image2), size, folder)
        search.prepare()
        return search.one_pass(tried)
