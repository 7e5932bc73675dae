"""Whether photos can be seen through; a full alpha channel, as screenshots have, says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.magick.images import read_pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.pipeline.run import Run
    from imstack.pipeline.sources import Photo
    from imstack.recipe.model import Recipe

OPAQUE = 65535


def warn_of_translucency(run: Run, photos: Sequence[Photo], recipe: Recipe) -> None:
    """Warn of the first photo that can be seen through, as the picture cannot.

    The literal method keeps the alpha channel, as the command lines do.

    Raises
    ------
    InputError
        A photo is damaged.
    """
    if recipe.merge.method == "running":
        return
    for photo in photos:
        if _is_translucent(run, photo, recipe):
            run.watch.warn(f"{photo.path}: is partly transparent; the picture will not be")
            return


def _is_translucent(run: Run, photo: Photo, recipe: Recipe) -> bool:
    """Tell whether any pixel of a photo is not opaque."""
    if not photo.info.alpha:
        return False
    lenient = recipe.frames.allow_truncated

    def find() -> dict[str, object]:
        alpha = read_pixels(photo.path, "A", allow_truncated=lenient)
        return {"opaque": bool((alpha == OPAQUE).all())}

    settings = {"allow_truncated": lenient}
    work = run.finding("opacity", photo.path.name, [photo.source], settings, find)
    return not run.store.take_or_make(work.task, work.make).flag("opaque")
