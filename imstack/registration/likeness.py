"""How alike two frames are where one lies on the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from imstack.registration.fit import MARGIN
from imstack.registration.pyramid import SMALLEST, halved
from imstack.registration.smooth import smoothed
from imstack.registration.warp import warped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.registration.fit import Freedom
    from imstack.registration.pyramid import Plane
    from imstack.registration.warp import Motion

    Places = NDArray[np.float64]

_ENOUGH = 300_000
"""Pixels to which images are reduced: noise averages out, detail of several pixels stays."""

_RADIUS = 6
"""What is smoother than this, in pixels, is lighting rather than detail."""

_CLEAR = 0.99
_AROUND = 3
_CALM = 0.1
_STANDS_OUT = 4.0
_LEAST = 0.002
"""Local power of detail is a mean over this radius in pixels; this share of the frame is taken to
be calm; this many times the power there stands out; less than this share of the frame is chance."""

_FAINT = 4e-4
"""Standard deviation of detail that counts as none, on the scale 0..1: a tenth of a level of
8-bit photos."""


def likeness(moving: Plane, fixed: Plane, motion: Motion, clear: Plane | None = None) -> float:
    """Return how alike two images are; see `Compared`."""
    return Compared.of(moving, fixed, motion, clear).likeness()


@dataclass(frozen=True, slots=True)
class Compared:
    """The detail of two images, one laid on the other; both reduced when they are large.

    Attributes
    ----------
    ours, theirs
        Detail of the moving image, laid on the fixed one, and of the fixed one, (h, w).
    telling
        Which pixels of it tell something, (h, w); none where the images do not overlap.
    motion
        Where the moving image lies, in pixels of the reduced images.
    """

    ours: Plane
    theirs: Plane
    telling: NDArray[np.bool_]
    motion: Motion

    @classmethod
    def of(cls, moving: Plane, fixed: Plane, motion: Motion, clear: Plane | None = None) -> Self:
        """Compare gray images of one size, (h, w), 0..1, about equally sharp.

        `clear` is 1 where they count, each by itself, and 0 elsewhere; None where all does.
        """
        counts = None if clear is None else _laid(clear, clear, motion)
        laid, fixed, motion = _laid(moving, fixed, motion)
        both = _covered_by_both(motion, fixed.shape)
        if counts is not None:
            both &= (counts[0] > _CLEAR) & (counts[1] > _CLEAR)
        ours, theirs = _detail(laid), _detail(fixed)
        return cls(ours, theirs, _telling(ours, theirs, both) if both.any() else both, motion)

    def likeness(self) -> float:
        """Return the correlation coefficient of the details, -1..1.

        Close to 0 where there is nothing but noise, or no overlap.
        """
        if not self.telling.any():
            return 0.0
        ours, theirs = self.ours[self.telling], self.theirs[self.telling]
        common = float(np.mean(ours * theirs))
        powers = (float(np.mean(part * part)) + _FAINT**2 for part in (ours, theirs))
        return common / float(np.sqrt(np.prod(list(powers))))

    def certainty(self, freedom: Freedom) -> float:
        """Return how far the images agree on the unknown that they say least about, 0..1.

        Each unknown of the motion changes an image by some pattern. Where a pattern is one of
        real detail, both images show the same; where it is noise, they do not. Stripes say nothing
        about a shift along them: there the answer is close to 0, however alike the images look.
        """
        if not self.telling.any():
            return 0.0
        shape, centre = self.telling.shape, self.motion.centre
        rows, columns = (np.arange(length) + 0.5 for length in shape)
        x = np.broadcast_to((columns - centre[0])[None, :], shape)[self.telling]
        y = np.broadcast_to((rows - centre[1])[:, None], shape)[self.telling]
        ours, theirs = (
            _patterns(detail, self.telling, x, y, freedom) for detail in (self.ours, self.theirs)
        )
        theirs *= np.sqrt(np.sum(ours**2) / max(float(np.sum(theirs**2)), 1e-20))
        common = ours @ theirs.T
        power = (ours @ ours.T + theirs @ theirs.T) / 2
        floor = [float(np.sum(x * x + y * y))] * (freedom.scale + freedom.rotation)
        floor += [float(x.size)] * (2 * freedom.shift)
        power += _FAINT**2 * np.diag(floor)
        size = np.sqrt(np.diag(power))
        half = np.linalg.cholesky(power / np.outer(size, size))
        shared = np.linalg.solve(half, (common + common.T) / 2 / np.outer(size, size))
        shared = np.linalg.solve(half, shared.T)
        return float(np.clip(np.linalg.eigvalsh(shared).min(), 0.0, 1.0))


def _patterns(
    image: Plane, both: NDArray[np.bool_], x: Places, y: Places, freedom: Freedom
) -> Places:
    """Return how each unknown changes `image`, (unknowns, pixels)."""
    down, right = (np.gradient(image, axis=axis)[both].astype(np.float64) for axis in (0, 1))
    patterns = []
    if freedom.scale:
        patterns.append(right * x + down * y)
    if freedom.rotation:
        patterns.append(down * x - right * y)
    if freedom.shift:
        patterns += [right, down]
    return np.array(patterns)


def _laid(moving: Plane, fixed: Plane, motion: Motion) -> tuple[Plane, Plane, Motion]:
    """Return the moving image laid on the fixed one, both reduced, and the reduced motion."""
    while fixed.size > _ENOUGH and min(fixed.shape) >= 2 * SMALLEST:
        moving, fixed, motion = halved(moving), halved(fixed), motion.halved()
    rows, columns = (np.arange(length) for length in fixed.shape)
    return warped(moving, motion, columns, rows), fixed, motion


def _covered_by_both(motion: Motion, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    both = motion.covered(shape, MARGIN)
    both[:MARGIN] = both[-MARGIN:] = False
    both[:, :MARGIN] = both[:, -MARGIN:] = False
    return both


def _telling(ours: Plane, theirs: Plane, both: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which pixels tell something: where either detail stands out from the calmest parts.

    The noise of a plain background says nothing of what lies before it. Where nothing stands out,
    every pixel of `both` counts.
    """
    power = smoothed(ours * ours + theirs * theirs, _AROUND)
    calm = float(np.quantile(power[both], _CALM))
    telling = both & (power > _STANDS_OUT * calm)
    return telling if telling.sum() > _LEAST * both.sum() else both


def _detail(image: Plane) -> Plane:
    detail: Plane = image - smoothed(image, _RADIUS)
    detail -= detail.mean()
    return detail
