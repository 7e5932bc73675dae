"""Reading and writing: pixels exact, files whole or not there, odd names, odd files."""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from imstack.drafts import write_bytes
from imstack.errors import InputError, MagickError, OutputError
from imstack.magick import library
from imstack.magick.images import (
    check_photo,
    describe,
    magick_errors,
    open_image,
    pixels_of,
    read_compared,
    read_pixels,
)
from imstack.magick.saving import check_format, image_from, save, save_pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

BAD = Path(__file__).parents[3] / "fixtures" / "bad"
FIRST = Path(__file__).parents[3] / "fixtures" / "odd" / "frame_1.jpg"

# A profile's header is all that ImageMagick looks at while it carries one from file to file.
ICC = struct.pack(">I4sI4s4s4s", 132, b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
ICC += b"\0" * 12 + b"acsp" + b"\0" * (128 - 40) + struct.pack(">I", 0)
# TIFF header, a directory of two entries: ImageDescription (270, text), Orientation (274, 6).
EXIF = b"Exif\0\0MM\0*\0\0\0\x08\0\x02"
EXIF += struct.pack(">HHII", 270, 2, 6, 38) + struct.pack(">HHIHH", 274, 3, 1, 6, 0)
EXIF += b"\0\0\0\0fours\0"


def noise(*shape: int) -> NDArray[np.uint16]:
    """Return 16-bit noise with both ends of the range in it."""
    pixels = np.random.default_rng(shape).integers(0, 65536, shape).astype(np.uint16)
    pixels.flat[:2] = 0, 65535
    return pixels


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --------------------------------------------------------------------------- round trips


@pytest.mark.parametrize("ending", ["tiff", "tif", "TIF", "png", "miff"])
@pytest.mark.parametrize("shape", [(7, 5, 3), (7, 5), (1, 1, 3), (1, 9)])
def test_16_bits_come_back(ending: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    pixels = noise(*shape)
    path = tmp_path / f"x.{ending}"
    save_pixels(pixels, path)
    gray = len(shape) == 2
    expected = np.repeat(pixels[..., None], 3, axis=2) if gray else pixels
    assert np.array_equal(read_pixels(path), expected)
    info = describe(path)
    assert (info.size, info.alpha, info.pages) == (shape[1::-1], False, 1)
    assert info.depth == 16
    assert (info.colorspace == "gray") == gray


@pytest.mark.parametrize("compression", ["zip", "lzw", "no"])
def test_compressed_tiff_loses_nothing(compression: str, tmp_path: Path) -> None:
    pixels = noise(31, 17, 3)
    save_pixels(pixels, tmp_path / "x.tiff", compression=compression)
    assert np.array_equal(read_pixels(tmp_path / "x.tiff"), pixels)


def test_depth_and_quality_are_settings(tmp_path: Path) -> None:
    pixels = noise(20, 20, 3) // 257 * 257
    save_pixels(pixels, tmp_path / "x.png", depth=8)
    assert describe(tmp_path / "x.png").depth == 8
    assert np.array_equal(read_pixels(tmp_path / "x.png"), pixels)
    for quality in (30, 95):
        save_pixels(pixels, tmp_path / f"{quality}.jpg", compression_quality=quality)
    assert (tmp_path / "30.jpg").stat().st_size < (tmp_path / "95.jpg").stat().st_size


def test_alpha_is_read_where_there_is_some(tmp_path: Path) -> None:
    rgba = noise(6, 4, 4)
    head = "P7\nWIDTH 4\nHEIGHT 6\nDEPTH 4\nMAXVAL 65535\nTUPLTYPE RGB_ALPHA\nENDHDR\n"
    (tmp_path / "x.pam").write_bytes(head.encode() + rgba.astype(">u2").tobytes())
    assert describe(tmp_path / "x.pam").alpha
    assert np.array_equal(read_pixels(tmp_path / "x.pam"), rgba)
    assert np.array_equal(read_pixels(tmp_path / "x.pam", "RGB"), rgba[..., :3])
    assert np.array_equal(read_compared(tmp_path / "x.pam"), rgba)


def test_gray_is_compared_by_as_many_channels_as_the_build_has(tmp_path: Path) -> None:
    pixels = noise(6, 4)
    save_pixels(pixels, tmp_path / "x.tiff")
    compared = read_compared(tmp_path / "x.tiff")
    assert compared.shape[2] == (3 if library.load().major < 7 else 1)
    assert np.array_equal(compared[..., 0], pixels)


def test_what_is_no_pixel_is_kept(tmp_path: Path) -> None:
    source, target = tmp_path / "source.jpg", tmp_path / "target.tiff"
    with image_from(noise(8, 8, 3)) as image:
        image.profiles["exif"] = EXIF
        image.profiles["icc"] = ICC
        image.orientation = "right_top"
        image.units = "pixelsperinch"
        image.resolution = (240, 240)
        save(image, source)
    pixels = noise(8, 8, 3)
    for target in (tmp_path / "target.tiff", tmp_path / "target.jpg", tmp_path / "target.miff"):
        save_pixels(pixels, target, like=source)
        with open_image(target) as image:
            assert image.profiles["icc"] == ICC
            assert image.orientation == "right_top"
            assert tuple(map(round, image.resolution)) == (240, 240)
            assert image.units == "pixelsperinch"
            if target.suffix != ".tiff":  # a TIFF has tags of its own instead
                assert b"fours\0" in image.profiles["exif"]
    assert np.array_equal(read_pixels(tmp_path / "target.tiff"), pixels)


# --------------------------------------------------------------------------- odd names

NAMES = [
    "a%d.tiff",
    "a%03d.png",
    "100%.png",
    "%[fx:1].png",
    "x[1].tiff",
    "x[0].png",
    "x[10x10+1+1].tiff",
    "-x.tiff",
    "@x.tiff",
    "foo:bar.png",
    "tiff:x.png",
    "xc:red.tiff",
    "x*?.tiff",
    "{a,b}.tiff",
    "~x.tiff",
    "a b.tiff",
    "quote'\".png",
    "x;y&$(z)#.tiff",
    "ünï cödé.tiff",
    "日本.png",
    "two\nlines.tiff",
    os.fsdecode(b"latin-\xe4.tiff"),
    "_" * 240 + ".tiff",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("relative", [False, True])
def test_names_mean_nothing(
    name: str, relative: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(name) if relative else tmp_path / name
    pixels = noise(5, 7, 3)
    save_pixels(pixels, path)
    assert left_in(tmp_path) == [name]
    assert describe(path).size == (7, 5)
    assert np.array_equal(read_pixels(path), pixels)
    save_pixels(pixels[::-1], path, like=path)
    assert np.array_equal(read_pixels(path), pixels[::-1])


@pytest.mark.parametrize("name", ["x[1].jpg", "-x.jpg", "@x.jpg", "foo:bar.jpg", "a%d.jpg"])
def test_photos_of_such_names(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FIRST.read_bytes())
    assert np.array_equal(read_pixels(tmp_path / name), read_pixels(FIRST))


def test_a_wrong_ending_does_not_matter_for_reading(tmp_path: Path) -> None:
    (tmp_path / "photo.tiff").write_bytes(FIRST.read_bytes())
    assert describe(tmp_path / "photo.tiff").format == "JPEG"
    assert np.array_equal(read_pixels(tmp_path / "photo.tiff"), read_pixels(FIRST))


# ------------------------------------------------------------------------ whole or not


def test_a_failed_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.tiff"
    path.write_bytes(b"before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(OutputError, match=r"x\.tiff: cannot be written: No space left"):
            save_pixels(noise(4, 4, 3), path)
    assert left_in(tmp_path) == ["x.tiff"]
    assert path.read_bytes() == b"before"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.tiff"
    path.write_bytes(b"before")
    own = Path.open

    def full(_: Path, mode: str) -> object:
        assert mode == "xb"
        return own(Path("/dev/full"), "wb")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", full)
        with pytest.raises(OutputError, match="No space left on device"):
            write_bytes(path, b"after" * 10_000)
    assert left_in(tmp_path) == ["x.tiff"]
    assert path.read_bytes() == b"before"


def test_an_interrupted_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_bytes(tmp_path / "x.tiff", b"after")
    assert left_in(tmp_path) == []


def test_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    write_bytes(tmp_path / "ours", b"")
    (tmp_path / "plain").touch()
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("place", ["missing/x.tiff", "folder.tiff"])
def test_places_that_cannot_be_written(place: str, tmp_path: Path) -> None:
    (tmp_path / "folder.tiff").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        save_pixels(noise(4, 4, 3), tmp_path / place)
    assert left_in(tmp_path) == ["folder.tiff"]


@pytest.mark.parametrize("name", ["x.unknown", "x", "x.tiff.txt", "x.html", "x.MAT", "x.pdf2"])
def test_unknown_formats_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write it") as told:
        save_pixels(noise(4, 4, 3), tmp_path / name)
    assert told.value.hint == "choose .tiff, .png, .jpg or .miff"
    with pytest.raises(OutputError):
        check_format(tmp_path / name)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("ending", ["info", "json", "mpc", "rgb", "hrz"])
def test_what_is_no_picture_is_refused_beforehand(ending: str) -> None:
    with pytest.raises(OutputError):
        check_format(Path(f"x.{ending}"))


@pytest.mark.parametrize("ending", ["tiff", "TIF", "png", "jpg", "jpeg", "miff", "ppm", "gif"])
def test_pictures_are_not_refused(ending: str) -> None:
    check_format(Path(f"x.{ending}"))


# --------------------------------------------------------------------------- odd files


def empty_png(side: int) -> bytes:
    """Return a PNG that promises `side` x `side` pixels and has none."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 10)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.jpg", b"", "cannot be read as an image"),
        ("text.jpg", b"not a photo\n", "cannot be read|is no image"),
        ("header.jpg", FIRST.read_bytes()[:300], "cannot be read|is no image|cut short"),
        ("half.jpg", FIRST.read_bytes()[:6000], "is damaged or cut short"),
        ("promise.png", empty_png(500), "cannot be read|is damaged"),
        ("huge.png", empty_png(100_000), "cannot be read"),
        ("nothing", b"\0" * 50, "cannot be read|is no image"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_damaged_files_are_refused(name: str, content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InputError, match=words) as told:
            open_image(path)
    assert told.value.message.startswith(f"{path}: ")
    assert " @ " not in told.value.message


@pytest.mark.parametrize("ending", ["tiff", "png", "miff"])
def test_half_a_file_is_refused(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{ending}"
    save_pixels(noise(40, 30, 3), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError):
        read_pixels(path)


def test_half_a_photo_is_read_when_that_is_allowed() -> None:
    path = BAD / "truncated.jpg"
    with pytest.raises(InputError, match="is damaged or cut short: Premature end of JPEG") as told:
        read_pixels(path)
    assert "frames.allow_truncated=true" in told.value.hint
    whole = read_pixels(FIRST)
    half = read_pixels(path, allow_truncated=True)
    assert half.shape == whole.shape
    # A complaint about one file says nothing about the next one.
    assert np.array_equal(read_pixels(FIRST), whole)


@pytest.mark.parametrize("read", [open_image, describe])
def test_no_file_at_all(read: object, tmp_path: Path) -> None:
    assert callable(read)
    with pytest.raises(InputError, match=r"nix\.jpg: cannot be read: no such file"):
        read(tmp_path / "nix.jpg")
    with pytest.raises(InputError, match="cannot be read: it is a folder"):
        read(tmp_path)
    with pytest.raises(InputError):
        read(BAD / "text.jpg")


@pytest.mark.parametrize(
    ("name", "words"), [("cmyk.jpg", "is CMYK"), ("two_pages.tif", "has 2 pages")]
)
def test_what_no_frame_can_be(name: str, words: str) -> None:
    info = describe(BAD / name)
    with pytest.raises(InputError, match=words):
        check_photo(info)


def test_a_text_is_no_photo(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("one.jpg\ntwo.jpg\n")
    with pytest.raises(InputError, match=r"is a text or a drawing \(TXT\)|cannot be read"):
        check_photo(describe(tmp_path / "list.txt"))


def test_errors_of_imagemagick_become_ours() -> None:
    with image_from(noise(4, 4, 3)) as image:
        with (
            pytest.raises(MagickError, match=r"^-distort SRT 0,0: "),
            magick_errors("-distort SRT 0,0"),
        ):
            image.distort("scale_rotate_translate", (0.0, 0.0))
        assert pixels_of(image).shape == (4, 4, 3)
        with pytest.raises(MagickError, match="the pixels of an image"):
            pixels_of(image, "nonsense")
