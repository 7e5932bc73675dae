"""The area that several pictures of one stack have in common."""

from __future__ import annotations

import math
from functools import reduce
from typing import TYPE_CHECKING

from imstack.pipeline.cover import Rectangle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.results import Placement

EDGE = 2  # pixels beside the border of a warped frame, which are mixed with made-up ones


def overlap(rectangles: Sequence[Rectangle]) -> Rectangle | None:
    """Return what all rectangles have in common; None when that is nothing."""
    found = reduce(_both, rectangles)
    return found if found.width > 0 and found.height > 0 else None


def _both(one: Rectangle, other: Rectangle) -> Rectangle:
    left, top = max(one.left, other.left), max(one.top, other.top)
    right = min(one.left + one.width, other.left + other.width)
    bottom = min(one.top + one.height, other.top + other.height)
    return Rectangle(right - left, bottom - top, left, top)


def inner_rectangle(placement: Placement, canvas: tuple[int, int]) -> Rectangle:
    """Return a rectangle of the canvas (w, h) that a frame of that size covers.

    It is the largest one for a frame that is not turned. Nothing of it when width or height is
    not positive.
    """
    width, height = canvas
    if placement.is_identity:
        return Rectangle(width, height, 0, 0)
    corners = {
        (right, low): _place(placement, canvas, right * width, low * height)
        for right in (0, 1)
        for low in (0, 1)
    }
    left = max(0, _inside(max(corners[0, 0][0], corners[0, 1][0])))
    top = max(0, _inside(max(corners[0, 0][1], corners[1, 0][1])))
    right = min(width, -_inside(-min(corners[1, 0][0], corners[1, 1][0])))
    bottom = min(height, -_inside(-min(corners[0, 1][1], corners[1, 1][1])))
    return Rectangle(right - left, bottom - top, left, top)


def _inside(edge: float) -> int:
    return math.ceil(edge) + EDGE


def _place(
    placement: Placement, canvas: tuple[int, int], x: float, y: float
) -> tuple[float, float]:
    """Return where a point of the frame lies on the canvas, in pixels from its corner."""
    middle_x, middle_y = canvas[0] / 2, canvas[1] / 2
    turn = math.radians(placement.angle)
    cos, sin = placement.scale * math.cos(turn), placement.scale * math.sin(turn)
    dx, dy = x - middle_x, y - middle_y
    return (
        middle_x + cos * dx - sin * dy + placement.dx,
        middle_y + sin * dx + cos * dy + placement.dy,
    )
