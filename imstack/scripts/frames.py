"""Checks that every script makes before it compares two images."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - part of the public face

from imstack.errors import InputError
from imstack.magick.images import check_photo, describe


def check_same_size(image1: Path, image2: Path) -> tuple[int, int]:
    """Return the width and height that both images have, in pixels.

    ImageMagick itself composes images of different sizes without a word.

    Raises
    ------
    InputError
        One cannot be used, or the sizes differ (both are named).
    """
    first, second = describe(image1), describe(image2)
    for info in (first, second):
        check_photo(info)
    if first.size != second.size:
        message = (
            f"{image1} is {first.width}x{first.height} and {image2} is "
            f"{second.width}x{second.height}: frames must have one size"
        )
        raise InputError(message)
    return first.size
