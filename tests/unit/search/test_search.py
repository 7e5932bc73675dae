"""What holds for every search, whatever ImageMagick is installed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from imstack.errors import InputError
from imstack.search import Match, search, search_full, search_pyramid, search_rows
from imstack.search.bounds import bounded
from imstack.search.fourier import correlation, quick_length, squares_everywhere
from imstack.search.match import haystack
from imstack.search.repeats import first_of_each

Pixels = NDArray[np.uint16]


def added_one_by_one(big: Pixels, needle: Pixels) -> tuple[int, int, float]:
    """Return the first smallest score by plain loops, in ImageMagick's order of additions."""
    height, width, channels = needle.shape
    best = (0, 0, np.inf)
    for y in range(big.shape[0] - height + 1):
        for x in range(big.shape[1] - width + 1):
            total = 0.0
            for j in range(height):
                row = 0.0
                for i in range(width):
                    for c in range(3):
                        k = min(c, channels - 1)
                        distance = (1 / 65535) * (float(big[y + j, x + i, k]) - needle[j, i, k])
                        row += distance * distance
                total += row
            score = float(np.sqrt(total / (width * height) / 3))
            if score < best[2]:
                best = (x, y, score)
    return best


@st.composite
def pictures(draw: st.DrawFn) -> tuple[Pixels, Pixels]:
    """Draw a tiny image and a needle that fits in it, often with few levels."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    height, width = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    inner = draw(st.integers(1, height)), draw(st.integers(1, width))
    channels, levels = draw(st.sampled_from([1, 3])), draw(st.sampled_from([2, 3, 5, 65536]))
    step = 65535 // (levels - 1)
    big = rng.integers(0, levels, (height, width, channels)) * step
    needle = rng.integers(0, levels, (*inner, channels)) * step
    return big.astype(np.uint16), needle.astype(np.uint16)


@given(pictures())
def test_the_full_search_is_the_plain_one(pair: tuple[Pixels, Pixels]) -> None:
    ours = search_full(*pair)
    assert (ours.x, ours.y, ours.score) == added_one_by_one(*pair)


@given(pictures())
def test_a_row_search_is_a_full_one(pair: tuple[Pixels, Pixels]) -> None:
    big, needle = pair
    big = big[:, : needle.shape[1]]
    assert search_rows(big, needle) == search_full(big, needle)


@given(pictures(), st.sampled_from([np.float32, np.float64]))
def test_correlation_keeps_within_its_bound(
    pair: tuple[Pixels, Pixels], kind: type[np.floating]
) -> None:
    big, needle = (image[..., 0].astype(kind) for image in pair)
    products, error = correlation(big, needle)
    rows, columns = needle.shape
    for (y, x), product in np.ndenumerate(products):
        window = big[y : y + rows, x : x + columns].astype(np.float64)
        assert abs(product - float(np.vdot(window, needle.astype(np.float64)))) <= error


@given(pictures())
def test_the_map_of_squares_keeps_within_its_bound(pair: tuple[Pixels, Pixels]) -> None:
    stack = haystack(*pair)
    sums, error = squares_everywhere(stack)
    for (y, x), value in np.ndenumerate(sums):
        exact = (stack.window(x, y).astype(np.int64) - stack.needle) ** 2
        assert abs(value - int(exact.sum())) <= error


@given(pictures())
def test_repeated_windows_are_found(pair: tuple[Pixels, Pixels]) -> None:
    stack = haystack(*pair)
    across, down = stack.room
    spots = np.array([(x, y) for y in range(down + 1) for x in range(across + 1)], np.intp)
    seen: dict[bytes, tuple[int, int]] = {}
    for x, y in spots.tolist():
        seen.setdefault(stack.window(x, y).tobytes(), (x, y))
    assert [tuple(spot) for spot in first_of_each(stack, spots).tolist()] == list(seen.values())


def texture(seed: int, shape: tuple[int, int], grain: float) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    out = grain * rng.standard_normal(shape)
    for size in (4, 16, 64):
        coarse = rng.standard_normal((shape[0] // size + 2, shape[1] // size + 2))
        out += np.kron(coarse, np.ones((size, size)))[: shape[0], : shape[1]]
    return out


def as_pixels(plane: NDArray[np.float64]) -> Pixels:
    stretched = np.clip(plane * 6000 + 30000, 0, 65535).astype(np.uint16)
    return np.stack([stretched, stretched // 2, stretched // 3 + 7], axis=2)


def as_gray(plane: NDArray[np.floating]) -> Pixels:
    gray: Pixels = np.rint(plane)[..., None].astype(np.uint16)
    return gray


@pytest.mark.parametrize("seed", range(8))
def test_bounds_change_nothing(seed: int) -> None:
    big = texture(seed, (260, 333), grain=0.2)
    needle = big[70:200, 90:256] + 0.5 * texture(seed + 99, (130, 166), grain=seed / 2)
    if seed == 5:
        needle = texture(77, (130, 166), grain=0.0)
    pair = as_pixels(big), as_pixels(needle)
    assert bounded(haystack(*pair)) == search_full(*pair)


def test_bounds_find_what_the_pyramid_misses() -> None:
    """A coarse decoy: the same means of blocks as the needle, but other pixels."""
    rng = np.random.default_rng(3)
    needle = rng.integers(0, 2, (128, 128)).repeat(1, axis=0) * 40000.0
    big = np.full((320, 400), 20000.0)
    big[160:288, 230:358] = needle * 0.9
    decoy = needle.reshape(64, 2, 64, 2).mean(axis=(1, 3))
    big[10:138, 10:138] = np.kron(decoy, np.ones((2, 2)))
    pair = as_gray(big), as_gray(needle)
    best = search_full(*pair)
    assert (best.x, best.y) == (230, 160)
    assert bounded(haystack(*pair)) == best
    quick = search_pyramid(*pair)
    assert (quick.x, quick.y) == (10, 10)


def test_large_images_are_searched_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imstack.search.bounds.FULL_BELOW", 1000)
    big = as_pixels(texture(1, (200, 220), grain=0.3))
    assert search(big, big[50:150, 60:170]) == Match(60, 50, 0.0, edge=False, metric=0.0)


def test_edges_count_only_where_there_is_room() -> None:
    big = as_pixels(texture(2, (40, 50), grain=0.5))
    assert search_full(big, big[:, 7:30]) == Match(7, 0, 0.0, edge=False, metric=0.0)
    assert search_full(big, big[:, 20:50]) == Match(20, 0, 0.0, edge=True, metric=0.0)
    assert search_full(big, big) == Match(0, 0, 0.0, edge=False, metric=0.0)
    assert search_full(big, big[0:9, 3:9]) == Match(3, 0, 0.0, edge=True, metric=0.0)


def test_what_cannot_be_searched_is_refused() -> None:
    big = as_pixels(texture(4, (20, 30), grain=0.5))
    with pytest.raises(InputError, match="31x5 pixels in a smaller image of 30x20"):
        search(big, np.zeros((5, 31, 3), np.uint16))
    with pytest.raises(InputError, match="uint8"):
        search(big, np.zeros((5, 5, 3), np.uint8))
    with pytest.raises(InputError, match="no pixels"):
        search(big, np.zeros((0, 5, 3), np.uint16))
    with pytest.raises(InputError, match="2 pixels narrower"):
        search_rows(big, big[:1, 2:])


def test_alpha_weighs_colours_and_counts_in_the_image_to_search() -> None:
    clear = np.zeros((2, 2, 4), np.uint16)
    clear[..., :3] = 65535
    black = np.zeros((2, 2, 3), np.uint16)
    assert search_full(black, clear) == Match(0, 0, 0.0, edge=False, metric=0.0)
    assert search_full(clear, black) == Match(0, 0, 0.0, edge=False, metric=0.5)


@given(st.integers(1, 20000))
def test_quick_lengths(least: int) -> None:
    length = quick_length(least)
    assert least <= length <= 2 * least
    for prime in (2, 3, 5, 7):
        while length % prime == 0:
            length //= prime
    assert length == 1
