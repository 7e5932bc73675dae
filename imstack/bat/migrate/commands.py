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

from imstack.bat.migrate.arithmetic import CalculationError, calculate, number_in
from imstack.bat.migrate.assignment import assignment_of
from imstack.bat.migrate.expand import expand_delayed
from imstack.bat.migrate.nodes import Simple
from imstack.bat.migrate.parser import DELIMITERS
from imstack.bat.migrate.paths import absolute_argument, absolute_in
from imstack.bat.migrate.plan import Call, Echo, SetStep, Stream, Tool
from imstack.bat.migrate.reading import goto_label
from imstack.bat.migrate.survey import body_of, exit_code, is_noise, names_set, survey
from imstack.bat.migrate.variables import FOLDERS
from imstack.bat.migrate.words import (
    IM_PROGRAMS,
    SCRIPT_NAMES,
    batch_arguments,
    command_of,
    program_arguments,
    script_words,
)

if TYPE_CHECKING:
    from imstack.bat.migrate.assignment import Assignment
    from imstack.bat.migrate.draft import Draft
    from imstack.bat.migrate.nodes import Redirect
    from imstack.bat.migrate.reading import Reader
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
    """Carries out simple commands on a draft.

    `consumed` collects lines that belong to subroutines; `blocks` are the redirections of the
    blocks around, `after` the line behind the statement, from 0.
    """

    reader: Reader
    draft: Draft
    consumed: set[int]
    blocks: list[Redirect]
    after: int = 0

    def run(self, node: Simple, depth: int = 0) -> Outcome:
        """Carry out one command; `depth` counts the CALLs before it."""
        if is_noise(node, self.reader.variables.codes):
            return self._noise(node)
        text, findings = expand_delayed(node.text, self.reader.variables)
        for finding in findings:
            self.draft.warn(node.span.line, finding.code, finding.about)
        node = Simple(node.span, text, node.redirects)
        command = command_of(text, self.reader.variables.codes)
        if command.is_internal:
            return self._internal(node, command, depth)
        return self._external(node, command, called=depth > 0)

    def _noise(self, node: Simple) -> Outcome:
        command = command_of(node.text, self.reader.variables.codes)
        if command.name == "setlocal":
            self.reader.variables.setlocal(command.rest)
        elif command.name == "endlocal":
            self.reader.variables.endlocal(node.span.line)
        return NEXT

    def _internal(self, node: Simple, command: Command, depth: int) -> Outcome:
        match command.name:
            case "call" if depth < _DEEPEST_CALL:
                return self._call(node, command.rest, depth)
            case "goto" if not depth:
                return Outcome("goto", goto_label(command.rest))
            case "exit" if not depth:
                self.draft.exit_code = exit_code(command.rest)
                return Outcome("end")
            case "echo":
                self._echo(node, command.rest)
            case "set":
                self._set(node, command.rest)
            case "shift":
                start = command.rest.strip().removeprefix("/")
                self.reader.variables.shift(int(start) if start in set("012345678") else 0)
            case "pause":
                self._leave(node, "asks-user")
            case _:
                self._leave(node, "other-command")
        return NEXT

    def _external(self, node: Simple, command: Command, *, called: bool) -> Outcome:
        if script := SCRIPT_NAMES.get(command.name):
            if not called:
                about = f"without CALL, {script.name} ends the caller"
                self.draft.warn(node.span.line, "no-call", about)
            self._script(node, script, command.rest)
            return NEXT if called else Outcome("end-of-line")
        if command.name in IM_PROGRAMS:
            self._tool(node, command)
            return NEXT
        self._leave(node, "asks-user" if command.name == "choice" else "other-command")
        if called:
            self.reader.variables.anything = True
        elif _BATCH.match(node.span.text):
            about = f"without CALL, {command.name} ends the caller"
            self.draft.warn(node.span.line, "no-call", about)
            return Outcome("end-of-line")
        self.reader.variables.lose(
            [name for held in script_words(node.span.text) for name in _results(held)],
            node.span.line,
        )
        return NEXT

    def _script(self, node: Simple, script: Script, rest: str) -> None:
        variables = self.reader.variables
        if reason := self._trouble(node, rest):
            self._leave(node, reason)
            return
        env = tuple((name, variables.codes.text(value)) for name, value in variables.switches())
        args = batch_arguments(rest, variables.codes)
        step = Call(node.span.line, script.name, args, env, self._streams(node))
        self._add_program(node, step)
        variables.results(script.variables, node.span.line)

    def _tool(self, node: Simple, command: Command) -> None:
        variables = self.reader.variables
        if reason := self._trouble(node, command.rest):
            self._leave(node, reason)
            return
        args = program_arguments(command.rest, variables.codes)
        self._add_program(node, Tool(node.span.line, command.name, args, self._streams(node)))

    def _add_program(self, node: Simple, step: Call | Tool) -> None:
        self.draft.step(step)
        self.reader.variables.status += 1
        if about := absolute_argument(node.span.text):
            self.draft.warn(node.span.line, "absolute-path", about)

    def _echo(self, node: Simple, rest: str) -> None:
        if reason := self._trouble(node, rest):
            self._leave(node, reason, keeps_status=True)
            return
        text = self.reader.variables.codes.text(rest[1:])
        self.draft.step(Echo(node.span.line, text, self._streams(node)))

    def _set(self, node: Simple, rest: str) -> None:
        said = assignment_of(rest)
        match said.kind:
            case "plain":
                self._assign(node, said)
            case "calculate":
                self._calculate(node, said.value)
            case "ask":
                self._leave(node, "asks-user", keeps_status=True)
            case "show":
                self._leave(node, "other-command", keeps_status=True)

    def _assign(self, node: Simple, said: Assignment) -> None:
        variables, line = self.reader.variables, node.span.line
        name, value = said.name, said.value
        codes = variables.codes
        if reason := variables.trouble_with(name + value):
            self._leave(node, reason, keeps_status=True)
            return
        self._warn_of_blanks(line, said)
        if name.lower() not in FOLDERS and (about := absolute_in(node.span.text.partition("=")[2])):
            self.draft.warn(line, "absolute-path", about)
        only = codes.get(value) if len(value) == 1 else None
        if codes.is_plain(name + value) or name.lower() in FOLDERS:
            variables.assign(name, value, line)
        elif only and only.kind == "status":
            variables.assign(name, value, line)  # a program's status keeps its meaning
        elif not codes.is_plain(name):
            self._leave(node, "unknown-result", keeps_status=True)
        else:
            self._set_step(line, name, value)

    def _set_step(self, line: int, name: str, value: str) -> None:
        variables = self.reader.variables
        quoted = len(value) > 2 and value[0] == value[-1] == '"' and '"' not in value[1:-1]
        bare = value[1:-1] if quoted else value
        refs = variables.codes.refs(bare)
        several = not quoted and (" " in bare.strip() or any(ref.several for ref in refs))
        text = variables.codes.text(bare)
        spelled = variables.run_time(name, line, quoted=quoted, several=several)
        self.draft.step(SetStep(line, spelled, text))

    def _warn_of_blanks(self, line: int, said: Assignment) -> None:
        if not said.quoted and said.value[-1:] in {" ", "\t"}:
            about = f"{said.name} is set with blanks at its end"
            self.draft.warn(line, "trailing-space", self.reader.variables.codes.text(about).plan)
        if said.name[-1:] in {" ", "\t"}:
            about = f"the blank belongs to the name: {said.name.strip()} is not set"
            self.draft.warn(line, "space-before-equals", about)

    def _calculate(self, node: Simple, expression: str) -> None:
        variables = self.reader.variables

        def number_of(name: str) -> int:
            known = variables.known(name)
            if known is not None and not variables.codes.is_plain(known.text):
                raise CalculationError
            return number_in(known.text) if known else 0

        try:
            if not variables.codes.is_plain(expression):
                raise CalculationError
            found = calculate(expression, number_of)
        except CalculationError:
            self._leave(node, "arithmetic", keeps_status=True)
            return
        for name, value in found.items():
            variables.assign(name, str(value), node.span.line)

    def _call(self, node: Simple, rest: str, depth: int) -> Outcome:
        line = node.span.line
        bare = rest.lstrip(DELIMITERS)
        if bare.startswith(":"):
            self._subroutine(node, goto_label(bare))
            return NEXT
        if "%" in rest:
            about = "CALL replaces variables once more"
            self.draft.warn(line, "call-double-percent", about)
        again, findings = self.reader.again(bare.replace("^", "^^"), node.span, percent=True)
        for finding in findings:
            if finding.code == "variables-lost":
                self.draft.warn(line, finding.code, finding.about)
        if not isinstance(again, Simple):
            self._leave(node, "other-command")
            return NEXT
        redirects = node.redirects + again.redirects
        return self.run(Simple(node.span, again.text, redirects), depth + 1)

    def _subroutine(self, node: Simple, label: str) -> None:
        if label in {":eof", ""}:
            return
        found = body_of(label, self.reader, self.after)
        self.consumed |= found.lines
        self.draft.untranslated(node.span.line, "subroutine", node.span.text, found)
        self._forget(found.assigned, node.span.line)
        self._no_status()

    def _leave(self, node: Simple, reason: str, *, keeps_status: bool = False) -> None:
        """Add a command as untranslated; what it sets is unknown from here on."""
        found = survey(node, self.reader, self.after)
        self.draft.untranslated(node.span.line, reason, node.span.text, found)
        command = command_of(node.text, self.reader.variables.codes)
        names = names_set(command.rest) if command.name == "set" else _results(command.name)
        self._forget(names, node.span.line)
        if not keeps_status:
            self._no_status()

    def _trouble(self, node: Simple, text: str) -> str:
        """Return why no step can say `text` with its redirections; nothing when one can."""
        targets = (redirect.target for redirect in (*self.blocks, *node.redirects))
        return self.reader.variables.trouble_with("".join((text, *targets)))

    def _forget(self, names: tuple[str, ...] | list[str], line: int) -> None:
        self.reader.variables.forget(names, line)

    def _no_status(self) -> None:
        self.draft.status = None
        self.reader.variables.status += 1

    def _streams(self, node: Simple) -> tuple[Stream, ...]:
        """Return where a step's input and output go, by its own redirections and the blocks'."""
        streams = []
        for redirect in (*self.blocks, *node.redirects):
            joins = int(redirect.target) if redirect.sign == ">&" else None
            target = self.reader.variables.codes.text(redirect.target.replace('"', ""))
            streams.append(Stream(redirect.handle, redirect.sign, target, joins))
        self.blocks[:] = [_appending(redirect) for redirect in self.blocks]
        return tuple(streams)


def _appending(redirect: Redirect) -> Redirect:
    """Return a block's redirection for the commands behind the first one: they go on writing."""
    if redirect.sign != ">":
        return redirect
    return type(redirect)(redirect.handle, ">>", redirect.target)


def _results(name: str) -> tuple[str, ...]:
    script = SCRIPT_NAMES.get(name.lower())
    return script.variables if script else ()
