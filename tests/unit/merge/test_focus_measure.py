from __future__ import annotations

import numpy as np
import pytest

from imstack.merge.focus_measure import detail_map, measure_focus, noise_detail, noise_level
from imstack.merge.frames import Stack, eroded
from imstack.merge.pool import Pool
from imstack.merge.votes import count_votes
from tests.unit.merge.stacks import blurred, halves, texture

SIGMAS = (0.5, 1.0, 2.0)


@pytest.mark.parametrize("sigma", [0.002, 0.01])
def test_noise_is_measured_beside_texture(sigma: float) -> None:
    rng = np.random.default_rng(2)
    gray = np.full((320, 320), 0.5, np.float32)
    gray[:, :200] += 0.2 * np.sin(np.arange(200) / 3)
    gray += np.linspace(0, 0.2, 320)[:, None]
    gray += rng.normal(0, sigma, gray.shape)
    found = noise_level(gray.astype(np.float32), np.ones(gray.shape, np.bool_))
    assert found == pytest.approx(sigma, rel=0.15)


def test_noise_is_not_measured_at_white_or_outside() -> None:
    gray = np.ones((64, 64), np.float32)
    covered = np.ones((64, 64), np.bool_)
    assert noise_level(gray, covered) == 0
    assert noise_level(gray * np.float32(0.5), ~covered) == 0


def test_detail_of_noise_is_foretold() -> None:
    gray = (0.5 + np.random.default_rng(3).normal(0, 0.01, (300, 300))).astype(np.float32)
    with Pool(2) as pool:
        found = detail_map(gray, np.ones(gray.shape, np.bool_), SIGMAS, pool).mean()
    assert found == pytest.approx(noise_detail(0.01, SIGMAS), rel=0.03)


def test_winners_of_two_halves() -> None:
    _, frames = halves()
    whole = np.ones(frames[0].shape[:2], np.bool_)
    stack = Stack(2, frames.__getitem__, lambda _: whole)
    with Pool(2) as pool:
        found = measure_focus(stack, SIGMAS, pool, lambda: None)
    middle = frames[0].shape[1] // 2
    assert not found.index[:, : middle - 4].any()
    assert (found.index[:, middle + 4 :] == 1).all()
    assert found.index.dtype == np.uint8
    assert found.covered.all()
    assert (found.after[:, : middle - 8] < found.detail[:, : middle - 8]).all()


def test_flat_places_follow_what_lies_around() -> None:
    """A flat patch in a sharp surface is not given to whatever frame has more noise there."""
    rng = np.random.default_rng(5)
    sharp = texture(6, 160, 160)
    sharp[50:110, 50:110] = 30000
    frames = [blurred(sharp, 3.0), sharp, blurred(sharp, 5.0)]
    noisy = [np.clip(f + rng.normal(0, 200, f.shape), 0, 65535).astype(np.uint16) for f in frames]
    whole = np.ones((160, 160), np.bool_)
    stack = Stack(3, noisy.__getitem__, lambda _: whole)
    with Pool(2) as pool:
        found = measure_focus(stack, SIGMAS, pool, lambda: None)
        candidates = count_votes(found, 3, 8.0, pool)
    assert (found.index[70:90, 70:90] != 1).any()
    assert (candidates.elected[18:22, 18:22] == 1).all()


def test_backing_prefers_a_frame_that_covers_all() -> None:
    frames = [texture(seed, 40, 40) for seed in range(3)]
    part = np.zeros((40, 40), np.bool_)
    part[10:30, 10:30] = True
    cover = [part, np.ones_like(part), part]
    with Pool(1) as pool:
        found = measure_focus(
            Stack(3, frames.__getitem__, cover.__getitem__), SIGMAS, pool, lambda: None
        )
    expected = frames[1].transpose(2, 0, 1) / np.float32(65535)
    np.testing.assert_allclose(found.backing, expected, rtol=1e-6)
    np.testing.assert_array_equal(found.covered, part)


@pytest.mark.parametrize("reach", [0, 1, 3, 50])
def test_eroded(reach: int) -> None:
    covered = np.random.default_rng(4).random((20, 31)) > 0.03
    inside = np.pad(covered, reach, constant_values=True)
    windows = np.lib.stride_tricks.sliding_window_view(inside, (2 * reach + 1, 2 * reach + 1))
    np.testing.assert_array_equal(eroded(covered, reach), windows.all(axis=(2, 3)))
