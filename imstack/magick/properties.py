"""The notes that ImageMagick keeps with an image: names and values as the file has them."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

from imstack.magick.loaded import wand_api

if TYPE_CHECKING:
    from collections.abc import Sequence

wand_api.MagickGetImageProperties.argtypes = [
    ctypes.c_void_p,
    ctypes.c_char_p,
    ctypes.POINTER(ctypes.c_size_t),
]
wand_api.MagickGetImageProperties.restype = ctypes.POINTER(ctypes.c_void_p)
wand_api.MagickDeleteImageProperty.argtypes = [ctypes.c_void_p, ctypes.c_char_p]


def property_names(image: Any) -> list[bytes]:  # noqa: ANN401 - Wand has no types
    """Return the names of an image's properties, in bytes: those of some files are no UTF-8."""
    count = ctypes.c_size_t()
    names = wand_api.MagickGetImageProperties(image.wand, b"*", ctypes.byref(count))
    if not names:
        return []
    try:
        found = [ctypes.string_at(names[number]) for number in range(count.value)]
        for number in range(count.value):
            wand_api.MagickRelinquishMemory(names[number])
    finally:
        wand_api.MagickRelinquishMemory(ctypes.cast(names, ctypes.c_void_p))
    return found


def drop_properties(image: Any, beginnings: Sequence[bytes]) -> None:  # noqa: ANN401
    """Take the properties from an image whose names begin so."""
    for name in property_names(image):
        if name.startswith(tuple(beginnings)):
            wand_api.MagickDeleteImageProperty(image.wand, name)
