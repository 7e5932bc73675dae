"""What each command of a caller means: a step, a change of variables, or neither.

Rules of cmd.exe relied on:

- A BAT file named without CALL takes over: the caller never goes on, but for what is left of the
  line.
- What stands behind CALL is read once more: variables are replaced again (so that ``%%`` has become
  ``%`` and now becomes nothing), and carets in quotes are doubled.
- ``echo`` prints all but the one character behind it. ``echo``, ``set`` and the like leave
  ERRORLEVEL as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from imstack.bat.migrate import folders
from imstack.bat.migrate.expand import expand_delayed
from imstack.bat.migrate.listing import listing_of
from imstack.bat.migrate.nodes import Simple
from imstack.bat.migrate.paths import absolute_argument, absolute_in
from imstack.bat.migrate.plan import Call, Echo, Stream, Tool
from imstack.bat.migrate.reading import goto_label
from imstack.bat.migrate.settings import Settings, leave, results_of
from imstack.bat.migrate.survey import exit_code, is_noise
from imstack.bat.migrate.tokens import DELIMITERS
from imstack.bat.migrate.words import (
    IM_PROGRAMS,
    SCRIPT_NAMES,
    batch_arguments,
    command_of,
    program_arguments,
    script_words,
)

if TYPE_CHECKING:
    from imstack.bat.migrate.course import Course
    from imstack.bat.migrate.nodes import Redirect
    from imstack.bat.migrate.words import Command
    from imstack.bat.variables import Script

_BATCH = re.compile(r'^[\s@]*"?(?:[^\s"]*%pictbat%|[^"\s]*\.(?:bat|cmd)\b)', re.IGNORECASE)
_DEEPEST_CALL = 8  # call call call ..


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a command leads: on, to a `label`, to the end at once or after the rest of the line."""

    kind: Literal["next", "goto", "end", "end-of-line"] = "next"
    label: str = ""


NEXT = Outcome()


@dataclass(slots=True)
class Commands:
    """Carries out simple commands."""

    course: Course

    def run(self, node: Simple, depth: int = 0) -> Outcome:
        """Carry out one command; `depth` counts the CALLs before it."""
        if is_noise(node, self.course.codes):
            return self._noise(node)
        text, findings = expand_delayed(node.text, self.course.variables)
        self.course.reader.spend(len(text), node.span.line)
        for finding in findings:
            self.course.draft.warn(node.span.line, finding.code, finding.about)
        node = Simple(node.span, text, node.redirects)
        command = command_of(text, self.course.codes)
        if command.is_internal:
            return self._internal(node, command, depth)
        return self._external(node, command, called=depth > 0)

    def _noise(self, node: Simple) -> Outcome:
        command = command_of(node.text, self.course.codes)
        if command.name == "setlocal":
            self.course.variables.setlocal(command.rest)
        elif command.name == "endlocal":
            self.course.variables.endlocal(node.span.line)
        return NEXT

    def _internal(self, node: Simple, command: Command, depth: int) -> Outcome:
        match command.name:
            case "call" if depth < _DEEPEST_CALL:
                return self._call(node, command.rest, depth)
            case "goto" if not depth:
                return Outcome("goto", goto_label(command.rest))
            case "exit" if not depth:
                self.course.draft.exit_code = exit_code(command.rest)
                return Outcome("end")
            case "echo":
                self._echo(node, command.rest)
            case "set":
                Settings(self.course).run(node, command.rest)
            case "shift":
                start = command.rest.strip().removeprefix("/")
                self.course.variables.shift(int(start) if start in set("012345678") else 0)
            case "dir":
                self._listing(node, command)
            case name if name in folders.COMMANDS:
                self._folder(node, command)
            case "pause":
                leave(self.course, node, "asks-user")
            case _:
                leave(self.course, node, "other-command")
        return NEXT

    def _listing(self, node: Simple, command: Command) -> None:
        trouble = self._trouble(node, command.rest)
        streams = () if trouble else self._streams(node)
        step = None if trouble else listing_of(node, command, streams, self.course)
        if step is None:
            leave(self.course, node, trouble or "other-command")
            return
        self.course.draft.step(step)
        self.course.no_status()

    def _folder(self, node: Simple, command: Command) -> None:
        steps = folders.folder_steps(node, command, self.course)
        if steps is None:
            leave(self.course, node, "other-command")
            return
        for step in steps:
            self.course.draft.step(step)
        self.course.no_status()

    def _external(self, node: Simple, command: Command, *, called: bool) -> Outcome:
        if script := SCRIPT_NAMES.get(command.name):
            if not called:
                about = f"without CALL, {script.name} ends the caller"
                self.course.draft.warn(node.span.line, "no-call", about)
            self._script(node, script, command.rest)
            return NEXT if called else Outcome("end-of-line")
        if command.name in IM_PROGRAMS:
            self._tool(node, command)
            return NEXT
        leave(self.course, node, "asks-user" if command.name == "choice" else "other-command")
        if called:
            self.course.variables.anything = True
        elif _BATCH.match(node.span.text):
            about = f"without CALL, {command.name} ends the caller"
            self.course.draft.warn(node.span.line, "no-call", about)
            return Outcome("end-of-line")
        self.course.variables.lose(
            [name for held in script_words(node.span.text) for name in results_of(held)],
            node.span.line,
        )
        return NEXT

    def _script(self, node: Simple, script: Script, rest: str) -> None:
        variables = self.course.variables
        if reason := self._trouble(node, rest):
            leave(self.course, node, reason)
            return
        env = tuple((name, variables.codes.text(value)) for name, value in variables.switches())
        args = batch_arguments(rest, variables.codes)
        inner = tuple(
            (one, variables.codes.text(value)) for one, value in variables.inner(script.name)
        )
        for one, value in inner:
            about = f"{one.variable}={value.plan}: {one.script} sets it itself; see {one.key}"
            self.course.draft.warn(node.span.line, "set-inside", about)
        line, streams = node.span.line, self._streams(node)
        step = Call(line, script.name, args, env, streams, inner=inner)
        self._add_program(node, step)
        variables.results(script.variables, node.span.line)

    def _tool(self, node: Simple, command: Command) -> None:
        variables = self.course.variables
        if reason := self._trouble(node, command.rest):
            leave(self.course, node, reason)
            return
        args = program_arguments(command.rest, variables.codes)
        self._add_program(node, Tool(node.span.line, command.name, args, self._streams(node)))

    def _add_program(self, node: Simple, step: Call | Tool) -> None:
        self.course.draft.step(step)
        self.course.variables.status += 1
        if about := absolute_argument(node.span.text):
            self.course.draft.warn(node.span.line, "absolute-path", about)

    def _echo(self, node: Simple, rest: str) -> None:
        if reason := self._trouble(node, rest):
            leave(self.course, node, reason, keeps_status=True)
            return
        for redirect in node.redirects:
            if about := absolute_in(redirect.target):
                self.course.draft.warn(node.span.line, "absolute-path", about)
        text = self.course.codes.text(rest[1:])
        self.course.draft.step(Echo(node.span.line, text, self._streams(node)))

    def _call(self, node: Simple, rest: str, depth: int) -> Outcome:
        line = node.span.line
        bare = rest.lstrip(DELIMITERS)
        if bare.startswith(":"):
            self._subroutine(node, goto_label(bare))
            return NEXT
        if "%" in rest:
            about = "CALL replaces variables once more"
            self.course.draft.warn(line, "call-double-percent", about)
        again, findings = self.course.reader.again(bare.replace("^", "^^"), node.span, percent=True)
        for finding in findings:
            if finding.code == "variables-lost":
                self.course.draft.warn(line, finding.code, finding.about)
        if not isinstance(again, Simple):
            leave(self.course, node, "other-command")
            return NEXT
        redirects = node.redirects + again.redirects
        return self.run(Simple(node.span, again.text, redirects), depth + 1)

    def _subroutine(self, node: Simple, label: str) -> None:
        if label in {":eof", ""}:
            return
        found = self.course.surveyor.subroutine(label, self.course.after)
        self.course.consumed |= found.lines
        self.course.draft.untranslated(node.span.line, "subroutine", node.span.text, found)
        self.course.forget(found.assigned, node.span.line)
        self.course.no_status()

    def _trouble(self, node: Simple, text: str) -> str:
        """Return why no step can say `text` with its redirections; nothing when one can."""
        targets = (redirect.target for redirect in (*self.course.blocks, *node.redirects))
        return self.course.variables.trouble_with("".join((text, *targets)))

    def _streams(self, node: Simple) -> tuple[Stream, ...]:
        """Return where a step's input and output go, by its own redirections and the blocks'."""
        streams = []
        for redirect in (*self.course.blocks, *node.redirects):
            joins = int(redirect.target) if redirect.sign == ">&" else None
            target = self.course.codes.text(redirect.target.replace('"', ""))
            streams.append(Stream(redirect.handle, redirect.sign, target, joins))
        self.course.blocks[:] = [_appending(redirect) for redirect in self.course.blocks]
        return tuple(streams)


def _appending(redirect: Redirect) -> Redirect:
    """Return a block's redirection for the commands behind the first one: they go on writing."""
    if redirect.sign != ">":
        return redirect
    return type(redirect)(redirect.handle, ">>", redirect.target)
