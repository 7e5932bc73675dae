"""When a photo was taken (EXIF 2.32, sections 4.6.5 F and 4.6.8)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imstack.exif.directory import ExifFault, Tiff
from imstack.exif.tags import EXIF_IFD

if TYPE_CHECKING:
    from imstack.exif.block import Exif
    from imstack.exif.directory import Directory

_ORIGINAL, _FRACTIONS = 36867, (37521, 37520)  # of the exposure; else of the last change
_TIME = re.compile(r"[0-9]{4}:[0-9]{2}:[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def taken(exif: Exif) -> str:
    """Return when a photo was taken, ``YYYY:MM:DD HH:MM:SS.fraction``; empty where not told.

    Such texts sort as the times do.
    """
    try:
        tiff = Tiff.of(exif.block)
        for offset in tiff.numbers(tiff.directory(tiff.first).find(EXIF_IFD))[:1]:
            inner = tiff.directory(offset)
            time = _text(tiff, inner, _ORIGINAL)
            fraction = next(filter(str.isdecimal, (_text(tiff, inner, t) for t in _FRACTIONS)), "")
            return f"{time}.{fraction}" if _TIME.fullmatch(time) and time > "0001" else ""
    except ExifFault:
        pass
    return ""


def _text(tiff: Tiff, directory: Directory, tag: int) -> str:
    entry = directory.find(tag)
    if entry is None or entry.size < 0:
        return ""
    value = bytes(tiff.data[entry.place : entry.place + entry.size])
    return value.split(b"\0")[0].decode("ascii", "replace").strip()
