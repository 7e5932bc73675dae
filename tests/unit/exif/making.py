"""EXIF blocks made by hand, as cameras write them."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ASCII, SHORT, LONG, RATIONAL, UNDEFINED = 2, 3, 4, 5, 7
FORMS = {SHORT: "H", LONG: "I", RATIONAL: "I"}

Value = bytes | tuple[int, ...]
Tags = dict[int, tuple[int, "Value | Callable[[Block], Value]"]]


@dataclass
class Block:
    """A block in the making; `order` as `struct` names it; `wide` as in a BigTIFF."""

    order: str
    wide: bool = False
    out: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        """Begin with the header; the offset of the first directory comes last."""
        mark = {"<": b"II", ">": b"MM"}[self.order]
        rest = self.pack("HHHQ", 43, 8, 0, 0) if self.wide else self.pack("HI", 42, 0)
        self.out += mark + rest

    def pack(self, form: str, *values: int) -> bytes:
        """Pack whole numbers."""
        return struct.pack(self.order + form, *values)

    def directory(self, tags: Tags, following: int = 0) -> int:
        """Append a directory and its values; return its offset."""
        count, record, inline = ("Q", 20, 8) if self.wide else ("H", 12, 4)
        self.out += bytes(len(self.out) % 2)
        start = len(self.out)
        table = self.pack(count, len(tags))
        room = len(table) + record * len(tags)
        self.out += bytes(room) + self.pack("Q" if self.wide else "I", following)
        for tag, (kind, given) in sorted(tags.items()):
            value = given(self) if callable(given) else given
            raw, number = self._raw(kind, value)
            table += self.pack(f"HH{'Q' if self.wide else 'I'}", tag, kind, number)
            if len(raw) > inline:
                table += self.pack("Q" if self.wide else "I", len(self.out))
                self.out += raw + bytes(len(raw) % 2)
            else:
                table += raw.ljust(inline, b"\0")
        self.out[start : start + room] = table
        return start

    def begin_at(self, first: int) -> bytes:
        """Note where the first directory is, and return the whole."""
        place = 8 if self.wide else 4
        number = self.pack("Q" if self.wide else "I", first)
        self.out[place : place + len(number)] = number
        return bytes(self.out)

    def _raw(self, kind: int, value: Value) -> tuple[bytes, int]:
        if isinstance(value, bytes):
            return value, len(value)
        raw = self.pack(f"{len(value)}{FORMS[kind]}", *value)
        return raw, len(value) // (2 if kind == RATIONAL else 1)


def _pointer(tags: Tags) -> tuple[int, Callable[[Block], Value]]:
    return LONG, lambda block: (block.directory(tags),)


def _maker_note(block: Block) -> bytes:
    """Return a Canon note: a directory whose values lie at offsets into the block."""
    place = len(block.out)
    text = b"Canon EOS 5D\0"
    entry = block.pack("HHHII", 1, 6, ASCII, len(text), place + 18)
    return entry + bytes(4) + text


def block(
    order: str = "<",
    *,
    orientation: int = 0,
    size: tuple[int, int] = (161, 121),
    thumbnail: bytes = b"",
    more: Tags | None = None,
    wide: bool = False,
    note: bytes = b"",
) -> bytes:
    """Return a block with all its directories: EXIF, GPS, interoperability, maker note.

    `size` is the photo's, which the EXIF directory tells; `more` are tags of the first one;
    the maker note ends with `note`.
    """
    made = Block(order, wide)
    interop: Tags = {1: (ASCII, b"R98\0"), 2: (UNDEFINED, b"0100")}
    exif: Tags = {
        33434: (RATIONAL, (1, 200)),
        36867: (ASCII, b"2020:01:02 03:04:05\0"),
        37500: (UNDEFINED, lambda block: _maker_note(block) + note),
        37510: (UNDEFINED, b"ASCII\0\0\0hello"),
        40962: (SHORT, (size[0],)),
        40963: (SHORT, (size[1],)),
        40965: _pointer(interop),
    }
    gps: Tags = {1: (ASCII, b"N\0"), 2: (RATIONAL, (48, 1, 30, 1, 0, 1))}
    first: Tags = {
        271: (ASCII, b"Canon\0"),
        282: (RATIONAL, (300, 1)),
        283: (RATIONAL, (300, 1)),
        296: (SHORT, (2,)),
        33432: (ASCII, "(c) Jörg\0".encode()),
        34665: _pointer(exif),
        34853: _pointer(gps),
    }
    if orientation:
        first[274] = (SHORT, (orientation,))
    first |= more or {}
    start = made.directory(first)
    if thumbnail:
        made.out += bytes(len(made.out) % 2)
        end, second = start + 2 + 12 * len(first), len(made.out)
        made.out[end : end + 4] = made.pack("I", second)
        place = second + 2 + 3 * 12 + 4
        made.directory({
            259: (SHORT, (6,)), 513: (LONG, (place,)), 514: (LONG, (len(thumbnail),)),
        })  # fmt: skip
        made.out += thumbnail
    return made.begin_at(start)


def in_jpeg(block: bytes, jpeg: bytes) -> bytes:
    """Return a JPEG with the block in front."""
    whole = b"Exif\0\0" + block
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(whole) + 2) + whole + jpeg[2:]


def gray_tiff(order: str, rows: list[bytes]) -> bytes:
    """Return a TIFF of 8-bit gray pixels, one strip a row, that says how it lies and nothing."""
    made = Block(order)
    places = []
    for row in rows:
        places.append(len(made.out))
        made.out += row
    tags: Tags = {
        256: (LONG, (len(rows[0]),)), 257: (LONG, (len(rows),)), 258: (SHORT, (8,)),
        259: (SHORT, (1,)), 262: (SHORT, (1,)), 273: (LONG, tuple(places)), 274: (SHORT, (8,)),
        277: (SHORT, (1,)), 278: (SHORT, (1,)), 279: (SHORT, tuple(map(len, rows))),
        271: (ASCII, b"whoever wrote this file\0"),
    }  # fmt: skip
    return made.begin_at(made.directory(tags))
