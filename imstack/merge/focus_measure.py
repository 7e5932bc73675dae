"""The first look at all frames: where each has how much detail, and what wins.

The best detail so far is kept beside the number of its frame, so that n frames need n maps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imstack.merge.filters import filtered, gaussian_weights, rows_of, smooth
from imstack.merge.frames import LUMA, eroded, extended
from imstack.merge.order import block_detail

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from imstack.merge.filters import Plane
    from imstack.merge.frames import Mask, Pixels, Stack
    from imstack.merge.pool import Pool

    Index = NDArray[np.uint8] | NDArray[np.uint16]

_SOME = np.float32(0.05)  # share of covered pixels that is enough to judge by
_BLOCK = 16  # side of the blocks in which noise is measured
_ROWS_OF_NOISE = 512  # pixels; of higher frames, no more rows of blocks are looked at
_CALM = 0.1  # the share of blocks that are taken to show nothing but noise
_CHANCE = 2.0  # detail of pure noise, times this, is hardly ever passed by the best of many frames

_ANYWAY = np.float32(1e-3)  # of its detail, what a place has to say that shows hardly any


@dataclass(frozen=True)
class FocusMeasure:
    """What the first look tells.

    Attributes
    ----------
    index
        The frame with most detail, (h, w).
    detail
        Its detail (twoBlrDiff of values 0..1), (h, w), float32; 0 where no frame has pixels.
    before, after
        Detail of the frames before and after the winner, (h, w); 0 where there is none.
    backing
        Real pixels everywhere: those of a frame that covers all, where there is one; (3, h, w).
    covered
        Where all frames have real pixels, (h, w).
    missing
        Where no frame has, (h, w); `backing` goes on smoothly there.
    noise
        Standard deviation of the noise in a channel, on the scale 0..1.
    floor
        Detail that noise alone gives.
    blocks
        Mean detail of each frame in blocks of the picture, (frames, blocks); NaN: not covered.
    """

    index: Index
    detail: Plane
    before: Plane
    after: Plane
    backing: Plane
    covered: Mask
    missing: Mask
    noise: float
    floor: float
    blocks: NDArray[np.float64]

    def votes(self, top: int, bottom: int) -> Plane:
        """Return the weight of the winners' votes: confidence, and a little in any case."""
        return self.confidence(top, bottom) + self.detail[top:bottom] * _ANYWAY

    def confidence(self, top: int, bottom: int) -> Plane:
        """Return by how much the winner's detail is above what noise gives, for some rows."""
        above = self.detail[top:bottom] - np.float32(_CHANCE * self.floor)
        np.maximum(above, 0, out=above)
        return above


def detail_map(gray: Plane, covered: Mask, sigmas: tuple[float, float, float], pool: Pool) -> Plane:
    """Return twoBlrDiff in floats: the difference of two blurs, blurred; sigmas in pixels.

    It is made of covered pixels only, and 0 where nothing is covered.
    """
    fine, coarse, spread = (gaussian_weights(sigma) for sigma in sigmas)
    reach = max(len(fine), len(coarse)) - 1
    difference = np.empty_like(gray)

    def differ(top: int, bottom: int) -> None:
        rows = rows_of(gray, top - reach, bottom + reach)
        blurred = []
        for weights in (fine, coarse):
            spare = reach - len(weights) + 1
            blurred.append(filtered(rows[spare : rows.shape[0] - spare], weights))
        np.abs(blurred[0] - blurred[1], out=difference[top:bottom])

    pool.bands(gray.shape[0], differ)
    if covered.all():
        return smooth(difference, spread, pool)
    real = eroded(covered, reach).astype(np.float32)
    difference *= real
    detail = smooth(difference, spread, pool)
    detail /= np.maximum(smooth(real, spread, pool), _SOME)
    detail *= covered
    return detail


def noise_level(gray: Plane, covered: Mask) -> float:
    """Return the standard deviation of the noise, from the calmest blocks of a frame.

    The filter is blind to planes and straight edges (Immerkaer, 1996). Blocks at black or white
    are left out, as cameras show no noise there. 0 when no block is left.
    """
    height, width = (side // _BLOCK * _BLOCK for side in gray.shape)
    if height < 2 * _BLOCK or width < 2 * _BLOCK:
        return 0.0
    levels = []
    apart = 2 * max(1, height // _ROWS_OF_NOISE)  # every second row of blocks is plenty
    for top in range(0, height, apart * _BLOCK):
        rows = rows_of(gray, top - 1, top + _BLOCK + 1)
        down = rows[:-2] - 2 * rows[1:-1] + rows[2:]
        response = (down[:, :-2] - 2 * down[:, 1:-1] + down[:, 2:])[:, : width - _BLOCK]
        blocks = (_BLOCK, response.shape[1] // _BLOCK, _BLOCK)
        power = np.square(response).reshape(blocks).mean(axis=(0, 2))
        level = gray[top : top + _BLOCK, : response.shape[1]].reshape(blocks)
        real = covered[top : top + _BLOCK, : response.shape[1]].reshape(blocks).all(axis=(0, 2))
        real &= (level.min(axis=(0, 2)) > 0.01) & (level.max(axis=(0, 2)) < 0.99)
        levels.append(power[real])
    power = np.concatenate(levels)
    return float(np.sqrt(np.quantile(power, _CALM)) / 6) if power.size else 0.0


def noise_detail(noise: float, sigmas: tuple[float, float, float]) -> float:
    """Return the mean of the detail map of white noise of this standard deviation."""
    fine, coarse = (_both_sides(gaussian_weights(sigma)) for sigma in sigmas[:2])
    size = max(fine.size, coarse.size)
    kernel = np.zeros((size, size))
    for line, sign in ((fine, 1), (coarse, -1)):
        spare = (size - line.size) // 2
        part = slice(spare, spare + line.size)
        kernel[part, part] += sign * np.outer(line, line)
    return noise * float(np.sqrt(np.square(kernel).sum() * 2 / np.pi))


def _both_sides(weights: tuple[float, ...]) -> NDArray[np.float64]:
    return np.array([*weights[:0:-1], *weights])


def measure_focus(
    stack: Stack,
    sigmas: tuple[float, float, float],
    pool: Pool,
    tick: Callable[[], None],
) -> FocusMeasure:
    """Look at every frame once; `tick` is called after each."""
    tally: _Tally | None = None
    blocks = []
    for number in range(stack.count):
        pixels, covered = stack.load(number), stack.coverage(number)
        if tally is None:
            tally = _Tally(stack.planes_of(number, pixels, pool), covered, stack.count)
        elif tally.wants(covered):
            tally.fill(stack, number, pixels, covered, pool)
        gray = stack.gray(number, pixels)
        detail = detail_map(gray, covered, sigmas, pool)
        tally.add(number, detail, covered, pool)
        tally.noises.append(noise_level(gray, eroded(covered, 1)))
        blocks.append(block_detail(detail, covered))
        tick()
    if tally is None:
        message = "there are no frames to merge"
        raise ValueError(message)
    gray_share = float(np.sqrt(np.square(LUMA).sum()))
    noise = float(np.median(tally.noises))
    missing = ~tally.held
    if missing.any():
        for plane in tally.backing:
            np.copyto(plane, extended(plane * tally.held, ~missing), where=missing)
    return FocusMeasure(
        index=tally.index,
        detail=tally.best,
        before=tally.before,
        after=tally.after,
        backing=tally.backing,
        covered=tally.covered,
        missing=missing,
        noise=noise / gray_share,
        floor=noise_detail(noise, sigmas),
        blocks=np.stack(blocks),
    )


class _Tally:
    """The best so far, and what goes with it."""

    def __init__(self, planes: Plane, covered: Mask, count: int) -> None:
        shape = planes.shape[1:]
        self.index: Index = np.zeros(shape, np.uint8 if count <= 256 else np.uint16)
        self.best = np.zeros(shape, np.float32)
        self.before = np.zeros(shape, np.float32)
        self.after = np.zeros(shape, np.float32)
        self.last = np.zeros(shape, np.float32)
        self.backing = planes
        self.held = covered.copy()
        self.whole = bool(covered.all())  # True once one frame gave all of the backing
        self.covered = np.ones(shape, np.bool_)
        self.noises: list[float] = []

    def wants(self, covered: Mask) -> bool:
        """Tell whether a frame with this coverage has something for the backing."""
        return not self.whole and (bool(covered.all()) or bool((covered & ~self.held).any()))

    def fill(self, stack: Stack, number: int, pixels: Pixels, covered: Mask, pool: Pool) -> None:
        """Take into the backing what it lacks; all of a frame that covers all."""
        self.whole = bool(covered.all())
        if self.whole:
            stack.planes_of(number, pixels, pool, self.backing)
        else:
            fresh = np.nonzero(covered & ~self.held)
            values = pixels[fresh].astype(np.float32) * stack.unit(number)
            for channel, plane in enumerate(self.backing):
                plane[fresh] = values[:, channel]
        self.held |= covered

    def add(self, number: int, detail: Plane, covered: Mask, pool: Pool) -> None:
        """Take in the detail of the next frame."""

        def band(top: int, bottom: int) -> None:
            part = slice(top, bottom)
            found, last = detail[part], self.last[part]
            if number > 0:
                following = self.index[part] == number - 1
                np.copyto(self.after[part], found, where=following)
            better = found > self.best[part]
            np.copyto(self.best[part], found, where=better)
            np.copyto(self.before[part], last, where=better)
            np.copyto(self.after[part], 0, where=better)
            np.copyto(self.index[part], self.index.dtype.type(number), where=better)
            self.covered[part] &= covered[part]

        pool.bands(detail.shape[0], band)
        self.last = detail
