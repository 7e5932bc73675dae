"""What all parts of the reading of a caller share: the draft, and what may change by what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imstack.bat.migrate.draft import Draft
from imstack.bat.migrate.endings import ending_at
from imstack.bat.migrate.nodes import If, Simple
from imstack.bat.migrate.survey import Surveyor, is_noise, keeps_output
from imstack.bat.migrate.words import command_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imstack.bat.migrate.nodes import Node, Redirect
    from imstack.bat.migrate.reading import Reader
    from imstack.bat.migrate.survey import Survey
    from imstack.bat.migrate.text import Codes
    from imstack.bat.migrate.variables import Variables


@dataclass(frozen=True, slots=True)
class Loop:
    """Lines from `first` to `last`, from 0, that a ``goto`` may run again."""

    first: int
    last: int


@dataclass(slots=True)
class Course:
    """Where the reading stands. Lines count from 0.

    Attributes
    ----------
    loops
        Loops that jumps back make.
    jumps
        Line and target of what may pass over the lines in between.
    consumed
        Lines that belong to subroutines, or to the ends of error checks.
    blocks
        Redirections of the blocks around.
    after
        The line behind the statement.
    is_last
        False within a statement while more of it follows.
    folders, pushes
        Numbers of the ``pushd`` that no ``popd`` has undone, and how many there were.
    """

    reader: Reader
    draft: Draft = field(init=False)
    surveyor: Surveyor = field(init=False)
    loops: set[Loop] = field(default_factory=set)
    jumps: list[tuple[int, int]] = field(default_factory=list)
    targets: set[int] = field(default_factory=set)
    consumed: set[int] = field(default_factory=set)
    blocks: list[Redirect] = field(default_factory=list)
    conditional_until: int = 0
    after: int = 0
    is_last: bool = True
    folders: list[int] = field(default_factory=list)
    pushes: int = 0

    def __post_init__(self) -> None:
        self.draft = Draft(self.reader.variables)
        self.surveyor = Surveyor(self.reader)

    @property
    def variables(self) -> Variables:
        """The variables as they are by now."""
        return self.reader.variables

    @property
    def codes(self) -> Codes:
        """What stands for values that only the run will tell."""
        return self.reader.variables.codes

    def survey(self, node: Node) -> Survey:
        """Return what `node` holds; subroutines that it calls are not unreachable."""
        found = self.surveyor.part(node, self.after)
        self.consumed |= found.lines
        return found

    def report(self, node: Node, reason: str, effects: Node | None = None) -> None:
        """Add what may or may not run, and make unknown what it may change.

        `effects`: the part of `node` that has them, when it is not the whole.
        """
        if is_noise(node, self.codes):
            return
        found = self.survey(node)
        found.works |= any(keeps_output(redirect, self.codes) for redirect in self.blocks)
        reason = "goto" if is_goto(node, self.codes) else reason
        self.draft.untranslated(node.span.line, reason, node.span.text, found)
        self.affect(self.survey(effects) if effects else found)

    def affect(self, found: Survey, *, jumps: bool = True) -> None:
        """Take in what a part may do when it runs; `jumps`: jumps pass over lines, too."""
        self.variables.forget(found.assigned, self.after)
        self.variables.shifted |= found.shifts
        if found.runs:
            self.no_status()
        for label in found.gotos:
            target = self.reader.find_label(label, self.after)
            failing = ending_at(self.reader, target) if target is not None else None
            if failing and failing.on_error.code not in {None, 0}:
                self.consumed |= failing.lines  # an end like exit /B 1
            elif target is not None and target < self.after:
                self.loops.add(Loop(target, self.after - 1))
            elif target is not None:
                self.targets.add(target)
                if jumps:
                    self.jump(target)
        if jumps and any(code in {None, 0} for code in found.exits):
            self.jump(len(self.reader))

    def jump(self, target: int) -> None:
        """Note that all lines up to `target` may be passed over."""
        self.jumps.append((self.after - 1, target))
        self.conditional_until = max(self.conditional_until, target)

    def drop_jumps(self, first: int, last: int) -> None:
        """Forget jumps from lines `first` to `last`."""
        self.jumps = [jump for jump in self.jumps if not first <= jump[0] <= last]
        self.conditional_until = max((target for _, target in self.jumps), default=0)

    def no_status(self) -> None:
        """Note that ERRORLEVEL no longer holds a step's exit code."""
        self.draft.status = None
        self.variables.status += 1

    def forget(self, names: Iterable[str], line: int) -> None:
        """Make variables unknown."""
        self.variables.forget(names, line)


def is_goto(node: Node, codes: Codes) -> bool:
    """Return True for a ``goto``, or an ``if`` that holds nothing else."""
    if isinstance(node, If):
        return node.otherwise is None and is_goto(node.then, codes)
    return isinstance(node, Simple) and command_of(node.text, codes).name == "goto"
