"""Laplacian pyramids (Burt and Adelson, 1983) on float32 planes of shape (..., h, w).

Pixel i of a level lies on pixel 2 i of the next finer one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from imstack.merge.filters import layers_of
from imstack.merge.pool import WIDE_ROWS

if TYPE_CHECKING:
    from imstack.merge.filters import Plane
    from imstack.merge.pool import Pool

_SMALLEST = 8  # pixels of the shorter side of the coarsest level
_MOST = 6


def level_count(height: int, width: int, levels: int | None = None) -> int:
    """Return how many band-pass levels a pyramid has above its base; None: as is best.

    Detail larger than 2**6 pixels is the same in all frames, as lenses blur much less.
    """
    count, side = 0, min(height, width)
    while side > _SMALLEST and count < (_MOST if levels is None else levels):
        side = (side + 1) // 2
        count += 1
    return max(count, 1)


def half(size: int) -> int:
    """Return the size of the next coarser level."""
    return (size + 1) // 2


def reduced(fine: Plane, pool: Pool) -> Plane:
    """Return the next coarser level: smoothed with the binomial filter, every second pixel."""
    height, width = half(fine.shape[-2]), half(fine.shape[-1])
    out = np.empty((*fine.shape[:-2], height, width), np.float32)
    if pool.threads == 1:
        for one, into in zip(layers_of(fine), layers_of(out), strict=True):
            cv2.pyrDown(one, dst=into, borderType=cv2.BORDER_REPLICATE)
        return out

    def band(top: int, bottom: int) -> None:
        above = 1 if top else 0
        rows = fine[..., 2 * (top - above) : 2 * bottom + 2, :]
        for one, into in zip(layers_of(rows), layers_of(out), strict=True):
            small = cv2.pyrDown(one, borderType=cv2.BORDER_REPLICATE)
            into[top:bottom] = small[above : above + bottom - top]

    pool.bands(height, band, WIDE_ROWS)
    return out


def expanded_rows(coarse: Plane, top: int, bottom: int, width: int) -> Plane:
    """Return rows `top` (even) to `bottom` of the level below `coarse`, `width` pixels wide.

    Even pixels take 1 6 1 eighths of their neighbours, odd ones the mean of two: the binomial
    filter on pixels with zeros between them.
    """
    first, last = top // 2 - 1, (bottom + 1) // 2 + 1
    above, below = max(-first, 0), max(last - coarse.shape[-2], 0)
    rows = coarse[..., first + above : last - below, :]
    size = (width, 2 * (last - first))
    out = np.empty((*coarse.shape[:-2], size[1], width), np.float32)
    for one, into in zip(layers_of(rows), layers_of(out), strict=True):
        if above or below:  # the border row is repeated, where pyrUp by itself would mirror
            padded = cv2.copyMakeBorder(one, above, below, 0, 0, cv2.BORDER_REPLICATE)
            cv2.pyrUp(padded, dst=into, dstsize=size)
        else:
            cv2.pyrUp(one, dst=into, dstsize=size)
    return out[..., 2 : 2 + bottom - top, :]


def expanded(coarse: Plane, height: int, width: int, pool: Pool) -> Plane:
    """Return `coarse` at the size of the next finer level."""
    if pool.threads == 1:
        return expanded_rows(coarse, 0, height, width)
    out = np.empty((*coarse.shape[:-2], height, width), np.float32)

    def band(top: int, bottom: int) -> None:
        out[..., top:bottom, :] = expanded_rows(coarse, top, bottom, width)

    pool.bands(height, band, WIDE_ROWS)
    return out


def gaussian_pyramid(planes: Plane, levels: int, pool: Pool) -> list[Plane]:
    """Return `planes` and `levels` coarser versions of them."""
    out = [planes]
    for _ in range(levels):
        out.append(reduced(out[-1], pool))
    return out


def collapse(levels: list[Plane], pool: Pool) -> Plane:
    """Return the image whose Laplacian pyramid this is; all but the last level are changed."""
    image = levels[-1]
    for level in reversed(levels[:-1]):
        coarse = image

        def band(top: int, bottom: int, level: Plane = level, coarse: Plane = coarse) -> None:
            level[..., top:bottom, :] += expanded_rows(coarse, top, bottom, level.shape[-1])

        pool.bands(level.shape[-2], band)
        image = level
    return image
