r"""``for`` over plain words, and ``for /L``: the body once for each value.

A plan lists such a loop as it stands; a script does what it does. ``%%~nF`` and its kin are told
where the word itself tells them.
"""

from __future__ import annotations

import re
from copy import copy
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from imstack.bat.migrate.nodes import For, Group, If, Remark, Simple
from imstack.bat.migrate.plan import Untranslated
from imstack.bat.migrate.words import batch_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imstack.bat.migrate.course import Course
    from imstack.bat.migrate.draft import Draft
    from imstack.bat.migrate.nodes import Node
    from imstack.bat.migrate.plan import Step
    from imstack.bat.migrate.text import Codes
    from imstack.bat.migrate.variables import Variables

_MOST = 100  # rounds
_MOST_STEPS = 300  # of all rounds
_NUMBERS = re.compile(r"\s*(-?\d+)[\s,;=]+(-?\d+)[\s,;=]+(-?\d+)\s*", re.ASCII)
_Saved = list[tuple["Course | Draft | Variables", dict[str, object]]]


class UntoldError(Exception):
    """A part of a file's name that only a look at the file could tell."""


def values_of(node: For, codes: Codes) -> list[str]:
    """Return the values that a loop's variable takes; none when they cannot be told."""
    if not codes.is_plain(node.over):
        return []
    if node.switch.lower() == "/l":
        found = _NUMBERS.fullmatch(node.over)
        if found is None or int(found[2]) == 0:
            return []
        first, step, last = map(int, found.groups())
        numbers = range(first, last + (1 if step > 0 else -1), step)
        return [str(number) for number in numbers] if len(numbers) <= _MOST else []
    words = batch_words(node.over)
    told = not node.switch and len(words) <= _MOST
    return words if told and not any("*" in word or "?" in word for word in words) else []


def with_value(node: Node, variable: str, value: str) -> Node:
    """Return a loop's body with a value in place of its variable.

    Raises
    ------
    UntoldError
        It asks for more than the word itself tells.
    """
    asked = re.compile(rf"%(?:~([A-Za-z]*))?{re.escape(variable)}")

    def put(text: str) -> str:
        return asked.sub(lambda found: _part(value, found[1]), text)

    return _changed(node, put)


def _part(value: str, letters: str | None) -> str:
    if letters is None:
        return value
    bare = value.replace('"', "")
    name = re.split(r"[\\/:]", bare)[-1]
    stem, dot, ending = name.rpartition(".")
    match "".join(sorted(letters.lower())):
        case "":
            return bare
        case "n":
            return stem if dot else name
        case "x":
            return dot + ending if dot else ""
        case "nx":
            return name
        case _:
            raise UntoldError


def _changed(node: Node, put: Callable[[str], str]) -> Node:
    match node:
        case Simple():
            ends = tuple(replace(end, target=put(end.target)) for end in node.redirects)
            return replace(node, text=put(node.text), redirects=ends)
        case Group():
            ends = tuple(replace(end, target=put(end.target)) for end in node.redirects)
            items = tuple(_changed(item, put) for item in node.items)
            return replace(node, items=items, redirects=ends)
        case If():
            asked = node.condition
            asked = replace(asked, left=put(asked.left), right=put(asked.right))
            otherwise = None if node.otherwise is None else _changed(node.otherwise, put)
            return replace(
                node, condition=asked, then=_changed(node.then, put), otherwise=otherwise
            )
        case For():
            return replace(node, over=put(node.over), body=_changed(node.body, put))
        case Remark():
            return node


def steps_of(items: Sequence[Step | Untranslated]) -> list[Step] | None:
    """Return the steps of rounds; None when something is missing, or they are too many.

    What is not needed stands in the remark about the loop.
    """
    steps: list[Step] = []
    for item in items:
        if not isinstance(item, Untranslated):
            steps.append(item)
        elif item.is_needed or item.guard is not None:
            return None
        else:
            steps += item.unrolled
    return steps if len(steps) <= _MOST_STEPS else None


def saved(course: Course) -> _Saved:
    """Return the state of the reading, to go back to."""
    return [
        (part, {field.name: _kept(getattr(part, field.name)) for field in fields(part)})
        for part in (course, course.draft, course.variables)
    ]


def _kept(value: object) -> object:
    return copy(value) if isinstance(value, dict | list | set) else value


def go_back(state: _Saved) -> None:
    """Restore a state."""
    for part, values in state:
        for name, value in values.items():
            setattr(part, name, value)
