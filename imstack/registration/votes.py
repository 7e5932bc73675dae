"""What each part of two frames says of its own: where it would rather lie.

Small patches of the fixed frame are looked for near their place on the moving frame, laid on it.
Where the motion is right most of them are found where they are; anywhere else they would be found
by chance. That holds however different the focus: blur makes a match broad, it does not move it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from imstack.registration.pyramid import SMALLEST, halved
from imstack.registration.smooth import smoothed
from imstack.registration.warp import Motion, warped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.registration.pyramid import Plane

_ENOUGH = 200_000
"""Pixels to which frames are reduced: patches are looked for in a fraction of a second."""

_PATCH = 32
_STEP = 24
_REACH = 8
"""Size of a patch, the distance between patches, and how far they are looked for, in pixels of
the reduced frames."""

_LIGHT = 12
"""What is smoother than this radius is lighting."""

_FAINT = 1.5 / 255
"""Standard deviation of detail from which on a patch tells something: above noise, averaged."""

_STRIPED = 0.03
"""Share of the strongest direction's gradient power that the weakest must have: a wave of stripes
under noise of 1/255 has less, the patches of the circuit board have more."""

_HERE = 1.6
"""Pixels within which a patch is found where it is."""


@dataclass(frozen=True, slots=True)
class Votes:
    """Where patches were found.

    Attributes
    ----------
    places
        Centres of the patches on the reduced fixed frame, (n, 2).
    moves
        How much further each lies on the moving frame, (n, 2), in reduced pixels.
    likeness
        Correlation coefficient where it was found, and where it is, (n,) each.
    motion
        The motion that was laid, in reduced pixels.
    shape
        Rows and columns of the reduced frames.
    """

    places: NDArray[np.float64]
    moves: NDArray[np.float64]
    likeness: NDArray[np.float64]
    likeness_here: NDArray[np.float64]
    motion: Motion
    shape: tuple[int, int]

    @property
    def here(self) -> NDArray[np.bool_]:
        """Which patches were found where they are."""
        return np.asarray(np.hypot(*self.moves.T) <= _HERE)

    def share(self) -> float:
        """Return the share of patches that were found where they are, 0..1."""
        return float(self.here.mean()) if len(self.moves) else 0.0


def votes(moving: Plane, fixed: Plane, motion: Motion) -> Votes:
    """Ask the patches of two gray images of one size, (h, w), 0..1, with `motion` laid."""
    while fixed.size > _ENOUGH and min(fixed.shape) >= 2 * SMALLEST:
        moving, fixed, motion = halved(moving), halved(fixed), motion.halved()
    height, width = fixed.shape
    laid = warped(moving, motion, np.arange(width), np.arange(height))
    ours, theirs = (smoothed(image, 1) - smoothed(image, _LIGHT) for image in (laid, fixed))
    real = motion.covered(fixed.shape, 2)
    found = []
    edge = _REACH + 2
    for top in range(edge, height - _PATCH - edge + 1, _STEP):
        for left in range(edge, width - _PATCH - edge + 1, _STEP):
            room = (
                slice(top - _REACH, top + _PATCH + _REACH),
                slice(left - _REACH, left + _PATCH + _REACH),
            )
            patch = theirs[top : top + _PATCH, left : left + _PATCH]
            if not (real[room][0, 0] and real[room][-1, -1] and real[room][0, -1]):
                continue
            if min(patch.std(), ours[room].std()) < _FAINT or _is_striped(patch):
                continue
            found.append((left + _PATCH / 2, top + _PATCH / 2, *_found(ours[room], patch)))
    table = np.array(found, np.float64).reshape(-1, 6)
    return Votes(table[:, :2], table[:, 2:4], table[:, 4], table[:, 5], motion, (height, width))


def _is_striped(patch: Plane) -> bool:
    """Tell whether a patch looks the same all along one direction, where it lies anywhere."""
    down, across = np.gradient(patch)
    tensor = np.cov(down.ravel(), across.ravel())
    least, most = np.linalg.eigvalsh(tensor)
    return bool(least < _STRIPED * most)


def _found(room: Plane, patch: Plane) -> tuple[float, float, float, float]:
    """Return where in `room` a patch is found, from its middle, and both likenesses."""
    score = cv2.matchTemplate(room, patch, cv2.TM_CCOEFF_NORMED)
    _, best, _, (column, row) = cv2.minMaxLoc(score)
    dx = column - _REACH + _between(score[row], column)
    dy = row - _REACH + _between(score[:, column], row)
    return dx, dy, float(best), float(score[_REACH, _REACH])


def _between(line: NDArray[np.generic], at: int) -> float:
    """Return how far the top of a parabola through three values lies from the middle one."""
    if not 0 < at < len(line) - 1:
        return 0.0
    before, here, after = (float(value) for value in line[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.5 * (before - after) / bend if bend < -1e-9 else 0.0
