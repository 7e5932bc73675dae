"""What a caller consists of, once its lines are taken apart.

All text in here is coded (see `text`): variables are replaced, carets are gone, quotes are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Joint = Literal["&", "&&", "||", "|", "()"]


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands: its first line, from 1, and its text as written."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """``2>>file``: handle 2, sign ``>>``, target. ``2>&1`` has the sign ``>&``."""

    handle: int
    sign: str
    target: str


@dataclass(frozen=True, slots=True)
class Simple:
    """A command with its arguments, in one text."""

    span: Span
    text: str
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Commands joined by ``&``, ``&&``, ``||`` or ``|``, or a block in parentheses."""

    span: Span
    joint: Joint
    items: tuple[Node, ...]
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """What an ``if`` asks.

    `kind` is ``errorlevel``, ``exist``, ``defined``, ``cmdextversion`` or ``compare``; a comparison
    has two sides and an operator (``==``, ``EQU`` ..), the others only `left`.
    """

    kind: str
    left: str
    operator: str = ""
    right: str = ""
    negated: bool = False
    ignores_case: bool = False


@dataclass(frozen=True, slots=True)
class If:
    """An ``if``; without ``else``, `otherwise` is None."""

    span: Span
    condition: Condition
    then: Node
    otherwise: Node | None = None

    @property
    def is_block(self) -> bool:
        """True when something in it stands in parentheses."""
        sides = (self.then, self.otherwise)
        return any(isinstance(side, Group) and side.joint == "()" for side in sides)


@dataclass(frozen=True, slots=True)
class For:
    """A ``for``: its switch (``/F``, ``/L`` .. or nothing), options, variable, set and body."""

    span: Span
    switch: str
    options: str
    variable: str
    over: str
    body: Node


@dataclass(frozen=True, slots=True)
class Remark:
    """A line that does nothing: ``rem``, a label, ``::``; `label` is the label's name, if any."""

    span: Span
    label: str = ""


Node = Simple | Group | If | For | Remark


def inner(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly inside a node."""
    match node:
        case Group():
            return node.items
        case If():
            return (node.then,) if node.otherwise is None else (node.then, node.otherwise)
        case For():
            return (node.body,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything inside it, in the order in which it is written."""
    waiting = [node]
    while waiting:
        yield (one := waiting.pop())
        waiting.extend(reversed(inner(one)))
