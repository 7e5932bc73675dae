"""All stages of a run in their order, from the photos to the merged picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.pipeline.fusion import merge_at_once
from imstack.pipeline.joint import register_jointly
from imstack.pipeline.literal import register_by_searches
from imstack.pipeline.methods import Joint, Running, Searches
from imstack.pipeline.prepared import prepare
from imstack.pipeline.region import crop_frames
from imstack.pipeline.registration import Registration, reference_of
from imstack.pipeline.running import merge_running
from imstack.pipeline.warps import covered_rectangle, make_masks, opaque_parts, warp_frames
from imstack.results import Placement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.pipeline.cover import Rectangle
    from imstack.pipeline.merge import Merge
    from imstack.pipeline.methods import Methods
    from imstack.pipeline.region import Region
    from imstack.pipeline.run import Run
    from imstack.pipeline.sources import Photo, Source
    from imstack.pipeline.warps import Cover


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
    run: Run, photos: Sequence[Photo], methods: Methods, region: Region | None = None
) -> Stages:
    """Take every stage from the cache or make it, from the photos to the merged picture.

    With a `region` only that part of the aligned frames is merged, and no mask is made.
    """
    photos = prepare(run, photos, methods)
    registration = register(run, photos, methods)
    return merge_stages(run, registration.kept(photos), registration, methods, region)


def merge_stages(
    run: Run,
    photos: Sequence[Photo],
    registration: Registration,
    methods: Methods,
    region: Region | None = None,
) -> Stages:
    """Take or make the stages behind registration, of prepared photos; see `make_stages`."""
    files, method = methods.files, methods.merge
    aligned = warp_frames(run, photos, registration, methods)
    if region is not None:
        aligned = crop_frames(run, aligned, region.merged, methods)
    cover = None if region else make_masks(run, photos, registration, methods)
    if isinstance(method, Running):
        merge = merge_running(run, aligned, method, files)
    else:
        part = region.merged if region else None
        opaque = opaque_parts(run, photos, registration)
        merge = merge_at_once(run, photos, aligned, registration, method, files, part, opaque)
    crop = region.kept if region else None
    if cover and methods.cropped:
        crop = covered_rectangle(run, cover)
    return Stages(registration, tuple(aligned), cover, merge, crop)


def register(run: Run, photos: Sequence[Photo], methods: Methods) -> Registration:
    """Find where every frame lies on the reference, by the method; the photos are prepared."""
    method = methods.registration
    if isinstance(method, Searches):
        return register_by_searches(run, photos, method, methods)
    if isinstance(method, Joint):
        return register_jointly(run, photos, method, methods)
    return Registration(
        placements=tuple(Placement() for _ in photos),
        warps=tuple(None for _ in photos),
        reference=reference_of(methods.reference, len(photos)),
    )
