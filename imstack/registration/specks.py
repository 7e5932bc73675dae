"""Dust on the sensor: specks that stay where they are while the picture moves.

They are in both frames at the same place, and small, and far darker or brighter than what is
around them. On a picture with little detail of its own they would hold the fit back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from imstack.registration.pyramid import Pyramid, halved
from imstack.registration.smooth import smoothed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.registration.pyramid import Plane

_SIZE = 6
"""Radius, in pixels of the finest level, of the surroundings that a speck stands out from."""

_STRONG = 6.0
"""Standard deviations of usual detail by which a speck stands out."""

_ALIKE = 0.5
"""Share of its height by which a speck may differ between frames."""

_CROWD = 0.2
"""Share of the surroundings that stands out from which on it is a thing, and not a speck."""

_ROOM = 3
"""Pixels around a speck that are taken out with it."""

_MOST = 0.25
"""Share of a frame beyond which it is the picture that stays, and not the dust."""


def without_specks(moving: Pyramid, fixed: Pyramid) -> tuple[Pyramid, Pyramid] | None:
    """Return both frames with the specks filled in that stay in one place; None without any.

    A picture that does not move has detail of this kind, too; so this is for frames that agree
    badly with the specks.
    """
    ours, theirs = (_detail(frame.levels[0]) for frame in (moving, fixed))
    heights = np.abs(ours) / _usual(ours), np.abs(theirs) / _usual(theirs)
    crowd = smoothed((np.maximum(*heights) > _STRONG).astype(np.float32), 2 * _SIZE)
    alike = np.abs(ours - theirs) < _ALIKE * np.maximum(np.abs(ours), np.abs(theirs))
    alone = alike & (np.minimum(*heights) > _STRONG) & (crowd < _CROWD)
    specks = smoothed(alone.astype(np.float32), _ROOM) > 0
    if not 0 < specks.mean() < _MOST:
        return None
    return _filled(moving, specks), _filled(fixed, specks)


def _detail(image: Plane) -> Plane:
    detail: Plane = image - smoothed(image, _SIZE)
    return detail


def _usual(detail: Plane) -> float:
    return 1.4826 * float(np.median(np.abs(detail))) + 1e-4


def _filled(frame: Pyramid, specks: NDArray[np.bool_]) -> Pyramid:
    """Return `frame` with its surroundings in place of the specks, on all levels."""
    finest, clear = frame.levels[0], (~specks).astype(np.float32)
    share = np.maximum(smoothed(clear, 2 * _SIZE), np.float32(1e-3))
    around = smoothed(finest * clear, 2 * _SIZE) / share
    levels = [np.where(specks, around, finest)]
    for _ in frame.levels[1:]:
        levels.append(halved(levels[-1]))
    return replace(frame, levels=tuple(levels))
