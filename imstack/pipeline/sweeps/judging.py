"""Comparing pictures of one stack: in the same area of the canvas, by the same figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imstack.errors import InputError
from imstack.magick.images import read_pixels
from imstack.pipeline.cover import Rectangle
from imstack.pipeline.sweeps.common import inner_rectangle, overlap
from imstack.pipeline.sweeps.contact import CLOSE_UP, needs_close_up
from imstack.pipeline.sweeps.measure import BLOCK, frame_shares, measure_sharpness

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from imstack.pipeline.merge import Merge
    from imstack.pipeline.registration import Registration

SMALLEST = 8  # pixels a side of an area in which pictures can be compared


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture to compare with others.

    Attributes
    ----------
    picture
        The file as it was written.
    shown
        The part of the canvas that it shows, in pixels.
    merge
        What the picture was made from.
    merged
        The part of the canvas that was merged.
    registration
        Where the frames lie on the canvas.
    """

    picture: Path
    shown: Rectangle
    merge: Merge
    merged: Rectangle
    registration: Registration


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured in the common area: see :mod:`imstack.pipeline.sweeps.measure`."""

    sharpness: float
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The figures of all candidates, and where they were taken, in pixels of the canvas.

    `close_up` is where the candidates differ most; None when the area needs none.
    """

    area: Rectangle
    close_up: Rectangle | None
    figures: tuple[Figures, ...]


def judge(candidates: Sequence[Candidate], canvas: tuple[int, int]) -> Judgement:
    """Measure candidates in the area that all of them show, and that every frame covers.

    Where frames and pictures have no area in common, that of the pictures is taken.

    Raises
    ------
    InputError
        The pictures have no area in common.
    """
    area = _common_area(candidates, canvas)
    figures, maps = [], []
    for one in candidates:
        # Not the picture's file: its pixels may be turned upright.
        found = measure_sharpness(_pixels(one.merge.result.path(), within(area, one.merged)))
        frames = len(one.registration.placements)
        shares = frame_shares(one.merge, frames, within(area, one.merged))
        figures.append(Figures(found.mean, one.registration.by_photo(shares)))
        maps.append(found.blocks)
    close_up = _close_up(area, np.array(maps)) if needs_close_up(area) else None
    return Judgement(area, close_up, tuple(figures))


def within(part: Rectangle, whole: Rectangle) -> Rectangle:
    """Return a part of the canvas in pixels of a picture that shows `whole`."""
    return Rectangle(part.width, part.height, part.left - whole.left, part.top - whole.top)


def _common_area(candidates: Sequence[Candidate], canvas: tuple[int, int]) -> Rectangle:
    shown = [one.shown for one in candidates]
    covered = [
        inner_rectangle(p, canvas) for one in candidates for p in one.registration.placements
    ]
    for rectangles in ([*shown, *covered], shown):
        area = overlap(rectangles)
        if area is not None and min(area.width, area.height) >= SMALLEST:
            return area
    message = f"the pictures have no area of {SMALLEST}x{SMALLEST} pixels in common"
    raise InputError(message, hint="crop.to: none, or --crop with a larger part, gives them one")


def _pixels(picture: Path, part: Rectangle) -> NDArray[np.uint16]:
    rows = slice(part.top, part.top + part.height)
    return read_pixels(picture, "RGB")[rows, part.left : part.left + part.width]


def _close_up(area: Rectangle, maps: NDArray[np.float64]) -> Rectangle:
    """Return the part of `area` about the block in which the candidates differ most.

    `maps`: sharpness of each candidate's blocks, shape (candidates, rows, columns).
    """
    differing = np.ptp(maps, axis=0)
    telling = differing if differing.any() else maps[0]
    row, column = np.unravel_index(int(telling.argmax()), telling.shape)
    width, height = min(CLOSE_UP[0], area.width), min(CLOSE_UP[1], area.height)
    left = int(column) * BLOCK + (BLOCK - width) // 2
    top = int(row) * BLOCK + (BLOCK - height) // 2
    return Rectangle(
        width,
        height,
        area.left + min(max(left, 0), area.width - width),
        area.top + min(max(top, 0), area.height - height),
    )
