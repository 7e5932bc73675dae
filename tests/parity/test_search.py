"""The searches in numpy against ``compare -metric RMSE -subimage-search``: no tolerance."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from imstack.search import Match, search_full, search_pyramid, search_rows
from imstack.search.bounds import bounded
from imstack.search.match import haystack
from tests.parity.frames import SHARED
from tests.reference.im import COMPARE, CommandFailed, Runner
from tests.reference.programs import VERSION

if TYPE_CHECKING:
    from pathlib import Path

Pixels = NDArray[np.uint16]
Search = Callable[..., Match]

MAJOR = VERSION.major if VERSION else 6

_SAID = re.compile(r"\((\S+)\) @ (\d+),(\d+)")
_TUPLES = {1: "GRAYSCALE", 2: "GRAYSCALE_ALPHA", 3: "RGB", 4: "RGB_ALPHA"}


def search_bounded(big: Pixels, needle: Pixels, major: int) -> Match:
    """Search with block bounds, which small images do not need otherwise."""
    return bounded(haystack(big, needle, major))


def write(path: Path, pixels: Pixels) -> str:
    """Write 16-bit pixels of 1 to 4 channels in the plainest format that can hold them."""
    height, width, channels = pixels.shape
    header = (
        f"P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH {channels}\nMAXVAL 65535\n"
        f"TUPLTYPE {_TUPLES[channels]}\nENDHDR\n"
    )
    path.write_bytes(header.encode() + pixels.astype(">u2").tobytes())
    return str(path)


def compared(im: Runner, big: Pixels, needle: Pixels) -> tuple[int, int, float]:
    """Return x, y and all digits of the score that ``compare`` prints."""
    files = write(im.cwd / "big.pam", big), write(im.cwd / "needle.pam", needle)
    words = ("-dissimilarity-threshold", "1", "-metric", "RMSE", "-subimage-search")
    said = im.run(COMPARE, "-precision", "17", *words, *files, "null:", most=1).stderr
    found = _SAID.search(said)
    assert found, said
    return int(found[2]), int(found[3]), float(found[1])


def assert_same(im: Runner, search: Search, big: Pixels, needle: Pixels) -> None:
    ours = search(big, needle, major=MAJOR)
    assert (ours.x, ours.y, ours.score) == compared(im, big, needle)


def noise(rng: np.random.Generator, shape: tuple[int, ...], levels: int = 65536) -> Pixels:
    """Return pixels of so many evenly spaced levels."""
    return (rng.integers(0, levels, shape) * (65535 // (levels - 1))).astype(np.uint16)


def photo(number: int, size: tuple[int, int]) -> Pixels:
    """Return a real photo at `size` (w, h), RGB."""
    path = SHARED / "pcb" / f"pcb_{number:03}.jpg"
    if not path.exists():
        pytest.skip("needs the photos of ../shared/data")
    large = np.asarray(cv2.imread(str(path)), np.uint8)
    small = cv2.resize(large, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small[..., ::-1]).astype(np.uint16) * np.uint16(257)


SEARCHES = pytest.mark.parametrize("search", [search_full, search_pyramid, search_bounded])


@pytest.mark.shared
@SEARCHES
@pytest.mark.parametrize("size", [(256, 192), (201, 151)])
def test_central_half_of_real_photos(search: Search, size: tuple[int, int], im: Runner) -> None:
    one, two = photo(3, size), photo(4, size)
    top, left = size[1] // 4, size[0] // 4
    needle = one[top : top + size[1] // 2, left : left + size[0] // 2]
    assert_same(im, search, two, needle)
    assert_same(im, search, two[..., 1:2], needle[..., 1:2])


@pytest.mark.shared
@pytest.mark.parametrize("seed", range(12))
def test_crops_of_real_photos(seed: int, im: Runner) -> None:
    rng = np.random.default_rng(seed)
    big = photo(1 + seed % 7, (97, 74))
    height, width = rng.integers(3, 60), rng.integers(3, 80)
    top, left = rng.integers(0, 74 - height), rng.integers(0, 97 - width)
    needle = big[top : top + height, left : left + width]
    grain = rng.integers(0, 1 + 800 * (seed % 3), needle.shape)
    assert_same(im, search_full, big, np.minimum(needle + grain, 65535).astype(np.uint16))


@pytest.mark.parametrize("levels", [2, 3, 65536])
@pytest.mark.parametrize("needle", [(1, 1), (3, 2), (1, 31), (23, 1), (11, 17), (23, 31)])
@pytest.mark.parametrize("channels", [1, 3])
def test_noise_of_few_and_many_levels(
    levels: int, needle: tuple[int, int], channels: int, im: Runner
) -> None:
    rng = np.random.default_rng([levels, *needle, channels])
    big = noise(rng, (23, 31, channels), levels)
    assert_same(im, search_full, big, noise(rng, (*needle, channels), levels))


@pytest.mark.parametrize("big_channels", [1, 2, 3, 4])
@pytest.mark.parametrize("needle_channels", [1, 2, 3, 4])
def test_any_mix_of_gray_colour_and_alpha(
    big_channels: int, needle_channels: int, im: Runner
) -> None:
    rng = np.random.default_rng([big_channels, needle_channels])
    for levels in (65536, 2):
        big = noise(rng, (21, 18, big_channels), levels)
        for height, width in ((8, 9), (1, 1)):
            needle = noise(rng, (height, width, needle_channels), levels)
            assert_same(im, search_full, big, needle)


def test_alpha_can_make_images_too_dissimilar(im: Runner) -> None:
    opaque, clear = np.zeros((2, 1, 1, 4), np.uint16)
    opaque[..., 3] = 65535
    # ImageMagick 6 prints how much the colours differ, 7 how much all channels do.
    score = 0.0 if MAJOR < 7 else 0.5
    assert compared(im, opaque, clear) == (0, 0, score)
    files = write(im.cwd / "big.pam", opaque), write(im.cwd / "needle.pam", clear)
    with pytest.raises(CommandFailed, match="too dissimilar"):
        im.search(*files)
    found = search_full(opaque, clear, major=MAJOR)
    assert found == Match(0, 0, score, edge=False, metric=0.5)


@SEARCHES
def test_flat_images(search: Search, im: Runner) -> None:
    big = np.full((90, 120, 3), 30000, np.uint16)
    for level in (30000, 30001, 20000):
        assert_same(im, search, big, np.full((40, 50, 3), level, np.uint16))
    big[50:, 60:] = 40000
    assert_same(im, search, big, np.full((40, 50, 3), 35000, np.uint16))


@pytest.mark.parametrize("search", [search_full, search_bounded])
@pytest.mark.parametrize("offset", [0, 1, 999])
def test_periodic_images(search: Search, offset: int, im: Runner) -> None:
    rng = np.random.default_rng(offset)
    tile = rng.integers(0, 60000, (7, 10, 3)).astype(np.uint16)
    big = np.tile(tile, (14, 12, 1))
    needle = big[17:62, 33:94] + np.uint16(offset)
    assert_same(im, search, big, needle)
    assert_same(im, search, big, noise(rng, (45, 61, 3)))


@pytest.mark.parametrize("channels", [1, 3])
def test_one_row_in_a_stack_of_rows(channels: int, im: Runner) -> None:
    rng = np.random.default_rng(channels)
    rows = noise(rng, (11, 449, channels))
    for needle in (rows[7:8] // 2 * 2, rows[10:], noise(rng, (1, 449, channels))):
        assert_same(im, search_rows, rows, needle)
    rows[4] = rows[8]
    assert_same(im, search_rows, rows, rows[8:9] ^ np.uint16(1))
