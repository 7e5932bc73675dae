"""Registration by a joint fit of scale, shift and rotation, chained to the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.pipeline.registration import Registration
    from imstack.pipeline.run import Run
    from imstack.pipeline.sources import Photo
    from imstack.recipe.model import Recipe


def register_jointly(run: Run, photos: Sequence[Photo], recipe: Recipe) -> Registration:
    raise NotImplementedError
