"""How much brighter one frame is than another, whatever their focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.registration.warp import Motion, warped
from imstack.results import NO_TINT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.registration.pyramid import Plane

_TILE = 6
_DARK, _BRIGHT = 0.02, 0.97
"""Means outside this range say little: there the camera clips or drowns in noise."""

_ENDS = (np.min, np.max)
_FEWEST = 8
_ALIKE = 4.0
"""Tiles that are taken for one: neighbours see the same object, and are wrong together."""

_SURE, _LEAST = 3.0, 2e-4
"""A drift of colours counts beyond this many standard errors, and this share of the brightness."""


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
    ratios, usable = _ratios(moving, fixed, motion)
    return float(np.exp(np.median(ratios[usable]))) if usable.any() else 1.0


def tint_between(
    moving: Plane, fixed: Plane, motion: Motion, gain: float
) -> tuple[float, float, float]:
    """Return by what red, green and blue drift besides `gain`: 1 each where that is not sure.

    What the colours of a tile have in common says nothing of a tint: defocus and objects that
    move change them alike. So the differences between the colours are measured, and those below
    their error are none.

    Parameters
    ----------
    moving, fixed
        Small images of one size, (h, w, 3), 0..1.
    motion
        Where the moving image lies on the fixed one.
    gain
        The factor of all colours, a ratio.
    """
    both = [_ratios(moving[..., one], fixed[..., one], motion) for one in range(3)]
    usable = np.logical_and.reduce([part for _, part in both])
    whole = usable & _unclipped(moving, fixed, motion)
    usable = whole if whole.sum() >= _FEWEST else usable
    if usable.sum() < _FEWEST:
        return NO_TINT
    ratios = np.array([part[usable] for part, _ in both])
    common = ratios.mean(axis=0)
    drift = np.median(ratios - common, axis=1)
    spread = np.median(np.abs(ratios - common - drift[:, None]), axis=1)
    error = 1.4826 * spread / np.sqrt(usable.sum() / _ALIKE)
    if (np.abs(drift) <= np.maximum(_SURE * error, _LEAST)).all():
        return NO_TINT
    red, green, blue = (np.exp(np.median(common) + drift) / gain).tolist()
    return red, green, blue


def _ratios(moving: Plane, fixed: Plane, motion: Motion) -> tuple[Plane, NDArray[np.bool_]]:
    """Return the logarithms of the tiles' ratios, and which of them can tell."""
    rows, columns = (np.arange(length) for length in fixed.shape)
    ours = _tile_means(warped(moving, motion, columns, rows))
    theirs = _tile_means(fixed)
    usable = _tile_means(motion.covered(fixed.shape).astype(np.float32)) > 0.999
    for means in (ours, theirs):
        usable &= (means > _DARK) & (means < _BRIGHT)
    ratios: Plane = np.log(np.maximum(theirs, _DARK) / np.maximum(ours, _DARK))
    return ratios, usable


def _unclipped(moving: Plane, fixed: Plane, motion: Motion) -> NDArray[np.bool_]:
    """Return which tiles have no pixel in either image that a colour clips in."""
    rows, columns = (np.arange(length) for length in fixed.shape[:2])
    parts = [
        warped(np.ascontiguousarray(of(moving, axis=2)), motion, columns, rows) for of in _ENDS
    ]
    parts += [of(fixed, axis=2) for of in _ENDS]
    clipped = np.logical_or.reduce([(part < _DARK) | (part > _BRIGHT) for part in parts])
    return np.asarray(_tile_means(clipped.astype(np.float32)) == 0)


def _tile_means(plane: Plane) -> Plane:
    height, width = (length // _TILE for length in plane.shape)
    inner = plane[: height * _TILE, : width * _TILE]
    means: Plane = inner.reshape(height, _TILE, width, _TILE).mean(axis=(1, 3))
    return means
