"""Masks: each pixel from the frame that won it, with soft transitions between frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.merge.filters import gaussian_weights, smooth
from imstack.merge.frames import faded_mask

if TYPE_CHECKING:
    from collections.abc import Callable

    from imstack.merge.filters import Plane
    from imstack.merge.focus_measure import Index
    from imstack.merge.frames import Stack
    from imstack.merge.pool import Pool


_RIM = 6  # pixels along a cover's border over which a frame fades out, as in pyramids


def masked(
    stack: Stack,
    index: Index,
    backing: Plane,
    transition: float,
    pool: Pool,
    tick: Callable[[], None],
) -> Plane:
    """Return the picture (3, h, w) whose pixels come from the frames in `index`.

    `transition` is the sigma of the transitions, in pixels; 0 cuts hard. Frames have no weight
    where they have no real pixels; what no frame covers is taken from `backing`.
    """
    total = np.zeros_like(backing)
    weights = np.zeros(index.shape, np.float32)
    for number in range(stack.count):
        planes, covered = stack.planes(number, pool), stack.coverage(number)
        mask = (index == number).astype(np.float32)
        if transition >= 0.1:
            mask = smooth(mask, gaussian_weights(transition), pool)
        mask *= covered if transition < 0.1 else faded_mask(covered, _RIM)
        add_weighted(total, weights, planes, mask, pool)
        tick()
    empty = weights <= 1e-6
    np.copyto(total, backing, where=empty)
    weights[empty] = 1
    total /= weights
    return total


def add_weighted(total: Plane, weights: Plane, planes: Plane, weight: Plane, pool: Pool) -> None:
    """Add a frame's `planes` (3, h, w) by its `weight` (h, w) to sums of both."""

    def band(top: int, bottom: int) -> None:
        part = slice(top, bottom)
        total[:, part] += planes[:, part] * weight[part]
        weights[part] += weight[part]

    pool.bands(weights.shape[0], band)
