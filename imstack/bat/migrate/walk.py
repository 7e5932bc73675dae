"""From line to line as cmd.exe goes: which commands run, which may run, and which never do.

Only what runs whatever happens becomes a step. The rest is reported, and what it sets is unknown
from there on:

- What an ``if`` holds, or stands behind ``&&``: a condition. Error checks are different: when all
  they do is report and exit, they say what follows the failure of the step before.
- Lines that a conditional ``goto`` may jump over run on a condition, too, up to its label.
- A ``goto`` back makes a loop of the lines from its label on. As a loop is only seen at its end,
  the caller is gone through again with the loops that were found.
- Behind ``exit`` or ``goto :eof`` nothing runs until a label that something jumps to.
- A check that may end the caller early (no argument, no such file, any failure with an exit code)
  does not make a condition of all that follows; it is reported, and kept as a guard for scripts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from imstack.bat.migrate.capture import capture_of
from imstack.bat.migrate.commands import NEXT, Commands, Outcome
from imstack.bat.migrate.conditions import asks_argument, asks_failure, test_of
from imstack.bat.migrate.draft import Draft
from imstack.bat.migrate.endings import Ending, ending_between, ending_of, exit_after
from imstack.bat.migrate.expand import expand_delayed
from imstack.bat.migrate.nodes import For, Group, If, Remark, Simple
from imstack.bat.migrate.plan import Capture, Guard, OnError, Plan, Stream
from imstack.bat.migrate.reading import Budget, Reader, goto_label
from imstack.bat.migrate.survey import Survey, is_control, is_noise, survey
from imstack.bat.migrate.text import Codes
from imstack.bat.migrate.variables import Variables
from imstack.bat.migrate.words import SCRIPT_NAMES, command_of
from imstack.errors import InputError

if TYPE_CHECKING:
    from imstack.bat.migrate.decode import Caller
    from imstack.bat.migrate.nodes import Condition, Node, Redirect
    from imstack.bat.migrate.reading import Statement

_MOST_PASSES = 12
CONTINUE = OnError(stop=False)


def read_caller(caller: Caller) -> Plan:
    """Return what a caller does.

    Raises
    ------
    InputError
        When the caller is too long, or its loops too tangled, to be followed.
    """
    budget = Budget()
    loops: frozenset[Loop] = frozenset()
    for _ in range(_MOST_PASSES):
        pass_ = Walk(caller, loops, budget)
        pass_.run()
        if pass_.loops <= loops:
            return pass_.plan()
        loops |= pass_.loops
    message = f"{caller.name}: its gotos are too tangled to be followed"
    raise InputError(message, hint="translate it by hand, or put its loops straight")


@dataclass(frozen=True, slots=True)
class Loop:
    """Lines from `first` to `last`, from 0, that a ``goto`` may run again."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Dead:
    """Why nothing runs, and the line from which on it does again, if that is known."""

    reason: str
    until: int | None = None


@dataclass(slots=True)
class Walk:
    """One pass through a caller."""

    caller: Caller
    known: frozenset[Loop]
    budget: Budget
    loops: set[Loop] = field(default_factory=set)
    reader: Reader = field(init=False)
    draft: Draft = field(init=False)
    commands: Commands = field(init=False)
    consumed: set[int] = field(default_factory=set)
    blocks: list[Redirect] = field(default_factory=list)
    dead: _Dead | None = None
    conditional_until: int = 0
    targets: set[int] = field(default_factory=set)
    revives: set[int] = field(default_factory=set)
    after: int = 0

    def __post_init__(self) -> None:
        codes = Codes(frozenset(c for line in self.caller.lines for c in line if c >= "\U000f0000"))
        self.reader = Reader(self.caller, Variables(codes), self.budget)
        self.draft = Draft(self.reader.variables)
        self.commands = Commands(self.reader, self.draft, self.consumed, self.blocks)

    def run(self) -> None:
        """Go from the first line to the last."""
        if self.caller.bom:
            about = f"a {self.caller.bom} byte order mark: cmd.exe does not understand line 1"
            self.draft.warn(1, "bom", about)
        at = 0
        while at < len(self.reader):
            at = self._line(at)

    def plan(self) -> Plan:
        """Return the plan."""
        self.draft.drop_dead(self.consumed)
        arguments = self.draft.arguments - {"0"}
        return Plan(
            source=self.caller.name,
            params=tuple(sorted(arguments, key=lambda name: (name == "*", len(name), name))),
            items=tuple(self.draft.items),
            warnings=self.draft.warnings(),
            exit_code=self.draft.exit_code,
            note=self.caller.note,
        )

    def _line(self, at: int) -> int:
        """Go through the statement at line `at`; return the line behind it."""
        statement = self.reader.statement(at)
        self.after = self.commands.after = statement.following
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
        elif is_label and at in self.targets:
            self.dead = None
            self.conditional_until = len(self.reader)

    def _pass_by(self, statement: Statement, reason: str) -> None:
        node, trouble = statement.node, statement.trouble
        if node is not None and is_control(node, self.reader.variables.codes):
            return
        span = node.span if node is not None else trouble.span if trouble else None
        if span is not None:
            found = survey(node, self.reader, self.after) if node else None
            self.draft.dead(statement.first, span.line, reason, span.text, found)

    def _refuse(self, statement: Statement) -> None:
        """Add a statement that cmd.exe cannot read, and at which it ends."""
        if statement.trouble is not None:
            span = statement.trouble.span
            self.draft.untranslated(span.line, "other-command", span.text)
        if not self._doubt(statement.first):
            self.dead = _Dead("unreachable")

    def _note(self, statement: Statement) -> None:
        self.draft.arguments |= statement.arguments
        for line, finding in statement.findings:
            self.draft.warn(line, finding.code, finding.about)

    def _doubt(self, at: int) -> str:
        """Return why the statement at a line may run never or often; nothing when it does run."""
        if any(loop.first <= at <= loop.last for loop in self.known):
            return "loop"
        return "condition" if at < self.conditional_until else ""

    def _reach(self, at: int, node: Node) -> None:
        codes = self.reader.variables.codes
        if at == 0 and self.caller.bom == "UTF-8":
            if not is_noise(node, codes):
                self.draft.untranslated(1, "other-command", node.span.text, self._survey(node))
            return
        if reason := self._doubt(at):
            self._report(node, reason)
            if at in {loop.last for loop in self.known}:
                self._leave_loop(node)
            return
        outcome = self._execute(node)
        if outcome.kind in {"end", "end-of-line"}:
            self.dead = _Dead("unreachable")
        elif outcome.kind == "goto":
            self._go(at, outcome.label, node)

    def _go(self, at: int, label: str, node: Node) -> None:
        """Follow a ``goto`` that runs whatever happens."""
        target = None if label == ":eof" else self.reader.find_label(label, self.after)
        self.dead = _Dead("unreachable")
        if label == ":eof":
            return
        if target is None:
            self.draft.untranslated(node.span.line, "goto", node.span.text)
        elif target >= self.after:
            self.dead = _Dead("skipped", target)
        else:
            self.loops.add(Loop(target, at))
            self.draft.untranslated(node.span.line, "goto", node.span.text)

    def _leave_loop(self, node: Node) -> None:
        """Behind a loop that always goes back, only what jumps out of it goes on."""
        codes = self.reader.variables.codes
        if not isinstance(node, Simple) or command_of(node.text, codes).name != "goto":
            return
        self.dead = _Dead("unreachable")
        ahead = {target for target in self.targets if target >= self.after}
        self.targets -= ahead
        if len(ahead) == 1:
            self.revives |= ahead
            self.conditional_until = 0
        else:
            self.targets |= ahead

    def _survey(self, node: Node) -> Survey:
        found = survey(node, self.reader, self.after)
        if found.lines:
            self.consumed |= found.lines
        return found

    def _report(self, node: Node, reason: str, effects: Node | None = None) -> None:
        """Add what may or may not run, and make unknown what it may change.

        `effects`: the part of `node` that has them, when it is not the whole.
        """
        codes = self.reader.variables.codes
        if is_noise(node, codes):
            return
        found = self._survey(node)
        if _is_goto(node, codes):
            reason = "goto"
        self.draft.untranslated(node.span.line, reason, node.span.text, found)
        self._affect(self._survey(effects) if effects else found)

    def _affect(self, found: Survey, *, jumps: bool = True) -> None:
        """Take in what a part may do when it runs; `jumps`: jumps pass over lines, too."""
        self.reader.variables.forget(found.assigned, self.after)
        self.draft.status = None
        self.reader.variables.status += 1
        for label in found.gotos:
            target = self.reader.find_label(label, self.after)
            if target is not None and target < self.after:
                self.loops.add(Loop(target, self.after - 1))
            elif target is not None:
                self.targets.add(target)
                self.conditional_until = max(self.conditional_until, target * jumps)
        if jumps and any(code in {None, 0} for code in found.exits):
            self.conditional_until = len(self.reader)

    def _execute(self, node: Node) -> Outcome:
        """Carry out what runs whatever happens."""
        match node:
            case Simple():
                return self.commands.run(node)
            case Group(joint="|"):
                self._pipe(node)
            case Group(joint="||"):
                return self._either(node)
            case Group(joint="&&"):
                return self._both(node)
            case Group():
                return self._sequence(node)
            case If():
                return self._ask(node)
            case For():
                self._loop(node)
        return NEXT

    def _sequence(self, node: Group) -> Outcome:
        held = len(self.blocks)
        self.blocks += node.redirects
        outcome = NEXT
        for item in node.items:
            if outcome.kind in {"end", "goto"}:
                if not is_control(item, self.reader.variables.codes):
                    reason = "unreachable" if outcome.kind == "end" else "skipped"
                    span = item.span
                    self.draft.untranslated(span.line, reason, span.text, self._survey(item))
            elif (done := self._execute(item)).kind != "next":
                outcome = done
        del self.blocks[held:]
        return outcome

    def _pipe(self, node: Group) -> None:
        """Report a pipe; each side runs in a cmd.exe of its own, whose variables are lost."""
        found = self._survey(node)
        self.draft.untranslated(node.span.line, "pipe", node.span.text, found)
        names = [name for held in found.scripts for name in SCRIPT_NAMES[held.lower()].variables]
        self.reader.variables.lose(names, node.span.line)
        self.draft.status = None
        self.reader.variables.status += 1

    def _either(self, node: Group) -> Outcome:
        """``A || B``: B only reports and exits, or it is a condition."""
        first, *rest = node.items
        ending = ending_of(rest[0], self.reader, self.after)
        if ending is None:
            outcome = self._try(first, CONTINUE)[0]
            for item in rest:
                self._report(item, "condition")
            return outcome
        commands = first.items if isinstance(first, Group) and first.joint == "&&" else (first,)
        for command in commands:
            outcome, said = self._try(command, ending.on_error)
            if not said:
                self._report_end(rest[0])
            if outcome.kind != "next":
                return outcome
        self.consumed |= ending.lines
        return NEXT

    def _both(self, node: Group) -> Outcome:
        """``A && B``: B is a condition."""
        first, *rest = node.items
        outcome, _ = self._try(first, CONTINUE)
        for item in rest:
            self._report(item, "condition")
        return outcome

    def _try(self, node: Node, on_error: OnError) -> tuple[Outcome, bool]:
        """Carry out a command; return True when it is a step that can say what follows failure."""
        before = self.reader.variables.status
        outcome = self._execute(node)
        said = self.draft.status is not None and self.reader.variables.status != before
        if said:
            self.draft.on_error(on_error)
        return outcome, said

    def _report_end(self, node: Node) -> None:
        """Report an end that may follow on a command that is no step."""
        self.draft.untranslated(node.span.line, "condition", node.span.text, self._survey(node))

    def _ask(self, node: If) -> Outcome:
        condition = replace(
            node.condition,
            left=expand_delayed(node.condition.left, self.reader.variables)[0],
            right=expand_delayed(node.condition.right, self.reader.variables)[0],
        )
        node = replace(node, condition=condition)
        failed = asks_failure(node.condition, self.reader.variables)
        if failed is not None and self.draft.status is not None:
            return self._check(node, failed=failed)
        return self._guard(node)

    def _check(self, node: If, *, failed: bool) -> Outcome:
        """An error check: `failed` tells whether its first part is for a failure."""
        on_failure = node.then if failed else node.otherwise
        on_success = node.otherwise if failed else node.then
        ending = ending_of(on_failure, self.reader, self.after) if on_failure else None
        if ending:
            self._stop(ending)
            if on_success is not None:
                self._report(node, self._reason(node), on_success)
            return NEXT
        if on_failure is None and (jump := self._jump_over_end(node)):
            self._stop(jump[0])
            return jump[1]
        if on_failure is not None and self._leaves(on_failure):
            found = self._survey(node)
            self.draft.on_error(OnError(stop=True))
            self.draft.untranslated(node.span.line, self._reason(node), node.span.text, found)
            self._affect(found, jumps=False)
            return NEXT
        self.draft.on_error(CONTINUE)
        self._report(node, self._reason(node))
        return NEXT

    def _stop(self, ending: Ending) -> None:
        self.draft.on_error(ending.on_error)
        self.consumed |= ending.lines

    def _jump_over_end(self, node: If) -> tuple[Ending, Outcome] | None:
        """``if .. goto ok``, followed by lines that only report and exit, up to the label."""
        codes = self.reader.variables.codes
        then = node.then
        if node.otherwise is not None or not isinstance(then, Simple) or not _is_goto(then, codes):
            return None
        label = goto_label(command_of(then.text, codes).rest)
        target = None if label == ":eof" else self.reader.find_label(label, self.after)
        if target is None or target <= self.after:
            return None
        ending = ending_between(self.reader, self.after, target)
        return (ending, Outcome("goto", label)) if ending else None

    def _leaves(self, node: Node) -> bool:
        """Return True for commands at whose end is a ``goto`` or ``exit``."""
        while isinstance(node, Group) and node.joint in {"&", "()"}:
            node = node.items[-1]
        codes = self.reader.variables.codes
        return isinstance(node, Simple) and command_of(node.text, codes).name in {"goto", "exit"}

    def _reason(self, node: If) -> str:
        if _is_goto(node, self.reader.variables.codes):
            return "goto"
        return "if-block" if node.is_block else "condition"

    def _guard(self, node: If) -> Outcome:
        """Any other ``if``: one that may end the caller and does nothing else, or a condition."""
        jump = self._jump_over_end(node)
        if jump and self._is_guard(node.condition, jump[0], ends=False, only=True):
            self._add_guard(node, jump[0], ends=False)
            return jump[1]
        for part, other, ends in (
            (node.then, node.otherwise, True),
            (node.otherwise, node.then, False),
        ):
            only = ending_of(part, self.reader, self.after) if part else None
            ending = only or (exit_after(part, self.reader.variables.codes) if part else None)
            if ending and self._is_guard(node.condition, ending, ends=ends, only=bool(only)):
                self._add_guard(node, ending, ends=ends)
                if other is not None:
                    self._affect(self._survey(other))
                return NEXT
        self._report(node, self._reason(node))
        return NEXT

    def _is_guard(self, condition: Condition, ending: Ending, *, ends: bool, only: bool) -> bool:
        """Return True for a check that something is there: it is an error, or called one.

        `only`: before the end nothing but a report is made.
        """
        if ending.on_error.code not in {None, 0}:
            return True
        missing = condition.kind == "exist" and condition.negated == ends
        return only and (missing or asks_argument(condition, self.reader.variables))

    def _add_guard(self, node: If, ending: Ending, *, ends: bool) -> None:
        test = test_of(node.condition, self.reader.variables)
        # After a command that is no step there is no failure to ask for.
        failure = asks_failure(node.condition, self.reader.variables)
        guard = Guard(test, ends, ending.on_error) if failure is None else None
        self.draft.untranslated(
            node.span.line,
            "if-block" if node.is_block else "condition",
            node.span.text,
            self._survey(node),
            guard,
        )
        self.consumed |= ending.lines

    def _loop(self, node: For) -> None:
        captured = capture_of(node, self.reader)
        variables = self.reader.variables
        if captured is None or any(
            ref.kind == "unknown" for w in captured.args for ref in w.text.refs
        ):
            self._report(node, "loop")
            return
        streams = tuple(
            Stream(redirect.handle, redirect.sign, variables.codes.text(redirect.target))
            for redirect in captured.redirects
        )
        line = node.span.line
        names = tuple(name and variables.run_time(name, line) for name in captured.names)
        step = Capture(line, names, captured.program, captured.args, captured.separators, streams)
        self.draft.step(step)


def _is_goto(node: Node, codes: Codes) -> bool:
    """Return True for a ``goto``, or an ``if`` that holds nothing else."""
    if isinstance(node, If):
        return node.otherwise is None and _is_goto(node.then, codes)
    return isinstance(node, Simple) and command_of(node.text, codes).name == "goto"
