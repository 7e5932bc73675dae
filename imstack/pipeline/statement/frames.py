"""The lines that resample frames, and those of the virtual-pixel mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.pipeline.commands import (
    intersect_command,
    mask_command,
    scale_command,
    warp_command,
    white_command,
)
from imstack.pipeline.statement.line import Line, making, printing
from imstack.scripts.figures import centre_figure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imstack.pipeline.registration import LiteralFigures
    from imstack.pipeline.statement.facts import Facts


def copy_lines(facts: Facts) -> Iterator[Line]:
    """Yield the copies of photos whose names ImageMagick would misread."""
    for number, (path, photo) in enumerate(zip(facts.paths, facts.originals, strict=True)):
        if path != photo:
            yield Line("copy", (str(photo), str(path)), "photo", f"{facts.stem}_{number}").noting(
                "ImageMagick takes the brackets or signs in this name for a pattern"
            )


def white_lines(facts: Facts) -> Iterator[Line]:
    """Yield the white image where the virtual-pixel mask begins."""
    masks = facts.methods.real_pixels
    if masks is not None:
        command = white_command(facts.paths[0], _white(facts), masks, facts.methods.files)
        yield making(command, "white", facts.stem)


def scaled_lines(facts: Facts, figures: LiteralFigures) -> Iterator[Line]:
    """Yield the lines that scale every frame but the last."""
    warp, files = facts.methods.warp, facts.methods.files
    if warp is None:
        return
    for number, factor in enumerate(figures.cumulative_scales[:-1]):
        command = scale_command(facts.paths[number], factor, facts.scaled[number], warp, files)
        yield making(command, "scaled", f"{facts.stem}_{number}")


def centre_lines(facts: Facts) -> Iterator[Line]:
    """Yield the line that prints the centre of the frames."""
    yield printing(centre_figure(facts.paths[0], facts.size, facts.major), "aligned", "x0,y0")


def aligned_lines(facts: Facts) -> Iterator[Line]:
    """Yield the lines that lay frames and masks on the reference, frame by frame."""
    moves = {move.number: move for move in facts.registration.moves}
    masks = facts.methods.real_pixels
    warp, files = facts.methods.warp, facts.methods.files
    for number, photo in enumerate(facts.paths):
        label = f"{facts.stem}_{number}"
        if number in moves and warp is not None:
            move = moves[number]
            out = facts.aligned[number]
            command = warp_command(photo, move.srt, out, warp, files, move.gains)
            yield making(command, "aligned", label)
        srt = facts.registration.warps[number]
        if masks is not None and srt is not None:
            out = _mask(facts, number)
            yield making(mask_command(_white(facts), srt, out), "vpmask", label)
    if masks is not None and masks.combine == "intersect":
        yield _intersection(facts)


def _intersection(facts: Facts) -> Line:
    warped = [number for number, srt in enumerate(facts.registration.warps) if srt is not None]
    masks = [_mask(facts, number) for number in warped] or [_white(facts)]
    line = making(intersect_command(masks, facts.temp.vp_mask), "cover", facts.stem)
    if not facts.methods.cropped:
        return line
    return line.noting(f"the largest rectangle of white is {facts.crop}, found in numpy")


def _white(facts: Facts) -> Path:
    """Where masks begin. A chain has one file for all, as in focStack.bat."""
    return facts.temp.vp_mask if _chained(facts) else facts.temp.temporary("white.miff")


def _mask(facts: Facts, number: int) -> Path:
    return facts.temp.vp_mask if _chained(facts) else facts.temp.temporary(f"{number}_vpmask.miff")


def _chained(facts: Facts) -> bool:
    masks = facts.methods.real_pixels
    return masks is not None and masks.combine == "chain"
