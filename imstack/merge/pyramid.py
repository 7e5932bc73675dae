"""Laplacian pyramids (Burt and Adelson, 1983) on float32 planes of shape (..., h, w).

Pixel i of a level lies on pixel 2 i of the next finer one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.merge.filters import rows_of, widened

if TYPE_CHECKING:
    from imstack.merge.crew import Crew
    from imstack.merge.filters import Plane

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


def reduced(fine: Plane, crew: Crew) -> Plane:
    """Return the next coarser level: smoothed with the binomial filter, every second pixel."""
    height, width = half(fine.shape[-2]), half(fine.shape[-1])
    out = np.empty((*fine.shape[:-2], height, width), np.float32)

    def band(top: int, bottom: int) -> None:
        rows = rows_of(fine, 2 * top - 2, 2 * bottom + 1)
        down = _decimated_rows(rows, bottom - top)
        wide = widened(down, 3)
        across = out[..., top:bottom, :]
        np.multiply(wide[..., 3 : 3 + 2 * width : 2], np.float32(6 / 16), out=across)
        pair = wide[..., 2 : 2 + 2 * width : 2] + wide[..., 4 : 4 + 2 * width : 2]
        pair *= np.float32(4 / 16)
        across += pair
        np.add(wide[..., 1 : 1 + 2 * width : 2], wide[..., 5 : 5 + 2 * width : 2], out=pair)
        pair *= np.float32(1 / 16)
        across += pair

    crew.bands(height, band)
    return out


def _decimated_rows(rows: Plane, count: int) -> Plane:
    down = rows[..., 2 : 2 + 2 * count : 2, :] * np.float32(6 / 16)
    pair = rows[..., 1 : 1 + 2 * count : 2, :] + rows[..., 3 : 3 + 2 * count : 2, :]
    pair *= np.float32(4 / 16)
    down += pair
    np.add(rows[..., 0 : 2 * count : 2, :], rows[..., 4 : 4 + 2 * count : 2, :], out=pair)
    pair *= np.float32(1 / 16)
    down += pair
    return down


def expanded_rows(coarse: Plane, top: int, bottom: int, width: int) -> Plane:
    """Return rows `top` (even) to `bottom` of the level below `coarse`, `width` pixels wide.

    Even pixels take 1 6 1 eighths of their neighbours, odd ones the mean of two: the binomial
    filter on pixels with zeros between them.
    """
    rows = rows_of(coarse, top // 2 - 1, (bottom + 1) // 2 + 1)
    count = (bottom - top + 1) // 2
    middle, below = rows[..., 1 : 1 + count, :], rows[..., 2 : 2 + count, :]
    tall = np.empty((*rows.shape[:-2], 2 * count, rows.shape[-1]), np.float32)
    even = tall[..., 0::2, :]
    np.add(rows[..., 0:count, :], below, out=even)
    even *= np.float32(1 / 8)
    even += middle * np.float32(6 / 8)
    np.add(middle, below, out=tall[..., 1::2, :])
    tall[..., 1::2, :] *= np.float32(1 / 2)
    return _expanded_columns(tall[..., : bottom - top, :], width)


def _expanded_columns(rows: Plane, width: int) -> Plane:
    count = half(width)
    wide = widened(rows, 1)
    out = np.empty((*rows.shape[:-1], 2 * count), np.float32)
    even = out[..., 0::2]
    np.add(wide[..., 0:count], wide[..., 2 : 2 + count], out=even)
    even *= np.float32(1 / 8)
    even += wide[..., 1 : 1 + count] * np.float32(6 / 8)
    np.add(wide[..., 1 : 1 + count], wide[..., 2 : 2 + count], out=out[..., 1::2])
    out[..., 1::2] *= np.float32(1 / 2)
    return out[..., :width]


def expanded(coarse: Plane, height: int, width: int, crew: Crew) -> Plane:
    """Return `coarse` at the size of the next finer level."""
    out = np.empty((*coarse.shape[:-2], height, width), np.float32)

    def band(top: int, bottom: int) -> None:
        out[..., top:bottom, :] = expanded_rows(coarse, top, bottom, width)

    crew.bands(height, band)
    return out


def gaussian_pyramid(planes: Plane, levels: int, crew: Crew) -> list[Plane]:
    """Return `planes` and `levels` coarser versions of them."""
    out = [planes]
    for _ in range(levels):
        out.append(reduced(out[-1], crew))
    return out


def collapse(levels: list[Plane], crew: Crew) -> Plane:
    """Return the image whose Laplacian pyramid this is; all but the last level are changed."""
    image = levels[-1]
    for level in reversed(levels[:-1]):
        coarse = image

        def band(top: int, bottom: int, level: Plane = level, coarse: Plane = coarse) -> None:
            level[..., top:bottom, :] += expanded_rows(coarse, top, bottom, level.shape[-1])

        crew.bands(level.shape[-2], band)
        image = level
    return image
