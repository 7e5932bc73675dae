"""The area that every frame covers, and the largest rectangle in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
