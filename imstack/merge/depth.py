"""The depth map: where between the frames each place is sharpest, smoothed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.merge.pyramid import expanded_rows, gaussian_pyramid

if TYPE_CHECKING:
    from imstack.merge.filters import Plane
    from imstack.merge.focus_measure import FocusMeasure, Index
    from imstack.merge.pool import Pool

_LEVELS = 7  # so flat places as wide as 2**7 pixels are filled from around
_SELF = np.float32(0.02)  # confidence at which a place trusts itself as much as its surroundings


def depth_map(measure: FocusMeasure, index: Index, count: int, pool: Pool) -> Plane:
    """Return the depth in frames, (h, w) float32, from 0 (first frame) to count - 1.

    The peak of the detail over the frames is taken as that of a parabola through the logarithms
    of three; then every place is mixed with its surroundings, the more the less detail it has.
    """
    height, width = index.shape
    values = np.empty((2, height, width), np.float32)

    def band(top: int, bottom: int) -> None:
        part = slice(top, bottom)
        sure = measure.confidence(top, bottom)
        sure *= measure.index[part] == index[part]
        values[0, part] = (index[part] + _offset(measure, index, count, part)) * sure
        values[1, part] = sure

    pool.bands(height, band)
    levels = gaussian_pyramid(values, _LEVELS, pool)
    filled = _broadly(levels[-1], index)
    for finer in reversed(levels[:-1]):
        filled = _refined(finer, filled, pool)
    return np.clip(filled, 0, count - 1, out=filled)


def _broadly(values: Plane, index: Index) -> Plane:
    """Return the depth on the coarsest level; where nothing is known, that of the rest."""
    sums, sure = values
    known = float(sure.sum())
    rest = float(sums.sum()) / known if known > 0 else float(np.median(index))
    filled: Plane = np.where(sure > 1e-9, sums / np.maximum(sure, 1e-9), rest).astype(np.float32)
    return filled


def _offset(measure: FocusMeasure, index: Index, count: int, part: slice) -> Plane:
    """Return where the peak lies beside the winner, -0.5..0.5."""
    tiny = np.float32(max(measure.floor, 1e-6) * 0.1)
    peak, before, after = (
        np.log(plane[part] + tiny) for plane in (measure.detail, measure.before, measure.after)
    )
    bend = before + after - 2 * peak
    offset = np.where(bend < -1e-3, (before - after) / np.minimum(2 * bend, np.float32(-1e-3)), 0)
    inner = (index[part] > 0) & (index[part] < count - 1) & (measure.index[part] == index[part])
    clipped: Plane = np.where(inner, np.clip(offset, -0.5, 0.5), 0).astype(np.float32)
    return clipped


def _refined(values: Plane, coarse: Plane, pool: Pool) -> Plane:
    out: Plane = np.empty_like(values[0])

    def band(top: int, bottom: int) -> None:
        around = expanded_rows(coarse, top, bottom, out.shape[1])
        sure = values[1, top:bottom]
        trust = sure / (sure + _SELF)
        own = values[0, top:bottom] / np.maximum(sure, np.float32(1e-9))
        out[top:bottom] = around + (own - around) * trust

    pool.bands(out.shape[0], band)
    return out
