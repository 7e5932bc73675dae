"""Colour profiles: whether one is sRGB, and one of sRGB for photos that have none."""

from __future__ import annotations

import struct

CURVE_POINTS = 1024
# sRGB's primaries as seen under D50, and that white: profile connection space, ICC.1:2001.
_WHITE = (0.9642, 1.0, 0.8249)
_PRIMARIES = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}


def is_srgb(profile: bytes) -> bool:
    """Tell whether photos of this profile have sRGB's colours: it says so, or there is none."""
    if not profile:
        return True
    bare = profile.replace(b"\0", b"")  # some names are two bytes a letter
    return profile[16:20] == b"RGB " and b"sRGB" in bare and b"inear" not in bare


def srgb_profile() -> bytes:
    """Return a colour profile of sRGB, version 2."""
    curve = struct.pack(">4sII", b"curv", 0, CURVE_POINTS)
    curve += b"".join(
        struct.pack(">H", round(65535 * _linear(number / (CURVE_POINTS - 1))))
        for number in range(CURVE_POINTS)
    )
    name = b"sRGB\0"
    text = struct.pack(">4sII", b"desc", 0, len(name)) + name + bytes(4 + 4 + 2 + 1 + 67)
    tags = {
        b"desc": text,
        b"cprt": b"text" + bytes(4) + b"no copyright\0",
        b"wtpt": _xyz(_WHITE),
        **{tag: _xyz(value) for tag, value in _PRIMARIES.items()},
        b"rTRC": curve,
    }
    return _assembled(tags, {b"gTRC": b"rTRC", b"bTRC": b"rTRC"})


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(value: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, value))


def _assembled(tags: dict[bytes, bytes], same: dict[bytes, bytes]) -> bytes:
    """Return header, table and values; tags in `same` share those of another one."""
    start = 128 + 4 + 12 * (len(tags) + len(same))
    places: dict[bytes, tuple[int, int]] = {}
    body = b""
    for tag, value in tags.items():
        places[tag] = (start + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    places |= {tag: places[other] for tag, other in same.items()}
    table = b"".join(struct.pack(">4sII", tag, *place) for tag, place in places.items())
    header = struct.pack(
        ">I4sI4s4s4s", start + len(body), bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ "
    )
    header += struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + b"acsp"
    header = header.ljust(68, b"\0") + b"".join(map(_fixed, _WHITE))
    return header.ljust(128, b"\0") + struct.pack(">I", len(places)) + table + body
