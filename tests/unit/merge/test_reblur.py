"""The picture seen again as each frame sees it, and what that corrects."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from imstack.merge.defocus import Samples, measured
from imstack.merge.filters import gaussian_weights, smooth
from imstack.merge.layers import WIDEST, Layers
from imstack.merge.pool import ALONE
from imstack.merge.reblur import Range, seen_again, settled, shares, voices
from tests.unit.merge.stacks import (
    bands_in_focus,
    bar_before_wall,
    merged,
    planes_of,
    slope,
    texture,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.merge.filters import Plane


def soft_texture(height: int, width: int) -> Plane:
    return smooth(planes_of(texture(1, height, width)), gaussian_weights(0.7), ALONE)


def psnr(one: NDArray[np.uint16], two: NDArray[np.uint16]) -> float:
    return float(-10 * np.log10(np.square((one.astype(float) - two) / 65535).mean()))


@pytest.mark.parametrize("sigma", [0.2, 0.5, 1.0, 1.5, 2.5, 4.0, 7.0, 14.0])
def test_a_single_layer_is_blurred(sigma: float) -> None:
    """As a Gaussian does, though wide ones go by way of smaller images."""
    picture = soft_texture(160, 192)
    index = np.zeros(picture.shape[1:], np.uint8)
    seen = Layers(picture, index).seen_by(1, (0.0, sigma))
    blurred = smooth(picture, gaussian_weights(sigma), ALONE)
    inner = np.s_[:, 48:-48, 48:-48]
    left = np.abs(seen[inner] - blurred[inner]).max() / np.ptp(picture)
    assert left < (0.12 if sigma < 0.3 else 0.02)  # the least blur is taken for none


def test_what_a_frame_shows_sharp_stays() -> None:
    picture = soft_texture(96, 120)
    index = np.full(picture.shape[1:], 2, np.uint8)
    np.testing.assert_allclose(Layers(picture, index).seen_by(2, (0, 1, 2)), picture, atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (3, 70), (65, 33), (130, 97)])
def test_layers_share_each_place(size: tuple[int, int]) -> None:
    """Of an even picture all frames see the same, whatever the depth."""
    index = np.random.default_rng(2).integers(0, 5, size).astype(np.uint8)
    picture = np.full((3, *size), 0.4, np.float32)
    seen = Layers(picture, index).seen_by(3, (0.0, 0.4, 3.0, 9.0, 2 * WIDEST))
    np.testing.assert_allclose(seen, picture, atol=1e-5)


def test_shares_add_up() -> None:
    index = np.random.default_rng(3).integers(0, 4, (61, 90)).astype(np.uint8)
    table = voices((0.0, 0.2, 0.9, 3.0))
    assert table[0, 1] > 0.7 * table[0, 0]
    assert table[3, 2] > 0.1
    assert table[3, 0] < 1e-6
    total = sum(shares(index, table[:, number]) for number in range(4))
    np.testing.assert_allclose(total, 1, atol=1e-5)


def test_frames_about_as_sharp_follow_the_smoothed_depth() -> None:
    index = np.array([[3, 5, 4, 9]], np.uint8)
    depth = np.array([[4.2, 4.4, 3.6, 4.0]], np.float32)
    settles = settled(index, depth, [0.3 * number for number in range(10)])
    np.testing.assert_array_equal(settles, [[4, 4, 4, 9]])


def test_deep_stacks_with_little_steps_keep_their_detail() -> None:
    """Nearly as good as without a correction, though there is nothing to correct."""
    places = np.arange(24, dtype=np.float64) * 0.25
    truth, frames = slope(places)
    before = psnr(merged(frames, "guided", reblur=False).image, truth)
    after = psnr(merged(frames, "guided").image, truth)
    assert after > before - 1.5


def test_tiles_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = soft_texture(200, 330)
    index = (np.arange(330) // 40).astype(np.uint8) * np.ones((200, 1), np.uint8)
    focus = tuple(np.arange(9) * 0.8)
    whole = seen_again(picture, index, focus, voices(focus), ALONE, lambda: None)
    monkeypatch.setattr("imstack.merge.reblur._TILE", 64)
    tiled = seen_again(picture, index, focus, voices(focus), ALONE, lambda: None)
    assert np.abs(whole - tiled).max() < 0.01


@pytest.mark.parametrize("steps", [[0.6] * 5, [1.5] * 5, [0.5, 2.0, 0.5, 1.0, 1.5]])
def test_steps_of_focus_are_measured(steps: list[float]) -> None:
    places = np.cumsum([0.0, *steps])
    picture, index, frames = bands_in_focus(places)
    samples = Samples(len(frames), *index.shape)
    for frame in frames:
        samples.add(frame, np.ones(index.shape, np.bool_))
    found = measured(picture, index, samples, 0.0, ALONE)
    assert found.known
    assert found.explained > 0.95
    assert all(one <= two for one, two in pairwise(found.focus))
    np.testing.assert_allclose(found.focus, places, rtol=0.1, atol=0.15)


def test_what_is_no_blur_is_left_alone() -> None:
    """Frames that show different things are not explained by focus."""
    sharp = texture(5, 128, 160)
    other = texture(6, 128, 160)
    frames = [sharp, other, sharp // 2]
    on = merged(frames, "guided", reblur=True)
    np.testing.assert_array_equal(on.image, merged(frames, "guided", reblur=False).image)


@pytest.mark.parametrize("near_first", [True, False])
@pytest.mark.parametrize("method", ["guided", "pyramid"])
@pytest.mark.parametrize(("brightness", "gain"), [(42000, 1.5), (20000, 0.5)])
def test_blur_over_an_edge_of_depth_is_taken_off(
    brightness: int, gain: float, method: str, *, near_first: bool
) -> None:
    truth, frames = bar_before_wall(brightness)
    ordered = frames if near_first else frames[::-1]
    before = psnr(merged(ordered, method, reblur=False).image, truth)
    after = psnr(merged(ordered, method).image, truth)
    assert after > before + gain


def test_a_correction_stays_within_what_the_frames_show() -> None:
    picture = soft_texture(64, 80) * 0.5
    span = Range()
    span.add(picture, ALONE)
    span.add(picture + 0.1, ALONE)
    inside = picture + 0.05
    np.testing.assert_array_equal(span.kept(inside.copy(), ALONE), inside)
    too_bright = inside.copy()
    too_bright[:, 20:44, 20:60] += 0.3
    kept = span.kept(too_bright, ALONE)
    np.testing.assert_allclose(kept[:, 26:38, 26:54], picture[:, 26:38, 26:54] + 0.1, atol=0.01)
