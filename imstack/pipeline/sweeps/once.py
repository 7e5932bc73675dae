"""Listening to many runs that share most of their work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imstack.watch import Expected, Watcher


@dataclass
class Once:
    """Passes every stage on once, and every warning once.

    Stages that later runs go through again are no news to those who watch: they see how many
    runs are done. The events come from several threads, one run after the other.
    """

    watch: Watcher
    _left: dict[str, int] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)

    def expect(self, stages: Mapping[str, Expected]) -> None:
        """Drop what one of the runs is yet to make."""

    def begin(self, stage: str, total: int) -> None:
        """Pass on the first time that a stage begins."""
        if stage not in self._left:
            self._left[stage] = total
            self.watch.begin(stage, total)

    def done(self, stage: str, item: str, *, cached: bool) -> None:
        """Pass on as many items as the stage had at first, and the others as details."""
        if self._left.get(stage, 0) > 0:
            self._left[stage] -= 1
            self.watch.done(stage, item, cached=cached)
        else:
            self.watch.detail(f"  {stage} {item}{' (cached)' if cached else ''}")

    def say(self, text: str) -> None:
        """Drop what the BAT script says about a run."""

    def detail(self, text: str) -> None:
        """Pass on."""
        self.watch.detail(text)

    def warn(self, text: str) -> None:
        """Pass a warning on, unless an earlier run gave the same."""
        if text not in self._said:
            self._said.add(text)
            self.watch.warn(text)
