"""Which frame each place of the finished picture comes from: the one it looks like most.

Detail alone says little where a surface is smooth: in a wide dark bar, the blurred edges of the
frames out of focus are the strongest detail there is. The merged picture has its broad
structures from the frames that show them sharp, so likeness to it settles such places too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.merge.filters import BINOMIAL, filtered, rows_of
from imstack.merge.fusion import mean_square

if TYPE_CHECKING:
    from collections.abc import Callable

    from imstack.merge.filters import Plane
    from imstack.merge.focus_measure import FocusMeasure, Index
    from imstack.merge.frames import Mask, Stack
    from imstack.merge.pool import Pool
    from imstack.merge.votes import Candidates

_STRANGER = 12.0  # variances of the noise by which a frame that won nothing near is less alike
_WON = np.float32(0.25)  # how much of its unlikeness counts for the frame with most detail
_LEAST_NOISE = 0.25 / 255  # rounding to 8 bits is noise as well
_NOT_THERE = np.float32(1e9)


def nearest_frames(
    stack: Stack,
    picture: Plane,
    measure: FocusMeasure,
    candidates: Candidates,
    pool: Pool,
    tick: Callable[[], None],
) -> Index:
    """Return the number of the frame most like the picture at each place, (h, w).

    Parameters
    ----------
    stack
        The frames; each is loaded once.
    picture
        The merged picture, (3, h, w).
    measure
        Which frame has most detail at each place; it is kept unless another is far more alike.
    candidates
        Which frames won something near; others must be more alike by more than noise.
    pool, tick
        Who does it, and what is called after each frame.
    """
    height, width = picture.shape[-2:]
    index = np.zeros((height, width), candidates.elected.dtype)
    least = np.full((height, width), 2 * _NOT_THERE, np.float32)
    strange = np.float32(_STRANGER * max(measure.noise, _LEAST_NOISE) ** 2)
    planes: Plane | None = None
    for number in range(stack.count):
        planes, covered = stack.patched(number, picture, pool, planes)
        chance = candidates.levels(number, (height, width), 1, pool)[0]

        def band(
            top: int,
            bottom: int,
            number: int = number,
            planes: Plane = planes,
            covered: Mask = covered,
            chance: Plane = chance,
        ) -> None:
            part = slice(top, bottom)
            rows = [rows_of(image, top - 2, bottom + 2) for image in (planes, picture)]
            apart = rows[0] - rows[1]
            unlike = filtered(mean_square(apart), BINOMIAL)
            unlike *= 3
            strangeness = 1 - chance[part]
            strangeness *= strange
            unlike += strangeness
            won = np.multiply(unlike, _WON, out=strangeness)
            won -= strange
            np.copyto(unlike, won, where=measure.index[part] == number)
            np.copyto(unlike, _NOT_THERE, where=~covered[part])
            better = unlike < least[part]
            np.copyto(least[part], unlike, where=better)
            np.copyto(index[part], index.dtype.type(number), where=better)

        pool.bands(height, band)
        tick()
    return index
