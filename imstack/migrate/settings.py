"""``set`` and its kin: values the plan can put in, values that a step sets, and unknown ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.migrate.arithmetic import CalculationError, calculate, names_assigned, number_in
from imstack.migrate.assignment import assignment_of
from imstack.migrate.follow import missing
from imstack.migrate.paths import absolute_in
from imstack.migrate.plan import Calculation, SetStep
from imstack.migrate.variables import FOLDERS, SWITCH_NAMES, is_quoted, may_be_several

if TYPE_CHECKING:
    from imstack.migrate.arithmetic import Number
    from imstack.migrate.assignment import Assignment
    from imstack.migrate.follow import Follower
    from imstack.migrate.nodes import Simple
    from imstack.migrate.variables import Variables

_SWITCHES = frozenset(name.lower() for name in SWITCH_NAMES)


def set_variable(f: Follower, node: Simple, rest: str) -> None:
    """Follow what stands behind ``set``."""
    said = assignment_of(rest)
    match said.kind:
        case "plain":
            _assign(f, node, said)
        case "calculate":
            _calculate(f, node, said.value)
        case "ask":
            _leave(f, node, "asks-user", [said.name])
        case "show":
            _leave(f, node, "other-command", [])


def _leave(f: Follower, node: Simple, reason: str, names: list[str]) -> None:
    is_needed = any(name.lower() in _SWITCHES for name in names) or f.blocks > 0
    f.part(node, reason, stop=missing(node.span.line) if is_needed else "")
    f.env.forget([name for name in names if f.env.codes.is_plain(name)], node.span.line)


def _assign(f: Follower, node: Simple, said: Assignment) -> None:
    env, line = f.env, node.span.line
    name, value = said.name, said.value
    codes = env.codes
    if reason := env.trouble_with(name + value):
        _leave(f, node, reason, [name])
        return
    _warn_of_blanks(f, line, said)
    if name.lower() not in FOLDERS and (about := absolute_in(node.span.text.partition("=")[2])):
        f.warn(line, "absolute-path", about)
    only = codes.get(value) if len(value) == 1 else None
    folders = all(
        ref.kind == "outer" and ref.name.lower() in FOLDERS for ref in codes.refs(name + value)
    )
    if name.lower() in FOLDERS:
        env.assign(name, value, line)
    elif folders:
        env.assign(name, value, line)
        _put(f, line, name)
    elif only and only.kind == "status":
        spelled = env.keep_status(name, line)
        f.add(SetStep(line, spelled, codes.text(value)))
    elif not codes.is_plain(name):
        _leave(f, node, "unknown-result", [])
    else:
        _set_step(f, line, name, value)


def _put(f: Follower, line: int, name: str) -> None:
    """On one of several ways, let the script set even what is plain text."""
    if f.forks and (step := f.env.setting(name, line)):
        f.add(step)
        f.env.overwritten(name)


def _set_step(f: Follower, line: int, name: str, value: str) -> None:
    codes = f.env.codes
    quoted, several = is_quoted(value), may_be_several(value, codes)
    text = codes.text(value[1:-1] if quoted else value)
    spelled = f.env.run_time(name, line, quoted=quoted, several=several)
    f.add(SetStep(line, spelled, text))


def _warn_of_blanks(f: Follower, line: int, said: Assignment) -> None:
    if not said.quoted and said.value[-1:] in {" ", "\t"}:
        about = f"{said.name} is set with blanks at its end"
        f.warn(line, "trailing-space", f.env.codes.text(about).plan)
    if said.name[-1:] in {" ", "\t"}:
        about = f"the blank belongs to the name: {said.name.strip()} is not set"
        f.warn(line, "space-before-equals", about)


def _calculate(f: Follower, node: Simple, expression: str) -> None:
    env, line = f.env, node.span.line
    try:
        if env.trouble_with(expression):
            raise CalculationError
        found = calculate(expression, lambda name: _number_of(env, name))
        if not all(env.codes.is_plain(name) for name in found):
            raise CalculationError
    except CalculationError:
        _leave(f, node, "arithmetic", names_assigned(expression))
        return
    for name, value in found.items():
        if isinstance(value, int):
            env.assign(name, str(value), line)
            _put(f, line, name)
        else:
            text = env.codes.text(value)
            f.add(Calculation(line, env.run_time(name, line), text))


def _number_of(env: Variables, name: str) -> Number:
    """Return the number that a name or a coded reference in an expression stands for."""
    if len(name) == 1 and env.codes.get(name):
        return name
    if env.known(name) is None:
        return 0
    text = env.find(name).text
    if env.codes.is_plain(text):
        return number_in(text)
    if len(text) != 1 or env.trouble_with(text):
        raise CalculationError
    return text
