"""All stages of a run in their order, from the photos to the merged picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.pipeline.fusion import merge_at_once
from imstack.pipeline.joint import register_jointly
from imstack.pipeline.literal import register_by_searches
from imstack.pipeline.region import crop_frames
from imstack.pipeline.registration import Registration, reference_of
from imstack.pipeline.running import merge_running
from imstack.pipeline.warps import covered_rectangle, make_masks, warp_frames
from imstack.results import Placement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.pipeline.cover import Rectangle
    from imstack.pipeline.merge import Merge
    from imstack.pipeline.region import Region
    from imstack.pipeline.run import Run
    from imstack.pipeline.sources import Photo, Source
    from imstack.pipeline.warps import Cover
    from imstack.recipe.model import Recipe


@dataclass(frozen=True, slots=True)
class Stages:
    """What the stages of a run made, before anything is written for people.

    `crop` is the part of the merged picture that is kept; None for all of it.
    """

    registration: Registration
    aligned: tuple[Source, ...]
    cover: Cover | None
    merge: Merge
    crop: Rectangle | None


def make_stages(
    run: Run, photos: Sequence[Photo], recipe: Recipe, region: Region | None = None
) -> Stages:
    """Take every stage from the cache or make it, from the photos to the merged picture.

    With a `region` only that part of the aligned frames is merged, and no mask is made.
    """
    registration = register(run, photos, recipe)
    return merge_stages(run, registration.kept(photos), registration, recipe, region)


def merge_stages(
    run: Run,
    photos: Sequence[Photo],
    registration: Registration,
    recipe: Recipe,
    region: Region | None = None,
) -> Stages:
    """Take or make the stages behind registration; see `make_stages`."""
    aligned = warp_frames(run, photos, registration, recipe)
    if region is not None:
        aligned = crop_frames(run, aligned, region.merged, recipe)
    masked = recipe.vp_mask.make and region is None
    cover = make_masks(run, photos, registration, recipe) if masked else None
    if recipe.merge.method == "running":
        merge = merge_running(run, aligned, recipe)
    else:
        part = region.merged if region else None
        merge = merge_at_once(run, photos, aligned, registration, recipe, part)
    crop = region.kept if region else None
    if cover and recipe.crop.to == "covered":
        crop = covered_rectangle(run, cover)
    return Stages(registration, tuple(aligned), cover, merge, crop)


def register(run: Run, photos: Sequence[Photo], recipe: Recipe) -> Registration:
    """Find where every frame lies on the reference, by the method of the recipe."""
    method = recipe.registration.method
    if method == "searches":
        return register_by_searches(run, photos, recipe)
    if method == "joint":
        return register_jointly(run, photos, recipe)
    return Registration(
        placements=tuple(Placement() for _ in photos),
        warps=tuple(None for _ in photos),
        reference=reference_of(recipe, len(photos)),
    )
