"""Sums that decide: squared differences without rounding, and with ImageMagick's rounding.

``compare -metric RMSE`` adds d*d for the channels of each pixel along a row, then the rows from
top to bottom, all in doubles. `root_mean_square` repeats just that. `squares` gives the same sum
free of rounding and much faster; it settles all but near ties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from imstack.search.match import QUANTUM_SCALE, Match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.search.match import Haystack, Places

_BLOCK = 1 << 16
"""Values worked on at a time: they stay in the processor's cache, and 2**16 squares below 2**32
add up without rounding in a double."""

_ULP = float(np.finfo(np.float64).eps)


def squares(stack: Haystack, x: int, y: int, *, limit: float = np.inf) -> float:
    """Return the sum of squared differences at offset (`x`, `y`), in quantum units.

    An int, and exact, for whole-number pixels; else a float. Adding stops as soon as the sum
    exceeds `limit`: the value returned is then only known to be above it.
    """
    window, needle = stack.window(x, y), stack.needle
    number = int if stack.exact else float
    height, width, channels = needle.shape
    rows = max(1, _BLOCK // (width * channels))
    total = number(0)
    for top in range(0, height, rows):
        part = slice(top, top + rows)
        difference = np.subtract(window[part], needle[part], dtype=np.float64).ravel()
        for start in range(0, difference.size, _BLOCK):
            piece = difference[start : start + _BLOCK]
            total += number(np.dot(piece, piece))
        if total > limit:
            break
    return total


def squares_at(stack: Haystack, spots: Places) -> list[float]:
    """Return `squares` at each of `spots`; small needles many at a time."""
    size = stack.needle.size
    if size > _BLOCK // 2:
        return [squares(stack, x, y) for x, y in spots.tolist()]
    windows = sliding_window_view(stack.big, stack.needle.shape)[:, :, 0]
    sums: list[float] = []
    for start in range(0, len(spots), _BLOCK // size):
        x, y = spots[start : start + _BLOCK // size].T
        difference = np.subtract(windows[y, x], stack.needle, dtype=np.float64)
        difference = difference.reshape(len(x), -1)
        part = np.einsum("ij,ij->i", difference, difference)
        sums.extend(part.astype(np.int64).tolist() if stack.exact else part.tolist())
    return sums


def root_mean_square(stack: Haystack, x: int, y: int) -> float:
    """Return the root mean square at (`x`, `y`) with ImageMagick's own order of additions.

    Equal to what ``compare -precision 17`` prints on Q16 with one thread.
    `numpy.add.accumulate` adds strictly one after the other.
    """
    window, needle = stack.window(x, y), stack.needle
    height, width, channels = needle.shape
    rows = max(1, _BLOCK // (width * max(3, channels)))
    total = 0.0
    for top in range(0, height, rows):
        part = slice(top, top + rows)
        square = np.subtract(window[part], needle[part], dtype=np.float64)
        square *= QUANTUM_SCALE
        square *= square
        if channels == 1 and stack.major < 7:
            square = np.repeat(square, 3, axis=2)  # gray is added as R, G and B
        along = np.add.accumulate(square.reshape(len(square), -1), axis=1)[:, -1]
        along[0] += total
        total = float(np.add.accumulate(along)[-1])
    area = float(width) * height
    mean = total / area if stack.major < 7 else total * (1.0 / area)
    return float(np.sqrt(mean / stack.channels))


def rounding(stack: Haystack) -> float:
    """Return a bound on the relative rounding error of ImageMagick's sum of squares."""
    height, width = stack.needle.shape[:2]
    own = 0 if stack.exact else stack.needle.size
    terms = 4 * width + height + 8 + own
    return float(terms * _ULP)


def best_of(stack: Haystack, spots: Places, sums: Sequence[float]) -> Match:
    """Return the offset that ``compare`` would answer, of `spots` with their `squares`.

    The smallest score wins, and the first in raster order among equals: `spots` must come in
    that order. Offsets whose sums differ by less than ImageMagick's rounding are compared by
    ImageMagick's own additions.
    """
    least = min(sums)
    within = least * (1.0 + 2.0 * rounding(stack))
    near = [(x, y) for (x, y), total in zip(spots.tolist(), sums, strict=True) if total <= within]
    metrics = [root_mean_square(stack, x, y) for x, y in (near if least else near[:1])]
    metric = min(metrics)
    place = near[metrics.index(metric)]
    only_colours = stack.major < 7 and stack.needle.shape[2] == 4
    score = root_mean_square(stack.colours, *place) if only_colours else metric
    return Match(*place, score, stack.touches(*place), metric)
