"""Line by line: what the command lines make, against what the run made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from imstack.pipeline.verify.pixels import difference
from imstack.pipeline.verify.row import Row, compared
from imstack.pipeline.verify.searches import RADIUS, search_fully, search_window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from imstack.pipeline.statement import Line, Product, Search
    from imstack.pipeline.verify.bench import Bench
    from imstack.workspace.item import Item

How = Literal["full", "window", "none"]
"""How translation searches are run; with ``none`` scale searches are left out, too."""


@dataclass
class Checker:
    """Runs lines on the bench, in order, and compares.

    Parameters
    ----------
    bench
        Where the lines run.
    items
        What the run made, by stage and label.
    results
        Folder of the pictures that the run wrote for this check.
    how
        How translation searches are run.
    """

    bench: Bench
    items: Mapping[tuple[str, str], Item]
    results: Path
    how: How
    _doubts: list[str] = field(default_factory=list)
    _passes: int = 0

    def check(self, line: Line) -> Iterator[Row]:
        """Do what the line says and yield what the comparisons show."""
        if line.search is not None:
            yield from self._search(line, line.search)
            return
        if self.how == "none" and line.stage in {"strips", "needle"}:
            return
        printed = self.bench.do(line)
        if line.prints:
            yield _compare_text(line, " ".join(printed.split()))
        for product in line.makes:
            yield from self._product(product)

    def _product(self, product: Product) -> Iterator[Row]:
        made = self.bench.place(product.path)
        if product.stage == "result":
            own = self.results / product.path.name
            yield compared(product.stage, own.name, difference(own, made))
        elif (item := self.items.get((product.stage, product.label))) is not None:
            name = product.file or item.files[0]
            yield compared(product.stage, name, difference(_raw(item, name), made))

    def _search(self, line: Line, found: Search) -> Iterator[Row]:
        if self.how == "none":
            if found.score is not None:
                yield Row(line.stage, line.label, "not checked", "searches are switched off")
        elif line.stage == "scale":
            yield from self._scale_pass(line, found)
        elif self.how == "window":
            remark = f"windowed: compare tried {RADIUS} pixels around the place, not all places"
            yield compared(line.stage, line.label, search_window(self.bench, found), remark)
        else:
            yield compared(line.stage, line.label, search_fully(self.bench, line.words, found))

    def _scale_pass(self, line: Line, found: Search) -> Iterator[Row]:
        """Gather the passes of a pair; only the last one has a score."""
        self._passes += 1
        doubt = search_fully(self.bench, line.words, found)
        if doubt:
            self._doubts.append(f"pass {self._passes}: {doubt}")
        if found.score is not None:
            passes = f"{self._passes} passes"
            yield compared(line.stage, line.label, "; ".join(self._doubts), passes)
            self._doubts, self._passes = [], 0


def _raw(item: Item, name: str) -> Path:
    """Return an item's file as it lies there: one that was changed shall be seen, not mended."""
    path = item.folder / name
    return path if path.is_file() else item.file(name)


def _compare_text(line: Line, printed: str) -> Row:
    text = "" if printed == line.prints else f"{line.program} prints {printed}, not {line.prints}"
    return compared(line.stage, line.label, text)
