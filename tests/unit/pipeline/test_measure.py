"""Figures: sharpness by hand-made pictures, shares by hand-made masks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.magick.saving import save_pixels
from imstack.pipeline.cover import Rectangle
from imstack.pipeline.merge import Merge, MergeStep
from imstack.pipeline.sources import Source
from imstack.pipeline.sweeps.measure import BLOCK, frame_shares, measure_sharpness


def gray(values: np.ndarray) -> np.ndarray:
    return np.repeat(values.astype(np.uint16)[..., np.newaxis], 3, axis=2)


def source(path: Path) -> Source:
    return Source(str(path), lambda: path)


def test_a_flat_picture_and_a_ramp_have_no_sharpness() -> None:
    assert measure_sharpness(gray(np.full((40, 50), 30000))).mean == pytest.approx(0, abs=1e-6)
    ramp = np.add.outer(np.arange(40) * 100, np.arange(50) * 300)
    assert measure_sharpness(gray(ramp)).mean == pytest.approx(0, abs=1e-4)


def test_a_chessboard_is_as_sharp_as_can_be() -> None:
    board = np.indices((33, 47)).sum(axis=0) % 2 * 65535
    found = measure_sharpness(gray(board))
    assert found.mean == pytest.approx(400, rel=1e-6)  # twice the range across, twice down


def test_one_bright_pixel() -> None:
    picture = np.zeros((20, 10))
    picture[8, 4] = 65535
    # 4 at the pixel itself, 1 at each of its four neighbours, of 18 x 8 pixels
    assert measure_sharpness(gray(picture)).mean == pytest.approx(100 * 8 / (18 * 8), rel=1e-6)


def test_colours_count_by_luminance() -> None:
    picture = np.zeros((20, 10, 3), np.uint16)
    picture[8, 4, 1] = 65535
    assert measure_sharpness(picture).mean == pytest.approx(71.52 * 8 / (18 * 8), rel=1e-4)


@given(st.integers(3, 150), st.integers(3, 150), st.integers(0, 2**32 - 1))
def test_blocks_make_up_the_whole(height: int, width: int, seed: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 65536, (height, width, 3), np.uint16)
    found = measure_sharpness(picture)
    rows, columns = -(-(height - 2) // BLOCK), -(-(width - 2) // BLOCK)
    assert found.blocks.shape == (rows, columns)
    sizes = np.outer(
        [min(BLOCK, height - 2 - BLOCK * row) for row in range(rows)],
        [min(BLOCK, width - 2 - BLOCK * column) for column in range(columns)],
    )
    assert found.mean == pytest.approx((found.blocks * sizes).sum() / sizes.sum(), rel=1e-9)


def test_blur_takes_sharpness() -> None:
    noise = np.random.default_rng(1).integers(0, 65536, (64, 64)).astype(float)
    softer = (noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1) + np.roll(noise, 1, (0, 1))) / 4
    assert measure_sharpness(gray(softer)).mean < measure_sharpness(gray(noise)).mean / 2


def test_shares_by_masks_the_last_white_one_wins(tmp_path: Path) -> None:
    masks = np.zeros((2, 4, 10), np.uint16)
    masks[0, :, :6] = 65535  # frame 1 wins the left six columns
    masks[1, :, 4:8] = 65535  # then frame 2 takes four in the middle
    steps = []
    for number, mask in enumerate(masks):
        save_pixels(mask, tmp_path / f"{number}.png")
        steps.append(MergeStep(source(Path("merged")), source(tmp_path / f"{number}.png")))
    merge = Merge(source(Path("out")), steps=tuple(steps))
    assert frame_shares(merge, 3, Rectangle(10, 4, 0, 0)) == (0.2, 0.4, 0.4)
    assert frame_shares(merge, 3, Rectangle(4, 2, 6, 1)) == (0.5, 0.0, 0.5)


def test_shares_by_an_index_map(tmp_path: Path) -> None:
    index = np.array([[0, 0, 3, 3], [1, 3, 3, 3]], np.uint16)
    save_pixels(index, tmp_path / "index.png")
    merge = Merge(source(Path("out")), index_map=source(tmp_path / "index.png"))
    assert frame_shares(merge, 5, Rectangle(4, 2, 0, 0)) == (0.25, 0.125, 0.0, 0.625, 0.0)
    assert frame_shares(merge, 5, Rectangle(2, 1, 1, 1)) == (0.0, 0.0, 0.0, 1.0, 0.0)


def test_no_account_no_shares() -> None:
    assert frame_shares(Merge(source(Path("out"))), 3, Rectangle(4, 4, 0, 0)) == ()
