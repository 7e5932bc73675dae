"""Placements as a group: what two of them in a row do, and what undoes one.

In coordinates from the image centre, x right and y down, a placement takes the point q to
``scale * R(angle) * q + (dx, dy)``. All frames of a stack have one size, so one centre serves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from imstack.results import Placement

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Points = NDArray[np.float64]

Number = TypeVar("Number", float, "NDArray[np.float64]")


def compose(outer: Placement, inner: Placement) -> Placement:
    """Return the placement that does `inner` first and `outer` then.

    With `inner` from frame a to frame b and `outer` from b to c, the result goes from a to c.
    """
    dx, dy = _turned(outer, inner.dx, inner.dy)
    return Placement(
        scale=outer.scale * inner.scale,
        dx=dx + outer.dx,
        dy=dy + outer.dy,
        angle=outer.angle + inner.angle,
        gain=outer.gain * inner.gain,
        tint=_each(lambda one, other: one * other, outer, inner),
    )


def inverse(placement: Placement) -> Placement:
    """Return the placement that undoes `placement`."""
    back = Placement(scale=1.0 / placement.scale, angle=-placement.angle)
    dx, dy = _turned(back, placement.dx, placement.dy)
    tint = _each(lambda one, other: other / one, placement, Placement())
    return Placement(back.scale, -dx, -dy, back.angle, 1.0 / placement.gain, tint)


def between(one: Placement, other: Placement, share: float) -> Placement:
    """Return the mean of two placements, `share` (0..1) of which is `one`."""

    def mean(mine: float, yours: float) -> float:
        return share * mine + (1 - share) * yours

    scale, dx, dy, angle, gain = (
        mean(getattr(one, name), getattr(other, name))
        for name in ("scale", "dx", "dy", "angle", "gain")
    )
    return Placement(scale, dx, dy, angle, gain, _each(mean, one, other))


def apply(placement: Placement, points: Points, size: tuple[int, int]) -> Points:
    """Return where `points` of a frame land on the reference.

    Parameters
    ----------
    placement
        Where the frame lies.
    points
        Shape (..., 2), x and y in pixels from the top left corner of the frame.
    size
        Width and height of the frame, in pixels.
    """
    centre = np.array(size, np.float64) / 2.0
    x, y = np.moveaxis(np.asarray(points, np.float64) - centre, -1, 0)
    landed = np.stack(_turned(placement, x, y), axis=-1)
    landed += (centre[0] + placement.dx, centre[1] + placement.dy)
    return landed


def corner_distance(one: Placement, other: Placement, size: tuple[int, int]) -> float:
    """Return how far apart two placements put the image corners: root mean square, in pixels."""
    width, height = size
    corners = np.array([(0, 0), (width, 0), (0, height), (width, height)], np.float64)
    gap = apply(one, corners, size) - apply(other, corners, size)
    return float(np.sqrt((gap**2).sum(axis=-1).mean()))


def _each(
    rule: Callable[[float, float], float], one: Placement, other: Placement
) -> tuple[float, float, float]:
    """Return what `rule` makes of each colour's tint."""
    red, green, blue = (rule(*pair) for pair in zip(one.tint, other.tint, strict=True))
    return red, green, blue


def _turned(placement: Placement, x: Number, y: Number) -> tuple[Number, Number]:
    """Return (x, y) scaled and turned, not shifted."""
    angle = np.deg2rad(placement.angle)
    along, across = placement.scale * float(np.cos(angle)), placement.scale * float(np.sin(angle))
    return along * x - across * y, across * x + along * y
