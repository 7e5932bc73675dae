"""What is fixed to the frame: an eyepiece, a scale bar burnt in, bands of a flickering lamp.

It is in both frames at the same place while the scene moves. A fit of all pixels would take a mean
of both motions, so the scene alone has to be heard.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from imstack.registration.pyramid import halved
from imstack.registration.smooth import smoothed
from imstack.registration.warp import warped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.registration.pyramid import Plane, Pyramid
    from imstack.registration.warp import Motion

_RADIUS = 6
"""What is smoother than this, in pixels of the finest level, is lighting rather than detail."""

_AROUND = 3
_SAME = 0.2
_LIKE = 0.8
_STRONG = 4.0
"""Around a pixel that stays, the frames differ by no more than this share of their power of
detail (of `_LIKE` where it hangs together with others), which is so many times the usual one."""

_CHANCE = 60
"""Pixels that hang together below which a scene that moves agrees with itself by chance."""

_WORSE, _MOVES = 3.0, 1.0
"""What stays differs this many times as much where the scene's motion would lay it, if that moves
it by as many pixels at least."""

_FEWEST, _MOST = 5e-4, 0.6
"""Share of the frame below which what stays is chance, and above which it is the scene."""

_ROOM = 6
"""Pixels around what stays that do not count either: as far as frames are made equally sharp."""

_CLEAR = 0.99

_LIT, _BLACK, _SHADE = 0.9, 0.1, 0.4
"""What is dark in both frames, against what most of a frame stays below, and its penumbra."""

_BANDS = 0.5
"""Correlation of both frames' rows, or columns, from which on they may be bands of a lamp."""

_SCENE = 0.03
"""By so much more they are alike where the motion lays them, if they are the scene's: rows of the
circuit board gain 0.05 and more, bands lose."""


def clear_of_what_stays(moving: Pyramid, fixed: Pyramid, motion: Motion) -> tuple[Plane, ...]:
    """Return what counts at each level, 1 or 0, (h, w) each; nothing where nothing stays.

    `motion` is of the finest level: what it lays as well on itself is the scene.
    """
    ours, theirs = (_detail(frame.levels[0]) for frame in (moving, fixed))
    power = smoothed((_square(ours) + _square(theirs)) * np.float32(0.5), _AROUND)
    apart = smoothed(_square(ours - theirs), _AROUND)
    strong = power > _STRONG * float(np.median(power))
    rows, columns = (np.arange(length) for length in theirs.shape)
    there = smoothed(_square(warped(ours, motion, columns, rows) - theirs), _AROUND)
    x, y = motion.sources(columns, rows)
    moves = np.hypot(x - columns[None, :], y - rows[:, None]) > _MOVES
    sure = strong & (apart < _SAME * power) & ((there > _WORSE * apart) | ~moves)
    stays = _grown(sure, strong & (apart < _LIKE * power))
    stays |= _surround(moving.levels[0], fixed.levels[0])
    if not _FEWEST < stays.mean() < _MOST:
        return ()
    size = 2 * _ROOM + 1
    clear = 1 - cv2.dilate(stays.astype(np.float32), np.ones((size, size), np.uint8))
    levels: list[Plane] = [np.asarray(clear, np.float32)]
    for _ in fixed.levels[1:]:
        counts = (halved(levels[-1]) > _CLEAR).astype(np.float32)
        levels.append(np.asarray(cv2.erode(counts, np.ones((3, 3), np.uint8)), np.float32))
    return tuple(levels)


def _surround(moving: Plane, fixed: Plane) -> NDArray[np.bool_]:
    """Return what is dark in both frames, or next to that: an eyepiece or a lens hood."""
    lights = [smoothed(one, _AROUND) / float(np.quantile(one, _LIT)) for one in (moving, fixed)]
    light = np.minimum(*lights)
    return _grown(np.maximum(*lights) < _BLACK, light < _SHADE)


def _grown(sure: NDArray[np.bool_], likely: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the likely pixels that hang together with many sure ones.

    The edge of an eyepiece is as bright as the scene behind it, so that parts of it change.
    """
    _, labels = cv2.connectedComponents((sure | likely).astype(np.uint8))
    counts = np.bincount(labels[sure], minlength=int(labels.max()) + 1)
    return np.asarray((counts >= _CHANCE)[labels])


def without_bands(
    moving: Pyramid, fixed: Pyramid, motion: Motion
) -> tuple[Pyramid, Pyramid] | None:
    """Return both frames with rows and columns of one mean; None without bands in both.

    Rows that are more alike where `motion` lays them are the scene's.
    """
    there = fixed.levels[0]
    laid = warped(moving.levels[0], motion, *(np.arange(length) for length in there.shape[::-1]))
    banded = False
    for axis in (0, 1):
        alike = _alike(moving.levels[0], there, axis)
        banded |= alike > _BANDS and _alike(laid, there, axis) < alike + _SCENE
    return (_evened(moving), _evened(fixed)) if banded else None


def _alike(one: Plane, other: Plane, axis: int) -> float:
    """Return how the detail of the means along an axis correlates, -1..1."""
    ours, theirs = (_detail(image.mean(axis=axis)[None]) for image in (one, other))
    power = float(np.sqrt(np.sum(ours**2) * np.sum(theirs**2)))
    return float(np.sum(ours * theirs)) / max(power, 1e-12)


def _evened(frame: Pyramid) -> Pyramid:
    plane = frame.levels[0]
    for axis in (0, 1):
        mean = plane.mean(axis=axis, keepdims=True)
        plane = plane * (plane.mean() / np.maximum(mean, np.float32(1e-3)))
    levels: list[Plane] = [np.asarray(plane, np.float32)]
    for _ in frame.levels[1:]:
        levels.append(halved(levels[-1]))
    return replace(frame, levels=tuple(levels))


def _square(image: Plane) -> Plane:
    squared: Plane = np.square(image)
    return squared


def _detail(image: Plane) -> Plane:
    detail: Plane = image - smoothed(image, _RADIUS)
    return detail
