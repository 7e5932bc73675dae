"""The lines that merge frames one after the other, and those of the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.pipeline.commands import (
    companion_command,
    detail_command,
    final_command,
    merge_command,
)
from imstack.pipeline.outputs import leaves_masks_beside, leaves_vp_mask_beside
from imstack.pipeline.running import MASK, MERGED
from imstack.pipeline.statement.facts import miswritten
from imstack.pipeline.statement.line import Line, Product, making, written
from imstack.scripts.which_pix import mask_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from imstack.magick.command import Convert
    from imstack.pipeline.methods import Running
    from imstack.pipeline.statement.facts import Facts


def merge_lines(facts: Facts, method: Running) -> Iterator[Line]:
    """Yield the lines of whichPix, from the first pair to the last frame.

    The merged image has one name, so each step reads and writes it; so has the mask from the
    second step on. What is wanted of the masks is therefore written at once.
    """
    files = facts.methods.files
    image, name = facts.aligned[0], f"{facts.stem}_0"
    for number in range(1, len(facts.aligned)):
        frame = facts.aligned[number]
        own = _detail_name(facts, "out" if number > 1 else "0")
        other = _detail_name(facts, str(number))
        yield making(detail_command(image, own, method, files), "detail", name)
        yield making(
            detail_command(frame, other, method, files), "detail", f"{facts.stem}_{number}"
        )
        mask = mask_name(facts.temp.frame(0) if number == 1 else image)
        out = facts.temp.merged
        command = merge_command((own, other), (image, frame), out, mask, files)
        yield _merging(facts, number, command, mask)
        if leaves_masks_beside(facts.names, facts.methods.output):
            yield from _beside(facts, f"mask_{number}", mask)
        image, name = out, f"{facts.stem}_out_{number}"


def result_lines(facts: Facts) -> Iterator[Line]:
    """Yield the lines that write the picture, and the virtual-pixel mask beside it."""

    def build(out: Path) -> Convert:
        return final_command(facts.temp.merged, out, facts.methods.output, facts.crop)

    yield from _landing(facts, facts.names.outfile, build)
    if leaves_vp_mask_beside(facts.names, facts.methods):
        yield from _beside(facts, "vpmask", facts.temp.vp_mask)


def _merging(facts: Facts, number: int, command: Convert, mask: Path) -> Line:
    label = f"{facts.stem}_{number}"
    made = (
        Product(mask, "merged", label, MASK),
        Product(written(command), "merged", label, MERGED),
    )
    return Line("convert", tuple(command.words()), "merged", label, made)


def _detail_name(facts: Facts, which: str) -> Path:
    return facts.temp.temporary(f"{which}_tbd.miff")


def _beside(facts: Facts, kind: str, source: Path) -> Iterator[Line]:
    def build(out: Path) -> Convert:
        return companion_command(source, out, facts.crop)

    return _landing(facts, facts.names.companion(kind), build)


def _landing(facts: Facts, out: Path, build: Callable[[Path], Convert]) -> Iterator[Line]:
    """Yield the line that writes `out`, by way of a plain name if that is needed."""
    product = Product(out, "result", out.name)
    if not miswritten(out):
        command = build(out)
        yield Line("convert", tuple(command.words()), "result", out.name, (product,))
        return
    plain = facts.temp.temporary(f"result{out.suffix}")
    yield Line("convert", tuple(build(plain).words()), "result", out.name).noting(
        "ImageMagick gives a meaning to signs in the name of the result: moved there afterwards"
    )
    yield Line("move", (str(plain), str(out)), "result", out.name, (product,))
