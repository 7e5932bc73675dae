"""EXIF put into a TIFF file whose pixels are there already."""

from __future__ import annotations

import struct

from imstack.exif.directory import LONG, ExifFault, Tiff, record
from imstack.exif.tags import POINTERS, RESOLUTION, STRIP_OFFSETS, TILE_OFFSETS, TOLD

LARGEST = 1 << 32  # bytes that a classic TIFF can have


def put_into_tiff(block: bytes, picture: bytes) -> tuple[bytes, bytes, bytes]:
    """Return, in three parts, a TIFF file with all of `picture` and the EXIF of `block`.

    The block comes first, so that offsets in it hold; then the picture's file as it is; then a
    first directory with the entries of both. Where both have a tag, the block's wins if it tells
    about the photo.

    Parameters
    ----------
    block
        As `fitted` returns it.
    picture
        A classic TIFF of one image, in the byte order of `block`.

    Raises
    ------
    ExifFault
        The byte orders differ, the picture is a BigTIFF or none, or the file would be too large.
    """
    exif, pixels = Tiff.of(block), Tiff.of(picture)
    if pixels.wide or exif.order != pixels.order:
        message = "the picture's TIFF is of another kind than the EXIF"
        raise ExifFault(message)
    order, padding = exif.order, bytes(-len(block) % 4)
    shift = len(block) + len(padding)
    start = shift + len(picture)
    tail = bytearray(-start % 4)
    records = {}
    for entry in pixels.directory(pixels.first).entries:
        if entry.tag in POINTERS:
            continue  # EXIF that ImageMagick has put in of its own accord would point astray
        if entry.tag in {STRIP_OFFSETS, TILE_OFFSETS}:
            moved = [offset + shift for offset in pixels.numbers(entry)]
            values = struct.pack(f"{order}{len(moved)}I", *moved)
            field: int | bytes = values if len(moved) == 1 else start + len(tail)
            tail += b"" if len(moved) == 1 else values
            records[entry.tag] = record(order, entry.tag, LONG, len(moved), field)
        elif entry.size > 4:
            place = entry.place + shift
            records[entry.tag] = record(order, entry.tag, entry.kind, entry.count, place)
        else:
            records[entry.tag] = entry.record
    told = exif.directory(exif.first).entries
    wanted = TOLD | (RESOLUTION - records.keys())
    records |= {entry.tag: entry.record for entry in told if entry.tag in wanted}
    first = start + len(tail)
    tail += struct.pack(f"{order}H", len(records))
    tail += b"".join(records[tag] for tag in sorted(records)) + bytes(4)
    if start + len(tail) >= LARGEST:
        message = "the picture leaves no room for it: a TIFF can have 4 GiB"
        raise ExifFault(message)
    head = block[:4] + struct.pack(f"{order}I", first) + block[8:] + padding
    return head, picture, bytes(tail)
