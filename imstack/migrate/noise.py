"""Commands that no plan needs, and what an untranslated one would have done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from imstack.migrate.arithmetic import names_assigned
from imstack.migrate.assignment import assignment_of
from imstack.migrate.capture import printed_names
from imstack.migrate.nodes import For, Group, If, Remark, Simple, inner, walk
from imstack.migrate.tokens import DELIMITERS
from imstack.migrate.words import SCRIPT_NAMES, command_of, script_words

if TYPE_CHECKING:
    from imstack.migrate.nodes import Node, Redirect
    from imstack.migrate.text import Codes

NOISE: Final = frozenset({
    "break", "chcp", "cls", "color", "echooffsave", "echorestore", "endlocal", "prompt", "setlocal",
    "title", "verify",
})  # fmt: skip
"""Commands that change nothing a plan could state, unless they empty a file."""
_IDLE = frozenset({
    "", "attrib", "call", "choice", "date", "dir", "echo", "explorer", "fc", "find", "findstr",
    "mode", "more", "pause", "ping", "set", "sort", "start", "time", "timeout", "type", "ver",
    "vol", "where",
})  # fmt: skip
"""Commands without which the other steps do their work all the same, unless they write a file."""
_LOG = re.compile(r"(?:\.log|(?:^|[\\/])log)$", re.IGNORECASE)
_WAITS = re.compile(r"/(?:w|b)|\bcmd\b|\.(?:bat|cmd|exe)\b", re.IGNORECASE)


def keeps_output(redirect: Redirect, codes: Codes) -> bool:
    """Return True when a command's output goes to a file that is no log."""
    target = codes.text(redirect.target.replace('"', "")).plan.strip().lower()
    return redirect.sign in {">", ">>"} and target != "nul" and not _LOG.search(target)


def works(node: Simple, codes: Codes) -> bool:
    """Return True for a command that others build upon: it runs a program or writes a file."""
    command = command_of(node.text, codes)
    if command.name == "start" and (_WAITS.search(command.rest) or script_words(node.text)):
        return True
    is_idle = command.name in _IDLE | NOISE
    return not is_idle or any(keeps_output(redirect, codes) for redirect in node.redirects)


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
        said = command.rest.strip().lower() in {"", "on", "off"} and command.rest[:1] != "."
        return said and not any(keeps_output(redirect, codes) for redirect in node.redirects)
    if command.name == "break" and any(keeps_output(one, codes) for one in node.redirects):
        return False
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


def is_goto(node: Node, codes: Codes) -> bool:
    """Return True for a ``goto``, or an ``if`` that holds nothing else."""
    if isinstance(node, If):
        return node.otherwise is None and is_goto(node.then, codes)
    return isinstance(node, Simple) and command_of(node.text, codes).name == "goto"


def scripts_in(node: Node, codes: Codes) -> list[str]:
    """Return the scripts that a part names, each once."""
    found: list[str] = []
    for one in walk(node):
        if isinstance(one, For):
            found += script_words(one.over)
        elif isinstance(one, Simple):
            found += _scripts_of(one, codes)
    return list(dict.fromkeys(found))


def _scripts_of(node: Simple, codes: Codes) -> list[str]:
    command = command_of(node.text, codes)
    while command.is_internal and command.name == "call":
        command = command_of(command.rest.lstrip(DELIMITERS), codes)
    if script := SCRIPT_NAMES.get(command.name):
        return [script.name]
    runs = command.name in {"cmd", "start"} or not command.is_internal
    return script_words(node.span.text) if runs else []


def assigned_in(node: Node, codes: Codes) -> list[str]:
    """Return the variables that a part may set."""
    found: list[str] = []
    for one in walk(node):
        if isinstance(one, For):
            found += printed_names(one.over)
        elif isinstance(one, Simple):
            command = command_of(one.text, codes)
            if command.name == "set":
                found += names_set(command.rest)
    for script in scripts_in(node, codes):
        found += SCRIPT_NAMES[script.lower()].variables
    return found


def outputs(node: Node, codes: Codes) -> bool:
    """Return True when a part writes a file that is no log."""
    return any(
        keeps_output(redirect, codes)
        for one in walk(node)
        if isinstance(one, Simple | Group)
        for redirect in one.redirects
    )
