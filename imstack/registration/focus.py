"""Two frames made equally sharp, place by place, so that defocus does not move the fit.

Where one frame is sharper than the other, a fit takes part of the difference for movement: not
much for a large textured frame, but far more than noise does. So the sharper one is smoothed
until both look alike. In each small tile the right amount is found in closed form, between
neighbouring images of a short series of smoothed ones.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from imstack.registration.algebra import inverse
from imstack.registration.fit import MARGIN
from imstack.registration.smooth import smoothed, variance
from imstack.registration.warp import warped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from imstack.registration.fit import Fit
    from imstack.registration.pyramid import Plane

RADII = (1, 2, 3, 5, 7, 10)
"""Smoothing of the series, in pixels of the level. Even the first one smooths: detail at the limit
of what pixels can hold draws a fit towards whole pixels."""

_VARIANCES = [variance(radius) for radius in RADII]
_TILE = 16


def equally_sharp(moving: Plane, fixed: Plane, start: Fit) -> tuple[Plane, Plane]:
    """Return both images, each smoothed where the other one is less sharp.

    Parameters
    ----------
    moving, fixed
        Gray images of one size, (h, w), 0..1.
    start
        A fit of the two that is right within about a pixel.
    """
    rows, columns = (np.arange(length) for length in fixed.shape)
    moving_series = [smoothed(moving, radius) for radius in RADII]
    fixed_series = [smoothed(fixed, radius) for radius in RADII]
    laid_series = [warped(image, start.motion, columns, rows) for image in moving_series]
    both = start.motion.covered(fixed.shape, MARGIN)
    contrast, offset = _matched(laid_series[-1][both], fixed_series[-1][both])
    laid_series = [image * contrast + offset for image in laid_series]
    excess = _excess(laid_series, fixed_series, both.astype(np.float32))
    excess = _enlarged(excess, fixed.shape)
    back = replace(start.motion, placement=inverse(start.motion.placement))
    on_moving = warped(excess, back, columns, rows)
    return _mixed(moving_series, on_moving), _mixed(fixed_series, -excess)


def _matched(image: Plane, target: Plane) -> tuple[np.float32, np.float32]:
    """Return contrast and offset that make `image` most like `target`; both smoothed alike."""
    if not image.size:
        return np.float32(1.0), np.float32(0.0)
    mean, goal = float(image.mean()), float(target.mean())
    power = float(np.square(image - np.float32(mean)).mean())
    common = float(((image - np.float32(mean)) * target).mean())
    contrast = float(np.clip(common / max(power, 1e-12), 0.2, 5.0))
    return np.float32(contrast), np.float32(goal - contrast * mean)


def _excess(moving: Sequence[Plane], fixed: Sequence[Plane], both: Plane) -> Plane:
    """Return by how much the moving image must be smoothed, per tile, as a variance.

    Negative where it is the fixed image that must be smoothed. `both` is 1 where both images have
    pixels, else 0.
    """
    rests, amounts, powers = [], [], []
    for sign, series, target in ((1.0, moving, fixed[0]), (-1.0, fixed, moving[0])):
        steps = zip(pairwise(series), pairwise(_VARIANCES), strict=True)
        for (sharper, softer), (low, high) in steps:
            rest, share, power = _best_share(sharper, softer, target, both)
            rests.append(rest)
            amounts.append(sign * (low + share * (high - low)))
            powers.append(power)
    best = np.argmin(rests, axis=0)[None]
    amount = np.take_along_axis(np.array(amounts), best, axis=0)[0]
    power = np.take_along_axis(np.array(powers), best, axis=0)[0]
    return _weighted_means(amount, power)


def _best_share(
    sharper: Plane, softer: Plane, target: Plane, both: Plane
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return how well a mix of two images can match a third one, per tile.

    The sum of squares that remains, the softer image's share (0..1) and the power of the
    difference of the two.
    """
    miss, change = (target - sharper) * both, (softer - sharper) * both
    power = _tile_sums(change * change)
    common = _tile_sums(miss * change)
    share = np.clip(common / np.maximum(power, 1e-12), 0.0, 1.0)
    rest = _tile_sums(miss * miss) + share * (share * power - 2.0 * common)
    return rest, share, power


def _tile_sums(plane: Plane) -> NDArray[np.float64]:
    starts = [np.arange(0, max(1, length - _TILE // 2), _TILE) for length in plane.shape]
    sums = np.add.reduceat(plane, starts[0], axis=0)
    return np.add.reduceat(sums, starts[1], axis=1).astype(np.float64)


def _weighted_means(values: NDArray[np.float64], weights: NDArray[np.float64]) -> Plane:
    """Return `values` smoothed over their neighbours, those with more `weights` counting more."""
    power: Plane = weights.astype(np.float32)
    weighted: Plane = values.astype(np.float32) * power
    least = np.float32(1e-6 * float(power.max()) + 1e-20)  # far above what running sums round
    means: Plane = smoothed(weighted, 1) / (smoothed(power, 1) + least)
    return means


def _enlarged(tiles: Plane, shape: tuple[int, ...]) -> Plane:
    """Return the values of tiles at every pixel, linearly between the tiles' centres."""
    out = tiles
    for axis, length in enumerate(shape):
        count = out.shape[axis]
        place = np.clip((np.arange(length) + 0.5) / _TILE - 0.5, 0, count - 1)
        whole = np.minimum(place.astype(np.intp), max(0, count - 2))
        share = (place - whole).astype(np.float32)
        share = share[:, None] if axis == 0 else share[None, :]
        after = np.minimum(whole + 1, count - 1)
        out = out.take(whole, axis) * (1 - share) + out.take(after, axis) * share
    return out


def _mixed(series: Sequence[Plane], amount: Plane) -> Plane:
    """Return at every pixel the image of the series that is smoothed by `amount` (a variance)."""
    out = series[0].copy()
    for (sharper, softer), (low, high) in zip(pairwise(series), pairwise(_VARIANCES), strict=True):
        share = np.clip((amount - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
        out += share * (softer - sharper)
    return out
