"""The committed stacks are what the generator draws, and the truth beside them is true."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fixtures import camera, make, wall
from tests.reference.programs import CONVERT, MISSING, available

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(make.__file__).parent
SMALL = [stack for stack in make.STACKS.values() if stack.name != "brick_wall"]
BIG = make.STACKS["brick_wall"]
needs_convert = pytest.mark.skipif(not available(), reason=MISSING)


def truth(stack: make.Stack) -> dict[str, Any]:
    text = (ROOT / stack.name / "truth.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def decoded(path: Path, stack: make.Stack) -> NDArray[np.float64]:
    """Read a committed photo as RGB levels 0..255, whatever its depth."""
    line = [CONVERT, str(path), "-alpha", "off", "-depth", "8", "rgb:-"]
    raw = subprocess.run(line, capture_output=True, check=True).stdout
    width, height = stack.size
    return np.frombuffer(raw, np.uint8).reshape(height, width, 3).astype(np.float64)


@pytest.mark.parametrize("stack", SMALL, ids=lambda stack: stack.name)
def test_the_same_seed_gives_the_committed_pixels(stack: make.Stack) -> None:
    drawn = [make.digest(frame) for frame in make.frames_of(stack)]
    assert drawn == [frame["pixels_sha256"] for frame in truth(stack)["frames"]]


@pytest.mark.slow
def test_the_same_seed_gives_the_committed_pixels_of_the_brick_wall() -> None:
    test_the_same_seed_gives_the_committed_pixels(BIG)


def test_another_seed_gives_another_wall() -> None:
    one, same, other = (wall.build(seed, density=0.5).pixels for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert np.mean(one != other) > 0.9


@needs_convert
@pytest.mark.parametrize("stack", make.STACKS.values(), ids=lambda stack: stack.name)
def test_lists_name_the_frames_and_frames_have_their_size(stack: make.Stack) -> None:
    folder = ROOT / stack.name
    names = (folder / "focStackList.txt").read_text().split()
    assert names == [frame["file"] for frame in truth(stack)["frames"]]
    for name in names:
        line = [CONVERT, str(folder / name), "-format", "%w %h %z %A", "info:"]
        said = subprocess.run(line, capture_output=True, text=True, check=True).stdout.split()
        assert said[:3] == [str(number) for number in (*stack.size, stack.depth)]
        assert (said[3] in {"True", "Blend"}) == (stack.kind == "alpha")  # as 6 and 7 say it


@needs_convert
def test_committed_photos_show_what_is_drawn() -> None:
    for name, tolerance in (("odd", 4.0), ("tiff16", 0.51)):
        stack = make.STACKS[name]
        drawn = make.frames_of(stack)[1] / (2**stack.depth - 1) * 255
        photo = decoded(ROOT / name / f"frame_2{stack.ending}", stack)
        assert np.abs(drawn - photo).mean() < tolerance


@needs_convert
def test_each_frame_is_sharp_where_the_truth_says() -> None:
    """The frame that has the most fine detail around a column is the one focused there."""
    shots = make.shots_of(BIG)
    width, height = BIG.size
    detail = []
    for frame, shot in zip(truth(BIG)["frames"], shots, strict=True):
        photo = decoded(ROOT / BIG.name / frame["file"], BIG).mean(axis=2)
        fine = np.abs(photo[1:-1] * 2 - photo[2:] - photo[:-2]).mean(axis=0)
        at = (np.arange(width) + 0.5 - width / 2 - shot.dx) / shot.scale + width / 2
        detail.append(np.interp(at, np.arange(width) + 0.5, fine))
    assert height == 600
    columns = [frame["sharpest_column"] for frame in truth(BIG)["frames"]]
    assert columns == sorted(columns)
    for i, column in enumerate(columns):
        around = slice(max(column - 25, 0), column + 26)
        assert int(np.argmax([line[around].mean() for line in detail])) == i


@pytest.mark.parametrize("stack", make.STACKS.values(), ids=lambda stack: stack.name)
def test_truth_agrees_with_the_thin_lens(stack: make.Stack) -> None:
    frames = truth(stack)["frames"]
    last = frames[-1]
    assert (last["scale"], last["dx"], last["dy"]) == (1, 0, 0)
    assert len(frames) == stack.count
    focuses = [frame["focus"] for frame in frames]
    assert focuses == sorted(focuses)  # nearest first
    for frame in frames:
        ratio = camera.extension_for(last["focus"]) / camera.extension_for(frame["focus"])
        assert frame["scale"] == pytest.approx(ratio, abs=1e-6)
        assert max(abs(frame["dx"]), abs(frame["dy"])) <= stack.wander
    depths = [float(z) for z in truth(stack)["depth_of_reference_columns"].split()]
    assert len(depths) == stack.size[0]
    assert depths == sorted(depths)
    for frame in frames:
        assert depths[frame["sharpest_column"]] == pytest.approx(frame["focus"], rel=0.01)


def test_a_sharp_point_lies_where_the_truth_says() -> None:
    """Warp a sharp view of the first frame by the truth: it must be the reference's view."""
    stack = make.STACKS["odd"]
    subject = wall.build(make.SEED, density=0.6)  # coarse: nothing finer than a pixel
    first, *_, last = make.shots_of(stack)
    frame = camera.expose(subject, first, stack.size, blurred=False)[..., 0]
    reference = camera.expose(subject, last, stack.size, blurred=False)[..., 0]
    width, height = stack.size

    def warped(dx: float, dy: float) -> NDArray[np.float64]:
        x = (np.arange(20, width - 20) + 0.5 - width / 2 - dx) / first.scale + width / 2
        y = (np.arange(20, height - 20) + 0.5 - height / 2 - dy) / first.scale + height / 2
        rows = np.array([np.interp(x, np.arange(width) + 0.5, line) for line in frame])
        columns = [np.interp(y, np.arange(height) + 0.5, line) for line in rows.T]
        return np.array(columns).T

    def error(dx: float, dy: float) -> float:
        return float(np.abs(warped(dx, dy) - reference[20:-20, 20:-20]).mean())

    true = error(first.dx, first.dy)
    assert all(
        true < 0.6 * error(first.dx + a, first.dy + b)
        for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))
    )


def test_everything_committed_stays_small() -> None:
    files = [path for path in ROOT.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 3_000_000
    assert (ROOT / "bad" / "empty.jpg").stat().st_size == 0
