"""How a run tells what it does, without knowing who listens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Expected:
    """What is yet to be made of a stage: how many items, and in about how many seconds."""

    items: int
    seconds: float


class Watcher(Protocol):
    """Listens to a run; a progress bar, a log, or nobody."""

    def expect(self, stages: Mapping[str, Expected]) -> None:
        """All that the run is yet to make, by stage; said again when it is known better."""

    def begin(self, stage: str, total: int) -> None:
        """Stage `stage` begins; it has `total` items."""

    def done(self, stage: str, item: str, *, cached: bool) -> None:
        """One item of `stage` is there; `cached` when it was not made again."""

    def say(self, text: str) -> None:
        """A line that the BAT script printed; `text` has no line end."""

    def detail(self, text: str) -> None:
        """A line for people who asked for more."""

    def warn(self, text: str) -> None:
        """Something is doubtful, and the run goes on."""


class NullWatcher:
    """Listens to nothing."""

    def expect(self, stages: Mapping[str, Expected]) -> None:
        """Ignore."""

    def begin(self, stage: str, total: int) -> None:
        """Ignore."""

    def done(self, stage: str, item: str, *, cached: bool) -> None:
        """Ignore."""

    def say(self, text: str) -> None:
        """Ignore."""

    def detail(self, text: str) -> None:
        """Ignore."""

    def warn(self, text: str) -> None:
        """Ignore."""
