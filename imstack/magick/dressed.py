"""EXIF of photos read, and pictures written with it: what ImageMagick does for some formats only.

ImageMagick 6 loses the EXIF of TIFF and PNG files as it reads them, and the orientation of PNG
and WebP files; and it writes none into TIFF files. ImageMagick 7 is not much better.
"""

from __future__ import annotations

import ctypes
import mmap
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imstack.drafts import write_bytes
from imstack.exif import (
    JPEG_ROOM,
    PREFIX,
    Exif,
    compacted,
    exif_of_png,
    fitted,
    fitted_xmp,
    parse,
    put_into_jpeg,
    put_into_png,
    put_into_tiff,
)
from imstack.magick.images import open_header
from imstack.magick.loaded import IMAGE_TYPES, ORIENTATION_TYPES, wand_api
from imstack.magick.operators import ImageList, Write
from imstack.magick.properties import drop_properties
from imstack.magick.saving import encoded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imstack.exif.directory import Data

TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
PNG_MAGIC = b"\x89PNG"
TIFF_ENDINGS = frozenset({".tif", ".tiff"})
JPEG_ENDINGS = frozenset({".jpg", ".jpeg", ".jpe", ".jfif"})
EXIF, ICC, XMP = "exif", "icc", "xmp"

wand_api.MagickSetType.argtypes = [ctypes.c_void_p, ctypes.c_int]  # Wand has no name for it


def exif_of(photo: Path) -> Exif | None:
    """Return the EXIF of a photo; None where it has none.

    Raises
    ------
    ExifFault
        It is damaged.
    """
    with _content(photo) as data:
        if data[:4] in TIFF_MAGIC:
            return _of_tiff(data)
        if data[:4] == PNG_MAGIC and (chunk := exif_of_png(data)):
            return parse(chunk)
    with open_header(photo) as image:
        profiles = image.profiles
        return parse(profiles[EXIF]) if EXIF in list(profiles) else None


@contextmanager
def _content(photo: Path) -> Iterator[Data]:
    with photo.open("rb") as file, ExitStack() as stack:
        data: Data
        try:
            data = stack.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except OSError:  # some network file systems map no files
            data = file.read()
        yield data


def _of_tiff(data: Data) -> Exif | None:
    block, damaged = compacted(data)
    exif = parse(block)
    return exif and Exif(exif.block, exif.orientation, exif.damaged + damaged)


def orientation_of(photo: Path, exif: Exif | None) -> int:
    """Return how the pixels lie that ImageMagick reads from a photo.

    1 to 8 as EXIF numbers it, 0 where that is not told. ImageMagick's word goes first: it turns
    the pixels of some formats as it reads them. Of PNG and WebP files it has no word. A TGA's rows
    may be kept from the bottom up: it reads them right, and repeats the word for it all the same.
    """
    with open_header(photo) as image:
        kind = str(image.format).upper()
        number = 0 if kind == "TGA" else ORIENTATION_TYPES.index(image.orientation)
        silent = kind in {"PNG", "WEBP"}
    return exif.orientation if exif and silent and not number else number


def exif_for(exif: Exif, out: Path) -> Exif | None:
    """Return as much of a photo's EXIF as the format of `out` holds: all, but in a large JPEG."""
    if out.suffix.lower() not in JPEG_ENDINGS or len(exif.block) <= JPEG_ROOM:
        return exif
    block, _ = compacted(exif.block, maker_note=False)
    return parse(block) if len(block) <= JPEG_ROOM else None


def _keep_rgb(image: Any) -> None:  # noqa: ANN401
    """Have an image with an RGB colour profile written as RGB, even if no pixel has colour.

    ImageMagick would write gray, where that profile means nothing; it leaves it out of a PNG.
    """
    profile: bytes = image.profiles[ICC] if ICC in list(image.profiles) else b""
    if profile[16:20] != b"RGB ":
        return
    if image.colorspace == "gray":
        image.transform_colorspace("srgb")
        image.profiles[ICC] = profile  # which that took away
    wand_api.MagickSetType(image.wand, IMAGE_TYPES.index("truecolor"))


def _undress(image: Any) -> None:  # noqa: ANN401
    """Take EXIF from an image, and ImageMagick's notes of it, which it would write into a PNG."""
    if EXIF in list(image.profiles):
        del image.profiles[EXIF]
    drop_properties(image, [b"exif:"])


@dataclass(frozen=True, slots=True)
class Dress:
    """What the picture gets from the reference photo.

    Attributes
    ----------
    exif
        Its EXIF; None where there is none to be kept.
    orientation
        How its pixels lie, 1 to 8 as EXIF numbers it; 0 where that is not told.
    """

    exif: Exif | None
    orientation: int

    def turned(self, out: Path) -> bool:
        """Tell whether the pixels are turned upright: where the file cannot tell how they lie."""
        ending = out.suffix.lower()
        tells = self.exif is not None and self.exif.orientation > 0
        return not (ending in TIFF_ENDINGS | {".miff"} or (ending in JPEG_ENDINGS and tells))


@dataclass(frozen=True, slots=True)
class Orient:
    """``-orient WHERE``: say how the pixels lie, 1 to 8 as EXIF numbers it; they stay."""

    orientation: int

    def apply(self, images: ImageList) -> None:
        """Note it with every image of the list."""
        for image in images:
            image.orientation = ORIENTATION_TYPES[self.orientation]

    def words(self) -> list[str]:
        """State the operator."""
        return ["-orient", ORIENTATION_TYPES[self.orientation].replace("_", "-")]


@dataclass(frozen=True, slots=True)
class WriteDressed(Write):
    """Write with this EXIF, fitted to the picture, and no other; else like `Write`.

    No word of a command line does that: they state the same pixels.
    """

    exif: Exif | None = None

    def apply(self, images: ImageList) -> None:
        """Write; raises OutputError, and ExifFault where the EXIF cannot be put in."""
        write_bytes(self.path, *self._parts(images[0]))

    def _parts(self, image: Any) -> tuple[bytes, ...]:  # noqa: ANN401
        _keep_rgb(image)
        _undress(image)
        orientation = ORIENTATION_TYPES.index(image.orientation)
        if XMP in list(image.profiles):
            image.profiles[XMP] = fitted_xmp(image.profiles[XMP], image.size, orientation)
        if self.exif is None:
            return (encoded(image, self.path),)
        block = fitted(self.exif, image.size, orientation)
        ending = self.path.suffix.lower()
        if ending in TIFF_ENDINGS:
            image.options["tiff:endian"] = "msb" if block[:2] == b"MM" else "lsb"
            return put_into_tiff(block, encoded(image, self.path))
        if ending == ".png":
            return put_into_png(block, encoded(image, self.path))
        if ending in JPEG_ENDINGS:
            return put_into_jpeg(block, encoded(image, self.path))
        image.profiles[EXIF] = PREFIX + block
        return (encoded(image, self.path),)
