"""Whether photos are of a size that the machine and the recipe can do, known by their headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.resources import check_room
from imstack.warping.resample import LARGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.pipeline.methods import Methods
    from imstack.pipeline.sources import Photo
    from imstack.resources import Resources


def check_fits(photos: Sequence[Photo], methods: Methods, resources: Resources) -> None:
    """Refuse photos that are too large, before the first pixel is read.

    Raises
    ------
    InputError
        One photo takes more memory than there is, or has more pixels a side than OpenCV warps.
    """
    info = photos[0].info  # all have one size
    check_room(info.path, info.size, resources.most)
    warps = methods.warp is not None and methods.warp.engine == "opencv" and not methods.literal
    if warps and max(info.size) > LARGEST:
        message = (
            f"{info.path}: is {info.width}x{info.height}, and OpenCV warps no photo of more than "
            f"{LARGEST} pixels a side"
        )
        raise InputError(message, hint="take --set warp.engine=imagemagick, or smaller photos")
