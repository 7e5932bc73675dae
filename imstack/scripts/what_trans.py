"""whatTrans: how many pixels one image lies beside another.

The central half of the first image is searched in the second, over the whole search area
(spec section 4).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.magick.command import Convert, convert
from imstack.magick.images import read_compared
from imstack.magick.library import load
from imstack.magick.operators import Crop, Read, Write
from imstack.results import TranslationFound
from imstack.scripts.compare import check_similar
from imstack.scripts.frames import check_same_size
from imstack.search import search

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def central_half(size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return (width, height, left, top) of the central half of an image of `size`.

    Each length is half the image's, one pixel less where needed to keep its parity, so that
    the rest is the same on both sides.

    >>> central_half((256, 241))
    (128, 119, 64, 61)
    """
    width, height = (whole // 2 - (whole - whole // 2) % 2 for whole in size)
    return width, height, (size[0] - width) // 2, (size[1] - height) // 2


def needle_command(image1: Path, size: tuple[int, int], out: Path) -> Convert:
    """Return the command that cuts out the central half of `image1`."""
    return convert(Read(image1), Crop(*central_half(size)), Write(out))


def what_trans(image1: Path, image2: Path) -> TranslationFound:
    """Find the shift that lays `image1` on `image2`, in whole pixels.

    Raises
    ------
    InputError
        An image cannot be used, the sizes differ, they are too small, or the images are too
        dissimilar for ``compare`` to answer.
    """
    image1, image2 = Path(image1), Path(image2)
    check_same_size(image1, image2)
    first, second = read_compared(image1), read_compared(image2)
    return find_translation(first, second, f"{image1} and {image2}")


def find_translation(
    first: NDArray[np.uint16], second: NDArray[np.uint16], names: str
) -> TranslationFound:
    """Find the shift between two images of one size.

    Parameters
    ----------
    first, second
        As `read_compared` reads them.
    names
        What they are, for the error.
    """
    height, width = first.shape[:2]
    across, down, left, top = central_half((width, height))
    if across < 1 or down < 1:
        message = f"{names}: {width}x{height} pixels are too few to find a translation"
        raise InputError(message)
    match = search(second, first[top : top + down, left : left + across], major=load().major)
    check_similar(match, names, "translation")
    return TranslationFound(match.x - left, match.y - top, match.score, match.edge)
