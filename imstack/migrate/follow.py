"""From statement to statement as cmd.exe goes, with variables that fork and join.

What can be told while reading is told. Where only the run can tell, both ways are followed, each
with variables of its own, until they come to the same line or end; a variable that they leave with
different values is from there on known by name only. What comes out are steps within steps, which
scripts do as they stand.

A plan lists the steps that run whatever happens; what else is reported, with its steps inside:

- What an ``if`` holds, or stands behind ``&&``, is a condition, and so are lines that a jump may
  pass over.
- A check that may end the caller early (no argument, no such file, any failure with an exit code)
  does not make a condition of all that follows.
- Lines that a ``goto`` repeats are a loop.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from imstack.errors import InputError
from imstack.migrate.nodes import Group, Remark, Span
from imstack.migrate.noise import assigned_in, is_control, is_goto, is_noise, scripts_in
from imstack.migrate.plan import (
    Break,
    Call,
    Caution,
    Choice,
    Continue,
    Echo,
    End,
    Folder,
    Loop,
    OnError,
    Over,
    SetStep,
    Tool,
    Untranslated,
    every,
)  # fmt: skip
from imstack.migrate.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from imstack.migrate.nodes import Node
    from imstack.migrate.plan import Step
    from imstack.migrate.reading import Reader, Statement
    from imstack.migrate.variables import Variables

NEXT: Final = -1
"""Where a command leads: to the one behind it. Else to a line, from 0, or to the end."""
END: Final = -2

_MOST = 6000  # commands and statements followed
_MOST_JUMPS = 100  # back to one line
_MOST_PASSES = 5  # through a loop, until it sets nothing new
_GOTO = re.compile(r"\bgoto[\s:]*([^\s&|<>()%:]+)", re.IGNORECASE)
_SEVERAL: Final = -3
EXIT: Final = "imstack_exit"
"""The variable that says where a loop was left."""
TRANSLATE: Final = "put its translation in place of this line"


class JumpedBackError(Exception):
    """A jump back that only some rounds make."""


class EndlessError(Exception):
    """Lines that do nothing are gone through for ever: that cannot be what is meant."""


class UntoldError(Exception):
    """A part that no step can stand for."""


def missing(line: int) -> str:
    """Return what a script says before it ends at a part that is missing."""
    return f"line {line} of the BAT file is not translated: {TRANSLATE}"


def may_end(line: int) -> str:
    """Return what a script says where the caller may end, or jump, and nobody can ask whether."""
    return f"line {line} of the BAT file may end it here: {TRANSLATE}"


@dataclass(slots=True)
class Way:
    """One of the ways in which a caller may go on: its variables, its steps, where it leads."""

    env: Variables
    steps: list[Step]
    where: int


@dataclass(slots=True)
class Repeat:
    """A loop of lines while it is followed: its first and last line, and the ways out of it.

    `says_exit`: they lead to two places, and a variable says to which.
    """

    first: int
    last: int
    says_exit: bool = False
    again: list[Variables] = field(default_factory=list)
    left: list[Way] = field(default_factory=list)


@dataclass(slots=True)
class Follower:
    """Follows a caller; lines count from 0.

    Attributes
    ----------
    dispatch
        Follows one command, block, condition or loop; see `branches`.
    split
        Follows two ways out of a loop.
    after
        The line behind the statement.
    program
        The number of the program whose exit code ERRORLEVEL holds, when it ran on this very way.
    ends
        What follows the failure of each program, by its number.
    inner, forks
        How many statements, and how many ways or loops, the reading is inside of.
    doubt
        Why what runs now may not run; nothing when it does.
    calls
        Lines of the subroutines that are followed.
    """

    reader: Reader
    env: Variables
    dispatch: Callable[[Follower, Node, list[Node]], int]
    split: Callable[[Follower, Node, int, int], int]
    steps: list[Step] = field(default_factory=list)
    after: int = 0
    program: int | None = None
    ends: dict[int, OnError] = field(default_factory=dict)
    inner: int = 0
    forks: int = 0
    doubt: str = ""
    calls: tuple[int, ...] = ()
    repeat: Repeat | None = None
    blocks: int = 0
    folders: list[int] = field(default_factory=list)
    pushes: int = 0
    taken_over: bool = False
    exit_code: int | None = None
    visited: set[int] = field(default_factory=set)
    jumps: dict[int, int] = field(default_factory=dict)
    arguments: set[str] = field(default_factory=set)
    items: int = 0
    _count: int = 0
    _serial: int = 0
    _warnings: dict[tuple[int, str], Caution] = field(default_factory=dict)
    _rounds: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    _heads: dict[int, int] = field(default_factory=dict)
    _exits: list[int] = field(default_factory=list)
    _levels: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, line in enumerate(self.reader.caller.lines):
            for name in _GOTO.findall(line):
                target = self.reader.find_label(name, number + 1)
                if target is not None and target <= number:
                    self._heads[target] = max(number, self._heads.get(target, 0))
        for first in sorted(self._heads, reverse=True):  # loops that overlap are one
            inside = [end for at, end in self._heads.items() if first < at <= self._heads[first]]
            self._heads[first] = max([self._heads[first], *inside])

    # What is found

    def spend(self) -> None:
        """Count a command; raises InputError when there are too many."""
        self._count += 1
        if self._count > _MOST:
            message = f"{self.reader.caller.name}: too much to follow"
            raise InputError(message, hint="split it, or translate it by hand")

    def add(self, step: Step) -> None:
        """Add a step; a program's exit code is what ERRORLEVEL then holds."""
        self.spend()
        if isinstance(step, Call | Tool):
            self._serial += 1
            step = replace(step, serial=self._serial)
            self.program = self._serial
            self.env.status += 1
            self.env.has_status = True
        self.steps.append(step)

    def warn(self, line: int, code: str, about: str) -> None:
        """Add a warning; one of a kind for each line, but for what is about several variables."""
        before = self._warnings.get((line, code))
        if before and code == "set-inside" and about not in before.about:
            about = f"{before.about}; {about}"
        elif before:
            return
        self._warnings[line, code] = Caution(line, code, about)

    def warnings(self) -> tuple[Caution, ...]:
        """Return the warnings by line."""
        return tuple(self._warnings[key] for key in sorted(self._warnings))

    def part(
        self,
        node: Node,
        reason: str,
        steps: Sequence[Step] = (),
        stop: str = "",
        text: str = "",
        *,
        is_done: bool = False,
        counts: bool = True,
    ) -> None:
        """Add a part that is not a step which runs whatever happens.

        `is_done`: other steps do what it does. `counts`: scripts in its steps are its own.
        """
        is_remark = not steps and not is_done
        if self.inner and not stop and not is_remark:
            self.steps += flat(steps)
            return
        line, text = node.span.line, text or node.span.text
        named = scripts_in(node, self.env.codes)
        named += [s.script for s in every(steps if counts else ()) if isinstance(s, Call)]
        values = self.env.named_in(text)
        holds = tuple(dict.fromkeys(named))
        kept = tuple(flat(steps))
        self.steps.append(Untranslated(line, reason, text, holds, values, kept, stop, is_done))

    def no_status(self) -> None:
        """Note that ERRORLEVEL is not what any step has left there."""
        self.program = None
        self.env.status += 1
        self.env.has_status = False

    # Lines

    def lines(self, at: int, limit: int, *, inside: int = -1) -> int:
        """Follow lines from `at` until one at or behind `limit`; return it, or `END`.

        `inside` is the first line of a loop that is being followed.
        """
        while at < limit:
            self.spend()
            head = self._heads.get(at)
            is_known = at == inside or (self.repeat and self.repeat.first == at)
            loops = head is not None and not is_known
            at = self._looped(at, head or 0) if loops else self._line(at)
            if at == END or (self.repeat and at == self.repeat.first):
                return at
        return at

    def is_repeated(self, at: int) -> bool:
        """Return True for a line that lines behind it jump back to."""
        return at in self._heads

    def _line(self, at: int) -> int:
        statement = self.reader.statement(at)
        self.after = statement.following
        self.visited.add(at)
        node = statement.node
        where = NEXT
        if node is None:
            where = self._refuse(statement)
        elif not isinstance(node, Remark):
            self.arguments |= statement.arguments
            for line, finding in statement.findings:
                self.warn(line, finding.code, finding.about)
            where = self._bom(node) if self._is_bom(at) else self.run([node])
            if where == NEXT and self.taken_over:
                where = END
        if where == NEXT:
            return statement.following
        if at < where < len(self.reader):
            self.jumps.setdefault(at, where)
        if self.repeat and where == self.repeat.first:
            return where
        return self._back(at, where) if 0 <= where <= at else where

    def _is_bom(self, at: int) -> bool:
        return at == 0 and self.reader.caller.bom == "UTF-8"

    def _bom(self, node: Node) -> int:
        if not is_noise(node, self.env.codes):
            self.part(node, "other-command", stop=missing(1))
        return NEXT

    def _refuse(self, statement: Statement) -> int:
        """Add a statement that cmd.exe cannot read, and at which it ends."""
        if statement.trouble is not None:
            span = statement.trouble.span
            self.part(Remark(span), "other-command", stop=missing(span.line))
        return END

    def _back(self, at: int, where: int) -> int:
        """Go back to a line, as often as that is sensible."""
        self._rounds[at] += 1
        if self.forks > self._level or self._rounds[at] > _MOST_JUMPS:
            raise JumpedBackError
        return where

    @property
    def _level(self) -> int:
        return self._levels[-1] if self._levels else 0

    # Loops of lines

    def _looped(self, first: int, last: int) -> int:
        """Follow lines that a jump back may repeat: round by round, or as a loop of a script."""
        held, self.steps = self.steps, []
        env, program, doubt, exit_code = self.env.fork(), self.program, self.doubt, self.exit_code
        self.inner += 1
        self.forks += 1
        self._levels.append(self.forks)
        stop = ""
        try:
            where = self.lines(self._line(first), last + 1, inside=first)
        except JumpedBackError:
            self.use(env)
            self.steps, self.program = [], program
            where, stop = self._repeated(first, last)
        exits = self._exits if where == _SEVERAL else []
        self._levels.pop()
        self.inner -= 1
        self.forks -= 1
        steps, self.steps = self.steps, held
        self.doubt, self.exit_code = doubt, exit_code
        self.program = None
        self._list_loop(first, last, steps, stop)
        if exits:
            node = self.reader.statement(first).node
            return self.split(self, node or Remark(Span(first + 1, "")), *exits)
        return where

    def _list_loop(self, first: int, last: int, steps: list[Step], stop: str) -> None:
        """Add all lines of a loop; the steps stand at the first of them."""
        at, done = first, False
        while at <= last:
            statement = self.reader.statement(at)
            node, at = statement.node, statement.following
            if node is None or is_noise(node, self.env.codes):
                continue
            reason = "goto" if is_goto(node, self.env.codes) else "loop"
            now = () if done else steps
            told = "" if done else stop
            self.part(node, reason, now, told, is_done=not stop, counts=False)
            done = True
            if self.inner:
                break
        if not done:
            self.steps += flat(steps)

    def _repeated(self, first: int, last: int) -> tuple[int, str]:
        """Follow a loop whose rounds only the run can count; return where it leads, and a stop."""
        outer = self.repeat
        line = first + 1
        try:
            repeat = self._while(first, last, line)
        except EndlessError:
            if self.calls:  # the line that calls it is what cannot be done
                raise
            return END, missing(line)
        except (JumpedBackError, UntoldError):
            self.forget_assigned(first, last)
            return last + 1, missing(line)
        finally:
            self.repeat = outer
        if not repeat.left:
            return END, ""
        self._exits = sorted({way.where for way in repeat.left})
        return (self._exits[0] if len(self._exits) == 1 else _SEVERAL), ""

    def _while(self, first: int, last: int, line: int, *, says_exit: bool = False) -> Repeat:
        repeat = Repeat(first, last, says_exit)
        env, before = self.env.fork(), list(self.steps)

        def body() -> int:
            nonlocal repeat
            self.repeat = repeat = Repeat(first, last, says_exit)
            where = self.lines(self._line(first), last + 1, inside=first)
            return self.leave_round(where)

        def ends() -> list[Variables]:
            return [*repeat.again, *(way.env for way in repeat.left)]

        steps = self.settled(line, body, ends)
        exits = {way.where for way in repeat.left}
        if len(exits) > 2:
            raise UntoldError
        if len(exits) > 1 and not says_exit:
            self.use(env)
            self.steps = before
            return self._while(first, last, line, says_exit=True)
        if not repeat.left and all(isinstance(one, Continue) for one in every(steps)):
            raise EndlessError
        self.steps.append(Loop(line, Over("ever"), (), tuple(steps)))
        return repeat

    def leave_round(self, where: int) -> int:
        """Return `END` for a way that begins the loop again or leaves it, with the step for it."""
        if self.repeat is None or where < 0:
            return where
        if where == self.repeat.first:
            self.repeat.again.append(self.env)
            self.steps.append(Continue(self.after))
            return END
        if where > self.repeat.last:
            self.repeat.left.append(Way(self.env, [], where))
            if self.repeat.says_exit:
                self.steps.append(SetStep(self.after, EXIT, Text((str(where),))))
            self.steps.append(Break(self.after))
            return END
        return where

    def settled(
        self, line: int, body: Callable[[], int], ends: Callable[[], list[Variables]]
    ) -> list[Step]:
        """Follow a loop's body until it sets nothing that was not known by name before."""
        names: dict[str, str] = {}
        for _ in range(_MOST_PASSES):
            base = self.env.fork()
            base.status += 1
            for name in names.values():
                base.open(name, line, self.env)
            way = self.way(body, base.fork())
            after = [way.env] if way.where != END else []
            after += ends()
            new = {name.lower(): name for env in after for name in base.differing(env)}
            if any(env.arguments_differ(base) for env in after):
                raise UntoldError
            if new.keys() <= names.keys():
                break
            names = {**new, **names}
        else:
            raise UntoldError
        for name in names.values():
            self.prepare(line, name, self.env)
        for env in after:
            base.join(env)
        for name in names.values():
            base.open(name, line, *after, self.env)
        self.use(base)
        return way.steps

    def forget_assigned(self, first: int, last: int) -> None:
        """Make unknown what lines may set."""
        for at in range(first, last + 1):
            if node := self.reader.statement(at).node:
                self.env.forget(assigned_in(node, self.env.codes), at + 1)
        self.no_status()

    # Nodes

    def run(self, nodes: Iterable[Node]) -> int:
        """Follow commands that stand behind each other; return where they lead."""
        queue = list(nodes)
        while queue:
            node = queue.pop(0)
            if isinstance(node, Group) and node.joint in {"&", "()"} and not node.redirects:
                queue[:0] = node.items
                continue
            where = self._listed(node, queue)
            if where != NEXT:
                self._pass_by(queue, where)
                return where
        return NEXT

    def _pass_by(self, queue: list[Node], where: int) -> None:
        for node in queue:
            if not is_control(node, self.env.codes):
                self.part(node, "unreachable" if where == END else "skipped")

    def _listed(self, node: Node, queue: list[Node]) -> int:
        """Follow a command; where it may not run, all of it is one part."""
        self.spend()
        if self.inner or not self.doubt or is_noise(node, self.env.codes):
            return self.dispatch(self, node, queue)
        held, self.steps, doubt = self.steps, [], self.doubt
        where = self.dispatch(self, node, queue)
        made, self.steps = self.steps, held
        if any(isinstance(step, Choice) and step.is_hidden for step in made):
            self.steps += made
        else:
            self.part(node, "goto" if is_goto(node, self.env.codes) else doubt, made)
        return where

    # Ways

    def use(self, env: Variables) -> None:
        """Go on with these variables."""
        self.env = self.reader.variables = env

    def way(self, follow: Callable[[], int], env: Variables | None = None) -> Way:
        """Return what comes of following one of several ways; where the reading is stays."""
        held = (self.env, self.steps, self.program, self.after, self.folders, self.taken_over)
        self.use(env or self.env.fork())
        self.steps, self.program, self.folders = [], None, list(self.folders)
        self.inner += 1
        self.forks += 1
        try:
            where = follow()
            if self.taken_over and not held[-1]:
                where = END
            return Way(self.env, self.steps, where)
        finally:
            self.inner -= 1
            self.forks -= 1
            self.use(held[0])
            _, self.steps, self.program, self.after, self.folders, self.taken_over = held

    def go_on(self, way: Way, follow: Callable[[], int]) -> None:
        """Follow a way farther, line by line: what it comes to is listed."""
        inner, doubt = self.inner, self.doubt
        self.doubt = self.doubt or "condition"
        on = self.way(lambda: self._outside(inner, follow), way.env)
        self.doubt = doubt
        way.env, way.where = on.env, on.where
        way.steps += on.steps

    def _outside(self, inner: int, follow: Callable[[], int]) -> int:
        held, self.inner = self.inner, inner
        try:
            return follow()
        finally:
            self.inner = held

    def settle(self, line: int, one: Way, two: Way, *, is_asked: bool = True) -> None:
        """Go on with what two ways leave, that come to the same place."""
        names = one.env.differing(two.env)
        joined = one.env.fork()
        joined.join(two.env)
        for name in names:
            if is_asked:
                for way in (one, two):
                    self._set_in(way, line, name)
                joined.open(name, line, one.env, two.env)
            else:
                joined.forget([name], line)
        if not is_asked:
            joined.has_status = one.env.status == two.env.status and joined.has_status
        self.use(joined)

    def _set_in(self, way: Way, line: int, name: str) -> None:
        """Let a way set a variable in the script, unless it does so anyway."""
        touched = any(isinstance(s, SetStep) and s.name == name for s in every(way.steps))
        if way.env.same_value(name, self.env):
            if not touched:
                self.prepare(line, name, self.env)
                return
        elif touched or way.env.is_itself(name):
            return
        if step := way.env.setting(name, line):
            way.steps.append(step)

    def prepare(self, line: int, name: str, env: Variables) -> None:
        """Let the script set a variable before it is known by name only."""
        step = env.setting(name, line)
        is_done = any(isinstance(s, SetStep) and s == step for s in self.steps[-8:])
        if step and not is_done:
            self.steps.append(step)


def flat(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield steps, those of parts that a script does not stop at in place of the parts."""
    for step in steps:
        if isinstance(step, Untranslated) and not step.stop and (step.steps or step.is_done):
            yield from flat(step.steps)
        elif isinstance(step, Choice):
            then, otherwise = tuple(flat(step.then)), tuple(flat(step.otherwise))
            if then or otherwise:
                yield replace(step, then=then, otherwise=otherwise, is_hidden=False)
        else:
            yield step


def ending_of(steps: Iterable[Step]) -> OnError | None:
    """Return the end of the caller, when steps only report and end it."""
    says: list[Text] = []
    for step in flat(steps):
        if isinstance(step, End):
            return replace(step.ending, says=(*says, *step.ending.says))
        if isinstance(step, Echo) and not step.streams:
            says.append(step.text)
        elif not is_nothing(step):
            return None
    return None


def is_nothing(step: Step) -> bool:
    """Return True for steps that do not matter once the caller ends."""
    if isinstance(step, Untranslated):
        return not step.stop and not step.steps
    return isinstance(step, Folder) and step.action == "popd"
