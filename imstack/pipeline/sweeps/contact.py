"""The contact sheet: candidates side by side, each with its label.

A picture larger than its place on the sheet is shown reduced, and below it one part of it
pixel for pixel: reduced pictures look alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from imstack.magick.command import convert
from imstack.magick.operators import AutoOrient, Crop, Read, ScaleTo
from imstack.magick.saving import save_pixels
from imstack.magick.text import draw_text
from imstack.pipeline.sweeps.digits import draw_number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from imstack.pipeline.cover import Rectangle

CELL = 480  # pixels; longer side of a picture on the sheet
CLOSE_UP = (480, 320)  # pixels; the part shown pixel for pixel
LARGEST_PIXEL = 8  # times; small pictures are enlarged so far
GAP = 16
TEXT_SIZE = 16
PAPER, INK = 0x3030, 0xE8E8  # neutral, so that colours are judged as they are


@dataclass(frozen=True, slots=True)
class Tile:
    """A candidate on the sheet.

    Attributes
    ----------
    number
        Stands for the label where there is no font.
    lines
        The label, line by line.
    picture
        The candidate, shown upright; None where there is none.
    part
        What is shown of it, in pixels as they lie.
    close_up
        The part shown pixel for pixel; None where `part` is small enough itself.
    """

    number: int
    lines: tuple[str, ...]
    picture: Path | None
    part: Rectangle
    close_up: Rectangle | None


def needs_close_up(part: Rectangle) -> bool:
    """Return whether a picture has to be reduced to stand on the sheet."""
    return max(part.width, part.height) > CELL


def write_contact_sheet(tiles: Sequence[Tile], columns: int, out: Path) -> bool:
    """Write the sheet; return whether its labels are text, for which there must be a font.

    Parameters
    ----------
    tiles
        The candidates, row by row.
    columns
        How many stand side by side.
    out
        The image file; 8 bits.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    blocks = [_tile(tile) for tile in tiles]
    rows = [blocks[start : start + columns] for start in range(0, len(blocks), columns)]
    widths = [max(block.shape[1] for block in blocks[start::columns]) for start in range(columns)]
    heights = [max(block.shape[0] for block in row) for row in rows]
    lefts = [*accumulate(widths, lambda left, width: left + width + GAP, initial=GAP)]
    tops = [*accumulate(heights, lambda top, height: top + height + GAP, initial=GAP)]
    sheet = np.full((tops[-1], lefts[-1], 3), PAPER, np.uint16)
    for top, row in zip(tops, rows, strict=False):
        for left, block in zip(lefts, row, strict=False):
            _paste(sheet, block, left, top)
    save_pixels(sheet, out, depth=8)
    return draw_text("0", TEXT_SIZE) is not None


def _tile(tile: Tile) -> NDArray[np.uint16]:
    """Return a candidate with its label above it and its close-up below."""
    parts = [_label(tile)]
    if tile.picture is not None:
        parts.append(_whole(tile.picture, tile.part))
        if tile.close_up is not None:
            parts.append(_cut(tile.picture, tile.close_up))
    height = sum(part.shape[0] for part in parts) + GAP // 4 * (len(parts) - 1)
    block = np.full((height, max(part.shape[1] for part in parts), 3), PAPER, np.uint16)
    top = 0
    for part in parts:
        _paste(block, part, 0, top)
        top += part.shape[0] + GAP // 4
    return block


def _label(tile: Tile) -> NDArray[np.uint16]:
    texts = [draw_text(line, TEXT_SIZE) for line in tile.lines]
    drawn = [text for text in texts if text is not None]
    if len(drawn) < len(texts):
        drawn = [draw_number(tile.number, 2 * TEXT_SIZE)]
    width = max(text.shape[1] for text in drawn)
    cover = np.vstack([np.pad(text, ((0, 0), (0, width - text.shape[1]))) for text in drawn])
    gray = PAPER + cover.astype(np.float32) * ((INK - PAPER) / 65535)
    return np.repeat(gray.round().astype(np.uint16)[..., np.newaxis], 3, axis=2)


def _whole(picture: Path, part: Rectangle) -> NDArray[np.uint16]:
    room = CELL / max(part.width, part.height)
    factor = min(int(room), LARGEST_PIXEL) if room >= 1 else room
    size = (max(1, round(side * factor)) for side in (part.width, part.height))
    return convert(Read(picture), _crop(part), ScaleTo(*size), AutoOrient()).pixels()


def _cut(picture: Path, part: Rectangle) -> NDArray[np.uint16]:
    return convert(Read(picture), _crop(part), AutoOrient()).pixels()


def _crop(part: Rectangle) -> Crop:
    return Crop(part.width, part.height, part.left, part.top)


def _paste(onto: NDArray[np.uint16], block: NDArray[np.uint16], left: int, top: int) -> None:
    height, width = block.shape[:2]
    onto[top : top + height, left : left + width] = block
