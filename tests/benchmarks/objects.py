"""The things in a scene with occlusion: a wall, a board with holes, pins, hairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from tests.benchmarks.texture import SUPER, bricks, patchwork, speckle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Image = NDArray[np.float32]

_ROOM = 40 * SUPER
"""Empty samples around a thing, for its blur to spread into."""


@dataclass(frozen=True)
class Layer:
    """A thing in the scene.

    Attributes
    ----------
    paint
        (h, w, 3) when it covers the whole canvas, else (h, w, 4): colours times opacity, and
        opacity.
    depth
        In frames: one number, or (h, w) float32.
    where
        The part of the canvas that `paint` covers; None: all of it.
    """

    paint: Image
    depth: float | NDArray[np.float32]
    where: tuple[slice, slice] | None

    def depth_map(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Return the depth of every sample, (h, w)."""
        return np.array(np.broadcast_to(np.float32(self.depth), shape[:2]))

    def spread(self, focus: float, rate: float) -> NDArray[np.float32] | float:
        """Return the radius of the disc of confusion when the lens is focused at `focus`."""
        radius = np.abs(np.float32(self.depth) - np.float32(focus)) * np.float32(rate)
        return np.asarray(radius, np.float32) if np.ndim(radius) else float(radius)


def backdrop(
    rng: np.random.Generator, shape: tuple[int, int], depth: float, contrast: float
) -> Layer:
    """Return the far wall."""
    return Layer(bricks(rng, shape, contrast), depth, None)


def board(rng: np.random.Generator, shape: tuple[int, int], last: int, contrast: float) -> Layer:
    """Return a slanted board with round holes; its depth falls from the top to the bottom."""
    height, width = shape
    top, left = int(height * 0.22), int(width * 0.12)
    inner = (int(height * 0.62), int(width * 0.74))
    opacity = np.zeros(shape, np.float32)
    corners = np.array(
        [
            [left + inner[1] * 0.06, top],
            [left + inner[1] * 0.97, top + inner[0] * 0.04],
            [left + inner[1], top + inner[0]],
            [left, top + inner[0] * 0.95],
        ]
    )
    cv2.fillPoly(opacity, [corners.astype(np.int32)], 1.0, cv2.LINE_8)
    for _ in range(9):
        at = (
            int(left + inner[1] * rng.uniform(0.1, 0.9)),
            int(top + inner[0] * rng.uniform(0.1, 0.9)),
        )
        cv2.circle(opacity, at, int(rng.uniform(12, 40) * SUPER), 0.0, -1, cv2.LINE_8)
    face = patchwork(rng, shape, contrast) * np.array([0.8, 0.95, 1.0], np.float32)
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    depth = np.asarray(last * (0.85 - 0.5 * (down - 0.2) / 0.65 + 0.1 * (across - 0.5)), np.float32)
    paint = np.concatenate([face * opacity[..., None], opacity[..., None]], axis=2)
    whole = (slice(0, height), slice(0, width))
    return Layer(paint, np.clip(depth, 0, last, out=depth), whole)


def pin(rng: np.random.Generator, shape: tuple[int, int], depth: float) -> Layer:
    """Return a metal pin: a shaded rod from below with a round head."""
    height, width = shape
    foot = np.array([rng.uniform(0.05, 0.95) * width, rng.uniform(0.75, 1.05) * height])
    lean, rise = rng.uniform(-0.08, 0.08), rng.uniform(0.3, 0.6)
    head = foot + np.array([lean * width, -rise * height])
    thick = rng.uniform(3, 8) * SUPER
    ball = thick * rng.uniform(1.0, 1.8)
    lo = np.maximum(np.minimum(foot, head) - ball - _ROOM, 0).astype(int)
    hi = np.minimum(np.maximum(foot, head) + ball + _ROOM, [width, height]).astype(int)
    y, x = np.mgrid[lo[1] : hi[1], lo[0] : hi[0]].astype(np.float32)
    along = (head - foot) / np.linalg.norm(head - foot)
    side = (x - foot[0]) * -along[1] + (y - foot[1]) * along[0]
    run = (x - foot[0]) * along[0] + (y - foot[1]) * along[1]
    rod = (np.abs(side) < thick / 2) & (run > 0) & (run < np.linalg.norm(head - foot))
    knob = np.hypot(x - head[0], y - head[1])
    shade = np.where(rod, 0.9 - 1.2 * np.abs(side / thick + 0.15), 0.35 + 0.5 * (1 - knob / ball))
    opacity = (rod | (knob < ball)).astype(np.float32)
    tint = rng.uniform(0.7, 1.1, 3).astype(np.float32)
    grain = speckle(rng, opacity.shape, 0.03)
    paint = np.clip(shade[..., None] * tint + grain, 0.02, 0.98) * opacity[..., None]
    paint = np.concatenate([paint, opacity[..., None]], axis=2).astype(np.float32)
    return Layer(paint, depth, (slice(lo[1], hi[1]), slice(lo[0], hi[0])))


def hair(rng: np.random.Generator, shape: tuple[int, int], depth: float) -> Layer:
    """Return a hair: a thin curve, dark or light, across a part of the picture."""
    height, width = shape
    start = rng.uniform(0.02, 0.98, 2) * [width, height]
    heading, bend = rng.uniform(0, 2 * np.pi), rng.uniform(-1.5, 1.5)
    steps = np.linspace(0, 1, 60)
    turns = heading + bend * steps
    stride = rng.uniform(0.25, 0.7) * width / 60
    curve = start + np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1) * stride, axis=0)
    thick = max(2, round(rng.uniform(0.8, 2.2) * SUPER))
    lo = np.clip(curve.min(axis=0) - thick - _ROOM, 0, [width - 2, height - 2]).astype(int)
    hi = np.clip(curve.max(axis=0) + thick + _ROOM, 2, [width, height]).astype(int)
    hi = np.maximum(hi, lo + 2)
    opacity = np.zeros((hi[1] - lo[1], hi[0] - lo[0]), np.float32)
    points = np.round((curve - lo) * 16).astype(np.int32)
    mask = np.zeros(opacity.shape, np.uint8)
    cv2.polylines(mask, [points], False, 255, thick, cv2.LINE_AA, 4)
    opacity[:] = mask / np.float32(255)
    dark = rng.random() < 0.7
    ink = (rng.uniform(0.05, 0.25, 3) if dark else rng.uniform(0.7, 0.95, 3)).astype(np.float32)
    paint = np.concatenate([opacity[..., None] * ink, opacity[..., None]], axis=2)
    return Layer(paint, depth, (slice(lo[1], hi[1]), slice(lo[0], hi[0])))
