"""The EXIF of a TIFF file, as a block of its own."""

from __future__ import annotations

import struct

from imstack.exif.directory import LONG, Data, Entry, ExifFault, Tiff, record
from imstack.exif.tags import MAKER_NOTE, ORIENTATION, POINTERS, RESOLUTION, TOLD, Pointers

KEPT = TOLD | RESOLUTION | {ORIENTATION}
LARGEST = 1 << 24  # bytes of a block: damaged counts may claim the whole file, again and again
HEADER = 8


def compacted(data: Data, *, maker_note: bool = True) -> tuple[bytes, int]:
    """Return the block of a TIFF file, and how many damaged entries were left out.

    Of the file's first directory it has what tells about the photo, and all of the EXIF, GPS
    and interoperability directories; maker notes are copied as they are, at another offset.

    Parameters
    ----------
    data
        The file, classic or BigTIFF; or a block that is to become smaller.
    maker_note
        False leaves the camera maker's own notes out.

    Raises
    ------
    ExifFault
        It is no TIFF, or its first directory is cut short.
    """
    tiff = Tiff.of(data)
    copy = _Copy(tiff, frozenset() if maker_note else frozenset({MAKER_NOTE}))
    copy.out += struct.pack(f"{tiff.order}2sHI", b"II" if tiff.order == "<" else b"MM", 42, HEADER)
    copy.directory(tiff.first, POINTERS, KEPT)
    return bytes(copy.out), copy.damaged


class _Copy:
    """A classic block in the making."""

    def __init__(self, tiff: Tiff, refused: frozenset[int]) -> None:
        self.tiff = tiff
        self.refused = refused
        self.out = bytearray()
        self.damaged = 0

    def directory(self, offset: int, pointers: Pointers, wanted: frozenset[int] | None) -> int:
        """Append a copy of the directory at `offset`, and what it leads to; return its offset."""
        entries = [
            entry
            for entry in self.tiff.directory(offset).entries
            if (wanted is None or entry.tag in wanted) and entry.tag not in self.refused
        ]
        room = 2 + 12 * len(entries) + 4
        start = len(self.out)
        self.out += bytes(room)
        records = [self._entry(entry, pointers) for entry in entries]
        kept = [entry for entry in records if entry]
        self.damaged += len(records) - len(kept)
        whole = struct.pack(f"{self.tiff.order}H", len(kept)) + b"".join(kept)
        self.out[start : start + len(whole)] = whole
        return start

    def _entry(self, entry: Entry, pointers: Pointers) -> bytes:
        """Return an entry's copy, its values appended; nothing for a damaged one."""
        order = self.tiff.order
        if entry.tag in pointers:
            try:
                (offset,) = self.tiff.numbers(entry)[:1] or (0,)
                child = self.directory(offset, pointers[entry.tag], None)
            except ExifFault:
                return b""
            return record(order, entry.tag, LONG, 1, child)
        fits = entry.kind <= 13 and len(self.out) + entry.size <= LARGEST
        if not (fits and self.tiff.is_sound(entry)):
            return b""
        value = self.tiff.value(entry)
        if len(value) <= 4:
            return record(order, entry.tag, entry.kind, entry.count, value)
        place = len(self.out)
        self.out += value + bytes(len(value) % 2)
        return record(order, entry.tag, entry.kind, entry.count, place)
