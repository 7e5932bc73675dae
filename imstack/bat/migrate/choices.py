"""An ``if`` that only chooses a variable's value.

``set OUT=%2`` and then ``if "%OUT%"=="" set OUT=stack.tiff`` is how callers have defaults. A
condition whose branches do nothing but ``set`` becomes a step; a branch that leaves a variable as
it is sets it to what it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.bat.migrate.assignment import assignment_of
from imstack.bat.migrate.conditions import test_of
from imstack.bat.migrate.nodes import Group, Simple
from imstack.bat.migrate.plan import Choice, SetStep
from imstack.bat.migrate.settings import is_quoted, may_be_several
from imstack.bat.migrate.survey import is_noise
from imstack.bat.migrate.variables import FOLDERS
from imstack.bat.migrate.words import command_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.bat.migrate.course import Course
    from imstack.bat.migrate.nodes import If, Node
    from imstack.bat.migrate.variables import Variables

_FOLDER = re.compile(r"[%!](?:pictbat|im)[%!]|\bdefined\s+(?:pictbat|im)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A variable, and its coded value in either branch."""

    name: str
    then: str
    otherwise: str

    @property
    def sides(self) -> tuple[str, str]:
        return self.then, self.otherwise


def asks_for_programs(node: If) -> bool:
    """Return True for a condition about PICTBAT or IM: about where programs are, that is."""
    asked = node.span.text.partition(node.then.span.text)[0]
    return _FOLDER.search(asked) is not None


def choose(node: If, course: Course) -> bool:
    """Add the step of an ``if`` that only sets variables; return False for any other."""
    test = test_of(node.condition, course.variables)
    then, otherwise = _sets(node.then, course), _sets(node.otherwise, course)
    if test is None or then is None or otherwise is None:
        return False
    chosen = _chosen(then, otherwise, course.variables)
    if chosen is None:
        return False
    if chosen:
        line, variables = node.span.line, course.variables
        branches = (
            _steps([(one.name, one.then) for one in chosen], line, variables),
            _steps([(one.name, one.otherwise) for one in chosen], line, variables),
        )
        course.draft.step(Choice(line, test, *branches))
        for one in chosen:
            quoted = all(map(is_quoted, one.sides))
            several = any(may_be_several(side, variables.codes) for side in one.sides)
            variables.run_time(one.name, line, quoted=quoted, several=several)
    return True


def _sets(node: Node | None, course: Course) -> dict[str, tuple[str, str]] | None:
    """Return what a branch sets: small name, name, coded value; None when it does more."""
    if node is None or is_noise(node, course.codes):
        return {}
    if isinstance(node, Group) and node.joint in {"&", "()"} and not node.redirects:
        every: dict[str, tuple[str, str]] = {}
        for item in node.items:
            sets = _sets(item, course)
            if sets is None:
                return None
            every |= sets
        return every
    if not isinstance(node, Simple) or node.redirects:
        return None
    command = command_of(node.text, course.codes)
    said = assignment_of(command.rest)
    if command.name != "set" or said.kind != "plain" or not course.codes.is_plain(said.name):
        return None
    if course.variables.delayed and "!" in command.rest:  # may ask for what was set just now
        return None
    if course.variables.trouble_with(said.value):
        return None
    return {said.name.lower(): (said.name, said.value)}


def _chosen(
    then: dict[str, tuple[str, str]], otherwise: dict[str, tuple[str, str]], variables: Variables
) -> list[_Chosen] | None:
    """Return each variable with both values; None when one cannot be told."""
    chosen = []
    for key in dict.fromkeys([*then, *otherwise]):
        if key in FOLDERS:
            continue
        known = variables.known(key)
        spelled = known.name if known else (then.get(key) or otherwise[key])[0]
        before = variables.find(spelled).text
        one = _Chosen(
            spelled,
            then[key][1] if key in then else before,
            otherwise[key][1] if key in otherwise else before,
        )
        if variables.trouble_with("".join(one.sides)):
            return None
        chosen.append(one)
    # Steps set one after the other; cmd.exe replaces all variables before it sets the first.
    names = {one.name.lower() for one in chosen}
    for one in chosen:
        used = {ref.name.lower() for ref in variables.codes.refs("".join(one.sides))}
        if used & (names - {one.name.lower()}):
            return None
    return chosen


def _steps(
    values: Sequence[tuple[str, str]], line: int, variables: Variables
) -> tuple[SetStep, ...]:
    """Return the steps of a branch, but for variables that keep what an earlier step set."""
    steps = []
    for name, value in values:
        text = variables.codes.text(value[1:-1] if is_quoted(value) else value)
        if not (text.only and text.only.kind == "variable" and text.only.name == name):
            steps.append(SetStep(line, name, text))
    return tuple(steps)
