"""What a part of a caller holds, without following it: for parts that are not translated."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from imstack.bat.migrate.arithmetic import names_assigned
from imstack.bat.migrate.assignment import assignment_of
from imstack.bat.migrate.capture import printed_names
from imstack.bat.migrate.nodes import For, Group, If, Remark, Simple, inner, walk
from imstack.bat.migrate.reading import goto_label
from imstack.bat.migrate.tokens import DELIMITERS
from imstack.bat.migrate.variables import SWITCH_NAMES
from imstack.bat.migrate.words import SCRIPT_NAMES, command_of, script_words

if TYPE_CHECKING:
    from imstack.bat.migrate.nodes import Node, Redirect
    from imstack.bat.migrate.reading import Reader, Statement
    from imstack.bat.migrate.text import Codes

NOISE: Final = frozenset({
    "break", "chcp", "cls", "color", "echooffsave", "echorestore", "endlocal", "prompt", "setlocal",
    "title", "verify",
})  # fmt: skip
"""Commands that change nothing a plan could state."""
_IDLE = frozenset({
    "", "attrib", "call", "choice", "date", "del", "dir", "echo", "erase", "exit", "explorer", "fc",
    "find", "findstr", "goto", "mode", "more", "pause", "ping", "rd", "rem", "rmdir", "set",
    "shift", "sort", "start", "time", "timeout", "type", "ver", "vol",
})  # fmt: skip
"""Commands without which the other steps do their work all the same, unless they write a file."""
_LOG = re.compile(r"\blog|log\b|\.log", re.IGNORECASE)
_KEEP_STATUS = frozenset({"echo", "exit", "goto", "pause", "set", "shift"})
SWITCHED: Final = frozenset(name.lower() for name in SWITCH_NAMES)
"""Variables that change what the scripts do, in small letters."""
_LONGEST_BODY = 200  # statements of a subroutine that are looked at
_MOST_BODIES = 40


@dataclass(slots=True)
class Survey:
    """What was found: scripts, variables that are set, labels and exit codes, lines of subroutines.

    `exits` holds None for an exit without a number; ``goto :eof`` is one, too. `runs` is True when
    something in it may change ERRORLEVEL; `works` when it does something that others build upon:
    runs a program, or makes, copies or writes a file (but for a log); `shifts` when it moves the
    caller's arguments.
    """

    scripts: list[str] = field(default_factory=list)
    assigned: list[str] = field(default_factory=list)
    gotos: list[str] = field(default_factory=list)
    exits: list[int | None] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)
    runs: bool = False
    works: bool = False
    shifts: bool = False

    def add_scripts(self, names: list[str]) -> None:
        """Add scripts, each once."""
        self.scripts += [name for name in names if name not in self.scripts]


@dataclass(slots=True)
class Surveyor:
    """Looks at parts of a caller; what subroutines hold is remembered."""

    reader: Reader
    _bodies: dict[int, Survey] = field(default_factory=dict)

    def part(self, node: Node, after: int) -> Survey:
        """Return what `node` holds, subroutines that it calls included.

        `after` is the line behind it, from 0, where labels are looked for first.
        """
        found = Survey()
        _look(node, self.reader.variables.codes, found)
        self._follow(found, list(found.calls), after)
        return found

    def subroutine(self, label: str, after: int) -> Survey:
        """Return what the subroutine `label` holds."""
        found = Survey(calls=[label], runs=True)
        self._follow(found, [label], after)
        return found

    def _follow(self, found: Survey, labels: list[str], after: int) -> None:
        """Add what stands behind labels, and behind those that are called or jumped to there."""
        seen: set[str] = set()
        for label in labels:  # grows while it is gone through
            start = None if label in seen else self.reader.find_label(label, after)
            seen.add(label)
            if start is None or len(seen) > _MOST_BODIES:
                continue
            if start not in self._bodies:
                self._bodies[start] = self._body(start)
            body = self._bodies[start]
            found.add_scripts(body.scripts)
            found.assigned += body.assigned
            found.lines |= body.lines
            found.works |= body.works
            labels += body.calls + body.gotos

    def _body(self, start: int) -> Survey:
        """Return what the lines from a label to the next certain end hold."""
        found, at = Survey(), start
        for _ in range(_LONGEST_BODY):
            if at >= len(self.reader):
                break
            statement = self.reader.statement(at)
            found.lines.add(at)
            at = statement.following
            if statement.node is None:
                break
            _look(statement.node, self.reader.variables.codes, found)
            if _ends(statement, self.reader.variables.codes):
                break
        return found


def _ends(statement: Statement, codes: Codes) -> bool:
    """Return True for a statement that leaves a subroutine whatever happens."""
    node = statement.node
    while isinstance(node, Group) and node.joint in {"&", "()"}:
        node = node.items[-1]
    return isinstance(node, Simple) and command_of(node.text, codes).name in {"exit", "goto"}


def _look(node: Node, codes: Codes, found: Survey) -> None:
    for one in walk(node):
        if isinstance(one, Simple):
            _look_at(one, one.text, codes, found)
        elif isinstance(one, Group):
            found.works |= any(keeps_output(redirect, codes) for redirect in one.redirects)
        elif isinstance(one, For):
            found.add_scripts(script_words(one.over))
            found.works |= bool(found.scripts)
            found.assigned += printed_names(one.over)


def _look_at(node: Simple, text: str, codes: Codes, found: Survey) -> None:
    command = command_of(text, codes)
    while command.is_internal and command.name == "call":
        called = command.rest.lstrip(DELIMITERS)
        if called.startswith(":"):
            found.calls.append(goto_label(called))
            found.runs = True
            return
        command = command_of(called, codes)
    found.shifts |= command.is_internal and command.name == "shift"
    found.runs |= command.name not in _KEEP_STATUS | NOISE
    found.works |= command.name not in _IDLE | NOISE
    found.works |= any(keeps_output(redirect, codes) for redirect in node.redirects)
    if script := SCRIPT_NAMES.get(command.name):
        found.add_scripts([script.name])
        found.assigned += script.variables
    elif command.name == "set":
        found.assigned += (names := names_set(command.rest))
        found.works |= any(name.lower() in SWITCHED for name in names)
    elif command.name == "goto":
        label = goto_label(command.rest)
        if label == ":eof":
            found.exits.append(None)
        else:
            found.gotos.append(label)
    elif command.name == "exit":
        found.exits.append(exit_code(command.rest))
    elif command.name in {"cmd", "start"} or not command.is_internal:
        found.add_scripts(script_words(node.span.text if node.text == text else text))


def keeps_output(redirect: Redirect, codes: Codes) -> bool:
    """Return True when a command's output goes to a file that is no log."""
    target = codes.text(redirect.target.replace('"', "")).plan.strip().lower()
    return redirect.sign in {">", ">>"} and target != "nul" and not _LOG.search(target)


def names_set(rest: str) -> list[str]:
    """Return the variables that a ``set`` sets."""
    said = assignment_of(rest)
    names = names_assigned(said.value) if said.kind == "calculate" else [said.name]
    return [name for name in names if name and not name.startswith("%")]


def exit_code(rest: str) -> int | None:
    """Return the number behind ``exit``; None when there is none, or not a plain one."""
    words = [word for word in rest.split() if word.lower() != "/b"]
    number = words[0].removeprefix("-") if words else ""
    return int(words[0]) if number.isascii() and number.isdecimal() and len(number) < 11 else None


def is_noise(node: Node, codes: Codes) -> bool:
    """Return True for commands that no plan needs to mention."""
    match node:
        case Remark():
            return True
        case Group():
            return all(is_noise(item, codes) for item in node.items)
        case If() | For():
            return False
    command = command_of(node.text, codes)
    if command.name == "echo" and command.is_internal:
        return command.rest.strip().lower() in {"", "on", "off"} and command.rest[:1] != "."
    return command.name in NOISE or node.text.lstrip(DELIMITERS).startswith(":")


def is_control(node: Node, codes: Codes) -> bool:
    """Return True for what only says where to go on; nothing is lost when it is never reached."""
    match node:
        case Group() | If():
            return all(is_control(item, codes) for item in inner(node))
        case Simple():
            return is_noise(node, codes) or command_of(node.text, codes).name in {"exit", "goto"}
        case _:
            return is_noise(node, codes)
