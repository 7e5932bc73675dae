"""``set`` and its kin: values the plan can put in, values that a step sets, and unknown ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.bat.migrate.arithmetic import CalculationError, calculate, number_in
from imstack.bat.migrate.assignment import assignment_of
from imstack.bat.migrate.paths import absolute_in
from imstack.bat.migrate.plan import SetStep
from imstack.bat.migrate.survey import names_set
from imstack.bat.migrate.variables import FOLDERS
from imstack.bat.migrate.words import SCRIPT_NAMES, command_of

if TYPE_CHECKING:
    from imstack.bat.migrate.assignment import Assignment
    from imstack.bat.migrate.course import Course
    from imstack.bat.migrate.nodes import Simple
    from imstack.bat.migrate.text import Codes


def leave(course: Course, node: Simple, reason: str, *, keeps_status: bool = False) -> None:
    """Add a command as untranslated; what it sets is unknown from here on."""
    found = course.survey(node)
    course.draft.untranslated(node.span.line, reason, node.span.text, found)
    command = command_of(node.text, course.codes)
    names = names_set(command.rest) if command.name == "set" else results_of(command.name)
    course.forget(names, node.span.line)
    if not keeps_status:
        course.no_status()


def results_of(name: str) -> tuple[str, ...]:
    """Return the variables that a script sets; none for anything else."""
    script = SCRIPT_NAMES.get(name.lower())
    return script.variables if script else ()


def is_quoted(value: str) -> bool:
    """Return True for a value that stands in quotes as a whole."""
    return len(value) > 2 and value[0] == value[-1] == '"' and '"' not in value[1:-1]


def may_be_several(value: str, codes: Codes) -> bool:
    """Return True for a coded value that may be several words where it is used without quotes."""
    if is_quoted(value):
        return False
    return " " in value.strip() or any(ref.several for ref in codes.refs(value))


@dataclass(frozen=True, slots=True)
class Settings:
    """Carries out ``set``."""

    course: Course

    def run(self, node: Simple, rest: str) -> None:
        """Carry out what stands behind ``set``."""
        said = assignment_of(rest)
        match said.kind:
            case "plain":
                self._assign(node, said)
            case "calculate":
                self._calculate(node, said.value)
            case "ask":
                leave(self.course, node, "asks-user", keeps_status=True)
            case "show":
                leave(self.course, node, "other-command", keeps_status=True)

    def _assign(self, node: Simple, said: Assignment) -> None:
        variables, line = self.course.variables, node.span.line
        name, value = said.name, said.value
        codes = variables.codes
        if reason := variables.trouble_with(name + value):
            leave(self.course, node, reason, keeps_status=True)
            return
        self._warn_of_blanks(line, said)
        if name.lower() not in FOLDERS and (about := absolute_in(node.span.text.partition("=")[2])):
            self.course.draft.warn(line, "absolute-path", about)
        only = codes.get(value) if len(value) == 1 else None
        folders = all(
            ref.kind == "outer" and ref.name.lower() in FOLDERS for ref in codes.refs(name + value)
        )
        if folders or name.lower() in FOLDERS:
            variables.assign(name, value, line)
        elif only and only.kind == "status":
            variables.assign(name, value, line)  # a program's status keeps its meaning
        elif not codes.is_plain(name):
            leave(self.course, node, "unknown-result", keeps_status=True)
        else:
            self._set_step(line, name, value)

    def _set_step(self, line: int, name: str, value: str) -> None:
        variables = self.course.variables
        quoted, several = is_quoted(value), may_be_several(value, variables.codes)
        text = variables.codes.text(value[1:-1] if quoted else value)
        spelled = variables.run_time(name, line, quoted=quoted, several=several)
        self.course.draft.step(SetStep(line, spelled, text))

    def _warn_of_blanks(self, line: int, said: Assignment) -> None:
        if not said.quoted and said.value[-1:] in {" ", "\t"}:
            about = f"{said.name} is set with blanks at its end"
            self.course.draft.warn(
                line, "trailing-space", self.course.variables.codes.text(about).plan
            )
        if said.name[-1:] in {" ", "\t"}:
            about = f"the blank belongs to the name: {said.name.strip()} is not set"
            self.course.draft.warn(line, "space-before-equals", about)

    def _calculate(self, node: Simple, expression: str) -> None:
        variables = self.course.variables

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
            leave(self.course, node, "arithmetic", keeps_status=True)
            return
        for name, value in found.items():
            variables.assign(name, str(value), node.span.line)
