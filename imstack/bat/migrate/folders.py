r"""Folders that a caller makes and goes to: ``md``, ``cd /d``, ``pushd`` and ``popd``.

``cd`` takes all that stands behind it for the name, blanks included; the others take words. To a
plan all of them are needed, for the names behind them mean other files without them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imstack.bat.migrate.nodes import Group, Simple
from imstack.bat.migrate.paths import absolute_argument
from imstack.bat.migrate.plan import Folder
from imstack.bat.migrate.survey import keeps_output
from imstack.bat.migrate.text import Text
from imstack.bat.migrate.words import batch_words, command_of

if TYPE_CHECKING:
    from imstack.bat.migrate.course import Course
    from imstack.bat.migrate.nodes import If, Node
    from imstack.bat.migrate.text import Codes
    from imstack.bat.migrate.words import Command

_MAKING = frozenset({"md", "mkdir"})
COMMANDS = _MAKING | {"cd", "chdir", "pushd", "popd"}
_TO_DRIVE = re.compile(r"\s*/d(?=\s)", re.IGNORECASE)
_THERE = re.compile(r"\\(?:nul|\*|\*\.\*|\.)?$", re.IGNORECASE)  # how to ask for a folder


def folder_steps(node: Simple, command: Command, course: Course) -> list[Folder] | None:
    """Return the steps of one of `COMMANDS`; None when it cannot be translated."""
    names = _names(command)
    if names is None or course.variables.trouble_with(command.rest):
        return None
    if any(keeps_output(redirect, course.codes) for redirect in node.redirects):
        return None
    line = node.span.line
    if about := absolute_argument(node.span.text):
        course.draft.warn(line, "absolute-path", about)
    texts = [course.codes.text(name) for name in names]
    if command.name in _MAKING:
        return [Folder(line, "mkdir", text) for text in texts]
    if command.name == "popd":
        if not course.folders:
            return []  # cmd.exe stays where it is
        return [Folder(line, "popd", Text(), course.folders.pop())]
    if command.name == "pushd":
        course.pushes += 1
        course.folders.append(course.pushes)
        return [Folder(line, "pushd", texts[0], course.pushes)]
    return [Folder(line, "cd", texts[0])]


def _names(command: Command) -> list[str] | None:
    """Return the folders that a command names; None when they cannot be told."""
    rest = command.rest
    if command.name in {"cd", "chdir"}:
        rest = _TO_DRIVE.sub("", rest).strip().replace('"', "")
        return [rest] if rest and not _has_wildcard(rest) else None
    names = [word.replace('"', "") for word in batch_words(rest)]
    if command.name == "popd":
        return [] if not names else None
    fits = len(names) == 1 or (names and command.name in _MAKING)
    return names if fits and not any(map(_has_wildcard, names)) else None


def _has_wildcard(name: str) -> bool:
    return "*" in name or "?" in name


def makes_folder(node: If, codes: Codes) -> bool:
    """Return True for ``if not exist X md X``: the folder is there afterwards in any case."""
    asked = node.condition
    if asked.kind != "exist" or not asked.negated or node.otherwise is not None:
        return False
    then = _only(node.then)
    command = command_of(then.text, codes) if isinstance(then, Simple) else None
    if command is None or command.name not in _MAKING:
        return False
    names = [word.replace('"', "") for word in batch_words(command.rest)]
    return [_bare(name) for name in names] == [_bare(asked.left.replace('"', ""))]


def _only(node: Node) -> Node:
    while isinstance(node, Group) and node.joint == "()" and len(node.items) == 1:
        node = node.items[0]
    return node


def _bare(name: str) -> str:
    return _THERE.sub("", name).lower()
