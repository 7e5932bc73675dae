"""Smoothing by running means: nearly as quick for large radii as for small ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    from imstack.registration.pyramid import Plane


def smoothed(plane: Plane, radius: int) -> Plane:
    """Return `plane` under a tent of `radius`: two running means of 2 * radius + 1 pixels.

    Like a Gaussian of the variance `variance(radius)`. Beyond its border the image goes on as
    its border pixels do.
    """
    if radius == 0:
        return plane
    window = (2 * radius + 1, 2 * radius + 1)
    once = cv2.blur(plane, window, borderType=cv2.BORDER_REPLICATE)
    twice: Plane = cv2.blur(once, window, dst=once, borderType=cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    return twice


def variance(radius: int) -> float:
    """Return the variance of the tent of `smoothed`, in pixels squared."""
    return ((2 * radius + 1) ** 2 - 1) / 6.0
