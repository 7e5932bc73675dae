"""Frames between stages: arrays in NumPy's own files, of which any rows can be read.

Reading rows by plain reads, and not by a map of the file, keeps what a process holds to what it
asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SUFFIX = ".npy"


def write_frame(path: Path, pixels: NDArray[np.uint16]) -> None:
    """Write a frame, shape (h, w, 3), as it lies in memory."""
    with path.open("wb") as file:
        np.save(file, np.ascontiguousarray(pixels), allow_pickle=False)


def read_rows(path: Path, top: int, bottom: int) -> NDArray[np.uint16]:
    """Return rows `top` to `bottom` (not included) of a frame, shape (bottom - top, w, 3)."""
    with path.open("rb") as file:
        shape = read_header(file)
        row = int(np.prod(shape[1:]))
        file.seek(top * row * 2, 1)
        count = (bottom - top) * row
        values = np.fromfile(file, np.uint16, count)
    return values.reshape(bottom - top, *shape[1:])


def read_header(file: object) -> tuple[int, ...]:
    """Return the shape of a frame's file, and leave the file where its values begin."""
    np.lib.format.read_magic(file)  # type: ignore[arg-type]
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)  # type: ignore[arg-type]
    if by_columns or dtype != np.uint16:
        message = f"not a frame: {dtype}"
        raise ValueError(message)
    return tuple(shape)


def frame_shape(path: Path) -> tuple[int, ...]:
    """Return the shape of a frame, (h, w, 3)."""
    with path.open("rb") as file:
        return read_header(file)
