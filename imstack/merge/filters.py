"""Small separable filters on float32 planes; beyond the border lies the border's own value."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from imstack.merge.pool import WIDE_ROWS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.merge.pool import Pool

Plane: TypeAlias = "NDArray[np.float32]"

_REACH = 3.2  # sigmas; what is cut off is less than a sixteen-bit step


@lru_cache(maxsize=128)
def gaussian_weights(sigma: float) -> tuple[float, ...]:
    """Return the middle weight of a Gaussian of `sigma` pixels and those to one side; sum 1."""
    reach = max(1, math.ceil(_REACH * sigma))
    side = [math.exp(-0.5 * (i / sigma) ** 2) for i in range(reach + 1)]
    total = side[0] + 2 * sum(side[1:])
    return tuple(value / total for value in side)


BINOMIAL = (6 / 16, 4 / 16, 1 / 16)
"""Weights of the five-tap binomial filter, whose variance is 1 square pixel."""


def rows_of(plane: Plane, top: int, bottom: int) -> Plane:
    """Return rows `top` to `bottom` (excluded), the border rows repeated beyond the border."""
    height = plane.shape[-2]
    above, below = min(max(-top, 0), bottom - top), max(bottom - height, 0)
    inner = plane[..., max(top, 0) : min(bottom, height), :]
    if not above and not below:
        return inner
    if inner.shape[-2] == 0:
        return plane[..., np.clip(np.arange(top, bottom), 0, height - 1), :]
    out = np.empty((*plane.shape[:-2], bottom - top, plane.shape[-1]), plane.dtype)
    out[..., above : bottom - top - below, :] = inner
    out[..., :above, :] = inner[..., :1, :]
    out[..., bottom - top - below :, :] = inner[..., -1:, :]
    return out


def filtered(rows: Plane, weights: tuple[float, ...]) -> Plane:
    """Return rows filtered both ways with symmetric weights.

    Parameters
    ----------
    rows
        (..., h + 2 r, w), float32, where r is ``len(weights) - 1``.
    weights
        The middle weight and those to one side.

    Returns
    -------
    (..., h, w), float32.
    """
    reach = len(weights) - 1
    inner: Plane = _separable(rows, weights)[..., reach : rows.shape[-2] - reach, :]
    return inner


def smooth(plane: Plane, weights: tuple[float, ...], pool: Pool) -> Plane:
    """Return a plane (..., h, w) filtered both ways with symmetric weights."""
    reach = len(weights) - 1
    if pool.threads == 1:
        return _separable(plane, weights)
    out = np.empty(plane.shape, np.float32)

    def band(top: int, bottom: int) -> None:
        out[..., top:bottom, :] = filtered(rows_of(plane, top - reach, bottom + reach), weights)

    pool.bands(plane.shape[-2], band, WIDE_ROWS)
    return out


def _separable(plane: Plane, weights: tuple[float, ...]) -> Plane:
    """Return a plane (..., h, w) filtered both ways, the border repeated."""
    kernel = np.array([*weights[:0:-1], *weights], np.float32)
    out = np.empty(plane.shape, np.float32)
    for one, into in zip(layers_of(plane), layers_of(out), strict=True):
        cv2.sepFilter2D(one, -1, kernel, kernel, dst=into, borderType=cv2.BORDER_REPLICATE)
    return out


def looked_up(table: Plane, index: NDArray[np.uint8] | NDArray[np.uint16]) -> Plane:
    """Return the value of each number in `index`, (h, w), in a table of up to as many, (n,)."""
    if index.dtype != np.uint8:
        return np.asarray(table[index])
    values = np.zeros(256, np.float32)
    values[: len(table)] = table
    return np.asarray(cv2.LUT(index, values))


def layers_of(plane: Plane) -> list[Plane]:
    """Return the planes (h, w) of (..., h, w); they share its memory."""
    if plane.ndim == 2:
        return [plane]
    if plane.ndim == 3:
        return list(plane)
    return [one for part in plane for one in layers_of(part)]
