"""Merges that see all frames at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.pipeline.merge import Merge
    from imstack.pipeline.registration import Registration
    from imstack.pipeline.run import Run
    from imstack.pipeline.sources import Photo, Source
    from imstack.recipe.model import Recipe


def merge_at_once(
    run: Run,
    photos: Sequence[Photo],
    aligned: Sequence[Source],
    registration: Registration,
    recipe: Recipe,
) -> Merge:
    raise NotImplementedError
