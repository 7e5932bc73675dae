"""The finished picture held against every frame, and corrected by what the frames say otherwise.

The picture is seen again as each frame sees it: sharp where the frame is, blurred elsewhere. If
the picture is right, every frame looks like that. Where a frame differs at a place that it shows
best, the difference is what the picture lacks there, or has too much of: most of all what near
things out of focus spread over far ones, which no choice among the frames could leave out.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from imstack.merge.crew import ALONE
from imstack.merge.defocus import measured
from imstack.merge.filters import gaussian_weights, smooth
from imstack.merge.layers import REACH, Layers
from imstack.merge.pyramid import expanded, expanded_rows, reduced

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imstack.merge.crew import Crew
    from imstack.merge.defocus import Strips
    from imstack.merge.filters import Plane
    from imstack.merge.frames import Stack
    from imstack.merge.survey import Index, Survey

_TILE = 384  # pixels; with the reach a multiple of the grain of the coarsest level
_NEXT = 0.15  # share of a place that goes to the frames before and after
_SPREAD = 1.1  # sigma on every fourth pixel; with the way there and back some five pixels
_NONE = np.float32(0.03)  # share of a frame that is not worth seeing the picture again for
_HARDLY = np.float32(1e-6)  # share of what is shown where no frame has pixels


def corrected(
    stack: Stack,
    picture: Plane,
    index: Index,
    survey: Survey,
    strips: Strips,
    crew: Crew,
    tick: Callable[[], None],
) -> Plane:
    """Return the picture (3, h, w) corrected by what the frames say otherwise.

    What the frames differ in must be their focus: when blurring the picture explains less than
    half of it, the picture is returned as it is.

    Parameters
    ----------
    stack
        The frames; each is loaded once.
    picture
        (3, h, w), of 0..1; it is used up.
    index
        Which frame is nearest to it at each place, (h, w).
    survey
        Says how noisy the frames are, and what to take where they have no pixels.
    strips
        Parts of all frames, to measure their focus on.
    crew, tick
        Who does it, and what is called after each frame and as often before the first one.
    """
    defocus = measured(picture, index, strips, survey.noise, crew)
    if not defocus.known:
        return picture
    lacks = seen_again(picture, index, stack.count, defocus.focus, crew, tick)
    np.subtract(picture, lacks, out=lacks)
    span = Range()
    np.multiply(survey.backing, _HARDLY, out=picture)
    weight = np.full(index.shape, _HARDLY, np.float32)
    for number in range(stack.count):
        planes, covered = stack.filled(number, survey.backing, crew)
        share = shares(index, number, stack.count, crew) * covered

        def band(top: int, bottom: int, planes: Plane = planes, share: Plane = share) -> None:
            part = slice(top, bottom)
            picture[:, part] += planes[:, part] * share[part]
            weight[part] += share[part]

        crew.bands(index.shape[0], band)
        span.add(planes, crew)
        tick()
    picture /= weight
    picture += lacks
    return span.kept(picture, crew)


class Range:
    """What the frames show at half their size, from the darkest to the brightest.

    Blur mixes what is there and adds nothing. So where a correction leads out of what any frame
    shows, at half the size, where focus matters little, it has gone too far: such as at the edge
    of a near thing, over which nothing behind it can spread.
    """

    def __init__(self) -> None:
        self._least = self._most = np.empty(0, np.float32)

    def add(self, planes: Plane, crew: Crew) -> None:
        """Take in a frame."""
        small = reduced(planes, crew)
        self._least = np.minimum(self._least, small) if self._least.size else small
        self._most = np.maximum(self._most, small) if self._most.size else small

    def kept(self, picture: Plane, crew: Crew) -> Plane:
        """Return `picture`, changed, no further outside than between its own pixels."""
        beyond = reduced(picture, crew)
        beyond -= np.clip(beyond, self._least, self._most)

        def band(top: int, bottom: int) -> None:
            picture[:, top:bottom] -= expanded_rows(beyond, top, bottom, picture.shape[-1])

        crew.bands(picture.shape[1], band)
        return picture


def shares(index: Index, number: int, count: int, crew: Crew = ALONE) -> Plane:
    """Return how far frame `number` has a say at each place, 0..1, (h, w).

    It has most where it is nearest to the picture, and some around and where its neighbours are.
    """
    table = np.zeros(count, np.float32)
    table[number] = 1 - 2 * _NEXT
    for other in (number - 1, number + 1):
        table[other if 0 <= other < count else number] += _NEXT
    own = table[index]
    finer, coarse = reduced(own, crew), own
    coarse = smooth(reduced(finer, crew), gaussian_weights(_SPREAD), crew)
    finer = expanded(coarse, finer.shape[0], finer.shape[1], crew)
    return expanded(finer, own.shape[0], own.shape[1], crew)


def seen_again(
    picture: Plane,
    index: Index,
    count: int,
    focus: Sequence[float],
    crew: Crew,
    tick: Callable[[], None],
) -> Plane:
    """Return the picture as the frames see it, each where it has a say, (3, h, w).

    Parameters
    ----------
    picture
        (3, h, w), of 0..1.
    index
        Which frame each place is sharp in, (h, w).
    count
        How many frames.
    focus
        Where they are focused, as in `Defocus`.
    crew, tick
        Who does it, and what is called `count` times meanwhile.
    """
    out = np.empty_like(picture)
    height, width = index.shape
    tiles = list(product(range(0, height, _TILE), range(0, width, _TILE)))

    def tile(corner: tuple[int, int]) -> None:
        around, inner, inside = zip(
            *(_cut(first, side) for first, side in zip(corner, index.shape, strict=True)),
            strict=True,
        )
        part = index[around]
        layers = Layers(picture[:, *around], part)
        total = np.zeros((3, *(cut.stop - cut.start for cut in inner)), np.float32)
        weight = np.full(total.shape[1:], 1e-9, np.float32)
        for number in _heard(part, count):
            share = shares(part, number, count)[inside]
            if share.max() > _NONE:
                total += layers.seen_by(number, focus)[:, *inside] * share
                weight += share
        out[:, *inner] = total / weight

    for part in range(count):
        crew.each(tiles[part * len(tiles) // count : (part + 1) * len(tiles) // count], tile)
        tick()
    return out


def _heard(index: Index, count: int) -> list[int]:
    """Return the frames that have a say somewhere."""
    present = set(np.unique(index).tolist())
    return sorted({near for one in present for near in (one - 1, one, one + 1)} & set(range(count)))


def _cut(first: int, side: int) -> tuple[slice, slice, slice]:
    """Return a tile with what spreads into it, the tile alone, and the tile within the first."""
    last = min(first + _TILE, side)
    start = max(first - REACH, 0)
    return (
        slice(start, min(last + REACH, side)),
        slice(first, last),
        slice(first - start, last - start),
    )
