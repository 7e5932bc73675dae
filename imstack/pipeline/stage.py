"""A stage: what is made once for a photo, a pair or a stack, and kept in the cache."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = 5  # rises when stages make other pixels or facts from the same settings
MERGES = "Make and apply masks, and write the results."


@dataclass(frozen=True, slots=True)
class Stage:
    """One kind of work.

    Attributes
    ----------
    name
        Its folder in the cache, and its name on screen.
    heading
        What stands above its command lines in a script.
    pace
        CPU seconds for a megapixel of a frame, measured on ImageMagick 6.9.11; used until the
        cache has experience of the stage.
    version
        Rises when the stage makes something else from the same settings.
    """

    name: str
    heading: str
    pace: float = 0.3
    version: int = VERSION


_FIND_SCALES = "Find the scale of each frame against the next."
_FIND_SHIFTS = "Find translations between scaled frames."
_WARP = "Scale and translate each frame."

PHOTO = Stage("photo", "Copy photos that have difficult names.")
OPACITY = Stage("opacity", "", 0.05)
VALUES = Stage("values", "", 0.1)
OPAQUE = Stage("opaque", "", 0.1)
PREPARED = Stage("prepared", "", 0.2)
WHITE = Stage("white", "Make a white image, where the virtual-pixel mask begins.", 0.05)
SCALE = Stage("scale", _FIND_SCALES)
STRIPS = Stage("strips", _FIND_SCALES)
SCALED = Stage("scaled", "Scale each frame.", 0.25)
TRANSLATION = Stage("translation", _FIND_SHIFTS)
NEEDLE = Stage("needle", _FIND_SHIFTS)
PAIR = Stage("pair", "", 0.4)
REFINE = Stage("refine", "", 0.4)
ALIGNED = Stage("aligned", _WARP, 0.7)
REGION = Stage("region", _WARP, 0.05)
VPMASK = Stage("vpmask", _WARP, 0.2)
COVER = Stage("cover", _WARP)
CROP = Stage("crop", _WARP, 0.05)
DETAIL = Stage("detail", MERGES, 0.8)
MERGED = Stage("merged", MERGES, 0.1)
FUSION = Stage("fusion", MERGES, 0.5, version=5)

STAGES = {
    stage.name: stage
    for stage in (
        PHOTO, VALUES, OPACITY, OPAQUE, PREPARED, WHITE, SCALE, STRIPS, SCALED, TRANSLATION,
        NEEDLE, PAIR, REFINE, ALIGNED, REGION, VPMASK, COVER, CROP, DETAIL, MERGED, FUSION,
    )
}  # fmt: skip
"""All stages by name, in their order."""
