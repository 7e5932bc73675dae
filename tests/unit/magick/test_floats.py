"""The range of floating point values, as the file has them and ImageMagick does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from imstack.errors import InputError
from imstack.magick.floats import NEARLY, range_of
from imstack.magick.images import describe, read_pixels

from .tiffs import write_tiff

if TYPE_CHECKING:
    from pathlib import Path

VALUES = np.random.default_rng(2).uniform(0.1, 0.9, (31, 40, 3))


def measured(path: Path) -> tuple[float, float]:
    info = describe(path)
    assert info.floating
    return range_of(path, info.depth, extra=info.extra)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [16, 32, 64])
@pytest.mark.parametrize("extra", [None, 0, 1, 2])
def test_the_range_of_colours(bits: int, order: str, extra: int | None, tmp_path: Path) -> None:
    path, opacity = tmp_path / "x.tif", np.ones((31, 40, 1))
    opacity[:9] = 0.5
    for low, high in ((0.0, 1.0), (0.25, 0.75), (-0.5, 0.5), (0.1, 1.5)):
        values = VALUES.copy()
        values[20, 3, 0], values[30, 39, 2] = low, high
        tags = {339: (3, [3] * 3)}
        if extra is not None:
            values = np.dstack([values * opacity if extra == 1 else values, opacity])
            tags = {338: (3, [extra]), 339: (3, [3] * 4)}
        values = values.astype(f"f{bits // 8}")
        write_tiff(path, (values, tags), order=order)
        before = path.read_bytes()
        colours = values[..., :3].astype(float)
        assert measured(path) == pytest.approx((colours.min(), colours.max()), abs=NEARLY / 2)
        assert path.read_bytes() == before


@pytest.mark.parametrize("bits", [16, 32, 64])
@pytest.mark.parametrize(
    ("value", "end"), [(np.inf, 3.0), (-np.inf, -1.0), (np.nan, -1.0), (60000, 3.0), (-60000, -1.0)]
)
def test_what_has_no_range(bits: int, value: float, end: float, tmp_path: Path) -> None:
    values = VALUES[..., 0].astype(f"f{bits // 8}")
    values[7, 7] = value
    write_tiff(tmp_path / "x.tif", (values, {339: (3, [3])}))
    assert end in measured(tmp_path / "x.tif")


@pytest.mark.parametrize("bits", [16, 32])
def test_what_is_cut_short_is_named(
    bits: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    path = tmp_path / "x.tif"
    write_tiff(path, (VALUES.astype(f"f{bits // 8}"), {339: (3, [3] * 3)}))
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(InputError) as told:
        range_of(path, bits, extra=False)
    assert str(path) in told.value.message
    assert not list(temporary.iterdir())


def test_other_bits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds floating point values of 24 bits"):
        range_of(tmp_path / "x.tif", 24, extra=False)


@pytest.mark.parametrize("bits", [16, 32, 64])
def test_imagemagick_reads_floats_as_16_bits(bits: int, tmp_path: Path) -> None:
    values = VALUES.astype(f"f{bits // 8}")
    write_tiff(tmp_path / "x.tif", (values, {339: (3, [3] * 3)}))
    wanted = np.rint(values.astype(float) * 65535)
    assert np.abs(read_pixels(tmp_path / "x.tif", "RGB") - wanted).max() <= 1  # float32 sums
