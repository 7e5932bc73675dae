"""Whether photos can be seen through; a full alpha channel, as screenshots have, says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.magick.images import read_pixels
from imstack.pipeline.stage import OPACITY

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        if _is_translucent(run, photo, methods.files):
            run.watch.warn(f"{photo.path}: is partly transparent; the picture will not be")
            return


def _is_translucent(run: Run, photo: Photo, files: Files) -> bool:
    """Tell whether any pixel of a photo is not opaque."""
    if not photo.info.alpha:
        return False

    def find(known: Files) -> dict[str, object]:
        alpha = read_pixels(photo.path, "A", allow_truncated=known.lenient)
        return {"opaque": bool((alpha == OPAQUE).all())}

    work = run.finding(OPACITY, photo.path.name, [photo.source], files, find)
    return not run.store.take_or_make(work.task, work.make).flag("opaque")
