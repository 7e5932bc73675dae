"""Parts of a caller that only report and exit, such as what follows an error check."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imstack.bat.migrate.expand import expand_delayed
from imstack.bat.migrate.nodes import Group, Remark, Simple
from imstack.bat.migrate.plan import OnError
from imstack.bat.migrate.reading import goto_label
from imstack.bat.migrate.survey import exit_code, is_noise
from imstack.bat.migrate.text import Text
from imstack.bat.migrate.words import command_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.bat.migrate.nodes import Node
    from imstack.bat.migrate.reading import Reader
    from imstack.bat.migrate.text import Codes

_LONGEST = 40  # statements
_MOST_HOPS = 5  # gotos


@dataclass(frozen=True, slots=True)
class Ending:
    """How such a part ends, and the lines (from 0) away from it that belong to it."""

    on_error: OnError
    lines: frozenset[int]


@dataclass(slots=True)
class _Report:
    says: list[Text] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)
    hops: int = 0

    def end(self, code: int | None = None) -> Ending:
        return Ending(OnError(True, code, tuple(self.says)), frozenset(self.lines))


def ending_of(node: Node, reader: Reader, after: int) -> Ending | None:
    """Return how `node` ends the caller; None when it does more than report, or does not end it.

    `after` is the line behind it, from 0, where labels are looked for first.
    """
    report = _Report()
    ending = _of_nodes([node], reader, after, report)
    return ending if isinstance(ending, Ending) else None


def ending_at(reader: Reader, first: int) -> Ending | None:
    """Return how the lines from `first` on end the caller, if that is all they do."""
    ending = _of_lines(reader, first, len(reader) + 1, _Report())
    return ending if isinstance(ending, Ending) else None


def exit_after(node: Node, codes: Codes) -> Ending | None:
    """Return the ending of a part that does something, and then exits."""
    while isinstance(node, Group) and node.joint in {"&", "()"}:
        node = node.items[-1]
    if not isinstance(node, Simple):
        return None
    command = command_of(node.text, codes)
    if command.name != "exit" or not command.is_internal:
        return None
    return _Report().end(exit_code(command.rest))


def ending_between(reader: Reader, first: int, until: int) -> Ending | None:
    """Return how the lines from `first` to before `until` end the caller, if that is all."""
    ending = _of_lines(reader, first, until, _Report())
    return ending if isinstance(ending, Ending) else None


def _of_lines(reader: Reader, first: int, until: int, report: _Report) -> Ending | bool:
    """Return an ending; True when the lines go on behind `until`, False when they do more."""
    at = first
    for _ in range(_LONGEST):
        if at >= until:
            return True
        if at >= len(reader):
            return report.end()
        statement = reader.statement(at)
        report.lines.add(at)
        if statement.node is None:
            return False
        ending = _of_nodes([statement.node], reader, statement.following, report)
        if ending is not True:
            return ending
        at = statement.following
    return False


def _of_nodes(nodes: Sequence[Node], reader: Reader, after: int, report: _Report) -> Ending | bool:
    for node in nodes:
        if isinstance(node, Group) and node.joint in {"&", "()"}:
            ending = _of_nodes(node.items, reader, after, report)
        elif isinstance(node, Simple):
            ending = _of_simple(node, reader, after, report)
        else:
            ending = isinstance(node, Remark)
        if ending is not True:
            return ending
    return True


def _of_simple(node: Simple, reader: Reader, after: int, report: _Report) -> Ending | bool:
    codes = reader.variables.codes
    text, _ = expand_delayed(node.text, reader.variables)
    command = command_of(text, codes)
    if command.name == "exit" and command.is_internal:
        return report.end(exit_code(command.rest))
    if command.name == "goto" and command.is_internal:
        label = goto_label(command.rest)
        if label == ":eof":
            return report.end()
        target = reader.find_label(label, after)
        report.hops += 1
        if target is None or report.hops > _MOST_HOPS:
            return False
        return _of_lines(reader, target, len(reader) + 1, report)
    if is_noise(node, codes) or command.name in {"pause", "popd"}:
        return True
    if command.name == "echo" and command.is_internal:
        report.says.append(_said(node, command.rest, reader))
        return True
    return False


def _said(node: Simple, rest: str, reader: Reader) -> Text:
    """Return what an ``echo`` prints; as it is written when that cannot be told."""
    variables = reader.variables
    if variables.trouble_with(rest):
        return Text((node.span.text,))
    return variables.codes.text(rest[1:])
