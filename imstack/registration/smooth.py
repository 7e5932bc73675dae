"""Smoothing by running means: nearly as quick for large radii as for small ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from imstack.registration.pyramid import Plane


def smoothed(plane: Plane, radius: int) -> Plane:
    """Return `plane` under a tent of `radius`: two running means of 2 * radius + 1 pixels.

    Like a Gaussian of the variance `variance(radius)`. Beyond its border the image goes on as
    its border pixels do.
    """
    if radius == 0:
        return plane
    down = _means(_means(plane, radius), radius)
    across = _means(_means(np.ascontiguousarray(down.T), radius), radius)
    return np.ascontiguousarray(across.T)


def variance(radius: int) -> float:
    """Return the variance of the tent of `smoothed`, in pixels squared."""
    return ((2 * radius + 1) ** 2 - 1) / 6.0


def _means(plane: Plane, radius: int) -> Plane:
    """Return the means of 2 * radius + 1 rows.

    Sums of 1, 2, 4, 8 ... rows, each made of two of the one before, are put together.
    """
    rows, width = plane.shape[0], 2 * radius + 1
    sums = np.pad(plane, ((radius, radius), (0, 0)), mode="edge")
    total, size, start = np.zeros_like(plane), 1, 0
    while True:
        if width & size:
            total += sums[start : start + rows]
            start += size
        if 2 * size > width:
            break
        sums = sums[:-size] + sums[size:]
        size *= 2
    total *= np.float32(1 / width)
    return total
