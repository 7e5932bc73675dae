"""The sizes that files claim whose headers ImageMagick does not read without room for pixels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imstack.resources import check_room, free_memory

if TYPE_CHECKING:
    from pathlib import Path

PIXEL = 8  # bytes that ImageMagick takes for one
HEADER = 1 << 16  # bytes of a MIFF file that are looked at

_END = b":\x1a"
_COMMENT = re.compile(rb"\{[^}]*\}")


def check_claim(path: Path, coder: str) -> None:
    """Refuse a file whose size no memory holds, before ImageMagick makes room for its pixels.

    Raises
    ------
    InputError
        It claims to be so large.
    OSError
        It cannot be read.
    """
    if coder in {"MIFF", "PSD"}:
        with path.open("rb") as file:
            head = file.read(HEADER)
        size = _of_psd(head) if coder == "PSD" else _of_miff(head)
        check_room(path, size, free_memory(), PIXEL)


def _of_psd(head: bytes) -> tuple[int, int]:
    return int.from_bytes(head[18:22], "big"), int.from_bytes(head[14:18], "big")


def _of_miff(head: bytes) -> tuple[int, int]:
    text = _COMMENT.sub(b"", head.partition(_END)[0])
    width, height = (
        max((int(number) for number in re.findall(rb"\b%s=(\d{1,9})" % name, text)), default=0)
        for name in (b"columns", b"rows")
    )
    return width, height
