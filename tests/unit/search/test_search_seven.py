"""The arithmetic of ImageMagick 7, written out plainly; tests/parity checks it where 7 is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from imstack.search import Match, search, search_full, search_rows
from imstack.search.bounds import bounded
from imstack.search.match import haystack

Pixels = NDArray[np.uint16]
SCALE = 1.0 / 65535.0


def plainly(big: Pixels, needle: Pixels) -> tuple[int, int, float]:
    """Measure every place, one addition after the other; the first of the best wins."""
    best = (0, 0, np.inf)
    for y in range(big.shape[0] - needle.shape[0] + 1):
        for x in range(big.shape[1] - needle.shape[1] + 1):
            window = big[y : y + needle.shape[0], x : x + needle.shape[1]]
            score = measured(window, needle)
            if score < best[2]:
                best = (x, y, score)
    return best


def measured(window: Pixels, needle: Pixels) -> float:
    """Root mean square over the channels of the window, as compare.c of 7.1.1-43 adds it."""
    channels, others = window.shape[2], needle.shape[2]
    total = 0.0
    for row, other_row in zip(window.tolist(), needle.tolist(), strict=True):
        along = 0.0
        for p, q in zip(row, other_row, strict=True):
            own = SCALE * p[-1] if channels % 2 == 0 else 1.0
            other = SCALE * q[-1] if others % 2 == 0 else 1.0
            for i in range(1 if channels < 3 else 3):
                value = q[0 if others < 3 else i]
                away = SCALE * (own * p[i] - other * value)
                along += away * away
            if channels % 2 == 0 and others % 2 == 0:
                away = SCALE * (float(p[-1]) - q[-1])
                along += away * away
        total += along
    area = window.shape[0] * window.shape[1]
    return float(np.sqrt(total * (1.0 / area) / channels))


def noise(rng: np.random.Generator, *shape: int, levels: int) -> Pixels:
    return (rng.integers(0, levels, shape) * (65535 // (levels - 1))).astype(np.uint16)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("others", [1, 2, 3, 4])
@pytest.mark.parametrize("levels", [2, 65536])
def test_every_mix_of_channels(channels: int, others: int, levels: int) -> None:
    rng = np.random.default_rng([channels, others, levels])
    big = noise(rng, 9, 11, channels, levels=levels)
    for height, width in ((4, 5), (1, 1)):
        needle = noise(rng, height, width, others, levels=levels)
        for found in (search_full(big, needle, major=7), search(big, needle, major=7)):
            assert (found.x, found.y, found.score) == plainly(big, needle)
            assert found.metric == found.score


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_rows(channels: int) -> None:
    rng = np.random.default_rng(channels)
    rows = noise(rng, 11, 57, channels, levels=65536)
    needle = rows[4:5] // 3 * 3
    found = search_rows(rows, needle, major=7)
    assert (found.x, found.y, found.score) == plainly(rows, needle)


def test_bounds_on_gray() -> None:
    rng = np.random.default_rng(1)
    big = np.kron(noise(rng, 30, 40, levels=65536), np.ones((8, 8)))[..., None].astype(np.uint16)
    needle = big[50:150, 60:190] // 2
    assert bounded(haystack(big, needle, 7)) == search_full(big, needle, major=7)


def test_both_versions_agree_without_alpha() -> None:
    rng = np.random.default_rng(2)
    big = noise(rng, 20, 20, 3, levels=65536)
    six, seven = (search_full(big, big[3:9, 4:11] // 2, major=major) for major in (6, 7))
    assert (six.x, six.y) == (seven.x, seven.y)
    assert six.score == pytest.approx(seven.score, rel=1e-14)


def test_alpha_weighs_more_in_7() -> None:
    opaque, clear = np.zeros((2, 1, 1, 4), np.uint16)
    opaque[..., 3] = 65535
    assert search_full(opaque, clear, major=6) == Match(0, 0, 0.0, edge=False, metric=0.5)
    assert search_full(opaque, clear, major=7) == Match(0, 0, 0.5, edge=False, metric=0.5)
