"""How much brighter one frame is than another, whatever their focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.registration.warp import Motion, warped

if TYPE_CHECKING:
    from imstack.registration.pyramid import Plane

_TILE = 6
_DARK, _BRIGHT = 0.02, 0.97
"""Means outside this range say little: there the camera clips or drowns in noise."""


def gain_between(moving: Plane, fixed: Plane, motion: Motion) -> float:
    """Return the factor that gives the moving image the brightness of the fixed one.

    The median, over small tiles that both images cover, of the ratio of their means: neither
    defocus nor an object that moves or shines changes it much.

    Parameters
    ----------
    moving, fixed
        Small gray images of one size, (h, w), 0..1.
    motion
        Where the moving image lies on the fixed one.

    Returns
    -------
    float
        Ratio; 1 where no tile can tell.
    """
    rows, columns = (np.arange(length) for length in fixed.shape)
    ours = _tile_means(warped(moving, motion, columns, rows))
    theirs = _tile_means(fixed)
    usable = _tile_means(motion.covered(fixed.shape).astype(np.float32)) > 0.999
    for means in (ours, theirs):
        usable &= (means > _DARK) & (means < _BRIGHT)
    if not usable.any():
        return 1.0
    return float(np.exp(np.median(np.log(theirs[usable] / ours[usable]))))


def _tile_means(plane: Plane) -> Plane:
    height, width = (length // _TILE for length in plane.shape)
    inner = plane[: height * _TILE, : width * _TILE]
    means: Plane = inner.reshape(height, _TILE, width, _TILE).mean(axis=(1, 3))
    return means
