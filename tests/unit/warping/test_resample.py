"""Frames laid on the reference by OpenCV lie where ImageMagick's SRT lays them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from imstack.results import Placement
from imstack.warping.rawfile import frame_shape, read_rows, write_frame
from imstack.warping.resample import REACH, brightened, matrix, warped

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PLACEMENTS = (
    Placement(0.97, 3.4, -2.7),
    Placement(1.04, -8.25, 0.5, 3.0),
    Placement(1.0, 0.0, 0.0, -7.5),
)


def waves(width: int, height: int, placement: Placement) -> NDArray[np.uint16]:
    """Return smooth waves as a frame shows them that lies so on the reference."""
    turn, shift = np.split(matrix(placement, (width, height)), [2], axis=1)
    y, x = np.mgrid[:height, :width].astype(float)
    there = np.tensordot(turn, np.stack([x, y]), 1) + shift[:, :, None]
    value = 0.5 + 0.2 * np.sin(there[0] / 7) + 0.2 * np.cos(there[1] / 9)
    colours = np.stack([value, value**2, 1 - value], -1)
    frame: NDArray[np.uint16] = np.rint(colours * 65535).astype(np.uint16)
    return frame


@pytest.mark.parametrize("size", [(160, 120), (151, 113)])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_frame_comes_to_lie_on_the_reference(size: tuple[int, int], placement: Placement) -> None:
    found = warped(waves(*size, placement), placement).astype(float)
    truth = waves(*size, Placement()).astype(float)
    inner = np.s_[30:-30, 30:-30]
    assert np.abs(found - truth)[inner].max() < 65535 * 0.004


def test_the_centre_stays_where_imagemagick_has_it() -> None:
    """The centre (w/2, h/2) lands at the centre plus the shift, with pixel centres at 0.5."""
    placement = Placement(1.3, 5.0, -4.0, 25.0)
    width, height = 201, 100
    centre = np.array([width / 2 - 0.5, height / 2 - 0.5, 1.0])
    np.testing.assert_allclose(
        matrix(placement, (width, height)) @ centre,
        [centre[0] + 5.0, centre[1] - 4.0],
        atol=1e-9,
    )


def test_a_frame_that_stays_is_not_touched() -> None:
    frame = waves(60, 50, Placement())
    assert warped(frame, Placement()) is frame


def test_gain_is_rounded_and_cut_at_white() -> None:
    frame = np.array([[[10, 60000, 33333]]], np.uint16)
    alike = brightened(frame, (1.1, 1.1, 1.1))
    np.testing.assert_array_equal(alike, [[[11, 65535, 36666]]])
    np.testing.assert_array_equal(brightened(frame, (1.1, 0.5, 0.9)), [[[11, 30000, 30000]]])
    gray = np.array([[10, 60000]], np.uint16)
    np.testing.assert_array_equal(brightened(gray, (1.1, 1.1, 1.1)), [[11, 65535]])


@pytest.mark.parametrize(("name", "corner"), [("black", 0), ("white", 65535), ("gray", 32768)])
def test_beyond_the_border_lies_the_virtual_pixel(name: str, corner: int) -> None:
    frame = np.full((80, 80, 3), 20000, np.uint16)
    found = warped(frame, Placement(0.5), name)
    assert abs(int(found[2, 2, 0]) - corner) <= 1
    assert found[40, 40, 0] == 20000


def test_edge_repeats_the_last_pixel() -> None:
    frame = np.zeros((80, 80, 3), np.uint16)
    frame[:, 40:] = 50000
    found = warped(frame, Placement(1.0, -20.0, 0.0), "edge")
    assert (found[:, 60 + REACH :] == 50000).all()


def test_the_result_does_not_depend_on_threads() -> None:
    frame = waves(300, 200, PLACEMENTS[1])
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        alone = warped(frame, PLACEMENTS[1])
        cv2.setNumThreads(2)
        together = warped(frame, PLACEMENTS[1])
    finally:
        cv2.setNumThreads(before)
    np.testing.assert_array_equal(alone, together)


def test_any_rows_of_a_kept_frame_can_be_read(tmp_path: Path) -> None:
    frame = waves(37, 23, Placement())
    write_frame(tmp_path / "f.npy", frame)
    assert frame_shape(tmp_path / "f.npy") == (23, 37, 3)
    np.testing.assert_array_equal(read_rows(tmp_path / "f.npy", 5, 17), frame[5:17])
    np.testing.assert_array_equal(np.load(tmp_path / "f.npy"), frame)
