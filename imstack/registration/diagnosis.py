"""Why a frame fits none of its neighbours, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.registration.features import feature_motions
from imstack.registration.pyramid import halved
from imstack.registration.smooth import smoothed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.registration.pyramid import Plane, Pyramid

_ENOUGH = 300_000
_DARK, _BRIGHT = 0.4, 2.5
"""Mean brightness against the neighbours', as a ratio: more than a stop."""

_BLURRED = 0.2
"""Power of detail against the neighbours': neighbours in a stack keep above half."""

_TURN = 20.0
"""Degrees from which on a frame is turned rather than placed otherwise."""


def why(frame: Pyramid, neighbours: Sequence[Pyramid]) -> str:
    """Return what is wrong with a frame that fits none of `neighbours`.

    Returns
    -------
    str
        The rest of a sentence that begins with the name of the frame.
    """
    small, others = _small(frame), [_small(other) for other in neighbours]
    light = float(small.mean()) / max(1e-6, float(np.median([one.mean() for one in others])))
    if light < _DARK:
        return "is much darker than they are (a flash that failed?)"
    if light > _BRIGHT:
        return "is much brighter than they are"
    for other in others:
        for motion in feature_motions(small, other, _centre(small), 180.0):
            turn = motion.placement.angle
            if abs(turn) > _TURN:
                return f"is turned by {abs(turn):.0f} degrees"
    sharp = _detail(small) / max(1e-12, float(np.median([_detail(one) for one in others])))
    if sharp < _BLURRED:
        return "is blurred everywhere"
    return "shows something else"


def _small(frame: Pyramid) -> Plane:
    small = frame.levels[0]
    while small.size > _ENOUGH:
        small = halved(small)
    return small


def _centre(image: Plane) -> tuple[float, float]:
    return image.shape[1] / 2, image.shape[0] / 2


def _detail(image: Plane) -> float:
    return float(np.square(image - smoothed(image, 3)).mean())
