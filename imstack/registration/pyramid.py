"""A frame as the registration sees it: gray, halved again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Plane: TypeAlias = "NDArray[np.float32]"
"""One gray image, shape (h, w), 0..1."""

SMALLEST = 48
"""Shorter side, in pixels, that no level goes below."""

ENOUGH = 3_200_000
"""Pixels of the finest level, when the recipe leaves the choice to us: more cost time without
making the fit better."""

_STRIP = 128
"""Rows turned gray at a time: they stay in the processor's cache."""

_TAPS = np.array([1, 7, 21, 35, 35, 21, 7, 1], np.float32) / 128
"""Smoothing before every second pixel is dropped. Two equal taps would let through detail finer
than the halved image can hold, and that false detail draws the fit towards whole pixels."""


@dataclass(frozen=True, slots=True)
class Pyramid:
    """A frame at falling sizes.

    Attributes
    ----------
    size
        Width and height of the frame itself, in pixels.
    first
        How often ``levels[0]`` is halved; each further level once more.
    levels
        Gray images, float32, 0..1. Pixel (row i, column j) of an image that is halved k times
        has its centre at ``2**k * (j + 0.5, i + 0.5)`` in pixels of the frame.
    colours
        Red, green and blue at the level `lamp`, (h, w, 3) of 0..1; None where all is gray.
    """

    size: tuple[int, int]
    first: int
    levels: tuple[Plane, ...]
    colours: Plane | None = None

    @property
    def lamp(self) -> int:
        """Which of the levels brightness is measured on: a small one."""
        return max(0, len(self.levels) - 2)

    def coloured(self, pixels: NDArray[np.uint16] | NDArray[np.uint8]) -> Pyramid:
        """Return the pyramid with the colours of the frame's `pixels`, (h, w, c)."""
        if pixels.shape[2] < 3:
            return self
        shape = self.levels[self.lamp].shape
        times = 2 ** (self.first + self.lamp)
        whole = pixels[: shape[0] * times, : shape[1] * times, :3]
        small = cv2.resize(whole, shape[::-1], interpolation=cv2.INTER_AREA)
        if (small == small[..., :1]).all():
            return self
        return replace(self, colours=small / np.float32(np.iinfo(pixels.dtype).max))


def gray(pixels: NDArray[np.uint16] | NDArray[np.uint8]) -> Plane:
    """Return the mean of the colours of 8 or 16-bit `pixels`, 0..1.

    Parameters
    ----------
    pixels
        Shape (h, w, c), 0..255 or 0..65535: gray (c = 1), gray and alpha, RGB, or RGBA. Alpha is
        left out.
    """
    colours = 3 if pixels.shape[2] > 2 else 1
    weights = np.zeros((1, pixels.shape[2]), np.float32)
    weights[0, :colours] = 1.0 / (np.iinfo(pixels.dtype).max * colours)
    plane = np.empty(pixels.shape[:2], np.float32)
    for start in range(0, len(plane), _STRIP):
        strip = pixels[start : start + _STRIP].astype(np.float32)
        plane[start : start + _STRIP] = cv2.transform(strip, weights)
    return plane


def pyramid(plane: Plane, stop_level: int | Literal["auto"] = "auto") -> Pyramid:
    """Return the levels of a frame that a fit needs.

    Parameters
    ----------
    plane
        Gray image (h, w), float32, 0..1.
    stop_level
        How often the finest level is halved; less where the frame is too small for that. `auto`
        takes the first level from 1 on that has no more than `ENOUGH` pixels.
    """
    height, width = plane.shape
    deepest = max(0, (min(height, width) // SMALLEST).bit_length() - 1)
    first = _automatic(height * width) if stop_level == "auto" else stop_level
    first = min(first, deepest)
    levels = [plane]
    for _ in range(deepest):
        levels.append(halved(levels[-1]))
    return Pyramid((width, height), first, tuple(levels[first:]))


def halved(plane: Plane) -> Plane:
    """Return `plane` at half its size, smoothed first; an odd last row or column is left out."""
    height, width = plane.shape
    reach = len(_TAPS) // 2 - 1
    even = plane[: height // 2 * 2, : width // 2 * 2]
    smooth = cv2.sepFilter2D(
        even, -1, _TAPS, _TAPS, anchor=(reach, reach), borderType=cv2.BORDER_REPLICATE
    )
    return np.ascontiguousarray(smooth[::2, ::2], np.float32)


def _automatic(pixels: int) -> int:
    level = 1
    while pixels >> (2 * level) > ENOUGH:
        level += 1
    return level
