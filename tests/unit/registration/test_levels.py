"""Pyramids, warps and smoothing keep things where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.registration.pyramid import SMALLEST, gray, halved, pyramid
from imstack.registration.smooth import smoothed, variance
from imstack.registration.warp import Motion, warped
from imstack.results import Placement

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ramps(width: int, height: int) -> NDArray[np.float32]:
    """Return an image whose values tell where the pixel centres are."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    return np.asarray(x + 1000 * y, np.float32)


@given(st.integers(20, 60), st.integers(20, 60))
def test_halving_keeps_pixel_centres(width: int, height: int) -> None:
    small = halved(ramps(width, height))
    assert small.shape == (height // 2, width // 2)
    y, x = np.mgrid[0 : small.shape[0], 0 : small.shape[1]] + 0.5
    inner = (slice(3, -3), slice(3, -3))
    np.testing.assert_allclose(small[inner], (2 * x + 2000 * y)[inner], rtol=1e-5)


@pytest.mark.parametrize(
    ("size", "stop", "first"),
    [
        ((3000, 2000), "auto", 1),
        ((4000, 4000), "auto", 2),
        ((640, 480), "auto", 1),
        ((640, 480), 0, 0),
        ((640, 480), 6, 3),
        ((64, 40), "auto", 0),
    ],
)
def test_levels_of_a_pyramid(
    size: tuple[int, int], stop: int | Literal["auto"], first: int
) -> None:
    made = pyramid(np.zeros(size[::-1], np.float32), stop)
    assert (made.size, made.first) == (size, first)
    assert made.levels[0].shape == (size[1] >> first, size[0] >> first)
    smallest = min(made.levels[-1].shape)
    assert smallest >= SMALLEST or len(made.levels) == 1
    assert smallest < 2 * SMALLEST


def test_gray_is_the_mean_of_the_colours() -> None:
    pixels = np.array([[[65535, 0, 0, 7], [30, 60, 90, 65535]]], np.uint16)
    np.testing.assert_allclose(gray(pixels), [[1 / 3, 60 / 65535]], rtol=1e-6)
    np.testing.assert_allclose(gray(pixels[..., :1]), [[1, 30 / 65535]], rtol=1e-6)


@pytest.mark.parametrize("angle", [0.0, 3.0])
def test_a_warp_shows_what_lies_there(angle: float) -> None:
    placement = Placement(scale=0.95, dx=2.25, dy=-1.5, angle=angle)
    motion = Motion.on_level(placement, (80, 60), 0)
    rows, columns = np.arange(15, 45), np.arange(20, 60)
    x, y = (np.broadcast_to(part, (30, 40)) for part in motion.sources(columns, rows))
    image = warped(ramps(80, 60), motion, columns, rows)
    np.testing.assert_allclose(image, x + 0.5 + 1000 * (y + 0.5), rtol=1e-5)


def test_both_ways_of_warping_agree() -> None:
    rng = np.random.default_rng(1)
    image = rng.random((60, 80)).astype(np.float32)
    straight = Motion.on_level(Placement(0.97, 3.3, -2.2), (80, 60), 0)
    turned = Motion.on_level(Placement(0.97, 3.3, -2.2, 1e-9), (80, 60), 0)
    rows, columns = np.arange(60), np.arange(80)
    ours, theirs = (warped(image, motion, columns, rows) for motion in (straight, turned))
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("radius", [1, 3, 7])
def test_smoothing_spreads_a_point_as_far_as_it_says(radius: int) -> None:
    point = np.zeros((51, 61), np.float32)
    point[25, 30] = 1.0
    spread = smoothed(point, radius)
    assert spread.sum() == pytest.approx(1.0, abs=1e-5)
    for axis, centre in ((0, 30), (1, 25)):
        profile = spread.sum(axis=axis)
        distance = np.arange(profile.size) - centre
        assert float((profile * distance**2).sum()) == pytest.approx(variance(radius), rel=1e-3)
    assert smoothed(np.full((9, 9), 0.3, np.float32), radius) == pytest.approx(0.3)
