"""Warps: every frame laid on the reference, and the area that real pixels fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.magick.images import read_pixels
from imstack.pipeline.commands import (
    intersect_command,
    mask_command,
    warp_command,
    white_command,
)
from imstack.pipeline.cover import Rectangle, largest_rectangle
from imstack.pipeline.sources import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.pipeline.registration import Move, Registration
    from imstack.pipeline.run import Run, Work
    from imstack.pipeline.sources import Photo
    from imstack.recipe.model import Recipe

WHITE = 65535


def warp_frames(
    run: Run, photos: Sequence[Photo], registration: Registration, recipe: Recipe
) -> list[Source]:
    """Warp every photo from its source; a frame that stays as it is, is its source."""

    def work(move: Move) -> Work:
        name = f"{run.stem}_{move.number}"
        return run.making(
            "aligned",
            name,
            [photos[move.number].source],
            ["aligned.miff"],
            lambda ins, outs: warp_command(ins[0], move.srt, outs[0], recipe, move.gain),
        )

    run.watch.say("Scale and translate images.")
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
    """Which pixels of the canvas are real: each frame's mask (None: all), and all combined."""

    masks: tuple[Source | None, ...]
    combined: Source


def make_masks(
    run: Run, photos: Sequence[Photo], registration: Registration, recipe: Recipe
) -> Cover:
    """Warp a white image as the frames were warped, with black around it."""
    white_item = run.one(
        run.making(
            "white",
            run.stem,
            [photos[0].source],
            ["white.miff"],
            lambda ins, outs: white_command(ins[0], outs[0], recipe),
        )
    )
    white = Source.of(white_item)
    if recipe.vp_mask.combine == "chain":
        return _chained(run, white, registration)
    return _intersected(run, white, photos, registration)


def _mask_work(run: Run, number: int, source: Source, srt: str) -> Work:
    return run.making(
        "vpmask",
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
    return Cover(tuple(None for _ in registration.warps), mask)


def _intersected(
    run: Run, white: Source, photos: Sequence[Photo], registration: Registration
) -> Cover:
    warps = [(number, srt) for number, srt in enumerate(registration.warps) if srt is not None]
    masks = [photo.opaque for photo in photos]
    works = [_mask_work(run, number, masks[number] or white, srt) for number, srt in warps]
    for (number, _), item in zip(warps, run.each(works), strict=True):
        masks[number] = Source.of(item)
    sources = [mask for mask in masks if mask is not None] or [white]
    combined = run.one(
        run.making(
            "cover",
            run.stem,
            sources,
            ["cover.miff"],
            lambda ins, outs: intersect_command(ins, outs[0]),
        )
    )
    return Cover(tuple(masks), Source.of(combined))


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

    def find() -> dict[str, object]:
        found = largest_rectangle(read_pixels(cover.combined.path(), "R")[..., 0] == WHITE)
        if found is None:
            message = "the frames have no area in common: nothing is left to crop to"
            raise InputError(message, hint="check the registration, or set crop.to: none")
        return {name: getattr(found, name) for name in ("width", "height", "left", "top")}

    item = run.one(run.finding("crop", run.stem, [cover.combined], {}, find))
    return Rectangle(*(item.whole(name) for name in ("width", "height", "left", "top")))
