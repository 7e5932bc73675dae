"""Which frames a place may be taken from: those that won something near it.

Every pixel votes for the frame that won it, with the weight of its confidence. Votes spread
over a few pixels, and faintly over many more, so that flat places follow what lies around
them. A frame is a candidate at a place when it and its two neighbours hold more than a few
per cent of the votes there. That rules out winners by noise and far halos, and keeps near and
far side of an edge, with nothing between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imstack.merge.filters import gaussian_weights, smooth
from imstack.merge.pyramid import expanded, gaussian_pyramid, half, reduced

if TYPE_CHECKING:
    from imstack.merge.filters import Plane
    from imstack.merge.focus_measure import FocusMeasure, Index
    from imstack.merge.pool import Pool

GRID = 2
"""Level of the pyramid on which votes are counted: every fourth pixel."""

_ENOUGH = 0.05  # share of the votes that makes a full candidate
_FAINT = (1e-2, 1e-4)  # weights of votes from four and sixteen times as far
_NOBODY = 1e-12  # votes that every frame has, for places far from all detail


@dataclass(frozen=True)
class Candidates:
    """How likely each frame is at each place.

    Attributes
    ----------
    chance
        One plane per frame on the grid of every fourth pixel, 0..1.
    elected
        The frame with most votes, on the same grid.
    """

    chance: list[Plane]
    elected: Index

    def levels(self, number: int, size: tuple[int, int], count: int, pool: Pool) -> list[Plane]:
        """Return the chance of a frame on `count` levels, the finest of which is of `size`."""
        sizes = [size]
        while len(sizes) < GRID:
            sizes.append((half(sizes[-1][0]), half(sizes[-1][1])))
        finer = [self.chance[number]]
        for height, width in reversed(sizes):
            finer.append(expanded(finer[-1], height, width, pool))
        coarser = gaussian_pyramid(self.chance[number], max(count - 1 - GRID, 0), pool)
        return [*reversed(finer[1:]), *coarser][:count]


def count_votes(measure: FocusMeasure, count: int, reach: float, pool: Pool) -> Candidates:
    """Return the candidates; votes count within about `reach` pixels (sigma)."""
    near = [_spread(_votes(measure, number, pool), reach, pool) for number in range(count)]
    total = np.sum(near, axis=0)
    chance = []
    for number in range(count):
        around = near[number].copy()
        for other in {number - 1, number + 1} & set(range(count)):
            around += near[other]
        around /= total * np.float32(_ENOUGH)
        np.clip(around, 0, 1, out=around)
        chance.append(np.square(around, out=around))
    first = np.argmax(near, axis=0)
    small = measure.index.dtype == np.uint8
    return Candidates(chance, first.astype(np.uint8) if small else first.astype(np.uint16))


def _votes(measure: FocusMeasure, number: int, pool: Pool) -> Plane:
    """Return the confidence of the pixels that a frame won, on the grid."""
    votes = np.empty_like(measure.detail)

    def band(top: int, bottom: int) -> None:
        won = measure.index[top:bottom] == number
        np.multiply(measure.votes(top, bottom), won, out=votes[top:bottom])

    pool.bands(votes.shape[0], band)
    for _ in range(GRID):
        votes = reduced(votes, pool)
    return votes


def _spread(votes: Plane, reach: float, pool: Pool) -> Plane:
    """Return votes spread near, and faintly far, over the grid."""
    out = smooth(votes, gaussian_weights(max(reach / 2**GRID, 0.3)), pool)
    coarse = votes
    sizes: list[tuple[int, int]] = []
    for weight in _FAINT:
        for _ in range(2):
            sizes.append((coarse.shape[0], coarse.shape[1]))
            coarse = reduced(coarse, pool)
        far = smooth(coarse, gaussian_weights(max(reach / 2**GRID, 0.3)), pool)
        for size in reversed(sizes):
            far = expanded(far, *size, pool)
        out += far * np.float32(weight)
    out += np.float32(_NOBODY)
    return out
