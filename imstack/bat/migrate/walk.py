"""From line to line as cmd.exe goes: which statements run, which may run, and which never do.

Only what runs whatever happens becomes a step. The rest is reported, and what it sets is unknown
from there on:

- What an ``if`` holds, or stands behind ``&&``, is a condition (see `branches`).
- Lines that a conditional ``goto`` may jump over run on a condition, too, up to its label.
- A ``goto`` back makes a loop of the lines from its label on. As a loop is only seen at its end,
  the caller is gone through again with the loops that were found.
- Behind ``exit`` or ``goto :eof`` nothing runs until a label that something jumps to.
- A check that may end the caller early (no argument, no such file, any failure with an exit code)
  does not make a condition of all that follows; it is reported, and kept as a guard for scripts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imstack.bat.migrate.branches import Branches
from imstack.bat.migrate.commands import Commands
from imstack.bat.migrate.course import Course, Loop, is_goto
from imstack.bat.migrate.nodes import Remark, Simple
from imstack.bat.migrate.plan import Plan
from imstack.bat.migrate.reading import Budget, Reader
from imstack.bat.migrate.survey import is_control, is_noise
from imstack.bat.migrate.text import Codes
from imstack.bat.migrate.variables import Variables
from imstack.errors import InputError

if TYPE_CHECKING:
    from imstack.bat.migrate.decode import Caller
    from imstack.bat.migrate.nodes import Node
    from imstack.bat.migrate.reading import Statement

_MOST_PASSES = 12


def read_caller(caller: Caller) -> Plan:
    """Return what a caller does.

    Raises
    ------
    InputError
        When the caller is too long, or its loops too tangled, to be followed.
    """
    taken = frozenset(char for line in caller.lines for char in line if char >= "\U000f0000")
    budget = Budget()
    loops: frozenset[Loop] = frozenset()
    for _ in range(_MOST_PASSES):
        course = Course(Reader(caller, Variables(Codes(taken)), budget))
        Walk(course, loops).run()
        if course.loops <= loops:
            return _plan(course)
        loops |= course.loops
    message = f"{caller.name}: its gotos are too tangled to be followed"
    raise InputError(message, hint="translate it by hand, or put its loops straight")


def _plan(course: Course) -> Plan:
    draft, caller = course.draft, course.reader.caller
    draft.drop_dead(course.consumed)
    arguments = draft.arguments - {"0"}
    return Plan(
        source=caller.name,
        params=tuple(sorted(arguments, key=lambda name: (name == "*", len(name), name))),
        items=tuple(draft.items),
        warnings=draft.warnings(),
        exit_code=draft.exit_code,
        note=caller.note,
    )


@dataclass(frozen=True, slots=True)
class _Dead:
    """Why nothing runs, and the line from which on it does again, if that is known."""

    reason: str
    until: int | None = None


@dataclass(slots=True)
class Walk:
    """One pass through a caller, with the loops `known` from the passes before."""

    course: Course
    known: frozenset[Loop]
    branches: Branches = field(init=False)
    dead: _Dead | None = None
    revives: set[int] = field(default_factory=set)
    looped: set[int] = field(default_factory=set)
    starts: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.branches = Branches(self.course, Commands(self.course))
        done = 0
        for loop in sorted(self.known, key=lambda loop: (loop.first, loop.last)):
            self.looped.update(range(max(done, loop.first), loop.last + 1))
            done = max(done, loop.last + 1)
            self.starts[loop.last] = min(loop.first, self.starts.get(loop.last, loop.first))

    def run(self) -> None:
        """Go from the first line to the last."""
        if bom := self.course.reader.caller.bom:
            about = f"a {bom} byte order mark: cmd.exe does not understand line 1"
            self.course.draft.warn(1, "bom", about)
        at = 0
        while at < len(self.course.reader):
            at = self._line(at)

    def _line(self, at: int) -> int:
        """Go through the statement at line `at`; return the line behind it."""
        statement = self.course.reader.statement(at)
        self.course.after = statement.following
        self._revive(at, is_label=bool(statement.label))
        if self.dead:
            self._pass_by(statement, self.dead.reason)
        elif statement.node is None:
            self._refuse(statement)
        elif not isinstance(statement.node, Remark):
            self._note(statement)
            self._reach(at, statement.node)
        return statement.following

    def _revive(self, at: int, *, is_label: bool) -> None:
        """Let things run again where a jump leads to."""
        if self.dead is None:
            return
        if at == self.dead.until or (is_label and at in self.revives):
            self.dead = None
        elif is_label and at in self.course.targets:
            self.dead = None
            self.course.jump(len(self.course.reader))

    def _pass_by(self, statement: Statement, reason: str) -> None:
        node, trouble = statement.node, statement.trouble
        if node is not None and is_control(node, self.course.codes):
            return
        span = node.span if node is not None else trouble.span if trouble else None
        if span is not None:
            found = self.course.surveyor.part(node, self.course.after) if node else None
            self.course.draft.dead(statement.first, span.line, reason, span.text, found)

    def _refuse(self, statement: Statement) -> None:
        """Add a statement that cmd.exe cannot read, and at which it ends."""
        if statement.trouble is not None:
            span = statement.trouble.span
            self.course.draft.untranslated(span.line, "other-command", span.text)
        if not self._doubt(statement.first):
            self.dead = _Dead("unreachable")

    def _note(self, statement: Statement) -> None:
        self.course.draft.arguments |= statement.arguments
        for line, finding in statement.findings:
            self.course.draft.warn(line, finding.code, finding.about)

    def _doubt(self, at: int) -> str:
        """Return why the statement at a line may run never or often; nothing when it does run."""
        if at in self.looped:
            return "loop"
        return "condition" if at < self.course.conditional_until else ""

    def _reach(self, at: int, node: Node) -> None:
        course = self.course
        if at == 0 and course.reader.caller.bom == "UTF-8":
            if not is_noise(node, course.codes):
                course.draft.untranslated(1, "other-command", node.span.text, course.survey(node))
            return
        if reason := self._doubt(at):
            course.report(node, reason)
            if at in self.starts and isinstance(node, Simple) and is_goto(node, course.codes):
                self._leave_loop(self.starts[at], at)
            return
        outcome = self.branches.run(node)
        if outcome.kind in {"end", "end-of-line"}:
            self.dead = _Dead("unreachable")
        elif outcome.kind == "goto":
            self._go(at, outcome.label, node)

    def _go(self, at: int, label: str, node: Node) -> None:
        """Follow a ``goto`` that runs whatever happens."""
        course = self.course
        target = None if label == ":eof" else course.reader.find_label(label, course.after)
        self.dead = _Dead("unreachable")
        if not course.codes.is_plain(label):  # anywhere
            self.dead = None
            course.jump(len(course.reader))
        if target is not None and target >= course.after:
            self.dead = _Dead("skipped", target)
        elif target is not None:
            course.loops.add(Loop(target, at))
        if label != ":eof" and (target is None or target < course.after):
            course.draft.untranslated(node.span.line, "goto", node.span.text)

    def _leave_loop(self, first: int, last: int) -> None:
        """Behind a loop that always goes back, only what jumps out of it goes on."""
        course = self.course
        ways = {target for line, target in course.jumps if first <= line and target > last}
        self.dead = _Dead("unreachable")
        if len(ways) == 1:
            self.revives |= ways
            course.drop_jumps(first, last)
