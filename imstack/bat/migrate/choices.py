"""An ``if`` that only chooses values of variables.

``set OUT=%2`` and then ``if "%OUT%"=="" set OUT=stack.tiff`` is how callers have defaults. A
condition becomes a step when its branches do nothing but ``set``, ``echo``, end the caller or ask
again, and at least one of them sets something.

cmd.exe replaces the variables of a whole statement before any of it runs; steps run one after the
other. So nothing in a branch may use a variable that is set there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imstack.bat.migrate.assignment import assignment_of
from imstack.bat.migrate.conditions import test_of
from imstack.bat.migrate.endings import ending_of
from imstack.bat.migrate.nodes import Group, If, Simple
from imstack.bat.migrate.plan import Choice, Echo, End, SetStep
from imstack.bat.migrate.settings import is_quoted, may_be_several
from imstack.bat.migrate.survey import is_noise
from imstack.bat.migrate.variables import FOLDERS
from imstack.bat.migrate.words import command_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.bat.migrate.course import Course
    from imstack.bat.migrate.nodes import Node
    from imstack.bat.migrate.plan import Branch, Test
    from imstack.bat.migrate.text import Text

_FOLDER = re.compile(r"[%!](?:pictbat|im)[%!]|\bdefined\s+(?:pictbat|im)\s", re.IGNORECASE)


class _NotOnlyChoosingError(Exception):
    """The statement does something else."""


def asks_for_programs(node: If) -> bool:
    """Return True for a condition about PICTBAT or IM: about where programs are, that is."""
    asked = node.span.text.partition(node.then.span.text)[0]
    return _FOLDER.search(asked) is not None


def choose(node: If, course: Course, test: Test | None = None) -> bool:
    """Add the steps of an ``if`` that only chooses; return False for any other.

    `test` is what it asks, where that is not a condition of its own kind.
    """
    chooser = _Chooser(course)
    try:
        choice = chooser.choice(node, test)
        chooser.check()
        before = chooser.before(choice)
    except _NotOnlyChoosingError:
        return False
    if not chooser.values:
        return False
    for step in before:
        course.draft.step(step)
    course.draft.step(choice)
    course.consumed |= chooser.lines
    chooser.settle(node.span.line)
    return True


@dataclass(slots=True)
class _Chooser:
    """Reads the branches.

    `values` are all coded values of each variable, by its name in small letters; `names` how the
    variable is spelled; `used` what texts other than a variable's own value use.
    """

    course: Course
    values: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    used: list[tuple[str, Text]] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)

    def choice(self, node: If, test: Test | None = None) -> Choice:
        """Return the step of an ``if``; `test` replaces its own condition."""
        outermost = not self.values and not self.used
        test = test or test_of(node.condition, self.course.variables)
        if test is None:
            raise _NotOnlyChoosingError
        if not outermost:
            self.used += [("", test.left), ("", test.right)]
        then = self.branch(node.then)
        otherwise = () if node.otherwise is None else self.branch(node.otherwise)
        return Choice(node.span.line, test, then, otherwise)

    def branch(self, node: Node) -> tuple[Branch, ...]:
        """Return the steps of a branch."""
        if is_noise(node, self.course.codes):
            return ()
        ending = ending_of(node, self.course.reader, self.course.after)
        if ending is not None:
            self.lines |= ending.lines
            self.used += [("", text) for text in ending.on_error.says]
            return (End(node.span.line, ending.on_error),)
        if isinstance(node, Group) and node.joint in {"&", "()"} and not node.redirects:
            return tuple(step for item in node.items for step in self.branch(item))
        if isinstance(node, If):
            return (self.choice(node),)
        if isinstance(node, Simple) and not node.redirects:
            return self.command(node)
        raise _NotOnlyChoosingError

    def command(self, node: Simple) -> tuple[Branch, ...]:
        """Return the step of ``set`` or ``echo``."""
        variables, codes = self.course.variables, self.course.codes
        command = command_of(node.text, codes)
        delayed = variables.delayed and "!" in command.rest  # may ask for what was set just now
        if delayed or variables.trouble_with(command.rest):
            raise _NotOnlyChoosingError
        if command.name == "echo":
            text = codes.text(command.rest[1:])
            self.used.append(("", text))
            return (Echo(node.span.line, text),)
        said = assignment_of(command.rest)
        if command.name != "set" or said.kind != "plain" or not codes.is_plain(said.name):
            raise _NotOnlyChoosingError
        key = said.name.lower()
        if key in FOLDERS:
            return ()
        known = variables.known(key)
        name = self.names.setdefault(key, known.name if known else said.name)
        self.values.setdefault(key, []).append(said.value)
        text = codes.text(said.value[1:-1] if is_quoted(said.value) else said.value)
        self.used.append((key, text))
        return (SetStep(node.span.line, name, text),)

    def check(self) -> None:
        """Raise when something may use a variable that was set before it."""
        for key, text in self.used:
            others = {ref.name.lower() for ref in text.refs} & self.values.keys() - {key}
            twice = key in {ref.name.lower() for ref in text.refs} and len(self.values[key]) > 1
            if others or twice:
                raise _NotOnlyChoosingError

    def before(self, choice: Choice) -> list[SetStep]:
        """Return the steps that give variables the value which some branch leaves them."""
        variables, steps = self.course.variables, []
        for key, name in self.names.items():
            if _sets_always(choice, name):
                continue
            value = variables.find(name).text
            if variables.trouble_with(value):
                raise _NotOnlyChoosingError
            self.values[key].append(value)
            text = variables.codes.text(value[1:-1] if is_quoted(value) else value)
            is_itself = text.only is not None and text.only.name == name
            if not (is_itself and text.only and text.only.kind == "variable"):
                steps.append(SetStep(choice.line, name, text))
        return steps

    def settle(self, line: int) -> None:
        """Let the variables be known at run time only."""
        for key, values in self.values.items():
            quoted = all(map(is_quoted, values))
            several = any(may_be_several(value, self.course.codes) for value in values)
            self.course.variables.run_time(self.names[key], line, quoted=quoted, several=several)


def _sets_always(choice: Choice, name: str) -> bool:
    return all(_sets(branch, name) for branch in (choice.then, choice.otherwise))


def _sets(branch: Sequence[Branch], name: str) -> bool:
    """Return True for a branch behind which `name` is set, or nothing runs."""
    return any(
        isinstance(step, End)
        or (isinstance(step, SetStep) and step.name == name)
        or (isinstance(step, Choice) and _sets_always(step, name))
        for step in branch
    )
