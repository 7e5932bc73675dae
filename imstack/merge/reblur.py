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

from imstack.merge.defocus import measured
from imstack.merge.filters import filtered, gaussian_weights, looked_up, rows_of, smooth
from imstack.merge.frames import faded_mask
from imstack.merge.layers import Layers, reach_of
from imstack.merge.masks import add_weighted
from imstack.merge.pool import ALONE
from imstack.merge.pyramid import expanded, expanded_rows, reduced

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imstack.merge.defocus import Samples
    from imstack.merge.filters import Plane
    from imstack.merge.focus_measure import FocusMeasure, Index
    from imstack.merge.frames import Stack
    from imstack.merge.pool import Pool

_RIM = 3  # pixels along a cover's border where a frame's say ends; 8 lost 0.07 dB of 20 frames
_TILE = 384  # pixels; with the reach a multiple of the grain of the coarsest level
_AS_SHARP = 0.35  # pixels (sigma) of blur between frames that have nearly the same say
_ROUGH = 0.5  # pixels (sigma) of blur between frames that chance chooses from
_BESIDE = 0.2  # say of the frames before and after, at the least
_SPREAD = 1.1  # sigma on every fourth pixel; with the way there and back some five pixels
_NONE = np.float32(0.03)  # share of a frame that is not worth seeing the picture again for
_NOISY = 0.5  # variances of the noise that a correction must be more than
_AROUND = 2.0  # pixels (sigma) over which its power is taken
_HARDLY = np.float32(1e-6)  # share of what is shown where no frame has pixels


def corrected(
    stack: Stack,
    picture: Plane,
    index: Index,
    depth: Plane,
    measure: FocusMeasure,
    samples: Samples,
    pool: Pool,
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
    depth
        The same, smoothed, in frames.
    measure
        Says how noisy the frames are, and what to take where they have no pixels.
    samples
        Parts of all frames, to measure their focus on.
    pool, tick
        Who does it, and what is called after each frame and as often after the last one.
    """
    defocus = measured(picture, index, samples, measure.noise, pool)
    if not defocus.known:
        return picture
    index = settled(index, depth, defocus.focus)
    table = voices(defocus.focus)
    span = Range()
    shown = measure.backing * _HARDLY
    weight = np.full(index.shape, _HARDLY, np.float32)
    planes: Plane | None = None
    for number in range(stack.count):
        planes, covered = stack.patched(number, measure.backing, pool, planes)
        share = shares(index, table[:, number], pool)
        if not covered.all():
            share *= faded_mask(covered, _RIM)
        add_weighted(shown, weight, planes, share, pool)
        span.add(planes, pool)
        tick()
    planes = None  # give the memory back before the picture is seen again
    shown /= weight
    shown -= seen_again(picture, index, defocus.focus, table, pool, tick)
    add_what_counts(picture, shown, measure.noise, pool)
    return span.kept(picture, pool)


def add_what_counts(picture: Plane, lacking: Plane, noise: float, pool: Pool) -> None:
    """Add to `picture` what it lacks, less where that is hardly more than noise (Wiener)."""
    floor = np.float32(_NOISY * noise**2)
    around = gaussian_weights(_AROUND)
    reach = len(around) - 1

    def band(top: int, bottom: int) -> None:
        rows = rows_of(lacking, top - reach, bottom + reach)
        power = filtered(np.square(rows).mean(axis=0), around)
        gain = np.maximum(1 - floor / np.maximum(power, floor + _HARDLY**2), 0)
        picture[:, top:bottom] += lacking[:, top:bottom] * gain

    pool.bands(picture.shape[1], band)


def settled(index: Index, depth: Plane, focus: Sequence[float]) -> Index:
    """Return `index` with the smoothed depth where the two are hardly different in focus.

    Among frames about as sharp, chance decides which one is nearest. Taken at its word, it would
    make a surface rough, and blur it more than the frames do.
    """
    smooth_index = np.rint(depth).astype(index.dtype)
    places = np.asarray(focus, np.float32)
    alike = np.abs(places[smooth_index] - places[index]) < _ROUGH
    return np.where(alike, smooth_index, index)


class Range:
    """What the frames show at half their size, from the darkest to the brightest.

    Blur mixes what is there and adds nothing. So where a correction leads out of what any frame
    shows, at half the size, where focus matters little, it has gone too far: such as at the edge
    of a near thing, over which nothing behind it can spread.
    """

    def __init__(self) -> None:
        self._least = self._most = np.empty(0, np.float32)

    def add(self, planes: Plane, pool: Pool) -> None:
        """Take in a frame."""
        small = reduced(planes, pool)
        self._least = np.minimum(self._least, small) if self._least.size else small
        self._most = np.maximum(self._most, small) if self._most.size else small

    def kept(self, picture: Plane, pool: Pool) -> Plane:
        """Return `picture`, changed, no further outside than between its own pixels."""
        beyond = reduced(picture, pool)
        beyond -= np.clip(beyond, self._least, self._most)

        def band(top: int, bottom: int) -> None:
            picture[:, top:bottom] -= expanded_rows(beyond, top, bottom, picture.shape[-1])

        pool.bands(picture.shape[1], band)
        return picture


def voices(focus: Sequence[float]) -> Plane:
    """Return how far each frame has a say where another one is nearest, (layers, frames).

    Frames that are about as sharp there have nearly as much: that evens out noise.
    """
    places = np.asarray(focus, np.float32)
    apart = np.subtract.outer(places, places)
    table = np.exp(-0.5 * np.square(apart / np.float32(_AS_SHARP)))
    for off in (-1, 1):
        beside = np.eye(len(focus), k=off, dtype=np.bool_)
        table[beside] = np.maximum(table[beside], np.float32(_BESIDE))
    shared: Plane = table / table.sum(axis=1, keepdims=True)
    return shared


def shares(index: Index, voice: Plane, pool: Pool = ALONE) -> Plane:
    """Return how far a frame has a say at each place, 0..1, (h, w).

    Where it has one and some pixels around; `voice` is its column of the table.
    """
    own = looked_up(voice, index)
    finer, coarse = reduced(own, pool), own
    coarse = smooth(reduced(finer, pool), gaussian_weights(_SPREAD), pool)
    finer = expanded(coarse, finer.shape[0], finer.shape[1], pool)
    return expanded(finer, own.shape[0], own.shape[1], pool)


def seen_again(
    picture: Plane,
    index: Index,
    focus: Sequence[float],
    table: Plane,
    pool: Pool,
    tick: Callable[[], None],
) -> Plane:
    """Return the picture as the frames see it, each where it has a say, (3, h, w).

    Parameters
    ----------
    picture
        (3, h, w), of 0..1.
    index
        Which frame each place is sharp in, (h, w).
    focus
        Where the frames are focused, as in `Defocus`.
    table
        How far each has a say, from `voices`.
    pool, tick
        Who does it, and what is called once for every frame meanwhile.
    """
    out = np.empty_like(picture)
    count = len(focus)
    height, width = index.shape
    reach = reach_of(focus)
    tiles = list(product(range(0, height, _TILE), range(0, width, _TILE)))

    def tile(corner: tuple[int, int]) -> None:
        around, inner, inside = zip(
            *(_cut(first, side, reach) for first, side in zip(corner, index.shape, strict=True)),
            strict=True,
        )
        part = index[around]
        layers = Layers(picture[:, *around], part)
        total = np.zeros((3, *(cut.stop - cut.start for cut in inner)), np.float32)
        weight = np.full(total.shape[1:], 1e-9, np.float32)
        for number in _heard(table, layers.present):
            share = shares(part, table[:, number])[inside]
            if share.max() > _NONE:
                seen = layers.seen_by(number, focus, inside)
                seen *= share
                total += seen
                weight += share
        np.divide(total, weight, out=out[:, *inner])

    for part in range(count):
        pool.each(tiles[part * len(tiles) // count : (part + 1) * len(tiles) // count], tile)
        tick()
    return out


def _heard(table: Plane, present: Sequence[int]) -> list[int]:
    """Return the frames that have a say where these layers are."""
    loudest = table[list(present)].max(axis=0)
    return [int(number) for number in np.flatnonzero(loudest > _NONE)]


def _cut(first: int, side: int, reach: int) -> tuple[slice, slice, slice]:
    """Return a tile with what spreads into it, the tile alone, and the tile within the first."""
    last = min(first + _TILE, side)
    start = max(first - reach, 0)
    return (
        slice(start, min(last + reach, side)),
        slice(first, last),
        slice(first - start, last - start),
    )
