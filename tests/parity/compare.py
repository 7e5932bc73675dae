"""Pixels and properties of files, read by ``convert`` itself and compared without tolerance."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.reference.im import CONVERT, IDENTIFY, environment

Pixels = NDArray[np.uint16]

PROPERTIES = "%w %h %z %A %[colorspace]"  # size, depth, alpha or none, colour space


def properties_of(path: Path | str) -> str:
    """Return what ``identify`` says of a file."""
    line = [IDENTIFY, "-format", PROPERTIES, str(path)]
    return _run(line).decode().strip()


def pixels_of(path: Path | str) -> Pixels:
    """Return all channels of a file in quantum units: (h, w, 4), R G B A."""
    width, height = (int(word) for word in properties_of(path).split()[:2])
    raw = _run(
        [CONVERT, str(path), "-colorspace", "sRGB", "-depth", "16", "-endian", "MSB", "rgba:-"]
    )
    return np.frombuffer(raw, ">u2").reshape(height, width, 4).astype(np.uint16)


def assert_same_image(ours: Path | str, theirs: Path | str) -> None:
    """Fail unless both files have the same properties and the same pixels, every one."""
    assert Path(ours).is_file(), f"{ours} is missing"
    assert properties_of(ours) == properties_of(theirs), f"{ours} is unlike {theirs}"
    assert_same_pixels(pixels_of(ours), pixels_of(theirs), f"{ours} against {theirs}")


def assert_same_pixels(ours: Pixels, theirs: Pixels, what: str) -> None:
    """Fail unless both arrays are the same; say how far apart they are."""
    assert ours.shape == theirs.shape, f"{what}: {ours.shape} and {theirs.shape}"
    away = np.abs(ours.astype(np.int64) - theirs.astype(np.int64))
    count = int(np.count_nonzero(away.max(axis=2)))
    assert count == 0, f"{what}: {count} pixels differ, by up to {away.max()} of 65535"


def _run(line: list[str]) -> bytes:
    return subprocess.run(line, env=environment(), capture_output=True, check=True).stdout
