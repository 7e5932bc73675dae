"""Small separable filters on float32 planes; beyond the border lies the border's own value."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.merge.crew import Crew

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
    if top >= 0 and bottom <= height:
        return plane[..., top:bottom, :]
    return plane[..., np.clip(np.arange(top, bottom), 0, height - 1), :]


def widened(rows: Plane, reach: int) -> Plane:
    """Return rows with `reach` columns more on both sides, the border columns repeated."""
    width = rows.shape[-1]
    out = np.empty((*rows.shape[:-1], width + 2 * reach), np.float32)
    out[..., reach : reach + width] = rows
    out[..., :reach] = rows[..., :1]
    out[..., reach + width :] = rows[..., -1:]
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
    height, width = rows.shape[-2] - 2 * reach, rows.shape[-1]
    down = rows[..., reach : reach + height, :] * np.float32(weights[0])
    pair = np.empty_like(down)
    for i, weight in enumerate(weights[1:], start=1):
        above, below = reach - i, reach + i
        np.add(rows[..., above : above + height, :], rows[..., below : below + height, :], out=pair)
        pair *= np.float32(weight)
        down += pair
    wide = widened(down, reach)
    across = wide[..., reach : reach + width] * np.float32(weights[0])
    for i, weight in enumerate(weights[1:], start=1):
        left, right = reach - i, reach + i
        np.add(wide[..., left : left + width], wide[..., right : right + width], out=pair)
        pair *= np.float32(weight)
        across += pair
    return across


def smooth(plane: Plane, weights: tuple[float, ...], crew: Crew) -> Plane:
    """Return a plane (..., h, w) filtered both ways with symmetric weights."""
    reach = len(weights) - 1
    out = np.empty(plane.shape, np.float32)

    def band(top: int, bottom: int) -> None:
        out[..., top:bottom, :] = filtered(rows_of(plane, top - reach, bottom + reach), weights)

    crew.bands(plane.shape[-2], band)
    return out
