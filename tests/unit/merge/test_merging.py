from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from imstack.merge.merging import merge_frames
from imstack.merge.settings import fused_method
from imstack.recipe.model import MergeSection
from tests.unit.merge.stacks import METHODS, blurred, halves, merged, texture

if TYPE_CHECKING:
    from numpy.typing import NDArray

every_method = pytest.mark.parametrize("method", METHODS)


def rms(one: NDArray[np.uint16], two: NDArray[np.uint16]) -> float:
    return float(np.sqrt(np.square(one.astype(float) - two).mean()))


@every_method
def test_one_frame_is_returned_as_it_is(method: str) -> None:
    frame = texture(1, 61, 47)
    result = merged([frame], method)
    np.testing.assert_array_equal(result.image, frame)
    assert result.image.dtype == np.uint16
    assert not result.index.any()
    assert not result.depth.any()


@every_method
def test_equal_frames_give_that_frame(method: str) -> None:
    frame = texture(2)
    np.testing.assert_array_equal(merged([frame] * 3, method).image, frame)


@every_method
@pytest.mark.parametrize("value", [0, 1, 30000, 65535])
def test_flat_frames_stay_flat(method: str, value: int) -> None:
    frame = np.full((50, 70, 3), value, np.uint16)
    np.testing.assert_array_equal(merged([frame] * 4, method).image, frame)


@every_method
def test_two_halves_come_together(method: str) -> None:
    sharp, frames = halves()
    result = merged(frames, method)
    assert rms(result.image, sharp) < 0.15 * rms(frames[0], sharp)
    middle = sharp.shape[1] // 2
    away = np.r_[0 : middle - 12, middle + 12 : sharp.shape[1]]
    assert rms(result.image[:, away], sharp[:, away]) < 0.02 * rms(frames[0], sharp)
    assert (result.index[:, : middle - 6] == 0).all()
    assert (result.index[:, middle + 6 :] == 1).all()
    assert result.depth[:, 5].max() < 0.2
    assert result.depth[:, -5].min() > 0.8


@every_method
def test_the_order_of_two_frames_does_not_matter(method: str) -> None:
    _, frames = halves(3)
    forward, backward = merged(frames, method), merged(frames[::-1], method)
    np.testing.assert_array_equal(forward.index, 1 - backward.index)
    assert np.abs(forward.image.astype(int) - backward.image).max() <= 2


@every_method
def test_threads_do_not_matter(method: str) -> None:
    _, frames = halves(4)
    one, four = merged(frames, method, threads=1), merged(frames, method, threads=4)
    np.testing.assert_array_equal(one.image, four.image)
    np.testing.assert_array_equal(one.index, four.index)
    np.testing.assert_array_equal(one.depth, four.depth)


@every_method
def test_what_a_frame_does_not_cover_never_counts(method: str) -> None:
    """Pixels beyond a frame's border may hold anything: smears, or wild noise."""
    sharp, frames = halves(5)
    cover = np.ones(sharp.shape[:2], np.bool_)
    cover[:, :13] = cover[:9] = False
    whole = np.ones_like(cover)
    results = []
    for seed in (1, 2):
        first = frames[0].copy()
        first[~cover] = np.random.default_rng(seed).integers(0, 65536, (int((~cover).sum()), 3))
        results.append(merged([first, frames[1]], method, [cover, whole]))
    np.testing.assert_array_equal(results[0].image, results[1].image)
    np.testing.assert_array_equal(results[0].depth, results[1].depth)
    assert (results[0].index[~cover] == 1).all()
    np.testing.assert_array_equal(results[0].covered, cover)


@every_method
def test_noise_is_no_detail(method: str) -> None:
    """A noisy frame out of focus wins nothing from a clean one in focus."""
    sharp = texture(7)
    noise = np.random.default_rng(8).normal(0, 600, sharp.shape)
    soft = np.clip(blurred(sharp, 4.0) + noise, 0, 65535).astype(np.uint16)
    result = merged([soft, sharp, soft], method)
    assert (result.index == 1).mean() > 0.999
    assert rms(result.image, sharp) < 250


@pytest.mark.parametrize("method", ["pyramid", "guided"])
def test_equally_sharp_frames_are_averaged(method: str) -> None:
    sharp = blurred(texture(9), 1.0)
    rng = np.random.default_rng(10)
    frames = [
        np.clip(sharp + rng.normal(0, 400, sharp.shape), 0, 65535).astype(np.uint16)
        for _ in range(4)
    ]
    assert rms(merged(frames, method).image, sharp) < 0.75 * rms(frames[0], sharp)


@every_method
def test_gains_even_out_brightness(method: str) -> None:
    frame = texture(11)
    dark = np.rint(frame * 0.8).astype(np.uint16)
    result = merged([dark, frame], method, gains=[1.25, 1.0])
    assert np.abs(result.image.astype(int) - frame).max() <= 4


def test_wide_bars_come_from_the_frame_that_shows_them_sharp() -> None:
    """Inside a bar only blurred edges have detail, and those are the wrong frames'."""
    sharp = np.full((96, 160, 3), 50000, np.uint16)
    sharp[:, 20:60] = sharp[:, 90:140] = 9000
    sharp += texture(13, 96, 160) // 100
    frames = [blurred(sharp, 9.0), blurred(sharp, 5.0), sharp]
    result = merged(frames, "masks")
    assert (result.index == 2).mean() > 0.95
    assert rms(result.image, sharp) < 200


def test_depth_lies_between_frames() -> None:
    """A surface in focus between two of three frames has a depth between their numbers."""
    sharp = blurred(texture(12), 0.8)
    frames = [blurred(sharp, sigma) for sigma in (2.0, 0.7, 0.9)]
    depth = merged(frames, "guided").depth
    assert 1.0 < depth.mean() < 1.5
    assert depth.dtype == np.float32


def test_progress_rises_to_one() -> None:
    for method in METHODS:
        heard: list[float] = []
        merged([texture(1)] * 3, method, progress=heard.append)
        assert heard == sorted(heard)
        assert heard[-1] == 1.0
        settings = fused_method(MergeSection.model_validate({"method": method}))
        assert len(heard) == 3 * settings.rounds


def test_what_cannot_be_merged() -> None:
    whole = np.ones((4, 4), np.bool_)
    with pytest.raises(ValueError, match="cannot merge 0 frames"):
        merge_frames(0, [].__getitem__, lambda _: whole, fused_method(MergeSection()))


@every_method
@pytest.mark.parametrize("size", [(1, 1), (1, 50), (3, 2), (17, 16), (65, 64)])
def test_small_and_odd_sizes(method: str, size: tuple[int, int]) -> None:
    frames = [texture(seed, *size) for seed in range(2)]
    result = merged(frames, method)
    assert result.image.shape == (*size, 3)
    assert np.isfinite(result.depth).all()
