"""The array form of twoBlrDiff against ImageMagick's own operators, pixel by pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from imstack.magick import detail, library
from imstack.magick.gaussian import blur_difference
from imstack.magick.images import pixels_of, read_pixels
from imstack.magick.loaded import Image
from imstack.scripts.two_blr_diff import two_blr_diff_command
from tests.parity.frames import KINDS, pair

if TYPE_CHECKING:
    from pathlib import Path

six = pytest.mark.skipif(library.load().major != 6, reason="the arrays follow ImageMagick 6")
SIGMAS = [(4.0, 6.0, 6.0), (1.0, 2.5, 3.0), (0.7, 1.5, 9.0)]


@six
@pytest.mark.parametrize("sigmas", SIGMAS)
def test_the_loaded_build_is_found_exact(sigmas: tuple[float, float, float]) -> None:
    assert detail.is_exact(sigmas)


@pytest.mark.parametrize("sigmas", SIGMAS)
@pytest.mark.parametrize("kind", KINDS)
def test_both_ways_give_one_file(
    kind: str, sigmas: tuple[float, float, float], tmp_path: Path
) -> None:
    frame = pair(tmp_path, kind)[0]
    fast, plain = tmp_path / "fast.miff", tmp_path / "plain.miff"
    for out, slow in ((fast, False), (plain, True)):
        two_blr_diff_command(frame, out, sigmas, depth=16, plain=slow).run()
    assert np.array_equal(read_pixels(fast), read_pixels(plain))


@six
@pytest.mark.parametrize("size", [(300, 517), (259, 64), (5, 4), (1, 9)])
@pytest.mark.parametrize("pattern", ["noise", "ramp", "stripes", "flat"])
def test_arrays_against_operators(size: tuple[int, int], pattern: str) -> None:
    rows, columns = np.indices(size)
    channel = {
        "noise": np.random.default_rng(3).integers(0, 65536, size),
        "ramp": (rows + columns) * 71 % 65536,
        "stripes": (columns % 2) * 65535,
        "flat": np.full(size, 65535),
    }[pattern].astype(np.uint16)
    with Image(width=size[1], height=size[0], pseudo="xc:black") as image:
        image.transform_colorspace("gray")
        detail._put(image, channel)
        images = [image.clone()]
        detail.BlurDifference((4.0, 6.0, 6.0), plain=True).apply(images)
        with images[0] as blurred:
            theirs = pixels_of(blurred, "R")[..., 0]
    assert np.array_equal(blur_difference(channel, (4.0, 6.0, 6.0)), theirs)


def test_a_build_that_differs_is_left_to_its_operators(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unused(*_: object) -> None:
        pytest.fail("arrays were used")

    monkeypatch.setattr(detail, "is_exact", lambda _: False)
    monkeypatch.setattr(detail, "blur_difference", unused)
    out = tmp_path / "out.miff"
    two_blr_diff_command(pair(tmp_path, "jpeg-odd")[0], out).run()
    assert out.exists()


@six
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_arrays_are_used_for_opaque_frames_only(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []
    detail.is_exact((4.0, 6.0, 6.0))

    def noted(channel: object, sigmas: object) -> object:
        calls.append(sigmas)
        return blur_difference(channel, sigmas)  # type: ignore[arg-type]

    monkeypatch.setattr(detail, "blur_difference", noted)
    two_blr_diff_command(pair(tmp_path, kind)[0], tmp_path / "out.miff").run()
    assert len(calls) == (0 if kind == "alpha" else 1)
