"""How far a run is, and how long it still takes: what was expected against what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imstack.watch import Expected

# Seconds for which the expected pace is believed before the pace of this run counts as much.
BELIEF = 3.0
UNFORESEEN = 1.0  # seconds for an item, in runs that foresee nothing


class Outlook:
    """The share of a run that is done, and the time that is left.

    All is counted in expected seconds. Items from the cache count nothing. Times are seconds on
    any clock that does not run backwards.
    """

    def __init__(self) -> None:
        self._foreseen = False
        self._begun: float | None = None
        self._left: dict[str, tuple[int, float]] = {}  # stage: items, expected seconds of each
        self._done = 0.0
        self._said = (0.0, 0.0)  # when an estimate was made, and the seconds left by it

    @property
    def share(self) -> float:
        """The part of the work that is done, 0 to 1."""
        left = self._rest()
        known = self._foreseen or self._done > 0
        return self._done / (self._done + left) if left > 0 else float(known)

    def left(self, now: float) -> float | None:
        """Return how many seconds are left; None when nothing is known to go by."""
        if not self._foreseen:
            return None
        when, seconds = self._said
        return max(0.0, seconds - (now - when))

    def expect(self, stages: Mapping[str, Expected], now: float) -> None:
        """Take note of all that is yet to be made; earlier expectations are void."""
        self._foreseen = True
        self._left = {
            stage: (expected.items, expected.seconds / expected.items)
            for stage, expected in stages.items()
            if expected.items
        }
        self._estimate(now)

    def begin(self, stage: str, total: int) -> None:
        """Count a stage that begins, in a run that foresees nothing."""
        if not self._foreseen:
            self._left.setdefault(stage, (total, UNFORESEEN))

    def done(self, stage: str, now: float, *, cached: bool) -> None:
        """Count an item that was made."""
        items, each = self._left.get(stage, (0, 0.0))
        if items == 0 or (cached and self._foreseen):
            return
        self._left[stage] = items - 1, each
        self._done += each
        self._estimate(now)

    def _rest(self) -> float:
        return sum(items * each for items, each in self._left.values())

    def _estimate(self, now: float) -> None:
        if self._begun is None:
            self._begun = now
        pace = (now - self._begun + BELIEF) / (self._done + BELIEF)
        self._said = now, self._rest() * pace
