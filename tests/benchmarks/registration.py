"""How exactly pairs and stacks are registered: a table, against known truth and against ECC.

``python -m tests.benchmarks.registration [--seeds N] [--size WIDTHxHEIGHT] [--scenes] [--real]``

Without a switch: pairs drawn from plane waves, which are exact at every point, blurred by up to 6
pixels, evenly or across the frame, with breathing 0.90 to 1.0, shifts, noise and exposure drift.
``--scenes`` adds whole stacks of the rendered scenes, and ``--real`` the photos of
../shared/data/pcb against OpenCV's ECC, an independent method.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from imstack.recipe.alignment import RegistrationSection
from imstack.registration.algebra import corner_distance
from imstack.registration.chain import chain, refined
from imstack.registration.pair import PairFound, register_pair
from imstack.registration.pyramid import Pyramid, pyramid
from imstack.registration.settings import PairSettings
from imstack.results import Placement
from tests.benchmarks.scene import Camera, Kind, make_scene
from tests.unit.registration.waves import Waves

if TYPE_CHECKING:
    from collections.abc import Iterator

Plane: TypeAlias = NDArray[np.float32]
Blur: TypeAlias = float | NDArray[np.float64]

PCB = Path(__file__).parents[3] / "shared" / "data" / "pcb"
RECIPE = RegistrationSection()
SETTINGS = PairSettings.of(RECIPE)


@dataclass(frozen=True)
class Miss:
    """How far a placement is from the truth, in pixels of the frame."""

    scale: float
    shift: float
    corner: float

    @classmethod
    def of(cls, found: Placement, truth: Placement, size: tuple[int, int]) -> Miss:
        """Measure `found`; the scale's error is that at the corner of the image."""
        scale = abs(found.scale - truth.scale) * float(np.hypot(*size)) / 2
        shift = float(np.hypot(found.dx - truth.dx, found.dy - truth.dy))
        return cls(scale, shift, corner_distance(found, truth, size))


def summary(misses: list[Miss]) -> str:
    """Return root mean squares and worst cases as one line of a table."""
    cells = []
    for name in ("scale", "shift", "corner"):
        values = np.array([getattr(miss, name) for miss in misses])
        cells.append(f"{name} {np.sqrt((values**2).mean()):.4f} (worst {values.max():.4f})")
    return "  ".join(cells)


def wave_pairs(size: tuple[int, int], seed: int) -> Iterator[tuple[str, Placement, Plane, Plane]]:
    """Yield a name, the truth, and the two frames of pairs that differ in focus."""
    rng = np.random.default_rng(seed)
    ramp = np.linspace(0.5, 6.0, size[0])
    focus: dict[str, tuple[Blur, Blur]] = {
        "equally sharp": (0.6, 0.6),
        "2 px out of focus": (0.6, 2.0),
        "6 px out of focus": (6.0, 0.6),
        "sharp left, sharp right": (ramp, ramp[::-1]),
    }
    for name, (moving, fixed) in focus.items():
        waves = Waves(int(rng.integers(1 << 30)))
        whole = bool(rng.integers(2))
        shift = rng.uniform(-8, 8, 2)
        dx, dy = np.round(shift).tolist() if whole else shift.tolist()
        truth = Placement(rng.uniform(0.9, 1.0), dx, dy, gain=rng.uniform(0.9, 1.1))
        yield name, truth, waves.frame(size, truth, moving), waves.frame(size, None, fixed)


def wave_table(size: tuple[int, int], seeds: int) -> dict[str, list[Miss]]:
    """Return the misses of `seeds` pairs of each kind."""
    table: dict[str, list[Miss]] = {}
    for seed in range(seeds):
        for name, truth, moving, fixed in wave_pairs(size, seed):
            found = register_pair(pyramid(moving), pyramid(fixed), SETTINGS)
            table.setdefault(name, []).append(Miss.of(found.placement, truth, size))
    return table


def scene_misses(kind: Kind, camera: Camera, seed: int) -> dict[str, list[Miss]]:
    """Return the misses of a whole stack: chained only, direct only, and both weighed."""
    scene = make_scene(kind, camera, seed)
    size = camera.width, camera.height
    stored = [np.round(photo * 255) / 255 for photo in scene.photos()]
    frames = [pyramid(photo.mean(axis=2).astype(np.float32)) for photo in stored]
    last = len(frames) - 1
    pairs = [register_pair(one, two, SETTINGS) for one, two in pairwise(frames)]
    chained = chain(pairs, last)[:-1]
    directs = [
        register_pair(frame, frames[last], SETTINGS, link.placement)
        for frame, link in zip(frames[:-1], chained, strict=True)
    ]
    ways = {
        "chained": [link.placement for link in chained],
        "direct": [direct.placement for direct in directs],
        "refined": [
            refined(link, direct, size, RECIPE.joint.min_trust)
            for link, direct in zip(chained, directs, strict=True)
        ],
    }
    truths = scene.placements[:-1]
    return {
        way: [Miss.of(found, truth, size) for found, truth in zip(found_all, truths, strict=True)]
        for way, found_all in ways.items()
    }


def ecc(moving: Plane, fixed: Plane, start: Placement) -> Placement:
    """Return OpenCV's answer: an affine warp fitted by ECC, as the nearest similarity."""
    height, width = fixed.shape
    centre = np.array([width, height]) / 2 - 0.5
    linear = np.eye(2) / start.scale
    offset = centre - linear @ (centre + np.array([start.dx, start.dy]))
    warp = np.hstack([linear, offset[:, None]]).astype(np.float32)
    everywhere = np.ones(fixed.shape, np.uint8)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 200, 1e-7)
    warp = np.asarray(
        cv2.findTransformECC(fixed, moving, warp, cv2.MOTION_AFFINE, criteria, everywhere, 5)[1],
        np.float32,
    )
    forward = np.linalg.inv(warp[:, :2].astype(np.float64))
    dx, dy = (forward @ (centre - warp[:, 2]) - centre).tolist()
    return Placement(float(np.sqrt(np.linalg.det(forward))), dx, dy)


def pcb_photos() -> list[Plane]:
    """Return the real photos in gray, 0..1."""
    paths = sorted(PCB.glob("*.jpg"))
    photos = (np.asarray(cv2.imread(str(path)), np.float32) for path in paths)
    return [np.asarray(photo.mean(axis=2) / 255, np.float32) for photo in photos]


def real_pairs() -> Iterator[tuple[PairFound, Placement, tuple[int, int]]]:
    """Yield what we and what ECC say of each pair of real neighbours, and the frame size."""
    photos = pcb_photos()
    levels: list[Pyramid] = [pyramid(photo) for photo in photos]
    for number, (moving, fixed) in enumerate(pairwise(levels)):
        found = register_pair(moving, fixed, SETTINGS)
        other = ecc(photos[number], photos[number + 1], found.placement)
        yield found, other, fixed.size


def main() -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--size", default="1200x800")
    parser.add_argument("--scenes", action="store_true")
    parser.add_argument("--real", action="store_true")
    asked = parser.parse_args()
    width, height = (int(word) for word in asked.size.split("x"))
    start = time.process_time()
    print(f"pairs of plane waves, {width}x{height}; errors in pixels, root mean square (worst)")
    for name, misses in wave_table((width, height), asked.seeds).items():
        print(f"  {name:26}{summary(misses)}")
    print(f"  {time.process_time() - start:.1f} s of CPU, drawing included")
    if asked.scenes:
        cameras: dict[Kind, Camera] = {"slant": Camera(12, width, height, drift=0.03)}
        cameras["occlusion"] = Camera(8, width, height, blur_rate=2.2, drift=0.03)
        for kind, camera in cameras.items():
            print(f"{camera.frames} frames of the scene {kind!r} on the last one")
            for way, misses in scene_misses(kind, camera, 1).items():
                print(f"  {way:26}{summary(misses)}")
    if asked.real:
        print("pcb, each on the next: difference from ECC")
        misses = []
        for found, other, size in real_pairs():
            misses.append(Miss.of(found.placement, other, size))
            worth = f"trust {found.trust:.2f}, error {found.error:.2f}"
            miss = misses[-1]
            cells = f"scale {miss.scale:.3f}  shift {miss.shift:.3f}  corner {miss.corner:.3f}"
            print(f"  {worth:26}{cells}")
        print(f"  {'together':26}{summary(misses)}")


if __name__ == "__main__":
    main()
