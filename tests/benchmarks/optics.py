"""How a lens shows a layer: a disc of confusion that grows with the distance from focus."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np

from tests.benchmarks.texture import SUPER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Image = NDArray[np.float32]

Psf = Literal["disc", "gaussian"]

_STEP = 0.5
"""Blurs are made for radii this far apart (in samples) and blended between."""
_TILE = 256


@lru_cache(maxsize=256)
def disc(radius: float, psf: Psf = "disc") -> NDArray[np.float32]:
    """Return the kernel of a point out of focus; `radius` in samples, sum 1.

    The Gaussian has the same second moment as the disc (sigma = radius / 2).
    """
    if radius < 0.05:
        return np.ones((1, 1), np.float32)
    if psf == "gaussian":
        reach = max(1, int(np.ceil(radius * 2)))
        line = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(radius / 2, 0.1)) ** 2)
        kernel = np.outer(line, line)
    else:
        reach = int(np.ceil(radius + 0.5))
        fine = 8
        axis = (np.arange((2 * reach + 1) * fine) + 0.5) / fine - reach - 0.5
        inside = (axis[:, None] ** 2 + axis[None, :] ** 2) <= radius * radius
        side = 2 * reach + 1
        kernel = inside.reshape(side, fine, side, fine).mean(axis=(1, 3))
    return np.asarray(kernel / kernel.sum(), np.float32)


def blur(layer: Image, radius: NDArray[np.float32] | float, psf: Psf = "disc") -> Image:
    """Return `layer` with every point spread over its disc of confusion.

    Parameters
    ----------
    layer
        (h, w, channels), float32.
    radius
        Radius of the disc in samples: one number, or (h, w) float32 when the layer slants.
    psf
        Shape of the disc.
    """
    if isinstance(radius, float):
        return _spread(layer, round(radius / _STEP / 0.25) * _STEP * 0.25, psf)
    out = np.empty_like(layer)
    height, width = layer.shape[:2]
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            _blur_tile(layer, radius, psf, out, (top, left))
    return out


def _blur_tile(
    layer: Image, radius: NDArray[np.float32], psf: Psf, out: Image, corner: tuple[int, int]
) -> None:
    top, left = corner
    height, width = layer.shape[:2]
    bottom, right = min(top + _TILE, height), min(left + _TILE, width)
    steps = radius[top:bottom, left:right] / np.float32(_STEP)
    reach = int(np.ceil((steps.max() + 1) * _STEP)) + 2
    y0, x0 = max(0, top - reach), max(0, left - reach)
    window = layer[y0 : min(height, bottom + reach), x0 : min(width, right + reach)]
    tile = np.zeros_like(out[top:bottom, left:right])
    for level in range(int(steps.min()), int(steps.max()) + 2):
        weight = np.clip(1 - np.abs(steps - level), 0, 1)
        if not weight.any():
            continue
        spread = _spread(window, level * _STEP, psf)
        tile += spread[top - y0 : bottom - y0, left - x0 : right - x0] * weight[..., None]
    out[top:bottom, left:right] = tile


def _spread(layer: Image, radius: float, psf: Psf) -> Image:
    kernel = disc(radius, psf)
    if kernel.size == 1:
        return layer
    # OpenCV's filter2D switches to Fourier transforms for large kernels by itself.
    out = cv2.filter2D(layer, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.float32).reshape(layer.shape)


def lens(layer: Image, sigma: float) -> Image:
    """Return what the best focus shows: a Gaussian of `sigma` pixels (lens and pixel aperture)."""
    out = cv2.GaussianBlur(layer, (0, 0), sigma * SUPER, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.float32).reshape(layer.shape)
