"""TIFF files of cameras, raw converters and editors: the photo in them, and no other picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from imstack.errors import InputError
from imstack.magick.images import check_photo, describe, open_image, read_pixels
from tests.unit.magick.tiffs import write_tiff

if TYPE_CHECKING:
    from pathlib import Path

PHOTO = np.random.default_rng(2).integers(0, 65536, (24, 32, 3)).astype(np.uint16)
SMALL = np.ascontiguousarray(PHOTO[::4, ::4])
PREVIEW = {254: (4, [1])}
OLD_PREVIEW = {255: (3, [2])}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "pages",
    [
        [(PHOTO, {}), (SMALL, PREVIEW)],
        [(SMALL, PREVIEW), (PHOTO, {})],
        [(PHOTO, {}), (SMALL, OLD_PREVIEW)],
        [(PHOTO, {}), (SMALL, {})],
        [(SMALL, {}), (PHOTO, {})],
        [(SMALL, PREVIEW), (PHOTO, {}), (SMALL, {}), (PHOTO[..., 0], {254: (4, [4])})],
    ],
)
def test_the_full_picture_is_taken(pages: list[Any], order: str, tmp_path: Path) -> None:
    for name in ("x.tif", "x[0].tif", "a%d.tif"):
        write_tiff(tmp_path / name, *pages, order=order)
        info = describe(tmp_path / name)
        check_photo(info)
        assert (info.size, info.pages) == ((32, 24), 1)
        assert np.array_equal(read_pixels(tmp_path / name), PHOTO)


def test_a_real_choice_is_refused(tmp_path: Path) -> None:
    write_tiff(tmp_path / "x.tif", (PHOTO, {}), (PHOTO, {}), (SMALL, PREVIEW))
    with pytest.raises(InputError, match="has 2 pages"):
        check_photo(describe(tmp_path / "x.tif"))


@pytest.mark.parametrize(
    "tags", [{262: (3, [32803])}, {50706: (3, [1, 4])}, {**PREVIEW, 330: (4, [8])}]
)
def test_a_raw_file_is_no_photo(tags: dict[int, Any], tmp_path: Path) -> None:
    write_tiff(tmp_path / "x.tif", (PHOTO, tags))
    for read in (describe, open_image):
        with pytest.raises(InputError, match="camera's raw file"):
            read(tmp_path / "x.tif")


@pytest.mark.parametrize(("kind", "alpha"), [(0, False), (1, True), (2, True)])
def test_only_alpha_is_to_be_seen_through(kind: int, alpha: bool, tmp_path: Path) -> None:
    write_tiff(tmp_path / "x.tif", (np.dstack([PHOTO, PHOTO[..., :1]]), {338: (3, [kind])}))
    info = describe(tmp_path / "x.tif")
    assert (info.alpha, info.extra) == (alpha, True)


def test_floating_point_is_told(tmp_path: Path) -> None:
    write_tiff(tmp_path / "x.tif", ((PHOTO / 65535).astype(np.float32), {339: (3, [3] * 3)}))
    assert describe(tmp_path / "x.tif").floating
