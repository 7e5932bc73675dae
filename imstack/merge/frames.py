"""Frames as the merges want them: float32 planes, with real pixels everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from imstack.merge.filters import Plane
    from imstack.merge.pool import Pool

    Pixels = NDArray[np.uint16]
    Mask = NDArray[np.bool_]

_ALONE = np.float32(1e-3)  # weight at the border of a cover; its fourth power is no 8-bit step
_MOSTLY = np.float32(0.75)  # cover of a pixel of a coarser level that is taken for whole
_GRAIN = 4  # pixels over which a frame's brightness at its border is taken; detail is finer
_SOME = np.float32(1e-3)  # share of real pixels at which a mean is taken from around as well
QUANTUM = np.float32(65535)
LUMA = (0.212656, 0.715158, 0.072186)
"""Shares of red, green and blue in the gray that decides (Rec. 709, as ImageMagick's)."""


@dataclass(frozen=True)
class Stack:
    """Aligned frames that are loaded one at a time, and made when asked.

    Attributes
    ----------
    count
        How many frames.
    load
        Gives frame i, uint16, (h, w, 3).
    coverage
        Gives where frame i has real pixels, bool, (h, w).
    gains
        Factors that make the frames equally bright; empty: none.
    """

    count: int
    load: Callable[[int], Pixels]
    coverage: Callable[[int], Mask]
    gains: Sequence[float] = ()

    def in_order(self, numbers: Sequence[int]) -> Stack:
        """Return the same frames in another order."""
        return Stack(
            len(numbers),
            lambda index: self.load(numbers[index]),
            lambda index: self.coverage(numbers[index]),
            [self.gains[number] for number in numbers] if self.gains else (),
        )

    def gray(self, index: int, pixels: Pixels) -> Plane:
        """Return the gray of frame `index`, whose pixels these are, 0..1, shape (h, w)."""
        mixed = cv2.transform(pixels, np.array([LUMA], np.float32))  # uint16, rounded
        gray: Plane = np.multiply(mixed, self.unit(index), dtype=np.float32)
        return gray

    def planes(self, index: int, pool: Pool, out: Plane | None = None) -> Plane:
        """Return frame `index` as (3, h, w) of 0..1, its gain applied; in `out`, if that is given.

        Memory that is used again costs far less than new one, which the system has to clear.
        """
        pixels = self.load(index)
        return self.planes_of(index, pixels, pool, out)

    def planes_of(self, index: int, pixels: Pixels, pool: Pool, out: Plane | None = None) -> Plane:
        """Return the pixels of frame `index` as `planes` does."""
        unit = self.unit(index)
        into: Plane = np.empty((3, *pixels.shape[:2]), np.float32) if out is None else out

        def band(top: int, bottom: int) -> None:
            for channel, plane in enumerate(into[:, top:bottom]):
                np.copyto(plane, pixels[top:bottom, :, channel])
                np.multiply(plane, unit, out=plane)

        pool.bands(into.shape[1], band)
        return into

    def unit(self, index: int) -> np.float32:
        """Return what a step of a frame's pixels is worth."""
        return np.float32(self.gains[index] if self.gains else 1.0) / QUANTUM

    def patched(
        self, index: int, backing: Plane, pool: Pool, out: Plane | None = None
    ) -> tuple[Plane, Mask]:
        """Return frame `index` with `backing` where it has no real pixels, and its coverage."""
        planes, covered = self.planes(index, pool, out), self.coverage(index)
        if not covered.all():
            beyond = (~covered).view(np.uint8)

            def patch(channel: int) -> None:
                cv2.copyTo(backing[channel], beyond, planes[channel])

            pool.each(range(3), patch)
        return planes, covered

    def filled(
        self, index: int, backing: Plane, pool: Pool, out: Plane | None = None
    ) -> tuple[Plane, Mask]:
        """Return the same, and what is filled in as bright as the frame where they meet.

        Smeared borders look like detail, and blurs would carry them into the picture. So would
        they an edge between the frame and what is filled in.
        """
        planes, covered = self.planes(index, pool, out), self.coverage(index)
        if covered.all():
            return planes, covered
        beyond = (~covered).view(np.uint8)
        shares = _levels(covered.astype(np.float32))

        def fill(channel: int) -> None:
            plane = planes[channel]
            cv2.copyTo(backing[channel], beyond, plane)
            gap = plane - backing[channel]  # 0 where there are no real pixels
            wider = _gone_on(_levels(gap), shares, gap)
            wider += backing[channel]
            cv2.copyTo(wider, beyond, plane)

        pool.each(range(3), fill)
        return planes, covered


def extended(plane: Plane, real: Mask) -> Plane:
    """Return a plane (h, w), 0 where it is not `real`, gone on smoothly from where it is.

    Means of real pixels alone, of smaller places near them and of larger ones further away.
    """
    return _gone_on(_levels(plane), _levels(real.astype(np.float32)), np.empty_like(plane))


def _levels(plane: Plane) -> list[Plane]:
    """Return means of a plane over a few pixels, and over ever more."""
    height, width = plane.shape
    size = (-(-width // _GRAIN), -(-height // _GRAIN))
    levels = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA)]
    while min(levels[-1].shape) > 1:
        levels.append(cv2.pyrDown(levels[-1]))
    return levels  # type: ignore[return-value]


def _gone_on(sums: list[Plane], shares: list[Plane], out: Plane) -> Plane:
    """Return, in `out`, means by sums over real pixels and their shares, near ones first."""
    around = np.asarray(sums[-1] / np.maximum(shares[-1], _SOME), np.float32)
    for total, share in zip(sums[-2::-1], shares[-2::-1], strict=True):
        wider = cv2.pyrUp(around, dstsize=(total.shape[1], total.shape[0]))
        around = np.asarray((total + wider * _SOME) / (share + _SOME), np.float32)
    size = out.shape[1], out.shape[0]
    return np.asarray(cv2.resize(around, size, dst=out, interpolation=cv2.INTER_LINEAR))


def eroded(covered: Mask, reach: int) -> Mask:
    """Return the pixels with no uncovered one within `reach` rows and columns."""
    if covered.all():
        return covered
    side = 2 * reach + 1
    shrunk = cv2.erode(covered.view(np.uint8), np.ones((side, side), np.uint8))
    return np.asarray(shrunk).view(np.bool_)


def faded(cover: Plane, reach: int) -> Plane:
    """Return the weight of a frame by its cover (h, w) of 0..1: falling towards its border.

    Within `reach` pixels of it filters look at what was filled in. There the frame has so little
    weight that it decides only where it is alone; so no edge of a cover shows in the picture.
    """
    side = 2 * reach + 1
    around = cv2.blur(cover, (side, side), borderType=cv2.BORDER_REPLICATE)
    around *= 2
    around -= 1
    np.maximum(around, 0, out=around)
    weight: Plane = np.square(around, out=np.asarray(around, np.float32))
    np.maximum(weight, _ALONE, out=weight)
    weight *= cover > _MOSTLY
    return weight


def faded_mask(covered: Mask, reach: int) -> Plane:
    """Return the same of a mask, by a table of what a mean of it gives."""
    side = 2 * reach + 1
    real = covered.view(np.uint8) * np.uint8(255)
    around = cv2.blur(real, (side, side), borderType=cv2.BORDER_REPLICATE)
    around = cv2.bitwise_and(around, real)
    means = np.linspace(0, 1, 256, dtype=np.float32)
    weights = np.maximum(np.square(np.maximum(2 * means - 1, 0)), _ALONE)
    weights[0] = 0
    return np.asarray(cv2.LUT(around, weights))


def luma(planes: Plane, pool: Pool) -> Plane:
    """Return the gray of (3, h, w), shape (h, w)."""
    out: Plane = np.empty_like(planes[0])

    def band(top: int, bottom: int) -> None:
        part = slice(top, bottom)
        np.multiply(planes[0, part], np.float32(LUMA[0]), out=out[part])
        out[part] += planes[1, part] * np.float32(LUMA[1])
        out[part] += planes[2, part] * np.float32(LUMA[2])

    pool.bands(out.shape[0], band)
    return out


def quantised(planes: Plane, pool: Pool) -> Pixels:
    """Return planes (3, h, w) of 0..1 as pixels (h, w, 3) of 0..65535, rounded."""
    out = np.empty((*planes.shape[1:], 3), np.uint16)

    def band(top: int, bottom: int) -> None:
        scaled = planes[:, top:bottom] * QUANTUM
        np.clip(np.rint(scaled, out=scaled), 0, QUANTUM, out=scaled)
        for channel, plane in enumerate(scaled):
            out[top:bottom, :, channel] = plane

    pool.bands(out.shape[0], band)
    return out
