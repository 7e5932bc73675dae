"""The area that every frame covers, and the largest rectangle in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.results import Placement

_ROWS = 64  # rows that are looked at together; what is computed of them stays in the cache


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Part of a canvas, in pixels; (left, top) is its first pixel."""

    width: int
    height: int
    left: int
    top: int

    def __str__(self) -> str:
        """Return it as ImageMagick writes a geometry."""
        return f"{self.width}x{self.height}+{self.left}+{self.top}"


def largest_rectangle(covered: NDArray[np.bool_]) -> Rectangle | None:
    """Return the largest rectangle of True; None when nothing is True.

    Of several, the one that begins highest, then the flattest, then the leftmost. Every pixel
    knows how far True reaches up from it, and how far that column can be widened: so each row
    costs a few operations on arrays, whatever the area looks like.

    Parameters
    ----------
    covered
        Shape (h, w), an area of any shape.
    """
    width = covered.shape[1]
    columns = np.arange(width)
    height, left, right = np.zeros(width, int), np.zeros(width, int), np.full(width, width)
    best: tuple[int, int, int, int, int] | None = None  # less is better
    for number, row in enumerate(covered):
        height = np.where(row, height + 1, 0)
        from_left = np.maximum.accumulate(np.where(row, 0, columns + 1))
        to_right = np.minimum.accumulate(np.where(row, width, columns)[::-1])[::-1]
        left = np.where(row, np.maximum(left, from_left), 0)
        right = np.where(row, np.minimum(right, to_right), width)
        areas = height * (right - left)
        most = int(areas.max(initial=0))
        if most == 0 or (best is not None and most < -best[0]):
            continue
        place = int(np.where(areas == most, height, 0).argmax())
        tall = int(height[place])
        found = (-most, number + 1 - tall, tall, int(left[place]), int(right[place]))
        best = found if best is None else min(best, found)
    if best is None:
        return None
    _, top, tall, first, last = best
    return Rectangle(last - first, tall, first, top)


def covered_by(
    placement: Placement, size: tuple[int, int], part: Rectangle, margin: float
) -> NDArray[np.bool_]:
    """Return which pixels of a canvas a frame covers with real pixels.

    Parameters
    ----------
    placement
        Where the frame lies.
    size
        Width and height of the frame and the canvas, in pixels.
    part
        The part of the canvas that is asked for.
    margin
        How far from the frame's own border a pixel must come, in pixels of the frame; a
        resampling filter reaches that far.

    Returns
    -------
    Array of shape (part.height, part.width).
    """
    if placement.is_identity:
        return np.ones((part.height, part.width), np.bool_)
    width, height = size
    x = part.left + np.arange(part.width) + 0.5 - width / 2 - placement.dx
    y = part.top + np.arange(part.height) + 0.5 - height / 2 - placement.dy
    angle = np.deg2rad(placement.angle)
    along, across = np.cos(angle) / placement.scale, np.sin(angle) / placement.scale
    reach_x, reach_y = width / 2 - margin, height / 2 - margin
    if across == 0:
        down, along_x = np.abs(along * y) <= reach_y, np.abs(along * x) <= reach_x
        return np.asarray(down[:, None] & along_x[None, :], np.bool_)
    inside = np.empty((part.height, part.width), np.bool_)
    for top in range(0, part.height, _ROWS):
        rows = slice(top, top + _ROWS)
        # Back to the frame: turned by -angle, and scaled by 1/scale.
        frame_x = along * x[None, :] + across * y[rows, None]
        frame_y = along * y[rows, None] - across * x[None, :]
        np.abs(frame_x, out=frame_x)
        np.abs(frame_y, out=frame_y)
        np.logical_and(frame_x <= reach_x, frame_y <= reach_y, out=inside[rows])
    return inside
