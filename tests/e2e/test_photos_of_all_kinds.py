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
from imstack.magick.saving import save_pixels
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


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("recipe", ["aligned", "imstack"])
def test_floats_from_black_to_white_are_as_16_bits(
    cli: Callable[..., Said], tmp_path: Path, bits: int, recipe: str
) -> None:
    for number in (0, 1):
        image = scene(number)
        image[0, 0], image[0, 1] = 0, 1
        save_pixels(words(image), tmp_path / f"plain{number}.tif")
        write_floats(tmp_path / f"float{number}.tif", words(image) / 65535, bits)
    more = ("--recipe", recipe)
    assert stacked(cli, ["plain0.tif", "plain1.tif"], *more).code == 0
    wanted = read_pixels(tmp_path / "out.png")
    said = stacked(cli, ["float0.tif", "float1.tif"], *more)
    assert (said.code, said.err) == (0, "")
    assert np.array_equal(read_pixels(tmp_path / "out.png"), wanted)
    assert stacked(cli, ["plain0.tif", "float1.tif"], *more).code == 0
    assert np.array_equal(read_pixels(tmp_path / "out.png"), wanted)
    assert cli("plan", "float0.tif", "float1.tif").code == 0


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("value", [1.001, 2.0, 255.0, 65535.0, -0.001, np.inf, -np.inf, np.nan])
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


def test_floats_of_16_bits_are_refused(cli: Callable[..., Said], tmp_path: Path) -> None:
    for number in (0, 1):
        write_floats(tmp_path / f"{number}.tif", scene(number), 16)
    said = stacked(cli, ["0.tif", "1.tif"])
    assert said.code == 4
    assert "0.tif: holds floating point values of 16 bits" in said.err


def test_8_bit_values_in_16_bits_are_named(cli: Callable[..., Said], tmp_path: Path) -> None:
    for number in (0, 1):
        write_tiff(tmp_path / f"{number}.tif", (words(scene(number)) // 257, {}))
    said = cli("stack", "0.tif", "1.tif", "-o", "out.png", "-q")
    assert said.code == 4
    assert "8-bit values" in said.err


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
    assert out.min() > 5000
