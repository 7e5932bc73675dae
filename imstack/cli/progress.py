"""Watchers for people: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import TaskID

    from imstack.watch import Watcher

# The weight of an item of each stage in the overall bar: rough seconds for a frame of 3 MP.
WEIGHTS = {
    "scale": 1.0, "scaled": 0.6, "translation": 0.6, "pair": 1.0, "refine": 1.0, "aligned": 1.0,
    "vpmask": 0.5, "detail": 2.0, "merged": 0.5, "fusion": 10.0,
}  # fmt: skip


class Lines:
    """Prints plain lines: what the BAT file said, warnings, and on demand every item.

    Parameters
    ----------
    stream
        Where lines that the BAT script prints go.
    literal
        Print what the BAT script says.
    verbose
        Also print every finished item.
    quiet
        Print warnings only.
    """

    def __init__(
        self, stream: TextIO, *, literal: bool, verbose: bool = False, quiet: bool = False
    ) -> None:
        self._stream = stream
        self._literal = literal and not quiet
        self._verbose = verbose
        self._stages = not literal and not quiet
        self._lock = threading.Lock()

    def _print(self, text: str, stream: TextIO | None = None) -> None:
        with self._lock:
            print(text, file=stream or self._stream, flush=True)

    def begin(self, stage: str, total: int) -> None:
        """Tell that a stage begins."""
        if self._stages:
            self._print(f"{stage}: {total}")

    def done(self, stage: str, item: str, *, cached: bool) -> None:
        """Tell that an item is there, for those who asked for more."""
        if self._verbose:
            self._print(f"  {stage} {item}{' (cached)' if cached else ''}")

    def say(self, text: str) -> None:
        """Print what the BAT script prints."""
        if self._literal:
            self._print(text)

    def detail(self, text: str) -> None:
        """Print for those who asked for more."""
        if self._verbose:
            self._print(text)

    def warn(self, text: str) -> None:
        """Print a warning, always."""
        self._print(f"warning: {text}", sys.stderr)


class Bars(Lines):
    """Bars per stage and overall on a terminal; lines above them."""

    def __init__(self, progress: Progress, *, literal: bool, verbose: bool) -> None:
        super().__init__(sys.stderr, literal=literal, verbose=verbose)
        self._progress = progress
        self._overall = progress.add_task("all", total=None)
        self._tasks: dict[str, TaskID] = {}
        self._planned = 0.0
        self._stages = False

    def _print(self, text: str, stream: TextIO | None = None) -> None:
        del stream
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def begin(self, stage: str, total: int) -> None:
        """Show a bar for the stage."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
            self._planned += total * WEIGHTS.get(stage, 0.3)
            self._progress.update(self._overall, total=self._planned)

    def done(self, stage: str, item: str, *, cached: bool) -> None:
        """Move the bars."""
        super().done(stage, item, cached=cached)
        if stage in self._tasks:
            self._progress.advance(self._tasks[stage])
            self._progress.advance(self._overall, WEIGHTS.get(stage, 0.3))


@contextmanager
def watching(
    *, quiet: bool, verbose: bool, literal: bool = False, stream: TextIO | None = None
) -> Iterator[Watcher]:
    """Give the watcher that fits: bars on a terminal, else plain lines on `stream`.

    `literal` also prints what the BAT scripts print; the default stream is standard error.
    """
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield Lines(stream or sys.stderr, literal=literal, verbose=verbose, quiet=quiet)
        return
    columns = (
        TextColumn("{task.description:>12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bars(progress, literal=literal, verbose=verbose)
