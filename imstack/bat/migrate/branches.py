"""What runs, may run or does not, within one statement: ``&``, ``&&``, ``||``, ``|``, if and for.

Error checks are told from other conditions: when all they do is report and exit, they say what
follows the failure of the step before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imstack.bat.migrate.capture import capture_of
from imstack.bat.migrate.choices import asks_for_programs, choose
from imstack.bat.migrate.commands import NEXT, Commands, Outcome
from imstack.bat.migrate.conditions import (
    answer_of,
    asks_argument,
    asks_failure,
    test_of,
    test_of_status,
)
from imstack.bat.migrate.course import is_goto
from imstack.bat.migrate.endings import Ending, ending_between, ending_of, exit_after
from imstack.bat.migrate.expand import expand_delayed
from imstack.bat.migrate.folders import makes_folder
from imstack.bat.migrate.nodes import For, Group, If, Simple
from imstack.bat.migrate.plan import Call, Capture, Guard, OnError, Stream, Tool
from imstack.bat.migrate.reading import goto_label
from imstack.bat.migrate.survey import is_control
from imstack.bat.migrate.unroll import UntoldError, go_back, saved, steps_of, values_of, with_value
from imstack.bat.migrate.words import SCRIPT_NAMES, command_of
from imstack.errors import InputError

if TYPE_CHECKING:
    from imstack.bat.migrate.course import Course
    from imstack.bat.migrate.nodes import Condition, Node
    from imstack.bat.migrate.plan import Step

CONTINUE = OnError(stop=False)


@dataclass(frozen=True, slots=True)
class Branches:
    """Carries out statements."""

    course: Course
    commands: Commands

    def run(self, node: Node) -> Outcome:
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
        course = self.course
        held, is_last = len(course.blocks), course.is_last
        course.blocks += node.redirects
        outcome = NEXT
        for place, item in enumerate(node.items, start=1):
            course.is_last = is_last and place == len(node.items)
            if outcome.kind in {"end", "goto"}:
                if not is_control(item, course.codes):
                    reason = "unreachable" if outcome.kind == "end" else "skipped"
                    found = course.survey(item)
                    course.draft.untranslated(item.span.line, reason, item.span.text, found)
            elif course.conditional_until >= course.after:  # a jump may pass over it
                course.report(item, "condition")
            elif (done := self.run(item)).kind != "next":
                outcome = done
        del course.blocks[held:]
        course.is_last = is_last
        return outcome

    def _pipe(self, node: Group) -> None:
        """Report a pipe; each side runs in a cmd.exe of its own, whose variables are lost."""
        found = self.course.survey(node)
        self.course.draft.untranslated(node.span.line, "pipe", node.span.text, found)
        names = [name for held in found.scripts for name in SCRIPT_NAMES[held.lower()].variables]
        self.course.variables.lose(names, node.span.line)
        self.course.no_status()

    def _either(self, node: Group) -> Outcome:
        """``A || B``: B only reports and exits, or it is a condition."""
        first, *rest = node.items
        ending = ending_of(rest[0], self.course.reader, self.course.after)
        if ending is None:
            outcome, _ = self._try(first, CONTINUE)
            for item in rest:
                self.course.report(item, "condition")
            return outcome
        commands = first.items if isinstance(first, Group) and first.joint == "&&" else (first,)
        outcome, told, untold = NEXT, False, False
        for command in commands:
            if outcome.kind in {"end", "goto"}:
                self.course.report(command, "unreachable")
                continue
            outcome, said = self._try(command, ending.on_error)
            told |= said
            untold |= self.course.draft.status is None
        if untold or not told:  # a command is no step that could say so
            text, line = rest[0].span.text, rest[0].span.line
            self.course.draft.untranslated(line, "condition", text, self.course.survey(rest[0]))
        self.course.consumed |= ending.lines
        return outcome

    def _both(self, node: Group) -> Outcome:
        """``A && B``: B is a condition."""
        first, *rest = node.items
        outcome, said = self._try(first, CONTINUE)
        if said and len(rest) == 1 and (jump := self._jump_over_end(rest[0])):
            self._stop(jump[0])
            return jump[1]
        for item in rest:
            self.course.report(item, "condition")
        return outcome

    def _try(self, node: Node, on_error: OnError) -> tuple[Outcome, bool]:
        """Carry out a command; return True when it is a step that can say what follows failure."""
        before = self.course.variables.status
        outcome = self.run(node)
        said = self.course.draft.status is not None and self.course.variables.status != before
        if said:
            self.course.draft.on_error(on_error)
        return outcome, said

    def _ask(self, node: If) -> Outcome:
        condition = replace(
            node.condition,
            left=expand_delayed(node.condition.left, self.course.variables)[0],
            right=expand_delayed(node.condition.right, self.course.variables)[0],
        )
        node = replace(node, condition=condition)
        failed = asks_failure(node.condition, self.course.variables)
        if failed is not None and self.course.draft.status is not None:
            return self._check(node, failed=failed)
        if asks_for_programs(node):
            found = self.course.survey(node)
            self.course.draft.untranslated(
                node.span.line, self._reason(node), node.span.text, found, is_needed=False
            )
            return NEXT
        answer = answer_of(condition, self.course.variables)
        if answer is not None:
            return self._go_on(node, (node.then, node.otherwise), answer=answer)
        if makes_folder(node, self.course.codes):
            return self.run(node.then)
        return NEXT if choose(node, self.course) else self._guard(node)

    def _go_on(self, node: If, parts: tuple[Node, Node | None], *, answer: bool) -> Outcome:
        """Carry out the part that runs, as the answer is known; mention the other one."""
        runs, rests = parts if answer else parts[::-1]
        if rests is not None and not is_control(rests, self.course.codes):
            found = self.course.survey(rests)
            self.course.draft.untranslated(node.span.line, "skipped", rests.span.text, found)
        return NEXT if runs is None else self.run(runs)

    def _check(self, node: If, *, failed: bool) -> Outcome:
        """An error check: `failed` tells whether its first part is for a failure."""
        on_failure = node.then if failed else node.otherwise
        on_success = node.otherwise if failed else node.then
        ending = (
            ending_of(on_failure, self.course.reader, self.course.after) if on_failure else None
        )
        if ending:
            self._stop(ending)
            if on_success is not None:
                self.course.report(node, self._reason(node), on_success)
            return NEXT
        if on_failure is None and (jump := self._jump_over_end(node.then)):
            self._stop(jump[0])
            return jump[1]
        if on_failure is not None and self._leaves(on_failure):
            found = self.course.survey(node)
            self.course.draft.on_error(OnError(stop=True))
            self.course.draft.untranslated(
                node.span.line, self._reason(node), node.span.text, found, is_needed=False
            )
            self.course.affect(found, jumps=False)
            return NEXT
        self.course.draft.on_error(CONTINUE)
        asked = test_of_status(self.course.variables, failed=failed)
        if not choose(node, self.course, asked):
            self.course.report(node, self._reason(node))
        return NEXT

    def _stop(self, ending: Ending) -> None:
        self.course.draft.on_error(ending.on_error)
        self.course.consumed |= ending.lines

    def _jump_over_end(self, node: Node) -> tuple[Ending, Outcome] | None:
        """``goto ok``, followed by lines that only report and exit, up to the label."""
        course = self.course
        if not isinstance(node, Simple) or not is_goto(node, course.codes) or not course.is_last:
            return None
        label = goto_label(command_of(node.text, course.codes).rest)
        target = None if label == ":eof" else course.reader.find_label(label, course.after)
        if target is None or target <= course.after:
            return None
        ending = ending_between(course.reader, course.after, target)
        return (ending, Outcome("goto", label)) if ending else None

    def _leaves(self, node: Node) -> bool:
        """Return True for commands at whose end is a ``goto`` or ``exit``."""
        while isinstance(node, Group) and node.joint in {"&", "()"}:
            node = node.items[-1]
        codes = self.course.codes
        return isinstance(node, Simple) and command_of(node.text, codes).name in {"goto", "exit"}

    def _reason(self, node: If) -> str:
        if is_goto(node, self.course.codes):
            return "goto"
        return "if-block" if node.is_block else "condition"

    def _guard(self, node: If) -> Outcome:
        """Any other ``if``: one that may end the caller and does nothing else, or a condition."""
        jump = self._jump_over_end(node.then) if node.otherwise is None else None
        if jump and self._is_guard(node.condition, jump[0], ends=False, only=True):
            self._add_guard(node, jump[0], ends=False)
            return jump[1]
        for part, other, ends in (
            (node.then, node.otherwise, True),
            (node.otherwise, node.then, False),
        ):
            if part is None:
                continue
            only = ending_of(part, self.course.reader, self.course.after)
            ending = only or exit_after(part, self.course.codes)
            if ending and self._is_guard(node.condition, ending, ends=ends, only=bool(only)):
                works = only is None and self.course.survey(part).works
                found = None if other is None else self.course.survey(other)
                needs_other = found is not None and found.works
                self._add_guard(node, ending, ends=ends, works=works, needs_other=needs_other)
                if found is not None:
                    self.course.affect(found)
                return NEXT
        self.course.report(node, self._reason(node))
        return NEXT

    def _is_guard(self, condition: Condition, ending: Ending, *, ends: bool, only: bool) -> bool:
        """Return True for a check that something is there: it is an error, or called one.

        `only`: before the end nothing but a report is made.
        """
        if ending.on_error.code not in {None, 0}:
            return True
        missing = condition.kind == "exist" and condition.negated == ends
        return only and (missing or asks_argument(condition, self.course.variables))

    def _add_guard(
        self,
        node: If,
        ending: Ending,
        *,
        ends: bool,
        works: bool = False,
        needs_other: bool = False,
    ) -> None:
        """Add a check; `needs_other`: where it does not end the caller, its other part works."""
        test = test_of(node.condition, self.course.variables)
        # After a command that is no step there is no failure to ask for.
        failure = asks_failure(node.condition, self.course.variables)
        guard = Guard(test, ends, ending.on_error, works) if failure is None else None
        self.course.draft.untranslated(
            node.span.line,
            "if-block" if node.is_block else "condition",
            node.span.text,
            self.course.survey(node),
            guard,
            is_needed=needs_other if guard else None,
        )
        self.course.consumed |= ending.lines

    def _unrolled(self, node: For) -> tuple[Step, ...]:
        """Return the steps of all rounds of a loop; none when not all of it becomes steps.

        What the rounds change is forgotten again: to the plan the loop is not translated.
        """
        course = self.course
        if not course.survey(node).works:  # and rounds within rounds take long to follow
            return ()
        state, before = saved(course), len(course.draft.items)
        consumed, budget = set(course.consumed), course.reader.budget.left
        course.is_last, course.draft.status = False, None
        steps: list[Step] | None = []
        try:
            for value in values_of(node, course.codes):
                outcome = self.run(with_value(node.body, node.variable, value))
                steps = steps_of(course.draft.items[before:])
                if steps is None or outcome.kind != "next":
                    steps = None
                    break
        except (UntoldError, InputError):  # or too much to be followed
            steps = None
        done = steps is not None and any(isinstance(step, Call | Tool) for step in steps)
        consumed |= course.consumed if done else set()
        go_back(state)
        course.consumed, course.reader.budget.left = consumed, budget
        return tuple(steps) if steps and done else ()

    def _loop(self, node: For) -> None:
        captured = capture_of(node, self.course.reader)
        variables = self.course.variables
        if captured is None or any(
            ref.kind == "unknown" for w in captured.args for ref in w.text.refs
        ):
            unrolled = self._unrolled(node)
            self.course.report(node, "loop")
            if unrolled:
                self.course.draft.unroll(unrolled)
            return
        streams = tuple(
            Stream(redirect.handle, redirect.sign, variables.codes.text(redirect.target))
            for redirect in captured.redirects
        )
        line = node.span.line
        names = tuple(name and variables.run_time(name, line) for name in captured.names)
        step = Capture(line, names, captured.program, captured.args, captured.separators, streams)
        self.course.draft.step(step)
