"""Photos as other programs write them give the picture of plain ones, or are refused by name.

================================  ===========  ==================
two frames, default recipe        before       now (PSNR, dB)
================================  ===========  ==================
linear PNG, EXR                   about 13     70 and more
gray linear PNG                   exit 70      70 and more
YCbCr TIFF, HEIC, AVIF            about 11     as ImageMagick -colorspace sRGB
Lab TIFF of 16 bits               about 9      50 and more
TIFF with an unspecified channel  dark         the very pixels
floating point TIFF, 0 to 1       solarised    the very pixels
floating point TIFF beyond that   solarised    exit 4
================================  ===========  ==================
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from imstack.magick.images import read_pixels
from imstack.magick.profiles import srgb_profile
from imstack.magick.saving import image_from, save, save_pixels
from tests.unit.magick.tiffs import write_tiff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.e2e.conftest import Said

HEIGHT, WIDTH = 61, 80


def scene(seed: int) -> NDArray[np.float64]:
    """Return a photo, 0 to 1, of coarse patches with one half of each of two frames blurred."""
    patches = np.random.default_rng(5).uniform(0.1, 0.9, (8, 10, 3))
    image = cv2.resize(patches, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
    half = slice(0, WIDTH // 2) if seed else slice(WIDTH // 2, WIDTH)
    image[:, half] = cv2.GaussianBlur(image, (0, 0), 2)[:, half]
    found: NDArray[np.float64] = image.astype(np.float64)
    return found


def linear(image: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(image <= 0.04045, image / 12.92, ((image + 0.055) / 1.055) ** 2.4)


def words(image: NDArray[np.float64]) -> NDArray[np.uint16]:
    return np.rint(image * 65535).astype(np.uint16)


def write_linear_png(path: Path, image: NDArray[np.float64]) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    kind = 2 if image.ndim == 3 else 0
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, kind, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in words(linear(image)))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"gAMA", struct.pack(">I", 100000))
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )  # fmt: skip


def write_ycbcr(path: Path, image: NDArray[np.float64]) -> None:
    luma = image @ [0.299, 0.587, 0.114]
    blue, red = (image[..., 2] - luma) / 1.772 + 0.5, (image[..., 0] - luma) / 1.402 + 0.5
    bytes_ = np.rint(np.dstack([luma, blue, red]) * 255).astype(np.uint8)
    write_tiff(path, (bytes_, {262: (3, [6]), 530: (3, [1, 1])}))


def write_lab(path: Path, image: NDArray[np.float64]) -> None:
    lab = cv2.cvtColor(image[..., ::-1].astype(np.float32), cv2.COLOR_BGR2LAB).astype(float)
    values = np.rint(lab * [655.35, 256, 256]).astype(np.int64) & 65535
    write_tiff(path, (values.astype(np.uint16), {262: (3, [8])}))


def write_with_channel(path: Path, image: NDArray[np.float64]) -> None:
    channel = np.full((HEIGHT, WIDTH, 1), 9000, np.uint16)
    write_tiff(path, (np.dstack([words(image), channel]), {338: (3, [0])}))


def stacked(cli: Callable[..., Said], names: list[str], *more: str) -> Said:
    return cli("stack", *names, "-o", "out.png", "-q", "--recipe", "aligned", *more)


def psnr(found: NDArray[np.uint16], wanted: NDArray[np.uint16]) -> float:
    error = np.mean((found.astype(float) - wanted) ** 2)
    return float(10 * np.log10(65535**2 / max(float(error), 1e-6)))


@pytest.mark.parametrize(
    ("ending", "write", "least"),
    [
        ("png", write_linear_png, 70),
        ("tif", write_ycbcr, 48),
        ("tif", write_lab, 50),
        ("tif", write_with_channel, 120),
    ],
)
def test_colours(
    cli: Callable[..., Said], tmp_path: Path, ending: str, write: Callable[..., None], least: float
) -> None:
    for number in (0, 1):
        save_pixels(words(scene(number)), tmp_path / f"plain{number}.tif")
        write(tmp_path / f"odd{number}.{ending}", scene(number))
    assert stacked(cli, ["plain0.tif", "plain1.tif"]).code == 0
    wanted = read_pixels(tmp_path / "out.png", "RGB")
    said = stacked(cli, [f"odd0.{ending}", f"odd1.{ending}"])
    assert (said.code, said.err) == (0, "")
    assert psnr(read_pixels(tmp_path / "out.png", "RGB"), wanted) > least


def test_gray_linear_png(cli: Callable[..., Said], tmp_path: Path) -> None:
    for number in (0, 1):
        save_pixels(words(scene(number)[..., 1]), tmp_path / f"plain{number}.tif")
        write_linear_png(tmp_path / f"odd{number}.png", scene(number)[..., 1])
    assert stacked(cli, ["plain0.tif", "plain1.tif"]).code == 0
    wanted = read_pixels(tmp_path / "out.png", "RGB")
    assert stacked(cli, ["odd0.png", "odd1.png"]).code == 0
    assert psnr(read_pixels(tmp_path / "out.png", "RGB"), wanted) > 70


def write_floats(path: Path, values: NDArray[np.floating], bits: int) -> None:
    channels = values.shape[2] if values.ndim == 3 else 1
    write_tiff(path, (values.astype(f"f{bits // 8}"), {339: (3, [3] * channels)}))


@pytest.mark.parametrize("bits", [16, 32, 64])
@pytest.mark.parametrize("recipe", ["aligned", "imstack"])
def test_floats_from_black_to_white_are_as_16_bits(
    cli: Callable[..., Said], tmp_path: Path, bits: int, recipe: str
) -> None:
    for number in (0, 1):
        image = scene(number)
        image[0, 0], image[0, 1] = 0, 1
        values = (words(image) / 65535).astype(f"f{bits // 8}")
        save_pixels(words(values.astype(float)), tmp_path / f"plain{number}.tif")
        write_floats(tmp_path / f"float{number}.tif", values, bits)
    more = ("--recipe", recipe)
    assert stacked(cli, ["plain0.tif", "plain1.tif"], *more).code == 0
    wanted = read_pixels(tmp_path / "out.png")
    said = stacked(cli, ["float0.tif", "float1.tif"], *more)
    assert (said.code, said.err) == (0, "")
    assert np.array_equal(read_pixels(tmp_path / "out.png"), wanted)
    assert stacked(cli, ["plain0.tif", "float1.tif"], *more).code == 0
    assert np.array_equal(read_pixels(tmp_path / "out.png"), wanted)
    assert cli("plan", "float0.tif", "float1.tif").code == 0


@pytest.mark.parametrize("bits", [16, 32, 64])
@pytest.mark.parametrize("value", [1.001, 2.0, 255.0, 65000.0, -0.001, np.inf, -np.inf, np.nan])
def test_floats_beyond_black_and_white_are_refused(
    cli: Callable[..., Said], tmp_path: Path, bits: int, value: float
) -> None:
    for number in (0, 1):
        image = scene(number)
        image[20, 30, 1] = value if number else 1.0
        write_floats(tmp_path / f"{number}.tif", image, bits)
    said = stacked(cli, ["0.tif", "1.tif"])
    assert said.code == 4
    assert "1.tif: holds floating point values that are not all within 0 (black) and 1" in said.err
    assert "16 bits" in said.err


@pytest.mark.parametrize(
    "more",
    [
        [],
        ["--recipe", "aligned"],
        ["--set", "warp.engine=imagemagick", "--set", "registration.method=searches"],
        ["--set", "merge.method=masks", "--recipe", "aligned"],
    ],
)
def test_8_bit_values_in_16_bits_are_named(
    cli: Callable[..., Said], tmp_path: Path, more: list[str]
) -> None:
    for number in (0, 1):
        write_tiff(tmp_path / f"{number}.tif", (words(scene(number)) // 257, {}))
    said = cli("stack", "0.tif", "1.tif", "-o", "out.png", "-q", *more)
    assert said.code == 4
    assert "8-bit values" in said.err
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("kind", [1, 2])
def test_transparent_borders_are_cut_off(
    cli: Callable[..., Said], tmp_path: Path, kind: int
) -> None:
    for number in (0, 1):
        alpha = np.full((HEIGHT, WIDTH), 65535, np.uint16)
        alpha[: 3 + number] = 0
        alpha[:, WIDTH - 5 + number :] = 20000
        pixels = words(scene(number))
        pixels[alpha == 0] = 0
        if kind == 1:
            pixels = np.rint(pixels * (alpha[..., None] / 65535)).astype(np.uint16)
        write_tiff(tmp_path / f"{number}.tif", (np.dstack([pixels, alpha]), {338: (3, [kind])}))
    assert stacked(cli, ["0.tif", "1.tif"], "--set", "vp_mask.make=true",
                   "--set", "crop.to=covered").code == 0  # fmt: skip
    out = read_pixels(tmp_path / "out.png", "RGB")
    assert out.shape[:2] == (HEIGHT - 4, WIDTH - 5)
    for number in (0, 1):  # the same photos, cut by hand
        write_tiff(tmp_path / f"{number}.tif", (words(scene(number))[4:, : WIDTH - 5], {}))
    assert stacked(cli, ["0.tif", "1.tif"]).code == 0
    by_hand = read_pixels(tmp_path / "out.png", "RGB")
    edges = np.zeros(out.shape[:2], np.bool_)
    edges[:3] = edges[:, -3:] = True
    print(psnr(out, by_hand), psnr(out[edges], by_hand[edges]))
    assert psnr(out[edges], by_hand[edges]) > 25


def save_with_profile(path: Path, image: NDArray[np.float64], profile: bytes) -> None:
    with image_from(words(image)) as picture:
        if profile:
            picture.profiles["icc"] = profile
        save(picture, path)


def test_a_conversion_of_profiles_is_said_in_one_line(
    cli: Callable[..., Said], tmp_path: Path
) -> None:
    plain = srgb_profile()
    other = plain.replace(b"sRGB\0", b"mine\0").replace(
        struct.pack(">i", round(0.43607 * 65536)), struct.pack(">i", round(0.60974 * 65536))
    )
    assert other != plain
    for name, profile in (("none", b""), ("srgb", plain), ("mine", other), ("same", other)):
        for number in (0, 1):
            save_with_profile(tmp_path / f"{name}{number}.png", scene(number), profile)
    reference = ("--set", "frames.reference=first")
    for names in (["none0.png", "srgb1.png"], ["mine0.png", "same1.png"]):
        said = stacked(cli, names, *reference)
        assert (said.code, said.err) == (0, "")
    for names in (["srgb0.png", "mine1.png"], ["mine0.png", "none1.png"]):
        said = stacked(cli, names, *reference)
        assert said.code == 0
        (line,) = said.err.splitlines()
        assert line.startswith("warning: ")
        assert f"{names[1]}: not of the colour profile of " in line
        assert f"{names[0]}, so converted to it" in line
    said = stacked(cli, ["mine0.png", "srgb1.png", "none0.png"], *reference)
    assert "srgb1.png and 1 more: not of the colour profile of" in said.err
    literal = ("-o", "o.png", "-q", "--recipe", "snibgo-2014")
    assert "profile" not in cli("stack", "srgb0.png", "mine1.png", *literal).err


def bits(image: NDArray[np.float64]) -> NDArray[np.uint16]:
    return np.where(image[..., 1] > 0.5, 65535, 0).astype(np.uint16)


def write_one_bit(path: Path, image: NDArray[np.float64]) -> None:
    packed = np.packbits(bits(image) > 0, axis=1)
    write_tiff(path, (packed, {256: (4, [WIDTH]), 258: (3, [1])}))


def palette_of(image: NDArray[np.float64]) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Return indices into a palette of 6 x 6 x 6 colours, and the colours that they stand for."""
    index = np.rint(image * 5).astype(np.uint8)
    return index @ np.array([36, 6, 1], np.uint8), index.astype(np.uint16) * np.uint16(13107)


def write_palette(path: Path, image: NDArray[np.float64]) -> None:
    numbers = np.minimum(np.arange(256), 215)
    table = np.concatenate([numbers // 36, numbers // 6 % 6, numbers % 6]) * 13107
    write_tiff(path, (palette_of(image)[0], {262: (3, [3]), 320: (3, table.tolist())}))


def write_gray_alpha(path: Path, image: NDArray[np.float64]) -> None:
    gray = words(image)[..., 1]
    write_tiff(path, (np.dstack([gray, np.full_like(gray, 65535)]), {338: (3, [2])}))


def write_associated(path: Path, image: NDArray[np.float64]) -> None:
    alpha = np.full((HEIGHT, WIDTH), 65535, np.uint16)
    write_tiff(path, (np.dstack([words(image), alpha]), {338: (3, [1])}))


@pytest.mark.parametrize(
    ("write", "pixels", "recipe"),
    [
        (write_one_bit, bits, "aligned"),  # too little detail to be registered
        (write_palette, lambda image: palette_of(image)[1], "aligned"),
        (write_palette, lambda image: palette_of(image)[1], "imstack"),
        (write_gray_alpha, lambda image: words(image)[..., 1], "aligned"),
        (write_gray_alpha, lambda image: words(image)[..., 1], "imstack"),
        (write_associated, words, "aligned"),
        (write_associated, words, "imstack"),
    ],
)
def test_kinds_of_pixels_give_the_picture_of_plain_ones(
    cli: Callable[..., Said],
    tmp_path: Path,
    write: Callable[..., None],
    pixels: Callable[..., NDArray[np.uint16]],
    recipe: str,
) -> None:
    more = ("--recipe", recipe)
    for number in (0, 1):
        save_pixels(pixels(scene(number)), tmp_path / f"plain{number}.tif")
        write(tmp_path / f"odd{number}.tif", scene(number))
    assert stacked(cli, ["plain0.tif", "plain1.tif"], *more).code == 0
    wanted = read_pixels(tmp_path / "out.png", "RGB")
    assert wanted.std() > 1000
    said = stacked(cli, ["odd0.tif", "odd1.tif"], *more)
    assert (said.code, said.err) == (0, "")
    assert np.array_equal(read_pixels(tmp_path / "out.png", "RGB"), wanted)


@pytest.mark.parametrize("first", [0, 1])
def test_gray_among_colours(cli: Callable[..., Said], tmp_path: Path, first: int) -> None:
    for number in (0, 1):
        gray = np.repeat(words(scene(number))[..., 1:2], 3, axis=2)
        save_pixels(gray[..., 0], tmp_path / f"gray{number}.tif")
        write_tiff(tmp_path / f"same{number}.tif", (gray, {}))
        write_tiff(tmp_path / f"colour{number}.tif", (words(scene(number)), {}))
    kinds = ["gray", "colour"] if first else ["colour", "gray"]
    names = [f"{kind}{number}.tif" for number, kind in enumerate(kinds)]
    assert stacked(cli, [name.replace("gray", "same") for name in names]).code == 0
    wanted = read_pixels(tmp_path / "out.png", "RGB")
    said = stacked(cli, names)
    assert (said.code, said.err) == (0, "")
    assert np.array_equal(read_pixels(tmp_path / "out.png", "RGB"), wanted)


def test_stray_bytes_before_the_end_of_a_jpeg_are_no_damage(
    cli: Callable[..., Said], tmp_path: Path
) -> None:
    for number in (0, 1):
        save_pixels(words(scene(number)), tmp_path / f"{number}.jpg")
    names = ["0.jpg", "1.jpg"]
    assert stacked(cli, names).code == 0
    wanted = read_pixels(tmp_path / "out.png")
    for name in names:
        data = (tmp_path / name).read_bytes()
        assert data.endswith(b"\xff\xd9")
        (tmp_path / name).write_bytes(data[:-2] + bytes(21) + data[-2:])
    said = stacked(cli, names)
    assert (said.code, said.err) == (0, "")
    assert np.array_equal(read_pixels(tmp_path / "out.png"), wanted)
    (tmp_path / "0.jpg").write_bytes(data[: len(data) // 2])
    assert stacked(cli, names).code == 4
