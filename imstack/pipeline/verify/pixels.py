"""Two image files, compared by what is read from them: size, alpha, and every pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.errors import InputError
from imstack.magick.images import read_pixels

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ROWS = 256  # compared at a time, to spare memory


def difference(one: Path, other: Path) -> str:
    """Return in words how two images differ; empty if they are the same."""
    try:
        first, second = read_pixels(one), read_pixels(other)
    except InputError as error:
        return error.message
    if first.shape[:2] != second.shape[:2]:
        sizes = [f"{width}x{height}" for height, width, _ in (first.shape, second.shape)]
        return f"{sizes[0]} and {sizes[1]} pixels"
    remarks = [_colours(first, second)]
    if first.shape != second.shape:
        remarks.append("only one of them has an alpha channel")
    return "; ".join(filter(None, remarks))


def _colours(first: NDArray[np.uint16], second: NDArray[np.uint16]) -> str:
    """Return how many pixels differ, in words; empty for none."""
    channels = min(first.shape[2], second.shape[2])
    count, most = _count(first[..., :channels], second[..., :channels])
    if not count:
        return ""
    total = first.shape[0] * first.shape[1]
    verb = "differs" if count == 1 else "differ"
    return f"{count} of {total} pixels {verb}, by up to {most} of 65535"


def _count(first: NDArray[np.uint16], second: NDArray[np.uint16]) -> tuple[int, int]:
    """Return how many pixels differ, and by how much at most."""
    count = most = 0
    for top in range(0, len(first), ROWS):
        ours, theirs = (image[top : top + ROWS].astype(np.int32) for image in (first, second))
        away = np.abs(ours - theirs).max(axis=2)
        count += int(np.count_nonzero(away))
        most = max(most, int(away.max()))
    return count, most
