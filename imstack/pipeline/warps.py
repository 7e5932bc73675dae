"""Warps: every frame laid on the reference, and the area that real pixels fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imstack.errors import InputError
from imstack.magick.images import read_pixels
from imstack.magick.saving import save_pixels
from imstack.pipeline.commands import (
    intersect_command,
    mask_command,
    warp_command,
    white_command,
)
from imstack.pipeline.cover import Rectangle, covered_by, largest_rectangle
from imstack.pipeline.opacity import filled, opaque_in
from imstack.pipeline.prepared import check_range
from imstack.pipeline.sources import Source
from imstack.pipeline.stage import ALIGNED, COVER, CROP, VPMASK
from imstack.pipeline.stage import WHITE as WHITE_STAGE
from imstack.warping.rawfile import SUFFIX, write_frame
from imstack.warping.resample import warped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.pipeline.methods import Files, Methods, Warp
    from imstack.pipeline.registration import Move, Registration
    from imstack.pipeline.run import Run, Work
    from imstack.pipeline.sources import Photo
    from imstack.results import Placement

WHITE = 65535
RAW = f"aligned{SUFFIX}"
COVERED = "cover.miff"
MARGIN = 1.0  # pixels of a frame along its border that count as made up, as for ImageMagick


@dataclass(frozen=True, slots=True)
class WarpWork:
    """What the warp of one frame by OpenCV sees."""

    placement: Placement
    virtual_pixel: str
    lenient: bool


def warp_frames(
    run: Run, photos: Sequence[Photo], registration: Registration, methods: Methods
) -> list[Source]:
    """Warp every photo from its source; a frame that stays as it is may be its source."""
    run.watch.say("Scale and translate images.")
    if methods.by_opencv and (methods.raw or methods.warp is not None):
        return _warp_by_opencv(run, photos, registration, methods)
    if methods.warp is None:
        return [photo.source for photo in photos]
    return _warp_by_imagemagick(run, photos, registration, methods.warp, methods.files)


def _warp_by_opencv(
    run: Run, photos: Sequence[Photo], registration: Registration, methods: Methods
) -> list[Source]:
    """Warp photos into arrays, or into images where the merge is ImageMagick's."""
    virtual_pixel = "edge" if methods.warp is None else methods.warp.virtual_pixel.lower()
    name = RAW if methods.raw else "aligned.miff"
    whole = Rectangle(*photos[0].info.size, 0, 0)

    def work(number: int) -> Work:
        photo = photos[number]
        place = registration.placements[number]
        settings = WarpWork(place, virtual_pixel, methods.files.lenient)

        def make(known: WarpWork, folder: Path) -> dict[str, object]:
            pixels = read_pixels(photo.source.path(), "RGB", allow_truncated=known.lenient)
            if methods.raw:  # not the script's merge, which takes photos as they are
                check_range(photo, int(pixels.max()))
            if photo.opaque is not None:  # what cannot be seen must not colour what is near
                pixels = filled(pixels, opaque_in(photo.opaque.path(), whole, 0))
            aligned = warped(pixels, known.placement, known.virtual_pixel)
            if methods.raw:
                write_frame(folder / name, aligned)
            else:
                save_pixels(aligned, folder / name, like=photo.source.path())
            return {}

        sources = [photo.source, *([photo.opaque] if photo.opaque is not None else [])]
        return run.work(ALIGNED, f"{run.stem}_{number}", sources, settings, [name], make)

    items = run.each([work(number) for number in range(len(photos))])
    return [Source.of(item) for item in items]


def _warp_by_imagemagick(
    run: Run, photos: Sequence[Photo], registration: Registration, warp: Warp, files: Files
) -> list[Source]:
    def work(move: Move) -> Work:
        name = f"{run.stem}_{move.number}"
        return run.making(
            ALIGNED,
            name,
            [photos[move.number].source],
            ["aligned.miff"],
            lambda ins, outs: warp_command(ins[0], move.srt, outs[0], warp, files, move.gains),
        )

    aligned = [photo.source for photo in photos]
    items = run.each([work(move) for move in registration.moves])
    for move, item in zip(registration.moves, items, strict=True):
        number = move.number
        run.watch.say(f"Scale and translate {number}")
        if registration.literal is not None:
            factor = registration.literal.cumulative_scales[number]
            run.watch.say(f"fsFILES[{number}].CumulScale={factor}")
        aligned[number] = Source.of(item)
    return aligned


@dataclass(frozen=True, slots=True)
class Cover:
    """Which pixels of the canvas are real, by all frames together."""

    combined: Source


def make_masks(
    run: Run, photos: Sequence[Photo], registration: Registration, methods: Methods
) -> Cover | None:
    """Tell which pixels of the canvas come from real pixels of every frame; None if not asked."""
    method = methods.real_pixels
    if method is None:
        return None
    if methods.masks_reckoned:
        return _reckoned(run, photos, registration)
    white_item = run.one(
        run.making(
            WHITE_STAGE,
            run.stem,
            [photos[0].source],
            ["white.miff"],
            lambda ins, outs: white_command(ins[0], outs[0], method, methods.files),
        )
    )
    white = Source.of(white_item)
    if method.combine == "chain":
        return _chained(run, white, registration)
    return _intersected(run, white, photos, registration)


@dataclass(frozen=True, slots=True)
class CoverWork:
    """What decides which pixels all frames cover."""

    placements: tuple[Placement, ...]
    size: tuple[int, int]


def _reckoned(run: Run, photos: Sequence[Photo], registration: Registration) -> Cover:
    """Reckon the area that all frames cover; no white image is warped for that."""
    places = tuple(place.unlit for place in registration.placements)

    def make(known: CoverWork, folder: Path) -> dict[str, object]:
        whole = Rectangle(*known.size, 0, 0)
        covered = np.ones(known.size[::-1], np.bool_)
        for place in known.placements:
            if not place.is_identity:
                covered &= covered_by(place, known.size, whole, MARGIN)
        for mask in masks:
            covered &= opaque_in(mask.path(), whole, 0)
        save_pixels(covered.astype(np.uint16) * np.uint16(WHITE), folder / COVERED)
        return {}

    settings = CoverWork(places, photos[0].info.size)
    masks = [mask for mask in opaque_parts(run, photos, registration) if mask is not None]
    return Cover(Source.of(run.one(run.work(COVER, run.stem, masks, settings, [COVERED], make))))


def _mask_work(run: Run, number: int, source: Source, srt: str) -> Work:
    return run.making(
        VPMASK,
        f"{run.stem}_{number}",
        [source],
        ["vpmask.miff"],
        lambda ins, outs: mask_command(ins[0], srt, outs[0]),
    )


def _chained(run: Run, white: Source, registration: Registration) -> Cover:
    """Warp one mask again and again, as the script's single file name makes it happen."""
    mask = white
    for number, srt in enumerate(registration.warps):
        if srt is not None:
            mask = Source.of(run.one(_mask_work(run, number, mask, srt)))
    return Cover(mask)


def _intersected(
    run: Run, white: Source, photos: Sequence[Photo], registration: Registration
) -> Cover:
    warps = [(number, srt) for number, srt in enumerate(registration.warps) if srt is not None]
    works = [_mask_work(run, number, photos[number].opaque or white, srt) for number, srt in warps]
    moved = {number for number, _ in warps}
    still = [photo.opaque for number, photo in enumerate(photos) if number not in moved]
    sources = [Source.of(item) for item in run.each(works)]
    sources = [*sources, *(mask for mask in still if mask is not None)] or [white]
    combined = run.one(
        run.making(
            COVER,
            run.stem,
            sources,
            ["cover.miff"],
            lambda ins, outs: intersect_command(ins, outs[0]),
        )
    )
    return Cover(Source.of(combined))


@dataclass(frozen=True, slots=True)
class Whole:
    """The largest rectangle of a mask needs no settings."""


def opaque_parts(
    run: Run, photos: Sequence[Photo], registration: Registration
) -> list[Source | None]:
    """Return masks of what is there of each frame, on the canvas; None where all is."""
    parts: list[Source | None] = []
    for number, (photo, srt) in enumerate(zip(photos, registration.warps, strict=True)):
        if photo.opaque is None or srt is None:
            parts.append(photo.opaque)
        else:
            parts.append(Source.of(run.one(_mask_work(run, number, photo.opaque, srt))))
    return parts


def covered_rectangle(run: Run, cover: Cover) -> Rectangle:
    """Return the largest rectangle that every frame covers.

    Raises
    ------
    InputError
        The frames have no area in common.
    """

    def find(_: Whole) -> dict[str, object]:
        found = largest_rectangle(read_pixels(cover.combined.path(), "R")[..., 0] == WHITE)
        if found is None:
            message = "the frames have no area in common: nothing is left to crop to"
            raise InputError(message, hint="check the registration, or set crop.to: none")
        return {name: getattr(found, name) for name in ("width", "height", "left", "top")}

    item = run.one(run.finding(CROP, run.stem, [cover.combined], Whole(), find))
    return Rectangle(*(item.whole(name) for name in ("width", "height", "left", "top")))
