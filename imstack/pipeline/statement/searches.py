"""The lines that find scales and translations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.magick.operators import Read
from imstack.numerals import fx9
from imstack.pipeline.literal import scale_range
from imstack.pipeline.statement.line import TEMP, Line, Search, making, printing, searching
from imstack.scripts.compare import SubimageSearch
from imstack.scripts.figures import precision_figure, product_figure
from imstack.scripts.what_scale import ScaleSearch
from imstack.scripts.what_scale_prec import passes
from imstack.scripts.what_trans import central_half, needle_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imstack.pipeline.registration import LiteralFigures
    from imstack.pipeline.statement.facts import Facts
    from imstack.results import ScaleFound, TranslationFound
    from imstack.scripts.what_scale import Candidates
    from imstack.scripts.what_scale_prec import ScaleRange

STRIPS, NEEDLE = "strips", "needle"
"""Stages of files that only the searches need; a run keeps none of them."""


def scale_lines(facts: Facts, figures: LiteralFigures) -> Iterator[Line]:
    """Yield the lines of whatScalePrec for every frame against the next."""
    wanted = facts.searches.scale
    if wanted is None:
        return
    if wanted.precision is None:
        yield printing(precision_figure(facts.paths[0], figures.precision), "scale", "PREC")
    for number, found in enumerate(figures.scales):
        where = scale_range(wanted, figures.precision)
        yield from _scale_search(facts, where, number, found)


def _scale_search(
    facts: Facts, where: ScaleRange, number: int, found: ScaleFound
) -> Iterator[Line]:
    lenient = facts.methods.files.lenient
    first, second = (Read(path, lenient) for path in facts.paths[number : number + 2])
    search = ScaleSearch(first, second, facts.size, TEMP, f"{facts.temp.stem}_ws")
    label = f"{facts.stem}_{number}"
    between = f"frame {number} against frame {number + 1}"
    for command in search.preparation:
        line = making(command, STRIPS, label)
        yield line.noting(between) if command is search.preparation[0] else line
    tried = passes(where.minimum, where.maximum, where.steps, found.indices)
    last = len(tried) - 1
    for count, (scales, index) in enumerate(zip(tried, found.indices, strict=True)):
        stack, compare = search.commands(scales)
        yield making(stack, STRIPS, label).noting(_range(count, scales))
        score = found.score if count == last else None
        row = Search(
            compare.big, compare.needle, *_strip_sizes(facts, scales), 0, index, score=score
        )
        line = searching(compare, row, "scale", label).noting(
            f"row {index} is scale {fx9(scales.scales[index])}"
        )
        yield line.noting(_scale_text(found)) if count == last else line


def _range(count: int, tried: Candidates) -> str:
    low, high = tried.scales[0], tried.scales[-1]
    return f"pass {count + 1}: scales from {fx9(low)} to {fx9(high)}, FACT={fx9(tried.fact)}"


def _scale_text(found: ScaleFound) -> str:
    return f"SCALE={fx9(found.scale)} FACT={fx9(found.fact)} DODGY={int(found.dodgy)}"


def _strip_sizes(facts: Facts, tried: Candidates) -> tuple[tuple[int, int], tuple[int, int]]:
    length = sum(facts.size)
    return (length, len(tried.scales)), (length, 1)


def cumulative_lines(figures: LiteralFigures) -> Iterator[Line]:
    """Yield the lines that multiply scales, from the last frame down."""
    scales = figures.cumulative_scales
    for number in reversed(range(len(scales) - 1)):
        own = fx9(figures.scales[number].scale)
        figure = product_figure(scales[number + 1], own, scales[number])
        yield printing(figure, "scale", f"CumulScale of frame {number}")


def translation_lines(facts: Facts, figures: LiteralFigures) -> Iterator[Line]:
    """Yield the lines of whatTrans for every scaled frame against the next."""
    for number, found in enumerate(figures.translations):
        label = f"{facts.stem}_{number}"
        needle = facts.temp.temporary("wt_part.miff")
        cut = making(needle_command(facts.scaled[number], facts.size, needle), NEEDLE, label)
        yield cut.noting(f"frame {number} against frame {number + 1}")
        command = SubimageSearch(facts.scaled[number + 1], needle)
        yield searching(command, _found(facts, command, found), "translation", label).noting(
            f"wtX={found.dx} wtY={found.dy} wtSCORE={found.score:g} wtDODGY={int(found.dodgy)}"
        )


def _found(facts: Facts, command: SubimageSearch, found: TranslationFound) -> Search:
    width, height, left, top = central_half(facts.size)
    return Search(
        command.big,
        command.needle,
        facts.size,
        (width, height),
        found.dx + left,
        found.dy + top,
        found.score,
    )
