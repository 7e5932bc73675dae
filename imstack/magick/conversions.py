"""Operators that bring photos into one colour space, and leave behind what belongs to a file."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - part of the public face
from typing import TYPE_CHECKING, Any

from imstack.magick.images import colorspace_of, magick_errors, open_header
from imstack.magick.loaded import COLORSPACE_TYPES, wand_api
from imstack.magick.operators import OFF
from imstack.magick.profiles import srgb_profile
from imstack.magick.properties import drop_properties

if TYPE_CHECKING:
    from imstack.magick.operators import ImageList

# What one kind of file says of itself; in a file of another kind it would mislead a reader.
OF_THE_FILE = (b"quantum:", b"tiff:", b"png:", b"jpeg:", b"exr:", b"hdr:", b"psd:", b"dpx:",
               b"webp:", b"heic:", b"jp2:", b"bmp:", b"date:")  # fmt: skip
# Spaces that only write RGB in another way: the colour profile still says which RGB.
CODED_RGB = frozenset({"ycbcr", "rec601ycbcr", "rec709ycbcr", "ypbpr", "yuv"})
ICC = "icc"

wand_api.MagickProfileImage.argtypes = [
    ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t,
]  # fmt: skip
wand_api.MagickTransformImageColorspace.argtypes = [ctypes.c_void_p, ctypes.c_int]


def _icc(image: Any) -> bytes:  # noqa: ANN401 - Wand has no types
    profiles = image.profiles
    found: bytes = profiles[ICC] if ICC in list(profiles) else b""
    return found


@dataclass(frozen=True, slots=True)
class ToSRGB:
    """``-colorspace sRGB``: colours and brightness as screens have them."""

    def apply(self, images: ImageList) -> None:
        """Convert every image; raises MagickError."""
        for image in images:
            coded, profile = colorspace_of(image) in CODED_RGB, _icc(image)
            with magick_errors("-colorspace sRGB"):
                number = COLORSPACE_TYPES.index("srgb")
                if not wand_api.MagickTransformImageColorspace(image.wand, number):
                    image.raise_exception()
                if coded and profile:
                    image.profiles[ICC] = profile
                elif _icc(image):
                    del image.profiles[ICC]

    def words(self) -> list[str]:
        """State the operator."""
        return ["-colorspace", "sRGB"]


@dataclass(frozen=True, slots=True)
class ToProfile:
    """``-profile FILE``: convert to the colour profile of the photo `like`; sRGB if it has none.

    An image without a profile counts as sRGB.
    """

    like: Path

    def apply(self, images: ImageList) -> None:
        """Convert every image; raises InputError or MagickError."""
        with open_header(self.like) as header:
            wanted = _icc(header)
        for image in images:
            with magick_errors(f"-profile {self.like}"):
                if not _icc(image):
                    image.profiles[ICC] = srgb_profile()
                if colorspace_of(image) == "gray" and _icc(image)[16:20] == b"RGB ":
                    continue  # no colours to convert, and no profile that says how
                data = wanted if wanted[16:20] == b"RGB " else srgb_profile()
                if not wand_api.MagickProfileImage(image.wand, b"icc", data, len(data)):
                    image.raise_exception()
                if not wanted:
                    del image.profiles[ICC]

    def words(self) -> list[str]:
        """State the operator."""
        return ["-profile", str(self.like)]


@dataclass(frozen=True, slots=True)
class Opaque:
    """``-alpha extract -threshold 50%``: white where an image is more there than not."""

    def apply(self, images: ImageList) -> None:
        """Make a mask of every image's alpha channel."""
        for image in images:
            with magick_errors("-alpha extract -threshold 50%"):
                image.alpha_channel = "extract"
                image.threshold(0.5)
                image.alpha_channel = OFF

    def words(self) -> list[str]:
        """State the operators."""
        return ["-alpha", "extract", "-threshold", "50%", "-alpha", "off"]


@dataclass(frozen=True, slots=True)
class ForgetFile:
    """``+set NAME``, for what a file said of its own making; pixels stay."""

    def apply(self, images: ImageList) -> None:
        """Take the notes from every image."""
        for image in images:
            drop_properties(image, OF_THE_FILE)

    def words(self) -> list[str]:
        """State the operator for the one that changes pixels."""
        return ["+set", "quantum:format"]
