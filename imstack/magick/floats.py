"""The range of floating point values, of which a build without HDRI keeps only 0 to 1."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from imstack import alive
from imstack.errors import InputError
from imstack.exif.directory import ExifFault, Tiff
from imstack.magick.images import open_image, pixels_of
from imstack.magick.tiff import EXTRA, SAMPLE_FORMAT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

LOWEST, HIGHEST = -1.0, 3.0
NEARLY = 2e-4  # three steps of what is left of 16 bits; rounding is no range
KNOWN = (16, 32, 64)  # bits of a value
HALF = 16  # bits; ImageMagick reads such values without regard to the range it is told
WHOLE, UNSPECIFIED = 1, 0  # a sample format, and a kind of extra channel

_WIDER = {"quantum:minimum": f"{LOWEST:g}", "quantum:maximum": f"{HIGHEST:g}"}


def range_of(
    path: Path, bits: int, *, extra: bool, allow_truncated: bool = False
) -> tuple[float, float]:
    """Return the least and the greatest value of the colours of a TIFF, within -1 to 3.

    What is no number is -1.

    Parameters
    ----------
    bits
        Those of one value.
    extra
        Whether there are channels besides colour; colours times their opacity stay so.

    Raises
    ------
    InputError
        The file is missing, no image, or damaged; or its values have other bits.
    """
    if bits not in KNOWN:
        message = f"{path}: holds floating point values of {bits} bits, which are not read"
        raise InputError(message, hint="save it as a TIFF of 16 bits per channel first")
    if bits == HALF:
        values = _pixels_of_copy(path, {SAMPLE_FORMAT: WHOLE, EXTRA: UNSPECIFIED}, allow_truncated)
        known = np.nan_to_num(
            values.view(np.float16), nan=LOWEST, posinf=HIGHEST, neginf=LOWEST
        ).clip(LOWEST, HIGHEST)
        return float(known.min()), float(known.max())
    if extra:
        pixels = _pixels_of_copy(path, {EXTRA: UNSPECIFIED}, allow_truncated)
    else:
        with open_image(path, allow_truncated=allow_truncated, defined=_WIDER) as image:
            pixels = pixels_of(image)
    wide = (HIGHEST - LOWEST) / 65535
    return LOWEST + wide * int(pixels.min()), LOWEST + wide * int(pixels.max())


def _pixels_of_copy(
    path: Path, numbers: Mapping[int, int], allow_truncated: bool
) -> NDArray[np.uint16]:
    """Read a copy that says other things of its values, which ImageMagick would go by."""
    data = bytearray(path.read_bytes())
    for tag, number in numbers.items():
        _change(data, tag, number)
    with alive.passing_folder("imstack-floats-") as folder:
        copy = folder / "photo.tif"
        copy.write_bytes(data)
        try:
            with open_image(copy, allow_truncated=allow_truncated, defined=_WIDER) as image:
                return pixels_of(image)
        except InputError as error:
            message = error.message.replace(str(copy), str(path))
            raise InputError(message, hint=error.hint) from error


def _change(data: bytearray, tag: int, number: int) -> None:
    """Change all values of a tag, of two bytes each, in every page."""
    try:
        tiff = Tiff.of(data)
        offset, seen = tiff.first, set[int]()
        while offset and offset not in seen:
            seen.add(offset)
            directory = tiff.directory(offset)
            entry = directory.find(tag)
            if entry is not None and tiff.is_sound(entry) and entry.size == 2 * entry.count:
                shorts = struct.pack(f"{tiff.order}H", number) * entry.count
                data[entry.place : entry.place + entry.size] = shorts
            offset = tiff.next_after(directory)
    except ExifFault:
        pass  # the pages behind it are none that ImageMagick could read
