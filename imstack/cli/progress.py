"""Watchers for people: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
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
from rich.text import Text

from imstack.cli.outlook import Outlook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.progress import Task, TaskID

    from imstack.watch import Expected, Watcher


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

    def expect(self, stages: Mapping[str, Expected]) -> None:
        """Say nothing: each stage is told when it begins."""

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
    """Bars per stage and overall on a terminal; lines above them.

    The overall bar is about all that the run is expected to make, from its beginning.
    """

    def __init__(self, progress: Progress, *, literal: bool, verbose: bool) -> None:
        super().__init__(sys.stderr, literal=literal, verbose=verbose)
        self._progress = progress
        self._outlook = Outlook()
        self._overall = progress.add_task("all", total=1.0, outlook=self._outlook)
        self._tasks: dict[str, TaskID] = {}
        self._stages = False

    def _print(self, text: str, stream: TextIO | None = None) -> None:
        del stream
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def expect(self, stages: Mapping[str, Expected]) -> None:
        """Set the overall bar by what is yet to be made."""
        with self._lock:
            self._outlook.expect(stages, time.monotonic())
        self._show_share()

    def begin(self, stage: str, total: int) -> None:
        """Show a bar for the stage."""
        with self._lock:
            if stage in self._tasks:
                return
            self._tasks[stage] = self._progress.add_task(stage, total=total)
            self._outlook.begin(stage, total)
        self._show_share()

    def done(self, stage: str, item: str, *, cached: bool) -> None:
        """Move the bars."""
        super().done(stage, item, cached=cached)
        with self._lock:
            self._outlook.done(stage, time.monotonic(), cached=cached)
        if stage in self._tasks:
            self._progress.advance(self._tasks[stage])
        self._show_share()

    def _show_share(self) -> None:
        self._progress.update(self._overall, completed=self._outlook.share)


class CountColumn(MofNCompleteColumn):
    """Items done of a stage; of the whole run the share."""

    def render(self, task: Task) -> Text:
        """Return it as text."""
        if "outlook" in task.fields:
            return Text(f"{task.completed:.0%}", style="progress.percentage", justify="right")
        return super().render(task)


class LeftColumn(TimeRemainingColumn):
    """The time that is left for a stage by its own speed; for the whole run by the outlook."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        """Return it as text."""
        outlook = task.fields.get("outlook")
        if not isinstance(outlook, Outlook) or (left := outlook.left(time.monotonic())) is None:
            return super().render(task)
        return Text(str(timedelta(seconds=round(left))), style="progress.remaining")


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
        CountColumn(),
        TimeElapsedColumn(),
        LeftColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bars(progress, literal=literal, verbose=verbose)
