"""How alike two frames are where one lies on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.registration.fit import MARGIN
from imstack.registration.pyramid import SMALLEST, halved
from imstack.registration.smooth import smoothed
from imstack.registration.warp import Motion, warped

if TYPE_CHECKING:
    from imstack.registration.pyramid import Plane

_ENOUGH = 300_000
"""Pixels to which images are reduced: noise averages out, detail of several pixels stays."""

_RADIUS = 6
"""What is smoother than this, in pixels, is lighting rather than detail."""

_FAINT = 4e-4
"""Standard deviation of detail that counts as none, on the scale 0..1: a tenth of a level of
8-bit photos."""


def likeness(moving: Plane, fixed: Plane, motion: Motion) -> float:
    """Return the correlation coefficient of the detail of two images, -1..1.

    Close to 0 where there is nothing but noise, or no overlap.

    Parameters
    ----------
    moving, fixed
        Gray images of one size, (h, w), 0..1, about equally sharp.
    motion
        Where the moving image lies on the fixed one.
    """
    while fixed.size > _ENOUGH and min(fixed.shape) >= 2 * SMALLEST:
        moving, fixed, motion = halved(moving), halved(fixed), motion.halved()
    rows, columns = (np.arange(length) for length in fixed.shape)
    laid = warped(moving, motion, columns, rows)
    both = motion.covered(fixed.shape, MARGIN)
    both[:MARGIN] = both[-MARGIN:] = False
    both[:, :MARGIN] = both[:, -MARGIN:] = False
    if not both.any():
        return 0.0
    ours, theirs = (_detail(image)[both] for image in (laid, fixed))
    common = float(np.mean(ours * theirs))
    powers = (float(np.mean(part * part)) + _FAINT**2 for part in (ours, theirs))
    return common / float(np.sqrt(np.prod(list(powers))))


def _detail(image: Plane) -> Plane:
    detail: Plane = image - smoothed(image, _RADIUS)
    detail -= detail.mean()
    return detail
