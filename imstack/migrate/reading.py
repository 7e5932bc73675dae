"""A caller's statements, read one at a time with the variables as they are at that moment."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.migrate.expand import Expanded, Finding, expand
from imstack.migrate.nodes import Remark, Span
from imstack.migrate.parser import parse
from imstack.migrate.stream import Lines, TroubleError
from imstack.migrate.tokens import DELIMITERS, LABEL_ENDS

if TYPE_CHECKING:
    from imstack.migrate.decode import Caller
    from imstack.migrate.nodes import Node
    from imstack.migrate.variables import Variables

_LABEL = re.compile(rf"[{re.escape(DELIMITERS)}]*:([^{re.escape(LABEL_ENDS)}]+)")
_MOST_CHARACTERS = 1_200_000  # read in all; variables that hold variables can grow a small file


@dataclass(slots=True)
class Budget:
    """How many characters may still be read, so that no caller takes forever."""

    left: int = _MOST_CHARACTERS

    def spend(self, characters: int, where: str) -> None:
        """Take characters off; raises InputError when there are none left."""
        self.left -= characters
        if self.left < 0:
            message = (
                f"{where}: too much to read, once variables are put in and subroutines followed"
            )
            raise InputError(message, hint="split it, or translate it by hand")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: lines `first` (from 0) to before `following`.

    `node` is None when cmd.exe refuses it, and `trouble` says why. `findings` are warnings about
    its text, each with its line from 1; `arguments` the caller's arguments in it.
    """

    first: int
    following: int
    node: Node | None
    trouble: TroubleError | None
    findings: tuple[tuple[int, Finding], ...]
    arguments: frozenset[str]

    @property
    def label(self) -> str:
        """The label that the statement is; nothing when it is none."""
        return self.node.label if isinstance(self.node, Remark) else ""


@dataclass(slots=True)
class Reader:
    """Reads statements of a caller."""

    caller: Caller
    variables: Variables
    budget: Budget
    _labels: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, line in enumerate(self.caller.lines):
            if found := _LABEL.match(line):
                self._labels.setdefault(found[1].lower(), []).append(number)

    def __len__(self) -> int:
        return len(self.caller.lines)

    def spend(self, characters: int, line: int) -> None:
        """Count characters of `line` that are read; raises InputError when they are too many."""
        self.budget.spend(characters, f"{self.caller.name}:{line}")

    def statement(self, first: int) -> Statement:
        """Return the statement that begins at line `first`, from 0."""
        findings: list[tuple[int, Finding]] = []
        arguments: set[str] = set()

        def expanded(raw: str, number: int) -> Expanded:
            line = expand(raw, self.variables)
            self.spend(len(line.chars) + 1, number + 1)
            findings.extend((first + 1, finding) for finding in line.findings)
            arguments.update(line.arguments)
            return line

        lines = Lines(self.caller.lines, first, expanded)
        node: Node | None = None
        trouble: TroubleError | None = None
        try:
            node = parse(lines)
        except TroubleError as refused:
            trouble = refused
        following = max(lines.line, first + 1)
        return Statement(first, following, node, trouble, tuple(findings), frozenset(arguments))

    def again(self, text: str, span: Span, *, percent: bool) -> tuple[Node | None, list[Finding]]:
        """Read coded text as a line of its own: None when cmd.exe refuses it.

        That happens to what follows CALL, whose variables are replaced once more (`percent`), and
        to a command whose output a FOR reads.
        """
        findings: list[Finding] = []

        def expanded(raw: str, number: int) -> Expanded:
            del number
            line = expand(raw, self.variables) if percent else _as_it_is(raw)
            self.spend(len(line.chars) + 1, span.line)
            findings.extend(line.findings)
            return line

        try:
            return parse(Lines((text,), 0, expanded)), findings
        except TroubleError:
            return None, findings

    def find_label(self, name: str, after: int) -> int | None:
        """Return the line, from 0, of a label: the first from line `after` on, else from the top.

        That is how cmd.exe looks for it.
        """
        places = self._labels.get(name.lower(), [])
        if not places:
            return None
        at = bisect_left(places, after)
        return places[at % len(places)]


def _as_it_is(raw: str) -> Expanded:
    line = Expanded()
    line.copy(raw, 0, len(raw))
    return line


def goto_label(rest: str) -> str:
    """Return the label that stands behind ``goto``; ``:eof`` keeps its colon, others lose it."""
    bare = rest.lstrip(DELIMITERS)
    if re.match(r":eof(?![^\s,;=:+&<>|])", bare, re.IGNORECASE):
        return ":eof"
    name = re.match(rf"[^{re.escape(LABEL_ENDS)}]*", bare.removeprefix(":"))
    return name[0].lower() if name else ""
