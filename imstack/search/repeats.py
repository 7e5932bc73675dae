"""Windows of an image that hold the very same pixels: only the first of them can win.

Flat and periodic images match equally well at thousands of offsets. Equal windows have equal
scores, so one of each kind is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.search.match import Haystack, Places, Samples

# Odd, so that their powers have inverses modulo 2**64.
_STEP_X = 0x9E3779B97F4A7C15
_STEP_Y = 0xC2B2AE3D27D4EB4F
_STEP_CHANNEL = 0x165667B19E3779F9
_WORD = 1 << 64


def first_of_each(stack: Haystack, spots: Places) -> Places:
    """Return `spots` (in raster order) without those whose window came before.

    Windows are told apart by a 64-bit polynomial hash of their pixels.
    """
    height, width = stack.needle.shape[:2]
    table = _prefix_hashes(stack.big)
    x, y = spots.T
    marks = table[y + height, x + width] - table[y, x + width] - table[y + height, x] + table[y, x]
    marks *= _powers(pow(_STEP_X, -1, _WORD), table.shape[1])[x]
    marks *= _powers(pow(_STEP_Y, -1, _WORD), table.shape[0])[y]
    first = np.unique(marks, return_index=True)[1]
    return spots[np.sort(first)]


def _prefix_hashes(image: Samples) -> NDArray[np.uint64]:
    """Return sums, over the part above and left of each corner, of pixel * a^x * b^y."""
    height, width, channels = image.shape
    bits = image if image.dtype == np.uint16 else image.view(np.uint64)
    mixed = np.zeros((height, width), np.uint64)
    for channel in range(channels):
        weight = np.uint64(pow(_STEP_CHANNEL, channel + 1, _WORD))
        mixed += bits[..., channel].astype(np.uint64) * weight
    mixed ^= mixed >> np.uint64(29)
    mixed *= _powers(_STEP_X, width)
    mixed *= _powers(_STEP_Y, height)[:, None]
    table = np.zeros((height + 1, width + 1), np.uint64)
    np.cumsum(mixed, axis=0, out=mixed)
    np.cumsum(mixed, axis=1, out=table[1:, 1:])
    return table


def _powers(base: int, count: int) -> NDArray[np.uint64]:
    factors = np.full(count, base, np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)
