"""The whole statement of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.magick import library
from imstack.pipeline.methods import Running
from imstack.pipeline.statement.facts import Facts
from imstack.pipeline.statement.frames import (
    aligned_lines,
    centre_lines,
    copy_lines,
    scaled_lines,
    white_lines,
)
from imstack.pipeline.statement.merges import merge_lines, result_lines
from imstack.pipeline.statement.searches import cumulative_lines, scale_lines, translation_lines
from imstack.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imstack.pipeline.driver import Stacked
    from imstack.pipeline.statement.line import Line


@dataclass(frozen=True, slots=True)
class Statement:
    """The command lines that a run equals, in the order of focStack.bat.

    Attributes
    ----------
    lines
        The lines.
    about
        What the run was, in a few lines for people.
    stem
        How names of temp files begin.
    spelled
        Photos: the absolute name, and the name as the user wrote it.
    ends_early
        Why there are no more lines although the run went on; empty for a whole statement.
    """

    lines: tuple[Line, ...]
    about: tuple[str, ...]
    stem: str
    spelled: tuple[tuple[str, str], ...]
    ends_early: str = ""

    @property
    def search_seconds(self) -> float:
        """About how long all translation searches take in ``compare``."""
        return sum(
            line.search.seconds
            for line in self.lines
            if line.search is not None and line.stage == "translation"
        )


def state(stacked: Stacked) -> Statement:
    """Return the command lines that a finished run equals."""
    return state_facts(
        Facts(
            stacked.photos,
            stacked.names,
            stacked.methods,
            stacked.registration,
            stacked.crop,
            library.load().number[0],
        )
    )


def state_facts(facts: Facts) -> Statement:
    """Return the command lines that equal what is known of a run."""
    texts = (photo.text for photo in facts.photos)
    return Statement(
        tuple(_lines(facts)),
        _about(facts),
        facts.temp.stem,
        tuple(zip(map(str, facts.originals), texts, strict=True)),
        ends_early(facts),
    )


def ends_early(facts: Facts) -> str:
    """Return why the statement ends before the merge; empty if it does not."""
    if facts.warped_by_opencv:
        return "warp.engine opencv lays frames on the reference: no command line does the same"
    method = facts.methods.merge
    if isinstance(method, Running):
        return ""
    return f"merge.method {method.name} is done in numpy: no command line makes its picture"


def _lines(facts: Facts) -> Iterator[Line]:
    yield from copy_lines(facts)
    yield from white_lines(facts)
    figures = facts.registration.literal
    if figures is not None:
        if facts.searches.scale is not None:
            yield from scale_lines(facts, figures)
            yield from cumulative_lines(figures)
            yield from scaled_lines(facts, figures)
        if facts.searches.translation is not None:
            yield from translation_lines(facts, figures)
        yield from centre_lines(facts)
    if facts.warped_by_opencv:
        return
    yield from aligned_lines(facts)
    if isinstance(facts.methods.merge, Running):
        yield from merge_lines(facts, facts.methods.merge)
        yield from result_lines(facts)


def _about(facts: Facts) -> tuple[str, ...]:
    width, height = facts.size
    build = library.load()
    found = facts.methods.registration.said
    first = f"The ImageMagick command lines that a run of imstack {VERSION} equals"
    early = ends_early(facts)
    if early:
        first += f", up to its {'registration' if facts.warped_by_opencv else 'aligned frames'}"
    return (
        first,
        *([f"They do not make the picture: {early}"] if early else []),
        f"recipe: {facts.methods.title or 'untitled'}",
        f"{len(facts.photos)} photos of {width}x{height} pixels",
        f"made with {build.identity}",
        *([f"registration: {found}"] if found else []),
    )
