"""The search for large images: as exact as the full search, in much less time and memory.

A quick search gives a good offset. Then every offset gets a lower bound of its sum of squares,
from the means of blocks: whatever two images hold, the squared difference of two block sums is
at most the block's size times the sum of squared differences within it (Cauchy and Schwarz).
Only offsets whose bound is no worse than the good one need be measured at all, first with
smaller blocks, at last pixel by pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from imstack.search.exact import best_of, rounding, squares
from imstack.search.fourier import MANY, correlation, full, window_sums
from imstack.search.match import haystack, places
from imstack.search.pyramid import descend
from imstack.search.repeats import first_of_each

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.search.match import Haystack, Match, Pixels, Places, Samples

Sums: TypeAlias = "NDArray[np.int32]"

FULL_BELOW = 1_500_000
"""Pixels of the big image up to which the full search is as quick."""

BLOCK = 8
"""Side, in pixels, of the largest blocks. Their sums stay below 2**24: whole in float32."""

_TOO_MANY = 300
"""More offsets than this left by the largest blocks: the images have too little structure."""

_ROUNDING = 1e-9
"""Relative rounding of the sums of block differences; many times what doubles can reach."""


def search(big: Pixels, needle: Pixels, *, major: int = 6) -> Match:
    """Return what ``compare -metric RMSE -subimage-search big needle`` finds, exactly.

    Parameters
    ----------
    big, needle
        uint16, shape (h, w, c); see `imstack.search.match.haystack`.
    major
        The ImageMagick that is followed: 6 or 7.

    Returns
    -------
    Match
        The global optimum: best offset, and score to the last bit.

    Raises
    ------
    InputError
        When the needle does not fit in the big image.
    """
    stack = haystack(big, needle, major)
    small = big.shape[0] * big.shape[1] <= FULL_BELOW or min(needle.shape[:2]) < 4 * BLOCK
    return full(stack) if small or not stack.exact else bounded(stack)


def bounded(stack: Haystack) -> Match:
    """Return the same answer as the full search, by bounds on blocks; no alpha."""
    guess = descend(stack)
    best = squares(stack, guess.x, guess.y)
    slack = 1.0 + 2.0 * rounding(stack)
    blocks = _Blocks(_channel_sums(stack.big), _channel_sums(stack.needle), stack.big.shape[2])
    spots = blocks.not_above(best * slack)
    if len(spots) > MANY:
        spots = first_of_each(stack, spots)
    if len(spots) > _TOO_MANY:
        return full(stack)
    for side in (BLOCK // 2, BLOCK // 4):
        spots = spots[blocks.bounds(side, spots) <= best]
    spots = places(*np.append(spots, [(guess.x, guess.y)], axis=0).T)
    sums: list[float] = []
    for x, y in spots.tolist():
        sums.append(squares(stack, x, y, limit=best * slack))
        best = min(best, sums[-1])
    return best_of(stack, spots, sums)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Lower bounds of the sum of squares from the channels' sums of both images."""

    big: Sums
    needle: Sums
    channels: int

    def not_above(self, limit: float) -> Places:
        """Return the offsets whose bound from the largest blocks is at most `limit`.

        Offsets that differ by whole blocks share one correlation of block sums.
        """
        big = _box_sums(self.big, BLOCK)
        needle = _box_sums(self.needle, BLOCK)[::BLOCK, ::BLOCK]
        middle = np.rint(needle.mean()).astype(needle.dtype)
        needle = (needle - middle).astype(np.float32)
        own = float(np.square(needle, dtype=np.float64).sum())
        limit = limit * self.channels * BLOCK * BLOCK - own
        found = [np.empty((0, 2), np.intp)]
        for top, left in product(range(BLOCK), range(BLOCK)):
            phase = (big[top::BLOCK, left::BLOCK] - middle).astype(np.float32)
            products, error = correlation(phase, needle)
            energy = window_sums(np.square(phase, dtype=np.float64), needle.shape)
            error += _ROUNDING * float(energy.max())
            rows, columns = np.nonzero(energy - 2.0 * products <= limit + 2.0 * error)
            found.append(np.stack([columns * BLOCK + left, rows * BLOCK + top], axis=1))
        spots = np.concatenate(found)
        return places(*spots[(spots <= self._room).all(axis=1)].T)

    def bounds(self, side: int, spots: Places) -> NDArray[np.float64]:
        """Return a lower bound at each of `spots`, from blocks of `side` pixels."""
        big = _box_sums(self.big, side)
        needle = _box_sums(self.needle, side)[::side, ::side].astype(np.float64)
        height, width = needle.shape
        share = (1.0 - _ROUNDING) / (self.channels * side * side)
        bounds = np.empty(len(spots))
        for index, (x, y) in enumerate(spots.tolist()):
            difference = (big[y::side, x::side][:height, :width] - needle).ravel()
            bounds[index] = np.dot(difference, difference) * share
        return bounds

    @property
    def _room(self) -> tuple[int, int]:
        return (
            self.big.shape[1] - self.needle.shape[1],
            self.big.shape[0] - self.needle.shape[0],
        )


def _channel_sums(image: Samples) -> Sums:
    sums: Sums = image[..., 0].astype(np.int32)
    for channel in range(1, image.shape[2]):
        sums += image[..., channel].astype(np.int32)
    return sums


def _box_sums(image: Sums, side: int) -> Sums:
    """Return the sum of the `side` x `side` values from each one on; `side` a power of two."""
    step = 1
    while step < side:  # pairs, pairs of pairs, and so on
        image = image[:-step] + image[step:]
        image = image[:, :-step] + image[:, step:]
        step *= 2
    return image
