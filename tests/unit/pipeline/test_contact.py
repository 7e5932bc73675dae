"""The contact sheet: what stands where, with a font and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from imstack.magick.images import describe, read_pixels
from imstack.magick.saving import save_pixels
from imstack.magick.text import draw_text
from imstack.pipeline.cover import Rectangle
from imstack.pipeline.sweeps import contact
from imstack.pipeline.sweeps.contact import GAP, INK, PAPER, Tile, write_contact_sheet
from imstack.pipeline.sweeps.digits import draw_number

if TYPE_CHECKING:
    from pathlib import Path

RED, GREEN = (65535, 0, 0), (0, 65535, 0)


def flat(path: Path, colour: tuple[int, int, int], width: int, height: int) -> Path:
    save_pixels(np.full((height, width, 3), colour, np.uint16), path)
    return path


def whole(width: int, height: int) -> Rectangle:
    return Rectangle(width, height, 0, 0)


def find(sheet: np.ndarray, colour: tuple[int, int, int]) -> Rectangle:
    """Return the rectangle that holds all pixels of a colour."""
    rows, columns = np.nonzero((sheet == colour).all(axis=2))
    left, top = int(columns.min()), int(rows.min())
    return Rectangle(int(columns.max()) - left + 1, int(rows.max()) - top + 1, left, top)


def test_small_pictures_are_enlarged_pixel_by_pixel(tmp_path: Path) -> None:
    picture = flat(tmp_path / "a.png", RED, 100, 60)
    tile = Tile(1, ("1: a=b",), picture, whole(100, 60), None)
    write_contact_sheet([tile], 1, tmp_path / "sheet.png")
    sheet = read_pixels(tmp_path / "sheet.png")
    found = find(sheet, RED)
    assert (found.width, found.height, found.left) == (400, 240, GAP)
    assert describe(tmp_path / "sheet.png").depth == 8


def test_large_pictures_are_reduced_and_a_part_is_shown_as_it_is(tmp_path: Path) -> None:
    pixels = np.zeros((600, 960, 3), np.uint16)
    pixels[:] = RED
    pixels[::2, ::2] = GREEN  # seen pixel for pixel only
    save_pixels(pixels, tmp_path / "a.png")
    close_up = Rectangle(300, 200, 100, 100)
    tile = Tile(1, ("1: a=b",), tmp_path / "a.png", whole(960, 600), close_up)
    write_contact_sheet([tile], 1, tmp_path / "sheet.png")
    sheet = read_pixels(tmp_path / "sheet.png")
    green = find(sheet, GREEN)
    assert (green.width, green.height) == (299, 199)
    assert np.array_equal(
        sheet[green.top : green.top + 200, green.left : green.left + 300],
        pixels[100:300, 100:400],
    )
    assert sheet.shape[1] == 480 + 2 * GAP


def test_tiles_stand_in_rows(tmp_path: Path) -> None:
    red, green = (flat(tmp_path / f"{c}.png", c, 240, 120) for c in (RED, GREEN))
    tiles = [
        Tile(1, ("1",), red, whole(240, 120), None),
        Tile(2, ("2",), green, whole(240, 120), None),
        Tile(3, ("3", "failed"), None, whole(240, 120), None),
    ]
    write_contact_sheet(tiles, 2, tmp_path / "sheet.png")
    sheet = read_pixels(tmp_path / "sheet.png")
    left, right = find(sheet, RED), find(sheet, GREEN)
    assert (left.width, left.height) == (right.width, right.height) == (480, 240)
    assert right.top == left.top
    assert right.left == left.left + left.width + GAP
    below = sheet[left.top + left.height + GAP :, : left.left + left.width]
    assert (below > PAPER).any()  # the label of the one that failed


def test_long_labels_are_not_cut(tmp_path: Path) -> None:
    picture = flat(tmp_path / "a.png", RED, 100, 100)
    long = "a_key_with_a_long_name=[" + "1234567, " * 12 + "8]"
    write_contact_sheet([Tile(1, (long,), picture, whole(100, 100), None)], 1, tmp_path / "s.png")
    text = draw_text(long, contact.TEXT_SIZE)
    if text is None:
        pytest.skip("this machine has no font")
    assert read_pixels(tmp_path / "s.png").shape[1] == text.shape[1] + 2 * GAP


def test_labels_are_text_where_there_is_a_font() -> None:
    text, blank = draw_text("12: sigmas=[4, 6, 6] 100%", 16), draw_text("", 16)
    if text is None or blank is None:
        pytest.skip("this machine has no font")
    assert text.shape[0] == blank.shape[0]
    assert text.max() == 65535
    assert text[:, :100].any()
    assert text[:, -60:].any()
    assert not blank.any()


def test_labels_are_numbers_where_there_is_no_font(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact, "draw_text", lambda *_: None)
    picture = flat(tmp_path / "a.png", RED, 100, 60)
    tile = Tile(42, ("42: a=b", "more"), picture, whole(100, 60), None)
    assert write_contact_sheet([tile], 1, tmp_path / "sheet.png") is False
    sheet = read_pixels(tmp_path / "sheet.png")
    label = sheet[GAP : find(sheet, RED).top, GAP:, 0]
    number = draw_number(42, 2 * contact.TEXT_SIZE)
    assert np.array_equal(label[: number.shape[0], : number.shape[1]] == INK, number > 0)


def test_digits() -> None:
    drawn = draw_number(140, 7)
    assert ["".join(" #"[int(pixel > 0)] for pixel in row) for row in drawn[1:-1, 1:-1]] == [
        "  #  # # ### ",
        " ##  # # # # ",
        "  #  ### # # ",
        "  #    # # # ",
        " ###   # ### ",
    ]
    assert draw_number(0, 70).shape[0] == 5 * 13 + 2
