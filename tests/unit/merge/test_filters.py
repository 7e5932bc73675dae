from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imstack.merge import fusion
from imstack.merge.filters import BINOMIAL, gaussian_weights, smooth
from imstack.merge.pool import Pool
from imstack.merge.pyramid import collapse, expanded, gaussian_pyramid, level_count, reduced


@pytest.mark.parametrize("sigma", [0.3, 0.5, 1.0, 2.5, 8.0])
def test_weights_are_a_gaussian(sigma: float) -> None:
    weights = np.array(gaussian_weights(sigma))
    assert weights[0] + 2 * weights[1:].sum() == pytest.approx(1)
    assert (np.diff(weights) < 0).all()
    if sigma >= 1:
        variance = 2 * (weights * np.arange(weights.size) ** 2).sum()
        assert variance == pytest.approx(sigma**2, rel=0.02)


def test_smooth_is_the_filter_with_repeated_borders() -> None:
    plane = np.random.default_rng(1).random((70, 9), np.float32)
    line = np.array([1, 4, 6, 4, 1]) / 16
    padded = np.pad(plane, 2, mode="edge")
    down = sum(line[i] * padded[i : i + 70] for i in range(5))
    expected = sum(line[i] * down[:, i : i + 9] for i in range(5))
    with Pool(2) as pool:
        np.testing.assert_allclose(smooth(plane, BINOMIAL, pool), expected, atol=1e-6)


@given(st.integers(1, 150), st.integers(1, 70))
@settings(deadline=None, max_examples=30)
def test_pyramids_come_together_again(height: int, width: int) -> None:
    image = np.random.default_rng(height * 131 + width).random((3, height, width), np.float32)
    count = level_count(height, width)
    with Pool(2) as pool:
        levels = gaussian_pyramid(image, count, pool)
        details = [
            fine - expanded(coarse, fine.shape[-2], fine.shape[-1], pool)
            for fine, coarse in pairwise(levels)
        ]
        again = collapse([*details, levels[-1]], pool)
    np.testing.assert_allclose(again, image, atol=2e-6)


@given(st.integers(1, 40), st.integers(1, 40))
@settings(deadline=None, max_examples=20)
def test_flat_images_stay_flat(height: int, width: int) -> None:
    flat = np.full((height, width), 0.25, np.float32)
    with Pool(1) as pool:
        small = reduced(flat, pool)
        assert small.shape == ((height + 1) // 2, (width + 1) // 2)
        np.testing.assert_allclose(small, 0.25, rtol=1e-6)
        np.testing.assert_allclose(expanded(small, height, width, pool), 0.25, rtol=1e-6)


def test_level_count() -> None:
    assert level_count(4000, 6000) == 6
    assert level_count(4000, 6000, 3) == 3
    assert level_count(20, 20) == 2
    assert level_count(1, 1) == 1


def test_a_pool_reports_errors() -> None:
    def fail(item: int) -> None:
        message = f"item {item}"
        raise ValueError(message)

    with Pool(2) as pool, pytest.raises(ValueError, match="item 0"):
        pool.each(range(3), fail)


def test_noise_gains_of_the_levels() -> None:
    noise = np.random.default_rng(6).standard_normal((1024, 1024)).astype(np.float32)
    with Pool(2) as pool:
        levels = gaussian_pyramid(noise, 4, pool)
        for gain, fine, coarse in zip(fusion.NOISE_GAINS, levels[:-1], levels[1:], strict=False):
            detail = fine - expanded(coarse, fine.shape[0], fine.shape[1], pool)
            assert detail.var() == pytest.approx(gain, rel=0.1)
