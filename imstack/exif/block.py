"""An EXIF block made fit for a picture: in place, so that every offset in it holds."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from imstack.exif.directory import LONG, SHORT, Directory, Entry, ExifFault, Tiff, record
from imstack.exif.tags import (
    EXIF_IFD,
    JPEG_OFFSET,
    JPEG_SIZE,
    LAYOUT,
    ORIENTATION,
    PIXEL_HEIGHT,
    PIXEL_WIDTH,
    POINTERS,
    STRIP_OFFSETS,
    STRIP_SIZES,
    Pointers,
)

PREFIX = b"Exif\0\0"
UPRIGHT = 1


@dataclass(frozen=True, slots=True)
class Exif:
    """What a photo tells about itself.

    Attributes
    ----------
    block
        TIFF header and directories, without a thumbnail and without damaged entries.
    orientation
        How the camera was held, 1 to 8 as EXIF numbers it; 0 where that is not told.
    damaged
        How many entries were left out because their values are not there.
    """

    block: bytes
    orientation: int = 0
    damaged: int = 0


def parse(data: bytes) -> Exif | None:
    r"""Check a block, with or without ``Exif\\0\\0`` before it; None for one without tags.

    The thumbnail is blotted out: it shows the photo, not what became of it.

    Raises
    ------
    ExifFault
        It is no such block, or cut short.
    """
    block = bytearray(data.removeprefix(PREFIX))
    if not block:
        return None
    tiff = Tiff.of(block)
    if tiff.wide:
        message = "it has offsets of 8 bytes, as only a BigTIFF has"
        raise ExifFault(message)
    _drop_thumbnail(tiff, block)
    found = _Found(tiff)
    found.look(tiff.directory(tiff.first), POINTERS)
    first, _ = found.directories[0]
    (orientation, *_) = (*tiff.numbers(first.find(ORIENTATION)), 0)
    for directory, kept in found.directories:
        _rewrite(block, tiff.order, directory, [entry.record for entry in kept])
        block += bytes(max(0, directory.end + 4 - len(block)))  # some end without "no more"
    if not found.directories[0][1]:
        return None
    return Exif(bytes(block), orientation if 1 <= orientation <= 8 else 0, found.damaged)


@dataclass
class _Found:
    """The directories of a block, each with its sound entries."""

    tiff: Tiff
    directories: list[tuple[Directory, list[Entry]]] = field(default_factory=list)
    damaged: int = 0

    def look(self, directory: Directory, pointers: Pointers) -> None:
        """Note a directory and those that its entries lead to."""
        kept: list[Entry] = []
        self.directories.append((directory, kept))
        for entry in directory.entries:
            sound = self.tiff.is_sound(entry)
            if sound and entry.tag in pointers:
                sound = self._follow(entry, pointers[entry.tag])
            if sound:
                kept.append(entry)
            else:
                self.damaged += 1

    def _follow(self, entry: Entry, pointers: Pointers) -> bool:
        """Look where an entry leads to; False where nothing new is there."""
        offsets = self.tiff.numbers(entry)
        try:
            directory = self.tiff.directory(offsets[0] if offsets else 0)
        except ExifFault:
            return False
        if any(_overlap(directory, known) for known, _ in self.directories):
            return False
        self.look(directory, pointers)
        return True


def _overlap(one: Directory, other: Directory) -> bool:
    return one.offset < other.end and other.offset < one.end


def _rewrite(block: bytearray, order: str, directory: Directory, records: list[bytes]) -> None:
    """Put fewer entries, or the same number, in a directory's place; nothing follows fewer."""
    whole = struct.pack(f"{order}H", len(records)) + b"".join(records)
    room = directory.end - directory.offset
    block[directory.offset : directory.end] = whole.ljust(room, b"\0")


def _drop_thumbnail(tiff: Tiff, block: bytearray) -> None:
    """Blot out the picture of the second directory, and leave no way to that directory."""
    first = tiff.directory(tiff.first)
    following = tiff.next_after(first)
    if not following:
        return
    block[first.end : first.end + 4] = bytes(4)
    try:
        second = tiff.directory(following)
    except ExifFault:
        return
    for tags in ((JPEG_OFFSET, JPEG_SIZE), (STRIP_OFFSETS, STRIP_SIZES)):
        offsets, sizes = (tiff.numbers(second.find(tag)) for tag in tags)
        for offset, size in zip(offsets, sizes, strict=False):
            if offset + size < len(block):
                block[offset : offset + size] = bytes(size)
            elif offset + size == len(block):
                del block[offset:]


def fitted(exif: Exif, size: tuple[int, int], orientation: int) -> bytes:
    """Return the block of a picture that comes from the photo.

    Parameters
    ----------
    exif
        What the photo tells.
    size
        Width and height of the picture in pixels.
    orientation
        How the picture's pixels lie, 1 to 8 as EXIF numbers it; 0 means upright, too.

    Where the photo tells its size and orientation, the block tells the picture's; how the
    photo's file stores pixels is left out.
    """
    block = bytearray(exif.block)
    tiff = Tiff.of(block)
    order, first = tiff.order, tiff.directory(tiff.first)
    turned = record(order, ORIENTATION, SHORT, 1, struct.pack(f"{order}H", orientation or UPRIGHT))
    for offset in tiff.numbers(first.find(EXIF_IFD))[:1]:
        inner = tiff.directory(offset)
        # LONG where EXIF allows SHORT or LONG: libtiff knows only that.
        sizes = {
            tag: record(order, tag, LONG, 1, length)
            for tag, length in zip((PIXEL_WIDTH, PIXEL_HEIGHT), size, strict=True)
        }
        records = [sizes.get(entry.tag, entry.record) for entry in inner.entries]
        _rewrite(block, order, inner, records)
    kept = [entry for entry in first.entries if entry.tag not in LAYOUT]
    records = [turned if entry.tag == ORIENTATION else entry.record for entry in kept]
    _rewrite(block, order, first, records)
    return bytes(block)
