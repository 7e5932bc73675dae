"""Searches: what the real ``compare`` finds, against what the run found.

``compare`` tries every place, which takes hours for large frames. There it can be asked about a
window: the places around the one that the run found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imstack.pipeline.commands import crop_command
from imstack.pipeline.cover import Rectangle
from imstack.pipeline.statement import TEMP, Search
from imstack.scripts.compare import SubimageSearch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.magick.tools import Ran
    from imstack.pipeline.verify.bench import Bench

RADIUS = 2  # pixels around the found place
AREA = TEMP / "search_area.miff"

_FOUND = re.compile(r"^\S+ \((?P<score>\S+)\) @ (?P<x>\d+),(?P<y>\d+)", re.MULTILINE)


def search_fully(bench: Bench, words: Sequence[str], found: Search) -> str:
    """Return how the answer of a search differs from `found`; empty if it does not."""
    return _unlike(bench.run("compare", words), found.x, found.y, found.score)


def search_window(bench: Bench, found: Search) -> str:
    """Return the same after a search of the places around `found` only."""
    spans = [
        (max(0, place - RADIUS), min(whole - part, place + RADIUS) + part)
        for whole, part, place in zip(
            found.big_size, found.needle_size, (found.x, found.y), strict=True
        )
    ]
    (left, right), (top, bottom) = spans
    part = Rectangle(right - left, bottom - top, left, top)
    bench.make(crop_command(found.big, part, AREA).words())
    words = SubimageSearch(AREA, found.needle).words()
    return _unlike(
        bench.run("compare", words), found.x - left, found.y - top, found.score, (left, top)
    )


def _unlike(ran: Ran, x: int, y: int, score: float | None, origin: tuple[int, int] = (0, 0)) -> str:
    match = _FOUND.search(ran.err)
    if ran.code not in {0, 1} or match is None:
        return f"compare gives no place: {ran.complaint}"
    theirs, ours = (int(match["x"]), int(match["y"])), (x, y)
    if theirs != ours:
        places = [f"{a + origin[0]},{b + origin[1]}" for a, b in (theirs, ours)]
        return f"compare finds {places[0]}, the run found {places[1]}"
    if score is not None and match["score"] != f"{score:g}":
        return f"compare's score is {match['score']}, the run's {score:g}"
    return ""
