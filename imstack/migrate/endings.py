"""Jumps to lines that only report and end the caller, such as what follows an error check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.migrate.follow import (
    END,
    NEXT,
    JumpedBackError,
    UntoldError,
    Way,
    ending_of,
    flat,
    is_nothing,
)
from imstack.migrate.plan import Echo, End

if TYPE_CHECKING:
    from imstack.migrate.follow import Follower

_LONGEST_END = 40  # commands of what only reports and exits


def resolve(f: Follower, way: Way, *, is_end: bool) -> None:
    """Follow a jump to lines that only report and end the caller with a failure.

    `is_end`: the end may be without a code, too.
    """
    if f.repeat and way.where >= 0:
        on = f.way(lambda: f.leave_round(way.where), way.env)
        if on.where == END:
            way.env, way.where = on.env, END
            way.steps += on.steps
            return
    if way.where < 0 or way.where >= len(f.reader):
        return
    target, seen = way.where, set(f.visited)
    if f.is_repeated(target):
        return
    on = f.way(lambda: _short(f, target), way.env.fork())
    said = ending_of(on.steps) if on.where == END else None
    if said and (is_end or said.code not in {None, 0}):
        way.env, way.where = on.env, END
        way.steps += on.steps
    else:
        f.visited = seen


def resolved(f: Follower, where: int) -> int:
    """Return `END` for a jump out of a loop to lines that report a failure and end the caller."""
    way = Way(f.env, [], where)
    resolve(f, way, is_end=False)
    if way.where != END:
        raise UntoldError
    f.use(way.env)
    f.steps += way.steps
    return END


def _short(f: Follower, target: int) -> int:
    try:
        limit = min(target + _LONGEST_END, len(f.reader))
        where = target
        while 0 <= where < limit and len(f.steps) < _LONGEST_END:
            if not all(isinstance(s, Echo | End) or is_nothing(s) for s in flat(f.steps)):
                return where
            before, where = where, f.lines(where, where + 1)
            if 0 <= where <= before:
                return where
            limit = max(limit, min(where + 1, len(f.reader)))
    except JumpedBackError:
        return NEXT
    return where
