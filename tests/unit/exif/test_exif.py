"""EXIF blocks: read, cleaned, fitted, and put into files."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.exif import (
    JPEG_ROOM,
    Exif,
    ExifFault,
    compacted,
    exif_of_png,
    fitted,
    fitted_xmp,
    parse,
    put_into_jpeg,
    put_into_png,
    put_into_tiff,
)
from imstack.exif.directory import Directory, Tiff
from tests.unit.exif.making import ASCII, LONG, SHORT, UNDEFINED, Block, Tags, block, gray_tiff

if TYPE_CHECKING:
    from collections.abc import Callable

ORDERS = ["<", ">"]
THUMBNAIL = b"\xff\xd8 a small and old picture \xff\xd9!"
EXIF_IFD, GPS_IFD, INTEROP_IFD, MAKER_NOTE = 34665, 34853, 40965, 37500
ORIENTATION, WIDTH, HEIGHT = 274, 40962, 40963


@dataclass(frozen=True)
class Told:
    """All values of a block or TIFF, by directory and tag; offsets of directories left out."""

    first: dict[int, bytes]
    exif: dict[int, bytes]
    gps: dict[int, bytes]
    interop: dict[int, bytes]


def told(data: bytes) -> Told:
    tiff = Tiff.of(data)

    def values(offset: int) -> dict[int, bytes]:
        return {entry.tag: tiff.value(entry) for entry in tiff.directory(offset).entries}

    def at(values: dict[int, bytes], tag: int) -> int:
        return int.from_bytes(values.pop(tag), "little" if tiff.order == "<" else "big")

    first = values(tiff.first)
    exif, gps = values(at(first, EXIF_IFD)), values(at(first, GPS_IFD))
    return Told(first, exif, gps, values(at(exif, INTEROP_IFD)))


def parsed(data: bytes) -> Exif:
    exif = parse(data)
    assert exif is not None
    return exif


def numbers(order: str, form: str, *values: int) -> bytes:
    return struct.pack(order + form, *values)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_what_a_camera_wrote_is_read(order: str, prefix: bytes) -> None:
    data = block(order, orientation=6)
    exif = parsed(prefix + data)
    assert exif == Exif(data, orientation=6, damaged=0)
    assert told(exif.block).exif[36867] == b"2020:01:02 03:04:05\0"


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("padding", [b"", b"\0", b"\0\0more"])
def test_no_thumbnail_is_left(order: str, padding: bytes) -> None:
    data = block(order, thumbnail=THUMBNAIL)
    exif = parsed(data + padding)
    assert THUMBNAIL in data
    assert THUMBNAIL[:4] not in exif.block
    assert exif.block.endswith(padding)
    tiff = Tiff.of(exif.block)
    assert tiff.next_after(tiff.directory(tiff.first)) == 0
    assert told(exif.block) == told(data)
    assert exif.block[: len(block(order)) - 4].count(b"Canon EOS 5D") == 1


@pytest.mark.parametrize("data", [b"", b"Exif\0\0", b"II*\0\x08\0\0\0\0\0\0\0\0\0"])
def test_no_tags_are_no_exif(data: bytes) -> None:
    assert parse(data) is None


@pytest.mark.parametrize(
    "data",
    [
        b"Exif\0\0II",
        b"not at all EXIF",
        b"II*\0\xff\xff\0\0",
        b"MM\0*\0\0\0\x08\0\x05\0\0",
        block(wide=True),
    ],
)
def test_what_is_no_block_is_refused(data: bytes) -> None:
    with pytest.raises(ExifFault):
        parse(data)


@pytest.mark.parametrize("order", ORDERS)
def test_damaged_entries_are_left_out_and_the_others_stay(order: str) -> None:
    beyond: Tags = {
        270: (UNDEFINED, b"beyond the end"), 305: (ASCII, b"of no type that is known\0"),
    }  # fmt: skip
    data = bytearray(block(order, orientation=3, more=beyond))
    expected = told(bytes(data))
    del expected.first[270], expected.first[305]
    place = data.index(numbers(order, "HHI", 270, UNDEFINED, 14))
    data[place + 8 : place + 12] = numbers(order, "I", len(data) - 13)
    place = data.index(numbers(order, "HH", 305, ASCII))
    data[place + 2 : place + 4] = numbers(order, "H", 99)
    exif = parsed(bytes(data))
    assert (exif.damaged, exif.orientation) == (2, 3)
    assert told(exif.block) == expected
    again = parsed(exif.block)
    assert again == Exif(exif.block, 3, 0)


@pytest.mark.parametrize("tag", [EXIF_IFD, GPS_IFD])
@pytest.mark.parametrize("offset", [0, 8, 9, 1 << 31])
def test_directories_that_lead_nowhere_or_in_circles_are_left_out(tag: int, offset: int) -> None:
    data = bytearray(block())
    place = data.index(struct.pack("<HHI", tag, LONG, 1))
    data[place + 8 : place + 12] = struct.pack("<I", offset)
    exif = parsed(bytes(data))
    assert exif.damaged == 1
    tiff = Tiff.of(exif.block)
    left = {entry.tag for entry in tiff.directory(tiff.first).entries}
    assert left == {271, 282, 283, 296, 33432, EXIF_IFD, GPS_IFD} - {tag}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("orientation", "expected"), [(1, 1), (6, 6), (0, 1)])
def test_size_and_orientation_are_those_of_the_picture(
    order: str, orientation: int, expected: int
) -> None:
    layout: Tags = {256: (SHORT, (161,)), 259: (SHORT, (6,)), 273: (LONG, (1, 2, 3))}
    data = block(order, orientation=8, more=layout)
    done = told(fitted(parsed(data), (70000, 55), orientation))
    before = told(data)
    assert done.first.pop(ORIENTATION) == numbers(order, "H", expected)
    assert done.exif.pop(WIDTH) == numbers(order, "I", 70000)
    assert done.exif.pop(HEIGHT) == numbers(order, "I", 55)
    for tag in (*layout, ORIENTATION):
        del before.first[tag]
    del before.exif[WIDTH], before.exif[HEIGHT]
    assert done == before


@pytest.mark.parametrize("order", ORDERS)
def test_values_stay_where_they_are(order: str) -> None:
    """A maker note has offsets into the block that nobody else knows."""
    data = block(order, thumbnail=THUMBNAIL)
    head, body, tail = put_into_tiff(
        fitted(parsed(data), (3, 2), 1), gray_tiff(order, [b"abc", b"def"])
    )
    whole = head + body + tail
    for text in (b"Canon EOS 5D\0", b"2020:01:02 03:04:05", b"R98\0"):
        assert whole.index(text) == data.index(text)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("rows", [[b"abc", b"def", b"ghi"], [b"just one row"]])
def test_a_tiff_has_its_own_pixels_and_the_tags_of_the_photo(order: str, rows: list[bytes]) -> None:
    data = fitted(parsed(block(order, orientation=6)), (3, 3), 6)
    picture = gray_tiff(order, rows)
    whole = b"".join(put_into_tiff(data, picture))
    done, tiff = told(whole), Tiff.of(whole)
    exif = told(data)
    assert (done.exif, done.gps, done.interop) == (exif.exif, exif.gps, exif.interop)
    first = tiff.directory(tiff.first)
    assert [entry.tag for entry in first.entries] == sorted({entry.tag for entry in first.entries})
    offsets, sizes = tiff.numbers(first.find(273)), tiff.numbers(first.find(279))
    assert [whole[o : o + n] for o, n in zip(offsets, sizes, strict=True)] == rows
    assert done.first[271] == b"Canon\0"
    assert done.first[ORIENTATION] == numbers(order, "H", 8), "the picture's own"
    assert done.first[282] == numbers(order, "II", 300, 1), "which the picture lacks"
    assert done.first[262] == numbers(order, "H", 1)
    assert tiff.next_after(first) == 0


def test_exif_that_a_tiff_has_already_makes_way() -> None:
    data = fitted(parsed(block()), (3, 2), 1)
    once = b"".join(put_into_tiff(data, gray_tiff("<", [b"abc"])))
    bare = Block("<")
    only = bare.begin_at(bare.directory({271: (ASCII, b"another\0")}))
    twice = b"".join(put_into_tiff(only, once))
    tiff = Tiff.of(twice)
    first = tiff.directory(tiff.first)
    assert first.find(EXIF_IFD) is first.find(GPS_IFD) is None
    again = told(b"".join(put_into_tiff(data, once)))
    assert (again.exif, again.gps) == (told(data).exif, told(data).gps)


def test_a_tiff_of_another_kind_is_refused() -> None:
    data = fitted(parsed(block("<")), (3, 2), 1)
    for picture in (gray_tiff(">", [b"abc"]), block("<", wide=True), b"no TIFF"):
        with pytest.raises(ExifFault):
            put_into_tiff(data, picture)


@pytest.mark.parametrize(("order", "wide"), list(product(ORDERS, [False, True])))
def test_exif_comes_out_of_a_tiff(order: str, wide: bool) -> None:
    layout: Tags = {
        256: (SHORT, (161,)), 273: (LONG, tuple(range(8, 800, 8))), 34675: (UNDEFINED, b"ICC" * 9),
        65000: (UNDEFINED, b"of some program"),
    }  # fmt: skip
    data, damaged = compacted(block(order, orientation=5, more=layout, wide=wide))
    assert damaged == 0
    exif = parsed(data)
    assert exif == Exif(data, orientation=5, damaged=0)
    assert told(data) == _as_moved(told(block(order, orientation=5)), data)


def _as_moved(expected: Told, data: bytes) -> Told:
    """A maker note is copied as it is: its offsets are those of the file that it was in."""
    note, moved = expected.exif[MAKER_NOTE], told(data).exif[MAKER_NOTE]
    assert len(note) == len(moved)
    assert note[18:] == moved[18:] == b"Canon EOS 5D\0"
    expected.exif[MAKER_NOTE] = moved
    return expected


def test_a_tiff_without_any_gives_none() -> None:
    made = Block("<")
    data = made.begin_at(made.directory({256: (SHORT, (3,)), 257: (SHORT, (3,))}))
    assert parse(compacted(data)[0]) is None


def test_a_maker_note_can_be_left_out() -> None:
    small, damaged = compacted(block(">"), maker_note=False)
    assert damaged == 0
    assert told(small).exif.keys() == told(block(">")).exif.keys() - {MAKER_NOTE}
    assert b"5D" not in small


def test_damage_in_a_tiff_cannot_blow_the_block_up() -> None:
    """Each of many entries claims all of a large file."""
    made = Block("<")
    made.out += bytes(1 << 22)
    inner = made.directory(dict.fromkeys(range(100), (UNDEFINED, b"12345")))
    for number in range(100):
        place = inner + 2 + 12 * number
        made.out[place + 4 : place + 12] = struct.pack("<II", 1 << 22, 8)
    data, damaged = compacted(made.begin_at(made.directory({EXIF_IFD: (LONG, (inner,))})))
    assert len(data) < 1 << 24
    assert damaged > 90


@pytest.mark.parametrize("read", [parse, compacted])
def test_a_directory_is_entered_once_however_often_it_is_named(
    read: Callable[[bytes], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many entries that lead to many would take hours."""
    entered = []
    directory = Tiff.directory

    def enter(tiff: Tiff, offset: int) -> Directory:
        entered.append(offset)
        return directory(tiff, offset)

    monkeypatch.setattr(Tiff, "directory", enter)
    way = struct.pack("<HHII", EXIF_IFD, LONG, 1, 8 + 2 + 50 * 12 + 4)
    read(b"II*\0" + struct.pack("<IH", 8, 50) + 50 * way + bytes(4) + bytes(6))
    assert len(entered) <= 3


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", data, at + 8 + size) == (zlib.crc32(kind + body),)
        found.append((kind, body))
        at += 12 + size
    return found


def png(*parts: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


@pytest.mark.parametrize("place", [1, 2, 3])
def test_png_holds_exif_anywhere(place: int) -> None:
    parts = [(b"IHDR", bytes(13)), (b"IDAT", b"pixels"), (b"IEND", b"")]
    assert exif_of_png(png(*parts)) == b""
    assert exif_of_png(png(*parts[:place], (b"eXIf", b"block"), *parts[place:])) == b"block"
    done = b"".join(put_into_png(b"block", png(*parts)))
    assert chunks(done) == [parts[0], (b"eXIf", b"block"), *parts[1:]]


def test_damaged_png_has_none() -> None:
    whole = png((b"IHDR", bytes(13)), (b"eXIf", b"block"))
    for end in range(len(whole)):
        assert exif_of_png(whole[:end]) in {b"", b"b", b"bl", b"blo", b"bloc", b"block"}


@pytest.mark.parametrize("jfif", [b"", b"\xff\xe0\0\x07JFIF\0"])
def test_jpeg_has_exif_in_front(jfif: bytes) -> None:
    rest = b"\xff\xdb\0\x04xx"
    parts = put_into_jpeg(bytes(JPEG_ROOM), b"\xff\xd8" + jfif + rest)
    marker = b"\xff\xe1\xff\xffExif\0\0" + bytes(JPEG_ROOM)
    assert parts == (b"\xff\xd8" + jfif, marker, rest)


def test_xmp_tells_of_the_picture_too() -> None:
    packet = b"""<rdf:Description tiff:Orientation="6" tiff:ImageWidth = '161'
        exif:PixelXDimension="161" exif:ExposureTime="1/161" my:tiff="6">
        <tiff:ImageLength>121</tiff:ImageLength> <tiff:Orientation> 6</tiff:Orientation>
        <exif:PixelYDimension>121</exif:PixelYDimension> 6 161 121"""
    expected = b"""<rdf:Description tiff:Orientation="1" tiff:ImageWidth = '40000'
        exif:PixelXDimension="40000" exif:ExposureTime="1/161" my:tiff="6">
        <tiff:ImageLength>5</tiff:ImageLength> <tiff:Orientation> 1</tiff:Orientation>
        <exif:PixelYDimension>5</exif:PixelYDimension> 6 161 121"""
    assert fitted_xmp(packet, (40000, 5), 0) == expected
    assert fitted_xmp(b"", (1, 1), 6) == b""
    assert fitted_xmp(expected, (40000, 5), 1) == expected


BLOCKS = [block(order, orientation=6, thumbnail=THUMBNAIL) for order in ORDERS]


@given(
    st.sampled_from(BLOCKS),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=12),
    st.integers(0, 1000),
)
def test_damage_never_does_worse_than_lose_exif(
    data: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    """Whatever the bytes are, a block is refused, or can be read again and put into files."""
    damaged = bytearray(data)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    for source in (bytes(damaged), bytes(damaged[: max(0, len(damaged) - cut)])):
        try:
            exif = parse(source)
        except ExifFault:
            exif = None
        if exif is not None:
            assert len(exif.block) <= len(source) + 4
            again = parse(exif.block)
            assert again is not None
            assert again.damaged == 0
            done = fitted(exif, (10, 20), 3)
            order = Tiff.of(done).order
            whole = b"".join(put_into_tiff(done, gray_tiff(order, [b"abc", b"def"])))
            tiff = Tiff.of(whole)
            offsets = tiff.numbers(tiff.directory(tiff.first).find(273))
            assert [whole[o : o + 3] for o in offsets] == [b"abc", b"def"]
        try:
            small, _ = compacted(source)
        except ExifFault:
            continue
        parse(small)
