"""Make scenes with known truth, stack them, and say how far the result is from the truth.

``python -m tests.benchmarks.score [--scene slant|occlusion] [--seed N] [--small] [--true METHOD]``

Breathing, shifts (whole pixels too), turns, drift of brightness, noise and the number of frames
have options of their own; ``--set registration.joint.rotation=true`` goes with ``--rotation 0.5``.

By default both scenes are made at full size (slant: 12 frames of 3000x2000; occlusion: 8 of
1500x1000), their frames written as PNG or JPEG, and stacked by the plain command. ``--true
METHOD`` merges frames laid on each other by their true placements instead, each warped once by
ImageMagick; it can be given more than once. ``choice`` among the methods is a perfect choice of
frames: no merge, but the frame whose focus is nearest to the true depth, at each pixel.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

import imstack
from imstack.merge.merging import merge_frames
from imstack.merge.settings import fused_method
from imstack.pipeline.cover import Rectangle, covered_by
from imstack.recipe.model import DetailSection, MergeSection
from tests.benchmarks.metrics import placement_errors, score_picture
from tests.benchmarks.scene import Camera, Scene, make_scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from imstack.results import Placement

    Image = NDArray[np.float32]
    Pixels = NDArray[np.uint16]

REACH = 3.0  # pixels that the resampling filter reaches


def standard_scene(
    kind: str, seed: int, *, small: bool = False, like: Camera | None = None, frames: int = 0
) -> Scene:
    """Return the scene that the tables in the notes are about.

    Sharpness, contrast and blur are such that simple methods score what the issue says they do.
    `like` gives breathing, shifts, turns, noise and drift; `frames` other than 0 their number, the
    scene being as deep as ever.
    """
    camera = like or Camera()
    if kind == "slant":
        size, usual, deep = (1000, 668) if small else (3000, 2000), 12, 11.0
        camera = replace(camera, sharpness=0.42)
    else:
        size, usual, deep = (750, 500) if small else (1500, 1000), 8, 15.4
        camera = replace(camera, sharpness=0.5)
    count = frames or usual
    rate = deep / max(count - 1, 1)
    camera = replace(camera, frames=count, width=size[0], height=size[1], blur_rate=rate)
    if kind == "slant":
        return make_scene("slant", camera, seed, 0.12)
    return make_scene("occlusion", camera, seed, 0.08)


@dataclass(frozen=True)
class Case:
    """A scene with its frames written to files."""

    scene: Scene
    files: tuple[Path, ...]
    truth: Image

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.scene.camera.width, self.scene.camera.height

    def coverage(self, number: int) -> NDArray[np.bool_]:
        """Return where a frame has real pixels."""
        part = Rectangle(*self.size, 0, 0)
        return covered_by(self.scene.placements[number], self.size, part, REACH)

    def row(self, name: str, picture: Image, seconds: float) -> str:
        """Return a line of the table."""
        covered = np.ones(self.truth.shape[:2], np.bool_)
        for number in range(len(self.files)):
            covered &= self.coverage(number)
        score = score_picture(picture, self.truth, covered, self.scene.edges())
        areas = (score.covered, score.central, score.edges)
        cells = [f"{db:6.2f} {ssim:.4f}" for db, ssim in areas]
        return f"{name:24} {'  '.join(cells)}  {seconds:6.1f}"


def write_case(scene: Scene, folder: Path, ending: str) -> Case:
    """Write the frames of a scene: ``png`` and ``jpg`` with 8 bits, ``tif`` with 16."""
    files = []
    for number, photo in enumerate(scene.photos()):
        file = folder / f"frame_{number:02}.{ending}"
        bgr = photo[..., ::-1]
        if ending == "tif":
            cv2.imwrite(str(file), np.rint(bgr * 65535).astype(np.uint16))
        else:
            quality = [cv2.IMWRITE_JPEG_QUALITY, 97] if ending == "jpg" else []
            cv2.imwrite(str(file), np.rint(bgr * 255).astype(np.uint8), quality)
        files.append(file)
    return Case(scene, tuple(files), scene.truth())


def aligned(file: Path, placement: Placement, filter_name: str) -> Pixels:
    """Return a frame laid on the reference by ImageMagick's command line, uint16 (h, w, 3)."""
    loaded = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    assert loaded is not None
    height, width = loaded.shape[:2]
    words = ["convert-im6.q16", str(file), "-virtual-pixel", "edge"]
    if filter_name != "default":
        words += ["-filter", filter_name]
    if not placement.is_identity:
        x, y, shift = width / 2, height / 2, placement
        numbers = (x, y, shift.scale, shift.angle, x + shift.dx, y + shift.dy)
        words += ["-distort", "SRT", ",".join(f"{number:.9g}" for number in numbers)]
    words += ["-depth", "16", "-endian", "LSB", "rgb:-"]
    made = subprocess.run(words, capture_output=True, check=True).stdout
    return np.frombuffer(made, "<u2").reshape(height, width, 3).astype(np.uint16)


def merge_true(case: Case, methods: Sequence[str], filter_name: str) -> None:
    """Print a row for each method, on frames laid on each other by their true placements."""
    placed = zip(case.files, case.scene.placements, strict=True)
    frames = [aligned(file, placement, filter_name) for file, placement in placed]
    for method in methods:
        start = time.perf_counter()
        if method == "choice":
            picture = _choice(frames, case.scene.depth())
        else:
            name, _, sigmas = method.partition(":")
            detail = DetailSection()
            if sigmas:
                one, two, three = (float(text) for text in sigmas.split(","))
                detail = DetailSection(sigmas=(one, two, three))
            settings = fused_method(MergeSection.model_validate({"method": name, "detail": detail}))
            made = merge_frames(len(frames), frames.__getitem__, case.coverage, settings)
            picture = made.image
        took = time.perf_counter() - start
        values = picture.astype(np.float32) / np.float32(65535)
        print(case.row(f"true, {method}", values, took), flush=True)


def _choice(frames: Sequence[Pixels], depth: NDArray[np.float32]) -> Pixels:
    nearest = np.rint(np.clip(depth, 0, len(frames) - 1))
    picture = frames[0].copy()
    for number, frame in enumerate(frames):
        np.copyto(picture, frame, where=(nearest == number)[..., None])
    return picture


def stack_all(case: Case, sets: Sequence[str]) -> None:
    """Print a row for the plain command, and how well it laid the frames on each other."""
    output = case.files[0].parent / "stacked.tif"
    start = time.perf_counter()
    keys = ["crop.to=none", "output.tiff_compression=none", *sets]
    stacked = imstack.stack(list(case.files), output=output, sets=keys, cache=False)
    took = time.perf_counter() - start
    loaded = cv2.imread(str(output), cv2.IMREAD_UNCHANGED)
    assert loaded is not None
    scale = np.float32(65535 if loaded.dtype == np.uint16 else 255)
    picture = loaded[..., ::-1].astype(np.float32) / scale
    print(case.row("imstack stack", picture, took))
    found = stacked.registration.placements
    errors = placement_errors(found, case.scene.placements, case.size)
    print(f"  scale {errors[0]:.3f} px at the corner, shift {errors[1]:.3f} px (rms)", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.score")
    parser.add_argument("--scene", choices=["slant", "occlusion"], action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="small frames, for a quick look")
    parser.add_argument("--frames", type=int, default=0, help="how many; default: 12 and 8")
    parser.add_argument("--breathing", type=float, default=0.97, help="scale of the first frame")
    parser.add_argument("--shift", type=float, default=8.0, help="largest shift, pixels")
    parser.add_argument("--whole", action="store_true", help="shifts by whole pixels")
    parser.add_argument("--rotation", type=float, default=0.0, help="largest turn, degrees")
    parser.add_argument("--noise", type=float, default=1.0, help="standard deviation, of 255")
    parser.add_argument("--drift", type=float, default=0.0, help="change of brightness, 0.01: 1 %%")
    parser.add_argument("--ending", choices=["png", "jpg", "tif"], default="png")
    parser.add_argument("--true", action="append", metavar="METHOD[:S1,S2,S3]", default=[])
    parser.add_argument("--filter", default="LanczosRadius", help="for --true; or: default")
    parser.add_argument("--set", action="append", metavar="KEY=VALUE", default=[])
    parser.add_argument("--keep", type=Path, help="write the frames and the result there")
    words = parser.parse_args(arguments)
    camera = Camera(
        breathing=words.breathing,
        max_shift=words.shift,
        whole=words.whole,
        rotation=words.rotation,
        noise=words.noise,
        drift=words.drift,
    )
    asked = {"small": words.small, "like": camera, "frames": words.frames}
    print(f"{'':24} {'covered':>13}  {'central':>13}  {'edges':>13}  seconds")
    for kind in words.scene or ["slant", "occlusion"]:
        scene = standard_scene(kind, words.seed, **asked)
        with tempfile.TemporaryDirectory() as temporary:
            folder = words.keep / kind if words.keep else Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            case = write_case(scene, folder, words.ending)
            print(f"{kind}, seed {words.seed}", flush=True)
            if words.true:
                merge_true(case, words.true, words.filter)
            else:
                stack_all(case, words.set)
    return 0


if __name__ == "__main__":
    sys.exit(main())
