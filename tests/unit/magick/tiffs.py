"""TIFF files written byte by byte, as other programs write them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

Tags = "Mapping[int, tuple[int, Sequence[int]]]"
LETTERS = {3: "H", 4: "I"}


def write_tiff(
    path: Path,
    *pages: tuple[NDArray[np.generic], Mapping[int, tuple[int, Sequence[int]]]],
    order: str = "<",
) -> None:
    """Write pages, each an array (h, w) or (h, w, channels) and tags besides the usual ones."""
    data = bytearray((b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 0))
    link = 4
    for array, tags in pages:
        start = len(data)
        data += array.astype(array.dtype.newbyteorder(order)).tobytes()  # type: ignore[arg-type]
        data += bytes(len(data) % 2)
        records = b""
        for tag, (kind, values) in sorted({**_usual(array, start), **tags}.items()):
            field = struct.pack(f"{order}{len(values)}{LETTERS[kind]}", *values)
            if len(field) > 4:
                place = len(data)
                data += field + bytes(len(field) % 2)
                field = struct.pack(f"{order}I", place)
            records += struct.pack(f"{order}HHI", tag, kind, len(values)) + field.ljust(4, b"\0")
        data[link : link + 4] = struct.pack(f"{order}I", len(data))
        data += struct.pack(f"{order}H", len(records) // 12) + records
        link = len(data)
        data += bytes(4)
    path.write_bytes(bytes(data))


def _usual(array: NDArray[np.generic], start: int) -> dict[int, tuple[int, list[int]]]:
    height, width = array.shape[:2]
    channels = array.shape[2] if array.ndim == 3 else 1
    return {
        256: (4, [width]), 257: (4, [height]), 258: (3, [array.dtype.itemsize * 8] * channels),
        259: (3, [1]), 262: (3, [2 if channels >= 3 else 1]), 273: (4, [start]),
        277: (3, [channels]), 278: (4, [height]), 279: (4, [array.nbytes]),
    }  # fmt: skip
