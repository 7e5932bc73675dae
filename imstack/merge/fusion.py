"""Fusion of Laplacian pyramids: at each place and size, the frames that show most detail.

A frame counts with a high power of its detail energy, so that the sharpest decides and equally
sharp ones are averaged. A frame a little out of focus shows the same detail weaker; the weights
are divided by the strength that is left, so that averaging does not blur. Energy that noise
alone would give is taken off first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.merge.filters import BINOMIAL, filtered, rows_of
from imstack.merge.frames import faded, faded_mask
from imstack.merge.pyramid import collapse, expanded_rows, gaussian_pyramid

if TYPE_CHECKING:
    from imstack.merge.filters import Plane
    from imstack.merge.frames import Mask
    from imstack.merge.pool import Pool

NOISE_GAINS = (0.889, 0.0530, 0.0101, 0.0024, 0.0006, 0.00016)
"""Variance of each level of the Laplacian pyramid of white noise of variance 1."""

_CLOSE = (0.4702, 0.2354, 0.0295)
"""A Gaussian of 0.85 pixels, over which energy is gathered among candidates."""

_WIDER = BINOMIAL
"""The same among all frames: that chooses more calmly, and takes more of the sides of edges."""

_RIM = 3  # pixels of each level along a cover's border; 6 lost 0.08 dB, with 3 no line is left
_ANYWHERE = np.float32(1e-6)  # cover of the base where no frame has any
_FAINTEST = np.float32(1e-10)  # energy that every frame has: black and flat places
_LEAST = np.float32(1e-6)  # of the best merit; its fourth power is still a normal float
_BELOW_NOISE = np.float32(0.05)  # of the noise's energy, what counts where there is nothing else


class Fusion:
    """Takes in one frame after another, and gives the picture."""

    def __init__(self, shape: tuple[int, int], levels: int, noise: float, pool: Pool) -> None:
        self._pool = pool
        self._levels = levels
        self._begun = False  # True once there is a frame
        self._noise = noise
        self.sizes = [shape]
        for _ in range(levels):
            height, width = self.sizes[-1]
            self.sizes.append(((height + 1) // 2, (width + 1) // 2))
        self._sums = [np.zeros((3, *size), np.float32) for size in self.sizes]
        self._shares = [np.zeros(size, np.float32) for size in self.sizes]
        self._peaks = [np.full(size, _FAINTEST * 1e-9, np.float32) for size in self.sizes[:-1]]

    def add(self, planes: Plane, covered: Mask, chance: list[Plane] | None) -> None:
        """Take in a frame.

        Parameters
        ----------
        planes
            (3, h, w), with something real where it has no pixels.
        covered
            Where it has real pixels, (h, w).
        chance
            How likely the frame is on each level, 0..1; None: everywhere as likely.
        """
        levels = gaussian_pyramid(planes, self._levels, self._pool)
        cover = None if covered.all() else self._cover(covered)
        rim = None if cover is None else faded_mask(covered, _RIM)
        for number in range(self._levels):
            prior = None if chance is None else chance[number]
            if number and cover is not None:
                rim = None if cover[number].min() == 1 else faded(cover[number], _RIM)
            self._add_level(number, levels[number], levels[number + 1], rim, prior)
            levels[number] = np.empty(0, np.float32)  # give the memory back
        self._begun = True
        broad = (1 if cover is None else cover[-1]) + _ANYWHERE
        self._sums[-1] += levels[-1] * broad
        self._shares[-1] += broad

    def _cover(self, covered: Mask) -> list[Plane]:
        """Return the cover of a frame on all levels, 0..1."""
        return gaussian_pyramid(covered.astype(np.float32), self._levels, self._pool)

    def _add_level(
        self, number: int, fine: Plane, coarse: Plane, inside: Plane | None, prior: Plane | None
    ) -> None:
        height, width = self.sizes[number]
        around = _WIDER if prior is None else _CLOSE
        floor = np.float32(self._noise**2 * NOISE_GAINS[min(number, len(NOISE_GAINS) - 1)])

        def band(top: int, bottom: int) -> None:
            above, below = max(top - 2, 0), min(bottom + 2, height)
            detail = expanded_rows(coarse, above, below, width)
            np.subtract(fine[:, above:below], detail, out=detail)
            power = mean_square(detail)
            power = filtered(rows_of(power, top - 2 - above, bottom + 2 - above), around)
            power -= floor
            np.maximum(power, floor * _BELOW_NOISE + _FAINTEST, out=power)
            merit = power.copy()
            if prior is not None:
                merit *= prior[top:bottom]
                merit *= prior[top:bottom]
            if inside is not None:
                merit *= inside[top:bottom]
            self._weigh(number, top, bottom, detail[:, top - above : bottom - above], power, merit)

        # Bands start on even rows: expanded_rows wants that.
        self._pool.bands(height, band)

    def _weigh(
        self, number: int, top: int, bottom: int, detail: Plane, power: Plane, merit: Plane
    ) -> None:
        """Add detail with weight merit**4, on the scale of the best merit so far.

        The weights of what is there are brought down to a new best, so nothing overflows.
        """
        part = slice(top, bottom)
        peak, sums, shares = (
            kept[number][..., part, :] for kept in (self._peaks, self._sums, self._shares)
        )
        best = np.maximum(peak, merit)
        # Strength that is left, against the frame with the best merit so far.
        left = np.divide(power, best, out=power)
        np.sqrt(np.minimum(left, 1, out=left), out=left)
        weight = _power_of_four(merit, best)
        if self._begun:
            old = np.divide(peak, best, out=peak)
            np.maximum(old, _LEAST, out=old)
            fade = np.square(np.square(old))
            sums *= fade
            fade *= np.sqrt(old, out=old)
            shares *= fade
            detail *= weight
            sums += detail
            weight *= left
            shares += weight
        else:
            np.multiply(detail, weight, out=sums)
            np.multiply(weight, left, out=shares)
        peak[:] = best

    def picture(self) -> Plane:
        """Return the merged picture, (3, h, w) of 0..1; to be called once."""
        for sums, shares in zip(self._sums, self._shares, strict=True):
            np.divide(sums, np.maximum(shares, np.float32(1e-30), out=shares), out=sums)
        return collapse(self._sums, self._pool)


def mean_square(planes: Plane) -> Plane:
    """Return the mean over three planes of their squares, (h, w)."""
    power: Plane = np.square(planes[0])
    spare = np.empty_like(power)
    for plane in planes[1:]:
        power += np.square(plane, out=spare)
    power *= np.float32(1 / len(planes))
    return power


def _power_of_four(merit: Plane, best: Plane) -> Plane:
    """Return the fourth power of what share of the best a merit is; `merit` is used up."""
    np.divide(merit, best, out=merit)
    np.maximum(merit, _LEAST, out=merit)
    np.square(merit, out=merit)
    return np.square(merit, out=merit)
