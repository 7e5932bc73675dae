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
from imstack.pipeline.stage import ALIGNED, COVER, CROP, VPMASK
from imstack.pipeline.stage import WHITE as WHITE_STAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.pipeline.methods import Files, RealPixels, Warp
    from imstack.pipeline.registration import Move, Registration
    from imstack.pipeline.run import Run, Work
    from imstack.pipeline.sources import Photo

WHITE = 65535


def warp_frames(
    run: Run, photos: Sequence[Photo], registration: Registration, warp: Warp | None, files: Files
) -> list[Source]:
    """Warp every photo from its source; a frame that stays as it is, is its source.

    Without a `warp` all frames stay as they are.
    """
    if warp is None:
        return [photo.source for photo in photos]

    def work(move: Move) -> Work:
        name = f"{run.stem}_{move.number}"
        return run.making(
            ALIGNED,
            name,
            [photos[move.number].source],
            ["aligned.miff"],
            lambda ins, outs: warp_command(ins[0], move.srt, outs[0], warp, files, move.gain),
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
    run: Run,
    photos: Sequence[Photo],
    registration: Registration,
    method: RealPixels,
    files: Files,
) -> Cover:
    """Warp a white image as the frames were warped, with black around it."""
    white_item = run.one(
        run.making(
            WHITE_STAGE,
            run.stem,
            [photos[0].source],
            ["white.miff"],
            lambda ins, outs: white_command(ins[0], outs[0], method, files),
        )
    )
    white = Source.of(white_item)
    if method.combine == "chain":
        return _chained(run, white, registration)
    return _intersected(run, white, registration)


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
    return Cover(tuple(None for _ in registration.warps), mask)


def _intersected(run: Run, white: Source, registration: Registration) -> Cover:
    warps = [(number, srt) for number, srt in enumerate(registration.warps) if srt is not None]
    masks: list[Source | None] = [None for _ in registration.warps]
    for (number, _), item in zip(
        warps, run.each([_mask_work(run, number, white, srt) for number, srt in warps]), strict=True
    ):
        masks[number] = Source.of(item)
    sources = [mask for mask in masks if mask is not None] or [white]
    combined = run.one(
        run.making(
            COVER,
            run.stem,
            sources,
            ["cover.miff"],
            lambda ins, outs: intersect_command(ins, outs[0]),
        )
    )
    return Cover(tuple(masks), Source.of(combined))


@dataclass(frozen=True, slots=True)
class Whole:
    """The largest rectangle of a mask needs no settings."""


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
