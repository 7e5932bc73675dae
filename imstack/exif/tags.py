"""The numbers of TIFF and EXIF tags (TIFF 6.0; EXIF 2.32, sections 4.6.4 to 4.6.7)."""

from __future__ import annotations

from collections.abc import Mapping

ORIENTATION = 274
STRIP_OFFSETS, STRIP_SIZES = 273, 279
TILE_OFFSETS = 324
JPEG_OFFSET, JPEG_SIZE = 513, 514  # where a thumbnail lies
EXIF_IFD, GPS_IFD, INTEROP_IFD = 34665, 34853, 40965
MAKER_NOTE = 37500
PIXEL_WIDTH, PIXEL_HEIGHT = 40962, 40963

Pointers = Mapping[int, "Pointers"]

POINTERS: Pointers = {EXIF_IFD: {INTEROP_IFD: {}}, GPS_IFD: {}}
"""Which tags of the first directory lead to others, and which of those to others again."""

LAYOUT = frozenset({
    254, 255, 256, 257, 258, 259, 262, 266, STRIP_OFFSETS, 277, 278, STRIP_SIZES, 284, 317, 320,
    322, 323, TILE_OFFSETS, 325, 330, 338, 339, 347, JPEG_OFFSET, JPEG_SIZE,
})  # fmt: skip
"""How the pixels of a file are stored: true of that file alone."""

RESOLUTION = frozenset({282, 283, 296})

TOLD = frozenset({
    269,  # DocumentName
    270,  # ImageDescription
    271,  # Make
    272,  # Model
    305,  # Software
    306,  # DateTime
    315,  # Artist
    316,  # HostComputer
    18246, 18249,  # Rating, RatingPercent
    33432,  # Copyright
    EXIF_IFD, GPS_IFD,
    40091, 40092, 40093, 40094, 40095,  # XPTitle, XPComment, XPAuthor, XPKeywords, XPSubject
    50341,  # PrintImageMatching
})  # fmt: skip
"""What the first directory tells about a photo, whichever file it is in."""
