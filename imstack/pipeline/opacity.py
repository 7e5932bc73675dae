"""Whether photos can be seen through; a full alpha channel, as screenshots have, says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.magick.images import read_pixels

if TYPE_CHECKING:
    from imstack.pipeline.run import Run
    from imstack.pipeline.sources import Photo
    from imstack.recipe.model import Recipe

OPAQUE = 65535


def is_translucent(run: Run, photo: Photo, recipe: Recipe) -> bool:
    """Tell whether any pixel of a photo is not opaque.

    Raises
    ------
    InputError
        The photo is damaged.
    """
    if not photo.info.alpha:
        return False
    lenient = recipe.frames.allow_truncated

    def find() -> dict[str, object]:
        alpha = read_pixels(photo.path, "A", allow_truncated=lenient)
        return {"opaque": bool((alpha == OPAQUE).all())}

    settings = {"allow_truncated": lenient}
    work = run.finding("opacity", photo.path.name, [photo.source], settings, find)
    return not run.store.take_or_make(work.task, work.make).flag("opaque")
