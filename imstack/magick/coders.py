"""The coders that read photos and write pictures: those on a list, and no other.

ImageMagick chooses a coder by a file's name and its first bytes, and hands much to other
programs: PostScript, which is a programming language, to Ghostscript. So a photo is recognised
here, by its content, and ImageMagick is told which of its own coders reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 64  # bytes; every mark lies within

# What a file begins with, and the coder that reads it.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF64"),
    (b"MM\0+", "TIFF64"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"id=ImageMagick", "MIFF"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JP2"),
    (b"\xff\x4f\xff\x51", "J2K"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JXL"),
    (b"\xff\x0a", "JXL"),
    (b"\x76\x2f\x31\x01", "EXR"),
    (b"#?RADIANCE", "HDR"),
    (b"#?RGBE", "HDR"),
    (b"8BPS", "PSD"),
    (b"SDPX", "DPX"),
    (b"XPDS", "DPX"),
)
_NETPBM = {b"P7": "PAM", b"PF": "PFM", b"Pf": "PFM", **{b"P%d" % n: "PNM" for n in range(1, 7)}}
_HEIF_BRANDS = frozenset({
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2",
})  # fmt: skip
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_TGA_KINDS = frozenset({1, 2, 3, 9, 10, 11})
_TGA_DEPTHS = frozenset({8, 15, 16, 24, 32})

# What people take for photos, and what is to be done about it.
_REFUSED: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"%!", b"\xc5\xd0\xd3\xc6", b"\x04%!"), "PostScript"),
    ((b"%PDF",), "PDF"),
    ((b"<?xml", b"<svg", b"<!DOCTYPE", b"<html", b"<image", b"<msl"), "a text or a drawing"),
    ((b"push graphic-context", b"viewbox "), "a drawing (MVG)"),
    ((b"PK\x03\x04",), "an archive"),
    ((b"\x1f\x8b", b"BZh", b"\xfd7zXZ"), "a packed file"),
    ((b"\x1aE\xdf\xa3", b"\0\0\1\xba", b"\0\0\1\xb3"), "a video"),
)

WRITERS = {
    "tif": "TIFF", "tiff": "TIFF", "ptif": "PTIF", "tiff64": "TIFF64",
    "png": "PNG", "png8": "PNG8", "png24": "PNG24", "png32": "PNG32", "png48": "PNG48",
    "png64": "PNG64", "png00": "PNG00",
    "jpg": "JPEG", "jpeg": "JPEG", "jpe": "JPEG", "jfif": "JPEG", "pjpeg": "PJPEG",
    "jps": "JPS", "miff": "MIFF", "webp": "WEBP", "gif": "GIF", "bmp": "BMP", "bmp2": "BMP2",
    "bmp3": "BMP3", "pnm": "PNM", "ppm": "PPM", "pgm": "PGM", "pbm": "PBM", "pam": "PAM",
    "pfm": "PFM", "heic": "HEIC", "heif": "HEIC", "avif": "AVIF", "jp2": "JP2", "j2k": "J2K",
    "j2c": "J2C", "jpc": "JPC", "jpt": "JPT", "jpm": "JPM", "jxl": "JXL", "exr": "EXR",
    "hdr": "HDR", "psd": "PSD", "psb": "PSB", "tga": "TGA", "dpx": "DPX", "cin": "CIN",
    "dds": "DDS", "pcx": "PCX", "sgi": "SGI", "sun": "SUN", "ras": "RAS", "xpm": "XPM",
    "fits": "FITS", "viff": "VIFF",
}  # fmt: skip
"""The endings of pictures that are written, and the coder of each."""


def coder_of(path: Path) -> str:
    """Return the coder that reads the photo `path`, by its content.

    Only TGA, which has no mark, is recognised by its ending and a header that makes sense.

    Raises
    ------
    InputError
        The file is empty, or of a kind that is not read.
    OSError
        It cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    coder = _coder_by(head) or (_tga(head) if path.suffix.lower() == ".tga" else "")
    if coder:
        return coder
    if not head:
        message = f"{path}: cannot be read as an image: insufficient image data in file"
        raise InputError(message)
    message = f"{path}: cannot be read as an image: it is {_kind_of(head)}"
    raise InputError(message, hint="photos are JPEG, TIFF, PNG, WebP or HEIC; convert it first")


def _coder_by(head: bytes) -> str:
    for mark, coder in _BEGINNINGS:
        if head.startswith(mark):
            return coder
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    if head[:2] in _NETPBM and head[2:3] in {b" ", b"\t", b"\n", b"\r"}:
        return _NETPBM[head[:2]]
    return ""


def _of_brands(head: bytes) -> str:
    """Return the coder of an ISO media file by its brand, then by those that it is like."""
    size = int.from_bytes(head[:4], "big")
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(size, len(head)), 4))]
    for brand in brands:
        if brand in _AVIF_BRANDS:
            return "AVIF"
        if brand in _HEIF_BRANDS - {b"mif1", b"msf1", b"mif2"}:
            return "HEIC"
    return "HEIC" if _HEIF_BRANDS & set(brands) else ""


def _tga(head: bytes) -> str:
    fits = len(head) >= 18 and head[1] < 2 and head[2] in _TGA_KINDS and head[16] in _TGA_DEPTHS
    return "TGA" if fits else ""


def _kind_of(head: bytes) -> str:
    bare = head.lstrip(b" \t\r\n\f\v\xef\xbb\xbf")
    for marks, kind in _REFUSED:
        if bare.startswith(marks):
            return f"{kind}, no photo"
    if head[4:8] == b"ftyp":
        return f"a film or a camera's raw file ({head[8:12].decode('latin-1').strip()!r}), no photo"
    if all(byte >= 32 or byte in b"\t\r\n\f" for byte in head):
        return "a text or a drawing, no photo"
    return "of no kind of photo that imstack reads"
