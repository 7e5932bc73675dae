"""The range of floating point values, of which a build without HDRI keeps only 0 to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.magick.images import open_image, pixels_of

if TYPE_CHECKING:
    from pathlib import Path

LOWEST, HIGHEST = -1.0, 3.0
NEARLY = 2e-4  # three steps of what is left of 16 bits; rounding is no range

_WIDER = {"quantum:minimum": f"{LOWEST:g}", "quantum:maximum": f"{HIGHEST:g}"}


def range_of(path: Path, *, allow_truncated: bool = False) -> tuple[float, float]:
    """Return the least and the greatest value of the colours of a photo, within -1 to 3.

    What is no number is -1.

    Raises
    ------
    InputError
        The file is missing, no image, or damaged.
    """
    with open_image(path, allow_truncated=allow_truncated, defined=_WIDER) as image:
        pixels = pixels_of(image)
    low, high = (
        LOWEST + (HIGHEST - LOWEST) * int(end()) / 65535 for end in (pixels.min, pixels.max)
    )
    return low, high
