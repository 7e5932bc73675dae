"""EXIF in files that are made of chunks: PNG (Third Edition, 11.3.4.6) and JPEG (EXIF 4.5.4)."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from imstack.exif.block import PREFIX

if TYPE_CHECKING:
    from imstack.exif.directory import Data

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHUNK = b"eXIf"
APP0, APP1 = b"\xff\xe0", b"\xff\xe1"
JPEG_ROOM = 0xFFFF - 2 - len(PREFIX)
"""Bytes of a block that a JPEG can hold."""


def exif_of_png(data: Data) -> bytes:
    """Return the EXIF block of a PNG file; nothing where it has none."""
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == CHUNK:
            return bytes(data[at + 8 : at + 8 + length])
        at += length + 12
    return b""


def put_into_png(block: bytes, picture: bytes) -> tuple[bytes, bytes, bytes]:
    """Return, in three parts, a PNG file with an EXIF `block` before its pixels.

    ImageMagick puts it behind them, where many readers do not look.
    """
    end = len(SIGNATURE) + 12 + struct.unpack_from(">I", picture, len(SIGNATURE))[0]
    chunk = CHUNK + block
    whole = struct.pack(">I", len(block)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return picture[:end], whole, picture[end:]


def put_into_jpeg(block: bytes, picture: bytes) -> tuple[bytes, bytes, bytes]:
    """Return, in three parts, a JPEG file with an EXIF `block` of at most `JPEG_ROOM` bytes."""
    end = 2
    if picture[end : end + 2] == APP0:  # JFIF wants to be first, too, and readers know it there
        end += 2 + struct.unpack_from(">H", picture, end + 2)[0]
    whole = PREFIX + block
    return picture[:end], APP1 + struct.pack(">H", len(whole) + 2) + whole, picture[end:]
