"""The scenes and figures of tests.benchmarks are what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imstack.registration.warp import Motion, warped
from imstack.results import Placement
from tests.benchmarks.metrics import placement_errors, score_picture, ssim
from tests.benchmarks.scene import Camera, Kind, Scene, make_scene

CAMERA = Camera(frames=4, width=180, height=120, blur_rate=2.0)


@pytest.fixture(scope="module", params=["slant", "occlusion"])
def scene(request: pytest.FixtureRequest) -> Scene:
    kind: Kind = request.param
    return make_scene(kind, CAMERA, seed=3)


def test_the_same_seed_gives_the_same_photos(scene: Scene) -> None:
    kind: Kind = "occlusion" if len(scene.layers) > 1 else "slant"
    again = make_scene(kind, CAMERA, seed=3)
    np.testing.assert_array_equal(next(scene.photos()), next(again.photos()))


def test_frames_are_sharp_where_the_depth_says(scene: Scene) -> None:
    error = np.square(scene.frame(3) - scene.truth()).mean(axis=2)
    depth = scene.depth()
    sharp, soft = error[depth > depth.max() - 0.3], error[depth < depth.max() - 1.2]
    assert np.median(sharp) < 0.25 * np.median(soft)


def test_the_reference_stays_and_the_first_frame_breathes(scene: Scene) -> None:
    assert scene.placements[-1].is_identity
    assert scene.placements[0].scale == pytest.approx(0.97)
    assert max(abs(p.dx) for p in scene.placements) <= CAMERA.max_shift


def test_only_occlusion_has_edges_of_depth(scene: Scene) -> None:
    assert scene.edges().any() == (len(scene.layers) > 1)


def test_a_sharp_frame_is_the_truth_moved() -> None:
    camera = replace(CAMERA, blur_rate=0.0, breathing=1.0, whole=True)
    moved = make_scene("slant", camera, seed=4)
    dx, dy = int(moved.placements[0].dx), int(moved.placements[0].dy)
    assert (dx, dy) != (0, 0)
    truth = moved.truth()
    there = np.roll(moved.frame(0), (dy, dx), axis=(0, 1))
    np.testing.assert_allclose(there[20:-20, 20:-20], truth[20:-20, 20:-20], atol=1e-3)


def test_a_turned_frame_lies_where_its_placement_says() -> None:
    camera = replace(CAMERA, blur_rate=0.0, sharpness=2.0, rotation=3.0, breathing=0.9)
    scene = make_scene("slant", camera, seed=4)
    placement, size = scene.placements[0], (camera.width, camera.height)
    assert max(abs(placed.angle) for placed in scene.placements) == pytest.approx(3.0)
    laid = warped(
        scene.frame(0)[..., 1], Motion.on_level(placement, size, 0), np.arange(180), np.arange(120)
    )
    inner = (slice(25, -25), slice(25, -25))
    np.testing.assert_allclose(laid[inner], scene.truth()[..., 1][inner], atol=0.01)
    assert scene.placements[-1].is_identity


def test_scores() -> None:
    truth = np.random.default_rng(1).random((60, 80, 3), np.float32)
    covered = np.ones((60, 80), np.bool_)
    edges = np.zeros_like(covered)
    edges[30] = True
    off = score_picture(truth + np.float32(0.01), truth, covered, edges)
    for psnr, likeness in (off.covered, off.central, off.edges):
        assert psnr == pytest.approx(40, abs=0.01)
        assert 0.99 < likeness < 1
    np.testing.assert_allclose(ssim(truth, truth), 1, atol=1e-5)
    assert np.isnan(score_picture(truth, truth + 1, covered, ~covered).edges[0])


def test_errors_of_placements() -> None:
    true = [Placement(), Placement()]
    found = [Placement(1.001, 0.3, 0.4), Placement()]
    scale, shift = placement_errors(found, true, (800, 600))
    assert scale == pytest.approx(0.5 / np.sqrt(2))
    assert shift == pytest.approx(0.5 / np.sqrt(2))
