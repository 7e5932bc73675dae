"""Figures to compare pictures by: how sharp one is, and how much of it each frame gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imstack.magick.images import read_pixels

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from imstack.pipeline.cover import Rectangle
    from imstack.pipeline.merge import Merge

BLOCK = 64  # pixels a side

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # ITU-R BT.709
_WHITE = 65535


@dataclass(frozen=True, slots=True, eq=False)
class Sharpness:
    """How sharp a picture is.

    Attributes
    ----------
    mean
        Of all its pixels but the outermost, in per cent of the full range.
    blocks
        Mean of each block of 64 pixels a side, from the top left; shape (rows, columns). Those
        at the right and at the bottom may be smaller.
    """

    mean: float
    blocks: NDArray[np.float64]


def measure_sharpness(pixels: NDArray[np.uint16]) -> Sharpness:
    """Return the mean of the modified Laplacian of a picture's luminance.

    That is ``|2 Y(x, y) - Y(x-1, y) - Y(x+1, y)| + |2 Y(x, y) - Y(x, y-1) - Y(x, y+1)|``, with Y
    the luminance ``0.2126 R + 0.7152 G + 0.0722 B`` of the values as they are stored (Nayar and
    Nakagawa, "Shape from focus", IEEE PAMI 16(8), 1994). It grows with every fine detail: with
    noise and halos too. It says which of several merges of the same photos keeps most of what
    the photos show, and nothing about different subjects.

    Parameters
    ----------
    pixels
        Shape (h, w, 3), RGB, 0..65535; at least 3 pixels a side.
    """
    height, width = pixels.shape[0] - 2, pixels.shape[1] - 2
    starts = np.arange(0, width, BLOCK)
    sums = np.array(
        [
            np.add.reduceat(_column_sums(pixels[top : min(top + BLOCK, height) + 2]), starts)
            for top in range(0, height, BLOCK)
        ]
    )
    rows = np.diff([*range(0, height, BLOCK), height])
    columns = np.diff([*starts, width])
    blocks = sums / np.outer(rows, columns) * (100 / _WHITE)
    return Sharpness(float(sums.sum()) / (width * height) * 100 / _WHITE, blocks)


def _column_sums(band: NDArray[np.uint16]) -> NDArray[np.float64]:
    """Return the sum of each column's modified Laplacian, in quantum units."""
    light = band.astype(np.float32) @ _LUMINANCE
    middle = 2 * light[1:-1, 1:-1]
    across = np.abs(middle - light[1:-1, :-2] - light[1:-1, 2:])
    down = np.abs(middle - light[:-2, 1:-1] - light[2:, 1:-1])
    sums: NDArray[np.float64] = (across + down).sum(axis=0, dtype=np.float64)
    return sums


def frame_shares(merge: Merge, frames: int, part: Rectangle) -> tuple[float, ...]:
    """Return which share of the pixels each frame gave, 0..1, in a part of the merged picture.

    Empty when the merge keeps no account of it.
    """
    if merge.index_map is not None:
        return _shares_by_index(_read(merge.index_map.path(), part), frames)
    if not merge.steps:
        return ()
    # The last mask that is white at a pixel names its frame: so from the last one back.
    free = np.ones((part.height, part.width), np.bool_)
    shares = []
    for step in reversed(merge.steps):
        won = free & (_read(step.mask.path(), part) > _WHITE // 2)
        shares.append(float(won.mean()))
        free &= ~won
    return (float(free.mean()), *reversed(shares))


def _shares_by_index(index: NDArray[np.uint16], frames: int) -> tuple[float, ...]:
    counts = np.bincount(index.ravel(), minlength=frames)
    return tuple(float(count) / index.size for count in counts)


def _read(path: Path, part: Rectangle) -> NDArray[np.uint16]:
    """Return a part of a gray image."""
    rows = slice(part.top, part.top + part.height)
    return read_pixels(path, "R")[rows, part.left : part.left + part.width, 0]
