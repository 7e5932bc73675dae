"""Photos are recognised by content, and nothing but the coders of the list reads or writes."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from imstack.errors import InputError, OutputError
from imstack.magick.coders import WRITERS, coder_of
from imstack.magick.dressed import WriteDressed, exif_of, orientation_of
from imstack.magick.images import describe, open_image, read_pixels
from imstack.magick.loaded import Image, wand_errors
from imstack.magick.properties import drop_properties, property_names
from imstack.magick.saving import check_format, image_from, save_pixels

PIXELS = np.random.default_rng(1).integers(0, 65536, (12, 16, 3)).astype(np.uint16)
FORBIDDEN = (
    "ps", "ps2", "ps3", "eps", "epsf", "epsi", "epi", "ept", "ai", "pdf", "pdfa", "epdf", "xps",
    "pcl", "svg", "svgz", "msvg", "mvg", "msl", "txt", "text", "html", "htm", "mp4", "mov", "avi",
    "webm", "mkv", "label", "caption", "pango", "dng", "cr2", "nef", "wmf", "mpc", "rgb", "info",
)  # fmt: skip
PHOTO_ENDINGS = ("jpg", "tif", "png", "webp", "heic", "miff", "tga", "psd", "")


def postscript(out: Path) -> bytes:
    """Return a program that would write the file `out`."""
    text = (
        f"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n({out}) (w) file closefile\nshowpage\n"
    )
    return text.encode()


def hostile(out: Path) -> dict[str, bytes]:
    """Return contents that draw or run, by name; each would show itself in `out`."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="text:{out}"/></svg>'
    msl = f'<?xml version="1.0"?><image><write filename="{out}"/></image>'
    mvg = f"push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'text:{out}'\n"
    return {
        "postscript": postscript(out),
        "postscript after a blank line": b"\n" + postscript(out),
        "postscript after blanks": b" \r\n\t" + postscript(out),
        "dos eps": b"\xc5\xd0\xd3\xc6" + struct.pack("<II", 32, 99) + bytes(20) + postscript(out),
        "pdf": b"%PDF-1.4\n1 0 obj <<>> endobj\n",
        "svg": svg.encode(),
        "msl": msl.encode(),
        "mvg": mvg.encode(),
        "text": b"one.jpg\ntwo.jpg\n",
        "film": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(50),
        "raw": b"\0\0\0\x18ftypcrx \0\0\0\0crx isom" + bytes(50),
        "nothing": bytes(64),
    }


CONTENTS = sorted(hostile(Path("out")))


@pytest.mark.parametrize("content", CONTENTS)
def test_no_name_makes_a_photo_of_it(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, photos = tmp_path / "tmp", tmp_path / "photos"
    temporary.mkdir()
    photos.mkdir()
    for name in ("TMPDIR", "MAGICK_TMPDIR", "MAGICK_TEMPORARY_PATH"):
        monkeypatch.setenv(name, str(temporary))
    started = []
    monkeypatch.setattr("subprocess.Popen", lambda *words, **_: started.append(words))
    monkeypatch.chdir(photos)
    names = {f"x.{ending}".rstrip(".") for ending in (*FORBIDDEN, *PHOTO_ENDINGS)}
    names |= {"PS:x.jpg", "MSL:x", "@x.jpg", "x[0].jpg", "a%d.ai", "-write.epi"}
    for name in sorted(names):
        path = photos / name
        path.write_bytes(hostile(tmp_path / "out")[content])
        for read in (describe, open_image, read_pixels, exif_of):
            with pytest.raises(InputError, match="cannot be read") as told:
                read(path)
            assert str(path) in told.value.message
    assert not (tmp_path / "out").exists()
    assert not list(temporary.iterdir())
    assert started == []
    assert {path.name for path in photos.iterdir()} == names


@pytest.mark.parametrize("coder", ["PS", "EPI", "AI", "PDFA", "SVG", "MSL", "MVG", "TXT", "LABEL"])
def test_the_policy_shuts_them_even_when_asked_for(coder: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\n" + postscript(tmp_path / "out"))
    with pytest.raises((wand_errors.WandException, OSError)):
        Image(filename=f"{coder}:{tmp_path / 'x'}")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ending", ["tif", "png", "miff", "ppm", "bmp", "psd", "dpx"])
@pytest.mark.parametrize(
    "name",
    ["x.ps", "x.ai", "x.jpg", "x.mp4", "x", "PS:x.png", "x[0].jpg", "a%d.tif", "@x", "-x.pdf"],
)
def test_a_photo_is_one_whatever_its_name(ending: str, name: str, tmp_path: Path) -> None:
    save_pixels(PIXELS, tmp_path / f"x.{ending}")
    whole = read_pixels(tmp_path / f"x.{ending}")
    named = tmp_path / "named" / name
    named.parent.mkdir()
    named.write_bytes((tmp_path / f"x.{ending}").read_bytes())
    assert coder_of(named) == coder_of(tmp_path / f"x.{ending}")
    assert np.array_equal(read_pixels(named), whole)
    assert describe(named).size == (16, 12)


@pytest.mark.parametrize(
    ("head", "coder"),
    [
        (b"\xff\xd8\xff\xe1", "JPEG"),
        (b"II*\0", "TIFF"),
        (b"MM\0+", "TIFF64"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1miaf", "HEIC"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"),
        (b"#?RADIANCE\n", "HDR"),
        (b"\x76\x2f\x31\x01", "EXR"),
        (b"P7\nWIDTH", "PAM"),
        (b"Pf\n", "PFM"),
        (b"P6 4 4", "PNM"),
        (b"\xff\x0a\0\0", "JXL"),
    ],
)
def test_marks(head: bytes, coder: str, tmp_path: Path) -> None:
    (tmp_path / "x.ps").write_bytes(head.ljust(64, b"\0"))
    assert coder_of(tmp_path / "x.ps") == coder


def test_tga_goes_by_its_name_and_a_header_that_makes_sense(tmp_path: Path) -> None:
    save_pixels(PIXELS, tmp_path / "x.tga")
    assert coder_of(tmp_path / "x.tga") == "TGA"
    assert read_pixels(tmp_path / "x.tga").shape == PIXELS.shape
    (tmp_path / "x.tga").rename(tmp_path / "x.jpg")
    with pytest.raises(InputError, match="of no kind of photo"):
        coder_of(tmp_path / "x.jpg")


@pytest.mark.parametrize("ending", [*FORBIDDEN, ""])
def test_nothing_else_is_written(ending: str, tmp_path: Path) -> None:
    name = f"x.{ending}".rstrip(".")
    for write in (check_format, lambda path: save_pixels(PIXELS, path)):
        with pytest.raises(OutputError, match="cannot write it") as told:
            write(tmp_path / name)
        assert name in told.value.message
    assert not list(tmp_path.iterdir())


def test_no_writer_is_a_forbidden_one() -> None:
    assert not set(FORBIDDEN) & (set(WRITERS) | {coder.lower() for coder in WRITERS.values()})


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def test_notes_that_are_no_utf_8(tmp_path: Path) -> None:
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 3, 8, 2, 0, 0, 0))
    data += chunk(b"tEXt", b"Gr\xf6\xdfe\0w\xe9rt") + chunk(b"tEXt", b"exif:\xe9\0x")
    data += chunk(b"IDAT", zlib.compress(bytes(3 * 13))) + chunk(b"IEND", b"")
    path = tmp_path / os.fsdecode(b"\xff.png")
    path.write_bytes(data)
    with open_image(path) as image:
        assert b"Gr\xf6\xdfe" in property_names(image)
        drop_properties(image, [b"Gr"])
        assert b"Gr\xf6\xdfe" not in property_names(image)
    with open_image(path) as image:
        WriteDressed(tmp_path / "y.png").apply([image])
    with image_from(PIXELS) as image:
        assert b"exif:\xe9" not in property_names(image)
    assert read_pixels(tmp_path / "y.png").shape == (3, 4, 3)


def test_the_rows_of_a_tga_from_the_bottom_up_are_no_turn(tmp_path: Path) -> None:
    save_pixels(PIXELS, tmp_path / "x.tga")
    header = bytearray((tmp_path / "x.tga").read_bytes())
    assert not header[17] & 0x20  # ImageMagick writes from the bottom up
    assert orientation_of(tmp_path / "x.tga", None) == 0
