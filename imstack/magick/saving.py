"""Writing images through Wand, in the format of the name's ending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from imstack.drafts import write_bytes
from imstack.errors import OutputError
from imstack.magick.coders import WRITERS
from imstack.magick.images import open_header, plain
from imstack.magick.loaded import Image, wand_errors

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

WRITABLE_HINT = "choose .tiff, .png, .jpg or .miff"


def image_from(array: NDArray[np.uint16]) -> Any:  # noqa: ANN401
    """Return a 16-bit RGB or gray Wand image with the pixels of `array`.

    It goes through a PNM blob: an image made empty and filled afterwards keeps a transparent
    alpha channel.
    """
    height, width = array.shape[:2]
    colour = array.ndim == 3 and array.shape[2] == 3
    header = f"{'P6' if colour else 'P5'}\n{width} {height}\n65535\n".encode()
    body = np.ascontiguousarray(array).astype(">u2").tobytes()
    return Image(blob=header + body, format="ppm" if colour else "pgm")


def save_pixels(
    array: NDArray[np.uint16], path: Path, *, like: Path | None = None, **settings: str | int
) -> None:
    """Write 16-bit pixels, gray or RGB, to `path` in the format of its ending.

    Parameters
    ----------
    array
        Shape (h, w) or (h, w, 3), 0..65535.
    like
        An image whose colour profile, EXIF, orientation and resolution the new one gets.
    settings
        Wand's own names: ``compression``, ``compression_quality``.

    Raises
    ------
    InputError
        `like` cannot be read.
    OutputError
        The file cannot be written.
    """
    with image_from(array) as image:
        if like is not None:
            _dress(image, like)
        image.depth = 16
        for name, value in settings.items():
            setattr(image, name, value)
        save(image, path)


def _dress(image: Any, like: Path) -> None:  # noqa: ANN401
    """Give `image` what is no pixel of `like`."""
    with open_header(like) as source:
        profiles = source.profiles
        for name in list(profiles):
            image.profiles[name] = profiles[name]
        image.orientation = source.orientation
        if source.resolution[0] > 0:
            image.units = source.units
            image.resolution = source.resolution


def save(image: Any, path: Path) -> None:  # noqa: ANN401
    """Write a Wand image to `path` in the format of its ending: whole, or not at all.

    The bytes come from memory and not by ImageMagick's own file writing, which would read
    ``%d`` in a name as a page number and ``tiff:`` as a format.

    Raises
    ------
    OutputError
        The ending names no format that ImageMagick writes, or the file cannot be written.
    """
    write_bytes(path, encoded(image, path))


def check_format(path: Path) -> None:
    """Refuse a file name whose ending is no picture, by writing and reading a few pixels.

    A format on our list may still be missing from this build.

    Raises
    ------
    OutputError
        The ending names no format that is written, or ImageMagick does not read it again.
    """
    with image_from(np.zeros((3, 4, 3), np.uint16)) as pixels:
        data = encoded(pixels, path)
    with Image() as back:
        try:
            back.read(blob=data, format=WRITERS[path.suffix[1:].lower()])
            size = back.size
        except (wand_errors.WandException, ValueError, OSError):
            size = None
    if size != (4, 3):
        message = f"{path}: ImageMagick writes it, but as no picture that can be read again"
        raise OutputError(message, hint=WRITABLE_HINT)


def encoded(image: Any, path: Path) -> bytes:  # noqa: ANN401
    """Return a Wand image as the bytes of a file of that name.

    Raises
    ------
    OutputError
        The ending names no format that ImageMagick writes.
    """
    ending = path.suffix[1:].lower()
    reason = f"{path.suffix or 'no ending'} is no format of pictures that imstack writes"
    try:
        data: bytes = image.make_blob(format=WRITERS[ending]) if ending in WRITERS else b""
    except (wand_errors.WandException, ValueError) as error:
        data, reason = b"", plain(error, path)
    if not data:
        message = f"{path}: ImageMagick cannot write it: {reason}"
        raise OutputError(message, hint=WRITABLE_HINT)
    return data
