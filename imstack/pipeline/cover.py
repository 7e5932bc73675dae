"""The area that every frame covers, and the largest rectangle in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.results import Placement


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
    """Return the largest rectangle of True in a convex area; None when nothing is True.

    Parameters
    ----------
    covered
        Shape (h, w). The area must be convex, as an intersection of warped frames is: then
        the rows between two rows are at least as wide as what both have in common.
    """
    rows = np.flatnonzero(covered.any(axis=1))
    if rows.size == 0:
        return None
    area = covered[rows[0] : rows[-1] + 1]
    left = area.argmax(axis=1)
    right = area.shape[1] - area[:, ::-1].argmax(axis=1)
    count = len(left)
    best, found = 0, (0, 0, 0, 0)
    for first in range(count):
        if (count - first) * int(right.max() - left.min()) <= best:
            break  # even the widest rectangle of what is left would be smaller
        lefts = np.maximum(left[first:], left[first])
        widths = np.minimum(right[first:], right[first]) - lefts
        areas = widths * np.arange(1, count - first + 1)
        last = int(areas.argmax())
        if areas[last] > best:
            best = int(areas[last])
            found = (int(widths[last]), last + 1, int(lefts[last]), int(rows[0]) + first)
    return Rectangle(*found)


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
    # Back to the frame: turned by -angle, and scaled by 1/scale.
    across_x = along * x[None, :] + across * y[:, None]
    across_y = along * y[:, None] - across * x[None, :]
    inside: NDArray[np.bool_] = (np.abs(across_x) <= width / 2 - margin) & (
        np.abs(across_y) <= height / 2 - margin
    )
    return inside
