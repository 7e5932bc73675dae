"""Synthetic focus stacks with known truth.

A scene is a list of layers, far ones first. Depth is counted in frames: what has depth u is
sharp in frame u (dioptres, in other words: the radius of the disc of confusion grows linearly
with the difference, and a slanted plane has a depth that is linear in the picture). Every
frame spreads each layer over its discs and lays the layers over one another, so near things
out of focus smear over far ones, as they do in a camera. Then the picture is sampled where
the frame's placement says, changed in brightness, given noise, and stored.

The truth is the same scene with every layer sharp, sampled as the last frame sees it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np

from imstack.results import Placement
from tests.benchmarks.objects import Layer, backdrop, board, hair, pin
from tests.benchmarks.optics import Psf, blur, lens
from tests.benchmarks.texture import SUPER, patchwork

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Image = NDArray[np.float32]

Kind = Literal["slant", "occlusion"]


@dataclass(frozen=True)
class Camera:
    """How a scene is photographed.

    Attributes
    ----------
    frames
        How many; the last one is the reference.
    breathing
        Scale of the first frame against the last one; the steps between are equal ratios.
    max_shift
        Largest shift in pixels; `whole` makes all shifts whole pixels.
    blur_rate
        Radius of the disc of confusion, in pixels, one frame away from focus.
    sharpness
        Sigma in pixels of what lens and pixel do to a point in focus.
    noise
        Standard deviation, on the scale where white is 255.
    drift
        Largest relative change of brightness between frames.
    rotation
        Largest turn of a frame against the last one, in degrees.
    """

    frames: int = 12
    width: int = 3000
    height: int = 2000
    breathing: float = 0.97
    max_shift: float = 8.0
    whole: bool = False
    blur_rate: float = 1.0
    sharpness: float = 0.5
    noise: float = 1.0
    drift: float = 0.0
    rotation: float = 0.0
    psf: Psf = "disc"


@dataclass(frozen=True)
class Scene:
    """A scene, its camera, and what is true of it."""

    camera: Camera
    seed: int
    layers: list[Layer] = field(repr=False)
    placements: tuple[Placement, ...]
    margin: int

    def truth(self) -> Image:
        """Return the scene all in focus as the reference frame sees it, (h, w, 3) of 0..1."""
        return self._sampled(self._composed(None), self.placements[-1])

    def frame(self, index: int) -> Image:
        """Return one frame without noise or drift, (h, w, 3) of 0..1."""
        return self._sampled(self._composed(index), self.placements[index])

    def photos(self) -> Iterator[Image]:
        """Yield the frames as the camera stores them, drift and noise included."""
        for index, placement in enumerate(self.placements):
            rng = np.random.default_rng((self.seed, 7, index))
            frame = self.frame(index) / np.float32(placement.gain)
            frame += rng.standard_normal(frame.shape, np.float32) * (self.camera.noise / 255)
            yield np.clip(frame, 0, 1, out=frame)

    def depth(self) -> NDArray[np.float32]:
        """Return the depth of what the truth shows, in frames, (h, w)."""
        canvas = self.layers[0].depth_map(self.layers[0].paint.shape[:2])
        for layer in self.layers[1:]:
            part = canvas[layer.where]
            solid = layer.paint[..., 3] > 0.5
            part[solid] = layer.depth_map(part.shape)[solid]
        first = self.margin * SUPER + SUPER // 2
        height, width = self.camera.height * SUPER, self.camera.width * SUPER
        return canvas[first : first + height : SUPER, first : first + width : SUPER].copy()

    def edges(self, jump: float = 0.5) -> NDArray[np.bool_]:
        """Return where depth jumps by more than `jump` frames between neighbours, (h, w)."""
        depth = self.depth()
        out = np.zeros(depth.shape, bool)
        for axis in (0, 1):
            leap = np.abs(np.diff(depth, axis=axis)) > jump
            first: list[slice] = [slice(None), slice(None)]
            first[axis] = slice(0, -1)
            second: list[slice] = [slice(None), slice(None)]
            second[axis] = slice(1, None)
            out[tuple(first)] |= leap
            out[tuple(second)] |= leap
        return out

    def _composed(self, focus: int | None) -> Image:
        """Return the layers laid over one another on the canvas; `focus` None: all sharp."""
        scale = 1.0 if focus is None else self.placements[focus].scale
        canvas = np.empty(0, np.float32)
        for layer in self.layers:
            paint = layer.paint
            if focus is not None:
                rate = self.camera.blur_rate * SUPER * scale
                paint = blur(paint, layer.spread(float(focus), rate), self.camera.psf)
            if layer.where is None:
                canvas = paint.copy()
                continue
            part = canvas[layer.where]
            part *= 1 - paint[..., 3:]
            part += paint[..., :3]
        return canvas

    def _sampled(self, canvas: Image, placement: Placement) -> Image:
        """Return what a frame placed so sees of the canvas, one sample a pixel."""
        width, height = self.camera.width, self.camera.height
        turn = np.deg2rad(placement.angle)
        grow = placement.scale * SUPER
        matrix = grow * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        centre = np.array([width / 2, height / 2])
        # Pixel (j, i) of the frame has its centre at (j + 0.5, i + 0.5).
        offset = (centre + np.array([placement.dx, placement.dy]) + self.margin) * SUPER - 0.5
        offset = offset + matrix @ (0.5 - centre)
        affine = np.hstack([matrix, offset[:, None]])
        flags = cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(canvas, affine, (width, height), flags=flags), np.float32)


def true_placements(camera: Camera, seed: int) -> tuple[Placement, ...]:
    """Return where the frames lie: breathing in equal ratios, shifts as a wandering tripod.

    Turns wander too, from a generator of their own, so that scenes without stay what they are.
    """
    rng = np.random.default_rng((seed, 3))
    count = camera.frames
    steps = rng.uniform(-1, 1, (count, 2)).cumsum(axis=0)
    steps -= steps[-1]
    steps *= camera.max_shift / max(np.abs(steps).max(), 1e-9)
    if camera.whole:
        steps = np.round(steps)
    turns = np.random.default_rng((seed, 4)).uniform(-1, 1, count).cumsum()
    turns -= turns[-1]
    turns *= camera.rotation / max(np.abs(turns).max(), 1e-9)
    gains = 1 + camera.drift * np.sin(np.arange(count) * 1.7 + seed)
    gains /= gains[-1]
    return tuple(
        Placement(
            scale=float(camera.breathing ** ((count - 1 - i) / max(count - 1, 1))),
            dx=float(steps[i, 0]),
            dy=float(steps[i, 1]),
            angle=float(turns[i]),
            gain=float(gains[i]),
        )
        for i in range(count)
    )


def make_scene(kind: Kind, camera: Camera, seed: int = 1, contrast: float = 0.1) -> Scene:
    """Return a scene of this kind; the same seed gives the same scene.

    `contrast` is the roughness of the surfaces (standard deviation of their grain, 0..1).
    """
    placements = true_placements(camera, seed)
    widest = max(p.scale for p in placements)
    margin = int((widest - 1) * camera.width / 2 + camera.max_shift) + 24
    margin += int(np.sin(np.deg2rad(camera.rotation)) * max(camera.width, camera.height) / 2)
    shape = ((camera.height + 2 * margin) * SUPER, (camera.width + 2 * margin) * SUPER)
    rng = np.random.default_rng((seed, 1))
    build = _slanted if kind == "slant" else _occluded
    layers = [
        Layer(lens(layer.paint, camera.sharpness), layer.depth, layer.where)
        for layer in build(rng, shape, camera, contrast)
    ]
    return Scene(camera, seed, layers, placements, margin)


def _slanted(
    rng: np.random.Generator, shape: tuple[int, int], camera: Camera, contrast: float
) -> list[Layer]:
    """Return one wall, seen at an angle: near at the left, far at the right."""
    last = camera.frames - 1
    along = np.linspace(-0.02, 1.02, shape[1], dtype=np.float32)[None, :]
    across = np.linspace(-0.5, 0.5, shape[0], dtype=np.float32)[:, None]
    depth = np.asarray(last * (along + 0.15 * across), np.float32)
    return [Layer(patchwork(rng, shape, contrast), depth, None)]


def _occluded(
    rng: np.random.Generator, shape: tuple[int, int], camera: Camera, contrast: float
) -> list[Layer]:
    """Return a far wall, a slanted board with holes before it, and pins and hairs before both."""
    last = camera.frames - 1
    layers = [backdrop(rng, shape, float(last), contrast), board(rng, shape, last, contrast)]
    things = [(float(u), pin) for u in rng.uniform(0.0, 0.45 * last, 30)]
    things += [(float(u), hair) for u in rng.uniform(0.0, 0.6 * last, 40)]
    for depth, make in sorted(things, key=lambda thing: -thing[0]):
        layers.append(make(rng, shape, depth))
    return layers
