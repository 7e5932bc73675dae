"""A plan in the making."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from imstack.bat.migrate.plan import Call, Caution, Tool, Untranslated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imstack.bat.migrate.plan import Guard, OnError, Step
    from imstack.bat.migrate.survey import Survey
    from imstack.bat.migrate.variables import Variables

NEVER_RUN: Final = frozenset({"skipped", "unreachable"})


@dataclass(slots=True)
class Draft:
    """Steps and the rest as they are found.

    `status` is the number of the item whose exit code ERRORLEVEL holds: None when no step's.
    """

    variables: Variables
    items: list[Step | Untranslated] = field(default_factory=list)
    status: int | None = None
    exit_code: int | None = None
    arguments: set[str] = field(default_factory=set)
    _warnings: dict[tuple[int, str], Caution] = field(default_factory=dict)
    _dead: dict[int, int] = field(default_factory=dict)

    def step(self, step: Step) -> None:
        """Add a step; a program's exit code is what ERRORLEVEL then holds."""
        self.items.append(step)
        if isinstance(step, Call | Tool):
            self.status = len(self.items) - 1

    def on_error(self, on_error: OnError) -> None:
        """Say what follows when the last program fails; an end said before holds."""
        if self.status is None:
            return
        step = self.items[self.status]
        if isinstance(step, Call | Tool) and not (step.on_error and step.on_error.stop):
            self.items[self.status] = replace(step, on_error=on_error)

    def untranslated(
        self,
        line: int,
        reason: str,
        text: str,
        found: Survey | None = None,
        guard: Guard | None = None,
        *,
        is_needed: bool | None = None,
    ) -> None:
        """Add a part that is no step; what works in it is needed if nobody says otherwise."""
        holds = tuple(found.scripts) if found else ()
        values = self.variables.named_in(text)
        if is_needed is None:
            is_needed = found is None or found.works
        is_needed = is_needed and reason not in NEVER_RUN
        self.items.append(Untranslated(line, reason, text, holds, guard, values, is_needed))

    def unroll(self, steps: tuple[Step, ...]) -> None:
        """Add to the part that was added last the steps that a script may run for it."""
        last = self.items[-1]
        if isinstance(last, Untranslated):
            self.items[-1] = replace(last, unrolled=steps, is_needed=False)

    def dead(self, first: int, line: int, reason: str, text: str, found: Survey | None) -> None:
        """Add a part that is never reached; `first` is its statement's first line, from 0."""
        self._dead[len(self.items)] = first
        self.untranslated(line, reason, text, found)

    def drop_dead(self, lines: Iterable[int]) -> None:
        """Take parts out again that turned out to belong to something else."""
        known = set(lines)
        self.items = [
            item for place, item in enumerate(self.items) if self._dead.get(place, -1) not in known
        ]

    def warn(self, line: int, code: str, about: str) -> None:
        """Add a warning; one of a kind for each line, but for what is about several variables."""
        before = self._warnings.get((line, code))
        if before and code == "set-inside" and about not in before.about:
            about = f"{before.about}; {about}"
        elif before:
            return
        self._warnings[line, code] = Caution(line, code, about)

    def warnings(self) -> tuple[Caution, ...]:
        """Return the warnings by line."""
        return tuple(self._warnings[key] for key in sorted(self._warnings))
