"""Where to start: a scan over scales, turns and all shifts, on frames made very small.

For each scale (and turn) the moving frame is warped and compared with the fixed one at every
shift, by the correlation coefficient of the pixels that both cover. All shifts come from a few
Fourier transforms (Padfield, "Masked object registration in the Fourier domain", 2012).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from imstack.registration.smooth import smoothed
from imstack.registration.warp import Motion, warped
from imstack.results import Placement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from imstack.registration.fit import Freedom
    from imstack.registration.pyramid import Plane

SCALES = (0.86, 1.16)
"""Scales tried, a little more than what two neighbouring photos of a stack may differ by."""

TURNS = 8.0
"""Largest turn tried either way, in degrees."""

_SCALE_STEP = 1.015
_TURN_STEP = 2.0
_LARGEST_SHIFT = 0.3
_LEAST_OVERLAP = 0.4
_FAR = 0.2
"""Share of the correlation that a start loses which is as far from none as half a frame."""
_DETAIL = 6
"""What is smoother than this part of the shorter side counts as lighting, and is taken out."""


@dataclass(frozen=True, slots=True)
class Start:
    """A motion to start from, and the correlation coefficient it gives."""

    motion: Motion
    correlation: float


def starts(
    moving: Plane, fixed: Plane, centre: tuple[float, float], freedom: Freedom, count: int
) -> list[Start]:
    """Return the `count` most promising motions, the best one first.

    Parameters
    ----------
    moving, fixed
        Small gray images of one size, (h, w).
    centre
        Centre of the frames on them, (x, y) in their pixels.
    freedom
        What the motion may consist of: what may not change is not scanned.
    count
        How many to return; each has another scale or turn.
    """
    target = _Target.of(_without_lighting(fixed))
    image = _without_lighting(moving)
    found = []
    for scale, angle in product(_scales(freedom), _turns(freedom)):
        turned = Motion(Placement(scale=scale, angle=angle), centre)
        shift, correlation = target.best_shift(image, turned, freedom)
        placement = Placement(scale, *shift, angle)
        found.append(Start(Motion(placement, centre), correlation))
    found.sort(key=lambda start: promise(start.motion, start.correlation), reverse=True)
    return found[:count]


def promise(motion: Motion, correlation: float) -> float:
    """Return the correlation, a little less for a motion far from none at all.

    It decides between the many equal motions of a periodic pattern: neighbours in a stack lie
    close to each other.
    """
    placement, (x, y) = motion.placement, motion.centre
    way = abs(placement.dx) / x + abs(placement.dy) / y + abs(np.log(placement.scale))
    return correlation * (1.0 - _FAR * float(way))


def _scales(freedom: Freedom) -> Sequence[float]:
    if not freedom.scale:
        return [1.0]
    step = _SCALE_STEP**2 if freedom.rotation else _SCALE_STEP  # there are many turns to try
    steps = np.arange(
        np.ceil(np.log(SCALES[0]) / np.log(step)), np.floor(np.log(SCALES[1]) / np.log(step)) + 1
    )
    return [float(scale) for scale in step**steps]


def _turns(freedom: Freedom) -> Sequence[float]:
    if not freedom.rotation:
        return [0.0]
    return [float(turn) for turn in np.arange(-TURNS, TURNS + 1e-9, _TURN_STEP)]


def _without_lighting(plane: Plane) -> NDArray[np.float64]:
    radius = max(2, min(plane.shape) // _DETAIL)
    return (plane - smoothed(plane, radius)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Target:
    """The fixed image, transformed once for all scales."""

    shape: tuple[int, int]
    mask: NDArray[np.complex128]
    image: NDArray[np.complex128]
    square: NDArray[np.complex128]

    @classmethod
    def of(cls, image: NDArray[np.float64]) -> _Target:
        doubled = (2 * image.shape[0], 2 * image.shape[1])
        planes = (np.ones_like(image), image, image * image)
        return cls(doubled, *(np.fft.rfft2(plane, doubled) for plane in planes))

    def best_shift(
        self, image: NDArray[np.float64], motion: Motion, freedom: Freedom
    ) -> tuple[tuple[float, float], float]:
        """Return the shift (dx, dy) that suits the image turned by `motion`, and how well."""
        rows, columns = (np.arange(length) for length in image.shape)
        mask = motion.covered(image.shape).astype(np.float64)
        turned = warped(image.astype(np.float32), motion, columns, rows) * mask
        correlation = self._correlation(mask, turned)
        height, width = image.shape
        reach_y, reach_x = (int(_LARGEST_SHIFT * length) for length in image.shape)
        offsets_y = np.fft.fftfreq(self.shape[0], 1 / self.shape[0])[:, None]
        offsets_x = np.fft.fftfreq(self.shape[1], 1 / self.shape[1])[None, :]
        allowed = (np.abs(offsets_y) <= reach_y) & (np.abs(offsets_x) <= reach_x)
        if not freedom.shift:
            allowed = (offsets_y == 0) & (offsets_x == 0)
        far = np.abs(offsets_y) / height + np.abs(offsets_x) / width
        worth = np.where(allowed, correlation * (1.0 - 2 * _FAR * far), -np.inf)
        row, column = np.unravel_index(int(np.argmax(worth)), self.shape)
        best = float(correlation[row, column])
        return (float(offsets_x[0, column]), float(offsets_y[row, 0])), best

    def _correlation(
        self, mask: NDArray[np.float64], image: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the correlation coefficient at every cyclic shift of `image`."""
        own = [np.conj(np.fft.rfft2(part, self.shape)) for part in (mask, image, image * image)]

        def sums(target: NDArray[np.complex128], part: int) -> NDArray[np.float64]:
            return np.fft.irfft2(target * own[part], self.shape)

        count = np.maximum(sums(self.mask, 0), 1e-3)
        theirs, ours = sums(self.image, 0), sums(self.mask, 1)
        common = sums(self.image, 1) - theirs * ours / count
        power = sums(self.square, 0) - theirs * theirs / count
        power *= sums(self.mask, 2) - ours * ours / count
        power = np.maximum(power, 0.0)
        floor = 1e-9 * float(power.max()) + 1e-20
        full = float(mask.size)
        return np.where(count >= _LEAST_OVERLAP * full, common / np.sqrt(power + floor), -1.0)
