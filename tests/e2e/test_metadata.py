"""What a picture keeps of the reference photo: EXIF, colour profile, orientation, depth."""

from __future__ import annotations

import errno
import mmap
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from imstack.exif import Exif, compacted, exif_of_png, parse, put_into_png, put_into_tiff
from imstack.exif.directory import Tiff
from imstack.magick.dressed import exif_of, orientation_of
from imstack.magick.images import describe, open_image, read_pixels
from imstack.magick.saving import image_from, save
from tests.unit.exif.making import UNDEFINED, Tags, block, in_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.e2e.conftest import Said

STILL = ("--set", "registration.method=none", "-q")
SIZE = (37, 23)
# A colour profile's header, with the light D50 in it, and no tags: libpng looks at that much.
SRGB = struct.pack(
    ">I4xI12s12x4s28x3I48xI", 132, 2 << 24, b"mntrRGB XYZ ", b"acsp", 63190, 65536, 54061, 0
)
TURNS: dict[int, Callable[[NDArray[np.uint16]], NDArray[np.uint16]]] = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


def frame(number: int, channels: int = 3) -> NDArray[np.uint16]:
    width, height = SIZE
    noise = np.random.default_rng(number)
    return noise.integers(0, 65536, (height, width, channels), dtype=np.uint16)


def write_photo(path: Path, number: int, exif: bytes, lies: str) -> Path:
    """Write a noisy photo with that EXIF in the format of the name."""
    with image_from(frame(number)) as image:
        image.orientation = lies  # which a TIFF tells in a tag of its own
        image.units, image.resolution = "pixelsperinch", (240, 240)
        if exif and path.suffix == ".tiff":
            image.options["tiff:endian"] = "msb" if exif[:2] == b"MM" else "lsb"
        if exif and path.suffix in {".webp", ".miff"}:
            image.profiles["exif"] = b"Exif\0\0" + exif
        save(image, path)
    data = path.read_bytes()
    if exif and path.suffix in {".jpg", ".png", ".tiff"}:
        put: dict[str, Callable[[], bytes]] = {
            ".jpg": lambda: in_jpeg(exif, data),
            ".png": lambda: b"".join(put_into_png(exif, data)),
            ".tiff": lambda: b"".join(put_into_tiff(exif, data)),
        }
        path.write_bytes(put[path.suffix]())
    return path


def write_photos(folder: Path, ending: str, exif: bytes, lies: str = "undefined") -> list[Path]:
    """Write three photos; the last one is the reference, and has the EXIF."""
    names = [folder / f"photo_{number}.{ending}" for number in range(3)]
    return [
        write_photo(path, number, exif if number == 2 else b"", lies)
        for number, path in enumerate(names)
    ]


def exif_in(path: Path) -> Exif | None:
    """Return the EXIF of a file, found by its format alone."""
    data = path.read_bytes()
    if path.suffix == ".png":
        return parse(exif_of_png(data))
    if path.suffix == ".tiff":
        return parse(compacted(data)[0])
    start = data.find(b"Exif\0\0")
    return parse(data[start : data.index(b"\xff\xdb", start)]) if start > 0 else None


def texts(exif: Exif | None) -> set[bytes]:
    """Return which of the texts of `block` are there."""
    wanted = (
        b"Canon\0", "(c) Jörg\0".encode(), b"2020:01:02 03:04:05\0", b"hello", b"R98\0",
        b"Canon EOS 5D\0",
    )  # fmt: skip
    assert exif is not None
    return {text for text in wanted if text in exif.block}


def numbers(exif: Exif | None, tag: int) -> tuple[int, ...]:
    """Return the numbers of a tag in the EXIF directory."""
    assert exif is not None
    tiff = Tiff.of(exif.block)
    (inner,) = tiff.numbers(tiff.directory(tiff.first).find(34665))
    return tiff.numbers(tiff.directory(inner).find(tag))


@pytest.mark.parametrize("ending", ["tiff", "png"])
def test_exif_is_found_where_files_cannot_be_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    *_, photo = write_photos(tmp_path, ending, block())
    expected = exif_of(photo)
    assert expected

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENODEV, "No such device")

    monkeypatch.setattr(mmap, "mmap", refuse)
    assert exif_of(photo) == expected


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("given", ["jpg", "tiff", "png", "webp", "miff"])
def test_exif_goes_from_any_format_to_any(
    cli: Callable[..., Said], tmp_path: Path, given: str, order: str
) -> None:
    thumbnail = b"\xff\xd8 small and old"
    exif = block(order, orientation=6, thumbnail=thumbnail)
    photos = write_photos(tmp_path, given, exif, "right_top")
    for ending in ("tiff", "jpg", "png", "webp", "miff"):
        out = tmp_path / f"out.{ending}"
        said = cli("stack", *photos, "-o", out, *STILL, "--set", "crop.to=none")
        assert (said.code, said.err) == (0, "")
        found = exif_of(out)
        assert len(texts(found)) == 6
        assert found
        assert thumbnail not in out.read_bytes()
        width, height = describe(out).size
        assert (*numbers(found, 40962), *numbers(found, 40963)) == (width, height)
        turned = (width, height) != SIZE
        assert turned == (ending in {"png", "webp"})
        assert found.orientation == (1 if turned else 6) == orientation_of(out, found)
        if ending in {"tiff", "jpg", "png"}:
            assert texts(exif_in(out)) == texts(found)


@pytest.mark.parametrize("order", ["<", ">"])
def test_pixels_do_not_depend_on_exif(cli: Callable[..., Said], tmp_path: Path, order: str) -> None:
    for name, exif in (("with", block(order)), ("without", b"")):
        (tmp_path / name).mkdir()
        photos = write_photos(tmp_path / name, "tiff", exif)
        said = cli("stack", *photos, "-o", tmp_path / f"{name}.tiff", *STILL)
        assert (said.code, said.err) == (0, "")
    one, other = tmp_path / "with.tiff", tmp_path / "without.tiff"
    assert np.array_equal(read_pixels(one), read_pixels(other))
    assert describe(one).depth == describe(other).depth == 16
    with open_image(one) as image:
        assert image.compression == "zip"
        assert tuple(map(round, image.resolution)) == (240, 240)
    assert len(texts(exif_of(one))) == 6


def test_the_size_told_is_that_of_the_cropped_picture(
    cli: Callable[..., Said], tmp_path: Path, fixtures: Path
) -> None:
    photos = []
    for number, photo in enumerate(sorted((fixtures / "odd").glob("*.jpg"))):
        photos.append(tmp_path / f"{number}.jpg")
        photos[-1].write_bytes(in_jpeg(block(size=(161, 121)), photo.read_bytes()))
    for ending in ("tiff", "jpg"):
        said = cli("stack", *photos, "-o", f"out.{ending}", "-q")
        assert (said.code, said.err) == (0, "")
        size = describe(tmp_path / f"out.{ending}").size
        assert size != (161, 121)
        exif = exif_in(tmp_path / f"out.{ending}")
        assert numbers(exif, 40962) + numbers(exif, 40963) == size


@pytest.mark.parametrize("orientation", [*TURNS, 0])
def test_maps_lie_on_the_picture(
    cli: Callable[..., Said], tmp_path: Path, orientation: int
) -> None:
    photos = write_photos(tmp_path, "jpg", block(orientation=orientation))
    sets = ("output.index_map=true", "output.depth_map=true", "crop.to=none")
    words = [word for key in sets for word in ("--set", key)]
    for name in ("lying.tiff", "upright.png"):
        assert cli("stack", *photos, "-o", name, *STILL, *words).err == ""
    turn = TURNS[orientation or 1]
    pairs = [("lying.tiff", "upright.png")]
    pairs += [(f"lying_{m}.png", f"upright_{m}.png") for m in ("index", "depth", "vpmask")]
    for lying, upright in pairs:
        expected = turn(read_pixels(tmp_path / lying))
        assert np.array_equal(read_pixels(tmp_path / upright), expected), upright


def test_sweeps_look_at_the_same_area_in_any_format(
    cli: Callable[..., Said], tmp_path: Path
) -> None:
    photos = write_photos(tmp_path, "jpg", block(orientation=6))
    figures, sheets = [], []
    for ending in ("tiff", "png"):
        over = ("--over", "merge.method=[masks,pyramid]", "--crop", "16x9+3+2")
        said = cli("sweep", *photos, *over, "--format", ending, "-o", ending, *STILL)
        assert said.code == 0
        table = (tmp_path / ending / "sweep.csv").read_text().splitlines()
        figures.append([line.split(",")[:6] for line in table])
        sheets.append(read_pixels(tmp_path / ending / "contact_sheet.png"))
        size = describe(tmp_path / ending / f"01_method-masks.{ending}").size
        assert size == ((16, 9) if ending == "tiff" else (9, 16))
    assert figures[0] == figures[1]
    assert np.array_equal(sheets[0], sheets[1])


def test_a_tiff_that_lies_on_its_side_can_become_a_jpeg(
    cli: Callable[..., Said], tmp_path: Path
) -> None:
    """ImageMagick loses the orientation on that way."""
    photos = write_photos(tmp_path, "tiff", b"", "right_top")
    for keep in ("true", "false"):
        kept = ("--set", f"output.keep_profiles={keep}")
        assert cli("stack", *photos, "-o", "out.jpg", *STILL, *kept).err == ""
        exif = exif_in(tmp_path / "out.jpg")
        turned = describe(tmp_path / "out.jpg").size != SIZE
        assert turned != (exif is not None and exif.orientation == 6)
        assert turned == (keep == "false")


@pytest.mark.parametrize("ending", ["tiff", "jpg", "png"])
def test_nothing_is_kept_if_so_wanted(
    cli: Callable[..., Said], tmp_path: Path, ending: str
) -> None:
    photos = write_photos(tmp_path, "jpg", block(orientation=6))
    out = tmp_path / f"out.{ending}"
    said = cli("stack", *photos, "-o", out, *STILL, "--set", "output.keep_profiles=false")
    assert (said.code, said.err) == (0, "")
    assert b"Canon" not in out.read_bytes()
    assert (describe(out).size != SIZE) == (ending != "tiff")


@pytest.mark.parametrize("given", ["jpg", "png"])
def test_exif_that_is_cut_short_costs_a_warning_only(
    cli: Callable[..., Said], tmp_path: Path, given: str
) -> None:
    photos = write_photos(tmp_path, given, block(orientation=6)[:40])
    for ending in ("tiff", "jpg", "png"):
        out = tmp_path / f"out.{ending}"
        said = cli("stack", *photos, "-o", out, *STILL)
        why = "its EXIF is damaged, so the picture has none: a directory of tags is cut short"
        assert (said.code, said.err) == (0, f"warning: {photos[2]}: {why}\n")
        assert b"Canon" not in out.read_bytes()


def test_exif_that_finds_no_room_costs_a_warning_only(
    cli: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a TIFF of nearly 4 GiB."""
    photos = write_photos(tmp_path, "jpg", block(orientation=6))
    monkeypatch.setattr("imstack.exif.tiff.LARGEST", 1000)
    said = cli("stack", *photos, "-o", "out.tiff", *STILL)
    why = "written without EXIF: the picture leaves no room for it: a TIFF can have 4 GiB"
    assert (said.code, said.err) == (0, f"warning: out.tiff: {why}\n")
    assert describe(tmp_path / "out.tiff").size == SIZE
    assert b"Canon" not in (tmp_path / "out.tiff").read_bytes()
    with open_image(tmp_path / "out.tiff") as picture:
        assert picture.orientation == "right_top"


@pytest.mark.parametrize("given", ["jpg", "png", "tiff"])
def test_damaged_tags_are_left_out(cli: Callable[..., Said], tmp_path: Path, given: str) -> None:
    photos = write_photos(tmp_path, given, block(more={270: (UNDEFINED, b"beyond the end")}))
    damaged = bytearray(photos[2].read_bytes())
    place = damaged.rindex(struct.pack("<HHI", 270, UNDEFINED, 14)) + 8
    damaged[place : place + 4] = struct.pack("<I", 1 << 31)
    if given == "png":
        end = damaged.index(b"IDAT") - 8
        start = damaged.index(b"eXIf")
        damaged[end : end + 4] = struct.pack(">I", zlib.crc32(damaged[start:end]))
    photos[2].write_bytes(damaged)
    for ending in ("tiff", "jpg", "png"):
        said = cli("stack", *photos, "-o", f"out.{ending}", *STILL)
        told = f"warning: {photos[2]}: damaged EXIF tags are left out: 1\n"
        assert (said.code, said.err) == (0, told)
        exif = exif_in(tmp_path / f"out.{ending}")
        assert len(texts(exif)) == 6
        assert exif
        assert exif.damaged == 0


def test_what_is_too_large_for_a_jpeg(cli: Callable[..., Said], tmp_path: Path) -> None:
    """Programs for raw photos write such maker notes into TIFF files."""
    large: Tags = {50341: (UNDEFINED, bytes(70000))}
    for name, exif, kept in (("note", block(note=bytes(70000)), 5), ("all", block(more=large), 0)):
        (tmp_path / name).mkdir()
        photos = write_photos(tmp_path / name, "tiff", exif)
        assert cli("stack", *photos, "-o", "out.tiff", *STILL).err == ""
        assert len(texts(exif_in(tmp_path / "out.tiff"))) == 6
        said = cli("stack", *photos, "-o", "out.jpg", *STILL)
        what = "maker notes are" if kept else "EXIF is"
        told = f"out.jpg: the {what} larger than a JPEG can hold, and left out"
        assert said.err == f"warning: {told}\n"
        left = exif_in(tmp_path / "out.jpg")
        assert (len(texts(left)) if left else 0) == kept


@pytest.mark.parametrize("ending", ["tiff", "jpg", "png"])
def test_a_picture_without_colour_keeps_its_rgb_profile(
    cli: Callable[..., Said], tmp_path: Path, ending: str
) -> None:
    photos = []
    for number in range(3):
        photos.append(tmp_path / f"{number}.jpg")
        with image_from(frame(number, 1).repeat(3, axis=2)) as image:
            image.profiles["icc"] = SRGB
            save(image, photos[-1])
    out = tmp_path / f"out.{ending}"
    said = cli("stack", *photos, "-o", out, *STILL)
    assert (said.code, said.err) == (0, "")
    with open_image(out) as picture:
        assert picture.colorspace == "srgb"
        if ending != "png":  # a profile without tags is not read back from there
            assert picture.profiles["icc"] == SRGB
    if ending == "png":
        data = out.read_bytes()
        assert SRGB in zlib.decompressobj().decompress(data[data.index(b"iCCPicc\0\0") + 9 :])


@pytest.mark.parametrize(("ending", "orientation"), [("tiff", 6), ("jpg", 6), ("png", 1)])
def test_xmp_agrees_with_the_picture(
    cli: Callable[..., Said], tmp_path: Path, ending: str, orientation: int
) -> None:
    packet = (
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a tiff:Orientation='%d' my:own='6'/></x:xmpmeta>"
    )
    photos = write_photos(tmp_path, "jpg", block(orientation=6))
    segment = b"http://ns.adobe.com/xap/1.0/\0" + packet % 6
    data = photos[2].read_bytes()
    marker = b"\xff\xe1" + struct.pack(">H", len(segment) + 2)
    photos[2].write_bytes(data[:2] + marker + segment + data[2:])
    said = cli("stack", *photos, "-o", f"out.{ending}", *STILL)
    assert (said.code, said.err) == (0, "")
    with open_image(tmp_path / f"out.{ending}") as picture:
        assert packet % orientation in picture.profiles["xmp"]


def test_only_what_can_be_seen_through_is_told(
    cli: Callable[..., Said], tmp_path: Path, fixtures: Path
) -> None:
    photos = write_photos(tmp_path, "png", b"")
    for photo in photos:
        with open_image(photo) as image:
            image.alpha_channel = "opaque"
            save(image, photo)
        assert describe(photo).alpha
    for _ in range(2):
        said = cli("stack", *photos, "-o", "out.png", *STILL)
        assert (said.code, said.err) == (0, "")
    glass = sorted((fixtures / "alpha").glob("*.png"))
    said = cli("stack", *glass, "-o", "out.png", *STILL)
    told = (
        f"warning: {glass[0]}: is partly transparent: what is transparent takes no part, and the "
        "picture has no alpha channel\n"
    )
    assert (said.code, said.err) == (0, told)
    said = cli("sweep", *glass, "-o", "try", "--over", "merge.method=[masks,pyramid]", *STILL)
    assert (said.code, said.err) == (0, told)


def test_the_literal_method_leaves_it_to_imagemagick(
    cli: Callable[..., Said], tmp_path: Path, fixtures: Path
) -> None:
    photos = []
    for photo in sorted((fixtures / "odd").glob("*.jpg"))[:2]:
        photos.append(tmp_path / photo.name)
        photos[-1].write_bytes(in_jpeg(block(orientation=6), photo.read_bytes()))
    said = cli("stack", *photos, "-o", "out.tiff", "--recipe", "snibgo-2014", "-q")
    assert (said.code, said.err) == (0, "")
    assert b"Canon" not in (tmp_path / "out.tiff").read_bytes()
    assert describe(tmp_path / "out.tiff").size == (161, 121)
