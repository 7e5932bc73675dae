"""The literal merge: the result so far and the next frame, by whichPix, to the last frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.pipeline.commands import detail_command, merge_command
from imstack.pipeline.merge import Merge, MergeStep
from imstack.pipeline.sources import Source
from imstack.pipeline.stage import DETAIL
from imstack.pipeline.stage import MERGED as MERGE_STEP

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.magick.command import Convert
    from imstack.pipeline.methods import Files, Running
    from imstack.pipeline.run import Run, Work

MERGED, MASK = "merged.miff", "mask.miff"


def merge_running(run: Run, aligned: Sequence[Source], method: Running, files: Files) -> Merge:
    """Merge the frames one after the other, each with its mask."""
    run.watch.say("Make and apply masks")
    works = [
        _detail_work(run, f"{run.stem}_{number}", frame, method, files)
        for number, frame in enumerate(aligned)
    ]
    # Taken one by one: the maps of later frames are made while the chain goes on.
    details = (Source.of(item) for item in run.each(works, more=len(aligned) - 2))
    merged, detail = aligned[0], next(details)
    run.watch.begin(MERGE_STEP.name, len(aligned) - 1)
    steps: list[MergeStep] = []
    for number, (frame, frame_detail) in enumerate(zip(aligned[1:], details, strict=True), start=1):
        if number > 1:
            run.watch.say(f"Mask {number}")
            name = f"{run.stem}_out_{number - 1}"
            detail = Source.of(run.one(_detail_work(run, name, merged, method, files)))
        item = run.one(_merge_work(run, number, (detail, frame_detail, merged, frame), files))
        merged = Source.of(item, MERGED)
        steps.append(MergeStep(merged, Source.of(item, MASK)))
    return Merge(merged, steps=tuple(steps))


def _detail_work(run: Run, name: str, frame: Source, method: Running, files: Files) -> Work:
    return run.making(
        DETAIL,
        name,
        [frame],
        ["detail.miff"],
        lambda ins, outs: detail_command(ins[0], outs[0], method, files),
    )


def _merge_work(run: Run, number: int, sources: Sequence[Source], files: Files) -> Work:
    def build(ins: Sequence[Path], outs: Sequence[Path]) -> Convert:
        detail1, detail2, image1, image2 = ins
        out, mask = outs
        return merge_command((detail1, detail2), (image1, image2), out, mask, files)

    return run.making(MERGE_STEP, f"{run.stem}_{number}", sources, [MERGED, MASK], build)
