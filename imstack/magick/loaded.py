"""Wand, on the build that :mod:`imstack.magick.library` chose.

Other modules take Wand's names from here: whoever imports Wand first decides which ImageMagick
all of them get. Importing this module raises LibraryError where there is none.
"""

# ruff: noqa: E402 - the build is chosen before Wand is imported

from __future__ import annotations

from imstack.magick import library

library.load()

from wand import exceptions as wand_errors
from wand.api import libmagick
from wand.api import library as wand_api
from wand.color import Color
from wand.drawing import Drawing
from wand.image import (
    COLORSPACE_TYPES,
    COMPOSITE_OPERATORS,
    IMAGE_TYPES,
    ORIENTATION_TYPES,
    STORAGE_TYPES,
    Image,
)

__all__ = [
    "COLORSPACE_TYPES",
    "COMPOSITE_OPERATORS",
    "IMAGE_TYPES",
    "ORIENTATION_TYPES",
    "STORAGE_TYPES",
    "Color",
    "Drawing",
    "Image",
    "libmagick",
    "wand_api",
    "wand_errors",
]
