"""Files that claim to be huge: told by their headers, at once, with little memory."""

from __future__ import annotations

import struct
import time
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from imstack.errors import ImstackError, InputError
from imstack.magick.images import describe
from imstack.magick.saving import save_pixels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.conftest import Said

from tests.e2e.conftest import cli

__all__ = ["cli"]

SIDE = 60_000
PIXELS = np.random.default_rng(0).integers(0, 65536, (24, 40, 3)).astype(np.uint16)


def png(width: int, height: int) -> bytes:
    """Return a PNG that has all its pixels: one bit each, all black."""
    packed, row = zlib.compressobj(9), bytes(1 + (width + 7) // 8)
    data = b"".join(packed.compress(row) for _ in range(height)) + packed.flush()
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"IDAT", data),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def enlarged(kind: str, data: bytes) -> bytes:
    """Return a file whose header claims SIDE x SIDE pixels."""
    out = bytearray(data)
    big, little = struct.pack(">II", SIDE, SIDE), struct.pack("<II", SIDE, SIDE)
    places = {
        "psd": (14, big),
        "bmp": (18, little),
        "dpx": (772, big),
        "tga": (12, b"\x60\xea" * 2),
    }
    if kind in places:
        place, size = places[kind]
        out[place : place + len(size)] = size
    elif kind == "jpg":
        place = data.index(b"\xff\xc0") + 5
        out[place : place + 4] = struct.pack(">HH", SIDE, SIDE)
    elif kind == "gif":
        place = data.index(b",\0\0\0\0" + struct.pack("<HH", 40, 24)) + 5
        out[place : place + 4] = struct.pack("<HH", SIDE, SIDE)
    elif kind == "jp2":
        for mark, places_after in ((b"ihdr", (4,)), (b"\xff\x51", (6, 22))):
            for after in places_after:
                place = data.index(mark) + after
                out[place : place + 8] = big
    elif kind == "exr":
        for name in (b"dataWindow\0box2i\0", b"displayWindow\0box2i\0"):
            place = data.index(name) + len(name) + 4
            out[place : place + 16] = struct.pack("<iiii", 0, 0, SIDE - 1, SIDE - 1)
    elif kind == "heic":
        place = data.index(b"ispe") + 8
        out[place : place + 8] = big
    elif kind == "tif":
        first = struct.unpack("<I", data[4:8])[0]
        for place in range(first + 2, first + 2 + 12 * data[first], 12):
            if struct.unpack("<H", data[place : place + 2])[0] in {256, 257, 278}:
                out[place + 2 : place + 4] = b"\4\0"
                out[place + 8 : place + 12] = struct.pack("<I", SIDE)
    else:
        for old, new in ((b"columns=40", b"columns=60000"), (b"rows=24", b"rows=60000")):
            out = out.replace(old, new)
        out = out.replace(b"40 24", b"60000 60000")
    return bytes(out)


KINDS = ("jpg", "tif", "gif", "bmp", "ppm", "miff", "psd", "dpx", "tga", "exr", "jp2", "heic")


@pytest.mark.parametrize("kind", KINDS)
def test_the_header_is_read_without_room_for_pixels(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imstack.magick.headers.free_memory", lambda: 10**9)
    path = tmp_path / f"x.{kind}"
    try:
        save_pixels(PIXELS, path)
    except ImstackError:  # builds differ in what they write
        pytest.skip(f"this ImageMagick writes no {kind}")
    data = enlarged(kind, path.read_bytes())
    assert data != path.read_bytes()
    path.write_bytes(data)
    began = time.process_time()
    told = ""
    try:
        assert describe(path).size == (SIDE, SIDE)
    except InputError as error:
        told = error.message
    assert not told or (str(path) in told and "\n" not in told)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("kind", ["miff", "psd"])
def test_what_would_take_room_is_refused_where_there_is_none(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"x.{kind}"
    save_pixels(PIXELS, path)
    assert describe(path).size == (40, 24)
    path.write_bytes(enlarged(kind, path.read_bytes()))
    monkeypatch.setattr("imstack.magick.headers.free_memory", lambda: 10**9)
    with pytest.raises(InputError, match=r"60000x60000, which takes 26.8 GiB .* there are 953 MiB"):
        describe(path)


@pytest.mark.parametrize("words", [["stack", "-o", "o.png"], ["plan"], ["stack", "-o", "o.tif",
                                   "--recipe", "snibgo-2014"]])  # fmt: skip
def test_a_stack_that_no_memory_holds_is_refused_at_once(
    words: list[str], cli: Callable[..., Said], tmp_path: Path
) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png(3000, 2000))
    began = time.process_time()
    said = cli(words[0], "a.png", "b.png", *words[1:], "--memory", "100M")
    assert said.code == 4
    assert "a.png: is 3000x2000, which takes 137 MiB of memory, and there are 100 MiB\n" in said.err
    assert "--memory" in said.err
    assert time.process_time() - began < 2
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("o.")]


def test_what_opencv_cannot_warp_is_refused(cli: Callable[..., Said], tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png(32_767, 30))
    said = cli("stack", "a.png", "b.png", "-o", "o.png")
    assert said.code == 4
    assert "OpenCV warps no photo of more than 32766 pixels a side" in said.err
    assert "warp.engine=imagemagick" in said.err
    for words in (["--set", "warp.engine=imagemagick"], ["--recipe", "snibgo-2014"]):
        assert cli("plan", "a.png", "b.png", *words).code == 0
    assert cli("stack", "a.png", "b.png", "-o", "o.png", "--recipe", "aligned").code == 0
