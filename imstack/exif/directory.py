"""Directories of a TIFF file or an EXIF block, read with every offset checked."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from mmap import mmap
from typing import Literal

Data = bytes | bytearray | mmap

SIZES = {
    1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
    16: 8, 17: 8, 18: 8,
}  # fmt: skip
"""Bytes of one value, by type; 16 to 18 are BigTIFF's."""

WHOLE = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
"""Types that offsets, sizes and the like may have, as `struct` names them."""

SHORT, LONG = 3, 4
RECORD = 12  # bytes of an entry, but in BigTIFF 20


class ExifFault(Exception):  # noqa: N818 - no error for people: the run goes on without EXIF
    """EXIF that cannot be used, or a file that cannot take it; the text says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A tag in a directory.

    Attributes
    ----------
    tag, kind, count
        Its number, and the type and number of its values.
    place, size
        Where the values lie in the file, in bytes from its beginning; `size` is -1 for a type
        that nobody knows. Up to 4 bytes (BigTIFF: 8) lie in the entry itself.
    record
        The entry as it lies there.
    """

    tag: int
    kind: int
    count: int
    place: int
    size: int
    record: bytes


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory that begins at `offset`; `end` is where the next one's offset stands."""

    offset: int
    entries: tuple[Entry, ...]
    end: int

    def find(self, tag: int) -> Entry | None:
        """Return the first entry of that tag."""
        return next((entry for entry in self.entries if entry.tag == tag), None)


@dataclass(frozen=True, slots=True)
class Tiff:
    """The bytes of a TIFF file or an EXIF block.

    Attributes
    ----------
    data
        All of them.
    order
        ``<`` or ``>``, as `struct` names the byte order.
    wide
        Whether it is a BigTIFF, with offsets of 8 bytes.
    first
        Offset of the first directory.
    """

    data: Data
    order: str
    wide: bool
    first: int

    @classmethod
    def of(cls, data: Data) -> Tiff:
        """Read the header.

        Raises
        ------
        ExifFault
            It is none.
        """
        order = {b"II": "<", b"MM": ">"}.get(bytes(data[:2]), "")
        magic = int.from_bytes(data[2:4], "little" if order == "<" else "big")
        if not order or magic not in {42, 43} or len(data) < (8 if magic == 42 else 16):
            message = "it does not begin as EXIF does"
            raise ExifFault(message)
        wide = magic == 43
        (first,) = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", data, 8 if wide else 4)
        return cls(data, order, wide, first)

    def directory(self, offset: int) -> Directory:
        """Read the directory at `offset`; of entries with the same tag the first one counts.

        Raises
        ------
        ExifFault
            It is not all there.
        """
        head, record, inline = (8, 20, 8) if self.wide else (2, RECORD, 4)
        if not 0 < offset <= len(self.data) - head:
            message = "a directory of tags lies beyond its end"
            raise ExifFault(message)
        (count,) = struct.unpack_from(f"{self.order}{'Q' if self.wide else 'H'}", self.data, offset)
        start, end = offset + head, offset + head + count * record
        if end > len(self.data):
            message = "a directory of tags is cut short"
            raise ExifFault(message)
        form = f"{self.order}{'HHQQ' if self.wide else 'HHII'}"
        # One of each tag, as TIFF has it: else a small file could lead to its own directories,
        # each of thousands of entries, thousands of times.
        entries: dict[int, Entry] = {}
        for at in range(start, end, record):
            tag, kind, number, place = struct.unpack_from(form, self.data, at)
            size = SIZES[kind] * number if kind in SIZES else -1
            if size <= inline:
                place = at + record - inline
            raw = bytes(self.data[at : at + record])
            entries.setdefault(tag, Entry(tag, kind, number, place, size, raw))
        return Directory(offset, tuple(entries.values()), end)

    def next_after(self, directory: Directory) -> int:
        """Return the offset of the directory that follows; 0 where none does, or none can."""
        size = 8 if self.wide else 4
        field = self.data[directory.end : directory.end + size]
        endian: Literal["little", "big"] = "little" if self.order == "<" else "big"
        return int.from_bytes(field, endian) if len(field) == size else 0

    def is_sound(self, entry: Entry) -> bool:
        """Tell whether the values of an entry are there."""
        return entry.size >= 0 and entry.place + entry.size <= len(self.data)

    def value(self, entry: Entry) -> bytes:
        """Return the values of a sound entry, as they lie there."""
        return bytes(self.data[entry.place : entry.place + entry.size])

    def numbers(self, entry: Entry | None) -> tuple[int, ...]:
        """Return the whole numbers of an entry; none where there is no sound one."""
        if entry is None or entry.kind not in WHOLE or not self.is_sound(entry):
            return ()
        return struct.unpack_from(
            f"{self.order}{entry.count}{WHOLE[entry.kind]}", self.data, entry.place
        )


def record(order: str, tag: int, kind: int, count: int, field: int | bytes) -> bytes:
    """Return an entry of a classic directory; `field` is an offset, or up to 4 bytes of values."""
    if isinstance(field, bytes):
        return struct.pack(f"{order}HHI", tag, kind, count) + field.ljust(4, b"\0")
    return struct.pack(f"{order}HHII", tag, kind, count, field)
