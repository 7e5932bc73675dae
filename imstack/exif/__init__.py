r"""EXIF: found in photos, fitted to a picture, and put into its file.

ImageMagick 6 carries EXIF from JPEG to JPEG, but neither out of nor into TIFF, and not out of
PNG. Here it is a *block*, the bytes that a JPEG holds behind ``Exif\0\0``: a TIFF header and
directories of tags. Bytes in, bytes out: this package knows no ImageMagick.

Once found, the block is not taken apart and put together again. Maker notes hold offsets into
it that only the camera's maker knows, so values stay where they are, and a TIFF begins with the
block: an offset into the block is then the same offset into the file. Libraries that rewrite
TIFF directories (tifftools, Pillow) move the values.
"""

from imstack.exif.block import PREFIX, Exif, fitted, parse
from imstack.exif.chunks import JPEG_ROOM, exif_of_png, put_into_jpeg, put_into_png
from imstack.exif.compact import compacted
from imstack.exif.directory import ExifFault
from imstack.exif.tiff import put_into_tiff
from imstack.exif.times import taken
from imstack.exif.xmp import fitted_xmp

__all__ = [
    "JPEG_ROOM",
    "PREFIX",
    "Exif",
    "ExifFault",
    "compacted",
    "exif_of_png",
    "fitted",
    "fitted_xmp",
    "parse",
    "put_into_jpeg",
    "put_into_png",
    "put_into_tiff",
    "taken",
]
