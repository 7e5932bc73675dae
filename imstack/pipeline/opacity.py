"""Whether photos can be seen through; a full alpha channel, as screenshots have, says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from imstack.magick.images import read_pixels
from imstack.pipeline.stage import OPACITY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from imstack.pipeline.cover import Rectangle
    from imstack.pipeline.methods import Files, Methods
    from imstack.pipeline.run import Run
    from imstack.pipeline.sources import Photo

OPAQUE = 65535


def warn_of_translucency(run: Run, photos: Sequence[Photo], methods: Methods) -> None:
    """Warn of the first photo that can be seen through, as the picture cannot.

    The literal method keeps the alpha channel, as the command lines do.

    Raises
    ------
    InputError
        A photo is damaged.
    """
    if methods.literal:
        return
    for photo in photos:
        if is_translucent(run, photo, methods.files):
            run.watch.warn(
                f"{photo.path}: is partly transparent: what is transparent takes no part, and "
                "the picture has no alpha channel"
            )
            return


def is_translucent(run: Run, photo: Photo, files: Files) -> bool:
    """Tell whether any pixel of a photo is not opaque."""
    if not photo.info.alpha:
        return False

    def find(known: Files) -> dict[str, object]:
        alpha = read_pixels(photo.path, "A", allow_truncated=known.lenient)
        return {"opaque": bool((alpha == OPAQUE).all())}

    return not run.one(run.finding(OPACITY, photo.path.name, [photo.source], files, find)).flag(
        "opaque"
    )


def opaque_in(mask: Path, part: Rectangle, reach: int) -> NDArray[np.bool_]:
    """Return where a frame is there, in a part of the canvas: shape (part.height, part.width).

    `reach`: how far, in pixels, a point must be from what can be seen through.
    """
    there = (read_pixels(mask, "R")[..., 0] == OPAQUE).astype(np.uint8)
    if reach:
        there = cv2.erode(there, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    rows = slice(part.top, part.top + part.height)
    found: NDArray[np.bool_] = there[rows, part.left : part.left + part.width] > 0
    return found


def filled(pixels: NDArray[np.uint16], there: NDArray[np.bool_]) -> NDArray[np.uint16]:
    """Return pixels (h, w, 3) with the nearest that is there, where none is.

    So what nobody sees is no edge, which merges would follow.
    """
    if not there.any():
        return pixels
    _, labels = cv2.distanceTransformWithLabels(
        (~there).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.zeros(int(labels.max()) + 1, np.int64)
    nearest[labels[there]] = np.flatnonzero(there)
    found: NDArray[np.uint16] = pixels.reshape(-1, pixels.shape[2])[nearest[labels]]
    return found
