"""What XMP repeats of EXIF (XMP Specification Part 2, 3.2 and 3.3): size and orientation."""

from __future__ import annotations

import re

UPRIGHT = 1


def fitted_xmp(packet: bytes, size: tuple[int, int], orientation: int) -> bytes:
    """Return an XMP packet that tells a picture's size and orientation, where it tells any.

    Parameters
    ----------
    packet
        The photo's XMP.
    size, orientation
        As for `imstack.exif.fitted`.

    >>> fitted_xmp(b'<a tiff:Orientation="6"/>', (4, 3), 0)
    b'<a tiff:Orientation="1"/>'
    """
    width, height = size
    told = {
        b"tiff:Orientation": orientation or UPRIGHT,
        b"tiff:ImageWidth": width,
        b"tiff:ImageLength": height,
        b"exif:PixelXDimension": width,
        b"exif:PixelYDimension": height,
    }
    for name, value in told.items():
        # As an attribute or as an element, for RDF allows both.
        pattern = rb"((?<!/)" + name + rb"""(?:\s*=\s*["']|>)\s*)\d+"""
        packet = re.sub(pattern, rb"\g<1>%d" % value, packet)
    return packet
