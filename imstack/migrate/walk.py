"""From a caller's text to its plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.migrate.branches import dispatch, split
from imstack.migrate.follow import Follower, JumpedBackError, UntoldError
from imstack.migrate.nodes import Remark
from imstack.migrate.noise import is_control
from imstack.migrate.plan import (
    Block,
    Call,
    Choice,
    Loop,
    Plan,
    Tool,
    Untranslated,
    every,
)  # fmt: skip
from imstack.migrate.reading import Budget, Reader
from imstack.migrate.text import Codes
from imstack.migrate.texts import texts
from imstack.migrate.variables import CLOCKS, Variables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imstack.migrate.decode import Caller
    from imstack.migrate.plan import OnError, Step


def read_caller(caller: Caller) -> Plan:
    """Return what a caller does.

    Raises
    ------
    InputError
        When the caller is too long, or its loops too tangled, to be followed.
    """
    taken = frozenset(char for line in caller.lines for char in line if char >= "\U000f0000")
    env = Variables(Codes(taken))
    f = Follower(Reader(caller, env, Budget()), env, dispatch, split)
    if caller.bom:
        f.warn(1, "bom", f"a {caller.bom} byte order mark: cmd.exe does not understand line 1")
    try:
        f.lines(0, len(f.reader))
    except (JumpedBackError, UntoldError, RecursionError) as error:
        message = f"{caller.name}: its gotos are too tangled to be followed"
        raise InputError(message, hint="translate it by hand, or put its loops straight") from error
    items = (*_settled(f.steps, f.ends), *_never_reached(f))
    _warn_of_clocks(f, items)
    arguments = f.arguments - {"0"}
    return Plan(
        source=caller.name,
        params=tuple(sorted(arguments, key=lambda name: (name == "*", len(name), name))),
        items=items,
        warnings=f.warnings(),
        exit_code=f.exit_code,
        note=caller.note,
    )


def _settled(steps: Iterable[Step], ends: dict[int, OnError]) -> tuple[Step, ...]:
    """Return steps with what follows the failure of each program."""
    done: list[Step] = []
    for step in steps:
        match step:
            case Call() | Tool():
                done.append(replace(step, on_error=ends.get(step.serial)))
            case Choice():
                then, otherwise = _settled(step.then, ends), _settled(step.otherwise, ends)
                done.append(replace(step, then=then, otherwise=otherwise))
            case Block() | Loop() | Untranslated():
                done.append(replace(step, steps=_settled(step.steps, ends)))
            case _:
                done.append(step)
    return tuple(done)


def _never_reached(f: Follower) -> list[Step]:
    """Return the statements that no way leads to."""
    found: list[Step] = []
    at = 0
    while at < len(f.reader):
        statement = f.reader.statement(at)
        f.spend()
        node, trouble = statement.node, statement.trouble
        if at not in f.visited and not (node is not None and is_control(node, f.env.codes)):
            span = node.span if node is not None else trouble.span if trouble else None
            if span is not None:
                is_passed = any(start < at < end for start, end in f.jumps.items())
                reason = "skipped" if is_passed else "unreachable"
                held, f.steps, f.inner = f.steps, found, 0
                f.part(node if node is not None else Remark(span), reason, text=span.text)
                f.steps = held
        at = statement.following
    return found


def _warn_of_clocks(f: Follower, items: tuple[Step, ...]) -> None:
    for step in every(items):
        for text in texts(step):
            for ref in text.refs:
                if ref.kind == "outer" and ref.name.lower() in CLOCKS:
                    about = f"%{ref.name}% is written as on this computer in cmd.exe, in scripts so"
                    f.warn(step.line, "clock", f"{about}: {CLOCK_FORMS[ref.name.lower()]}")


CLOCK_FORMS = {"date": "2014-06-19", "time": "13:45:00.00"}
