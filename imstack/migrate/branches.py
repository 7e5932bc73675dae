"""What runs, may run or does not, within one statement: ``&``, ``&&``, ``||``, ``|``, ``if``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imstack.migrate import commands, loops
from imstack.migrate.conditions import (
    answer_of,
    asks_argument,
    asks_failure,
    test_of,
    test_of_status,
)
from imstack.migrate.endings import resolve
from imstack.migrate.expand import expand_delayed
from imstack.migrate.files import makes_folder
from imstack.migrate.follow import (
    END,
    EXIT,
    NEXT,
    JumpedBackError,
    Way,
    ending_of,
    flat,
    may_end,
    missing,
)  # fmt: skip
from imstack.migrate.nodes import Condition, For, Group, If, Simple, walk
from imstack.migrate.noise import is_control, is_goto, scripts_in, works
from imstack.migrate.plan import Block, Choice, Echo, End, OnError, SetStep, Test, Untranslated
from imstack.migrate.text import Ref, Text
from imstack.migrate.words import SCRIPT_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imstack.migrate.follow import Follower
    from imstack.migrate.nodes import Node
    from imstack.migrate.plan import Step

CONTINUE = OnError(stop=False)
_FOLDER = re.compile(r"[%!](?:pictbat|im)[%!]|\bdefined\s+(?:pictbat|im)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """What decides between two ways.

    `test` is None when no script can ask it; `failed` tells whether the first way is for the
    failure of the last program, None when that is not asked. `is_check` says that the caller checks
    whether something is there, which is an error when it ends. `node` is what a plan reports.
    """

    node: Node
    reason: str
    test: Test | None
    failed: bool | None = None
    is_check: tuple[bool, bool] = (False, False)


def dispatch(f: Follower, node: Node, queue: list[Node]) -> int:
    """Follow one command, block, condition or loop; `queue` is what stands behind it."""
    match node:
        case Simple():
            return commands.simple(f, node)
        case Group(joint="|"):
            return _pipe(f, node)
        case Group(joint="&&" | "||"):
            return _joined(f, node, queue)
        case Group():
            return _block(f, node)
        case If():
            return _ask(f, node, queue)
        case For():
            return loops.loop(f, node)
        case _:
            return NEXT


def _pipe(f: Follower, node: Group) -> int:
    """Report a pipe; each side runs in a cmd.exe of its own, whose variables are lost."""
    codes = f.env.codes
    is_needed = any(isinstance(one, Simple) and works(one, codes) for one in walk(node))
    f.part(node, "pipe", stop=missing(node.span.line) if is_needed else "")
    held = scripts_in(node, codes)
    names = [name for script in held for name in SCRIPT_NAMES[script.lower()].variables]
    f.env.lose(names, node.span.line)
    f.no_status()
    return NEXT


def _block(f: Follower, node: Group) -> int:
    """Follow a block whose output goes to one place."""
    streams = commands.streams_of(f, node.redirects)
    if streams is None:
        f.part(node, "unknown-result", stop=missing(node.span.line))
        return NEXT
    held, f.steps = f.steps, []
    f.inner += 1
    f.blocks += 1
    where = f.run(node.items)
    f.inner -= 1
    f.blocks -= 1
    steps, f.steps = f.steps, held
    if where not in {NEXT, END}:
        f.part(node, "goto", stop=missing(node.span.line))
        return NEXT
    echoes = [step for step in steps if isinstance(step, Echo) and not step.streams]
    if len(echoes) == len(steps) and len(streams) == 1 and not f.inner:
        for step in echoes:
            f.steps.append(replace(step, streams=streams))
            streams = (replace(streams[0], sign=streams[0].sign.replace(">", ">>")[:2]),)
        return where
    block = Block(node.span.line, tuple(flat(steps)), streams)
    only = node.items[0]
    f.part(only if len(node.items) == 1 else node, _reason_of(only), (block,))
    return where


def _reason_of(node: Node) -> str:
    match node:
        case For():
            return "loop"
        case If():
            return "if-block"
        case _:
            return "other-command"


# Conditions


def _joined(f: Follower, node: Group, queue: list[Node]) -> int:
    """``A && B`` or ``A || B``: B is a condition about A."""
    first, *rest = node.items
    is_or = node.joint == "||"
    then = rest[0] if len(rest) == 1 else replace(node, items=tuple(rest))
    if is_or and isinstance(first, Group) and first.joint == "&&" and _only_ends(f, then):
        for item in first.items:
            where = _joined(f, replace(node, items=(item, then)), queue)
            if where != NEXT:
                return where
        return NEXT
    before = f.env.status
    where = f.run([first])
    if where != NEXT:
        return where
    if f.env.status == before:  # echo, set: they succeed
        if not is_or:
            queue[:0] = [then]
        elif not f.inner and not is_control(then, f.env.codes):
            f.part(then, "skipped")
        return NEXT
    test = test_of_status(f.env, failed=is_or) if f.env.has_status else None
    asked = Question(then, "condition", test, failed=is_or)
    return _fork(f, asked, (then, None), queue)


def _only_ends(f: Follower, node: Node) -> bool:
    way = f.way(lambda: f.run([node]))
    resolve(f, way, is_end=True)
    return way.where == END and ending_of(way.steps) is not None


def _ask(f: Follower, node: If, queue: list[Node]) -> int:
    env = f.env
    condition = replace(
        node.condition,
        left=expand_delayed(node.condition.left, env)[0],
        right=expand_delayed(node.condition.right, env)[0],
    )
    asked = node.span.text.partition(node.then.span.text or "\n")[0]
    reason = "goto" if is_goto(node, env.codes) else "if-block" if node.is_block else "condition"
    if _FOLDER.search(asked):
        f.part(node, reason)
        return NEXT
    answer = answer_of(condition, env)
    if answer is not None:
        runs, rests = (node.then, node.otherwise) if answer else (node.otherwise, node.then)
        if rests is not None and not is_control(rests, env.codes):
            f.steps += [] if f.inner else [_skipped(f, node, rests)]
        queue[:0] = [] if runs is None else [runs]
        return NEXT
    if makes_folder(replace(node, condition=condition), env.codes):
        queue[:0] = [node.then]
        return NEXT
    failed = asks_failure(condition, env)
    test = test_of_status(env, failed=failed) if failed is not None else test_of(condition, env)
    if failed is not None and not env.has_status:
        test = None
    missing_at = condition.kind == "exist"
    argument = asks_argument(condition, env)
    checks = (
        argument or (missing_at and condition.negated),
        argument or (missing_at and not condition.negated),
    )
    question = Question(node, reason, test, failed, checks)
    return _fork(f, question, (node.then, node.otherwise), queue)


def _skipped(f: Follower, node: If, rests: Node) -> Untranslated:
    held = tuple(scripts_in(rests, f.env.codes))
    values = f.env.named_in(rests.span.text)
    return Untranslated(node.span.line, "skipped", rests.span.text, held, values)


def _fork(
    f: Follower, asked: Question, nodes: tuple[Node | None, Node | None], queue: list[Node]
) -> int:
    """Follow both ways until they meet or end."""
    one, two = (f.way(lambda node=node: f.run([node] if node else [])) for node in nodes)  # type: ignore[misc]
    for way, is_check, is_first in (
        (one, asked.is_check[0], True),
        (two, asked.is_check[1], False),
    ):
        is_failure = asked.failed is is_first if asked.failed is not None else is_check
        resolve(f, way, is_end=is_failure)
    if asked.test is None:
        return _unanswered(f, asked, one, two)
    is_hidden = one.where != two.where and END not in {one.where, two.where}
    if is_hidden:
        _merge(f, one, two, queue)
    return _decide(f, asked, one, two, is_hidden=is_hidden)


def split(f: Follower, node: Node, one: int, two: int) -> int:
    """Follow the two ways out of a loop, which a variable of the script tells apart."""
    asked = Condition("compare", "", "==", str(one))
    left = Text((Ref("item", EXIT),))
    question = Question(node, "loop", Test(asked, left, Text((str(one),))))
    first, second = Way(f.env.fork(), [], one), Way(f.env.fork(), [], two)
    for way in (first, second):
        resolve(f, way, is_end=False)
    is_hidden = END not in {first.where, second.where}
    if is_hidden:
        _merge(f, first, second, [])
    return _decide(f, question, first, second, is_hidden=is_hidden)


def _merge(f: Follower, one: Way, two: Way, queue: list[Node]) -> None:
    """Follow two ways until they come to the same line, or one ends."""
    after, items = f.after, list(queue)
    for way in (one, two):
        if way.where == NEXT:
            f.go_on(way, lambda: f.run(items))
            queue.clear()
            if way.where == NEXT:
                way.where = END if f.taken_over else after
            resolve(f, way, is_end=False)
    while one.where != two.where and END not in {one.where, two.where}:
        behind, limit = (one, two.where) if one.where < two.where else (two, one.where)
        if behind.where < after:
            raise JumpedBackError
        start = behind.where
        f.go_on(behind, lambda start=start, limit=limit: f.lines(start, limit))  # type: ignore[misc]
        resolve(f, behind, is_end=False)


def _unanswered(f: Follower, asked: Question, one: Way, two: Way) -> int:
    """Report a condition that nobody can ask; only what changes nothing may be passed over."""
    line = asked.node.span.line
    stop = ""
    if one.where != NEXT or two.where != NEXT:
        stop = may_end(line)
    elif any(_is_work(step) for step in (*one.steps, *two.steps)):
        stop = missing(line)
    f.part(asked.node, asked.reason, stop=stop)
    live = [way for way in (one, two) if way.where == NEXT]
    if len(live) == 2:
        f.settle(line, one, two, is_asked=False)
    elif live:
        f.use(live[0].env)
    if stop and f.doubt == "" and not live:
        f.doubt = "condition"
    return NEXT


def _is_work(step: Step) -> bool:
    if isinstance(step, Untranslated) and not step.stop:
        return any(map(_is_work, step.steps))
    if isinstance(step, Echo):
        return bool(step.streams)
    return not isinstance(step, SetStep)


def _decide(f: Follower, asked: Question, one: Way, two: Way, *, is_hidden: bool) -> int:
    line = asked.node.span.line
    program = f.program
    live = [way for way in (one, two) if way.where != END]
    if asked.failed is not None and program is not None:
        bad, good = (one, two) if asked.failed else (two, one)
        end = ending_of(bad.steps) if bad.where == END else None
        if end is not None:
            _set_end(f, program, replace(end, stop=True))
            _passed_check(f, asked, good, is_hidden=is_hidden)
            return good.where
        is_left = bad.where == END and not is_hidden
        _set_end(f, program, OnError(True, elsewhere=True) if is_left else CONTINUE)
    where = live[0].where if live else END
    for way in (one, two):
        end = ending_of(way.steps) if way.where == END else None
        if end is not None:
            way.steps = [End(way.steps[-1].line, end)]
    if len(live) == 2:
        f.settle(line, one, two)
    elif live:
        f.use(live[0].env)
    assert asked.test is not None  # noqa: S101 - `_fork` has seen to it
    choice = Choice(line, asked.test, tuple(one.steps), tuple(two.steps), is_hidden)
    is_plain = not list(flat([choice])) or all(
        isinstance(s, Echo) for s in flat(choice.then + choice.otherwise)
    )
    f.program = program if is_plain and live else None
    _report(f, asked, choice, (one, two), live)
    return where


def _set_end(f: Follower, program: int, end: OnError) -> None:
    before = f.ends.get(program)
    if before is None or not before.stop:
        f.ends[program] = end


def _passed_check(f: Follower, asked: Question, good: Way, *, is_hidden: bool) -> None:
    """Go on behind a check that ends the caller when the last program failed."""
    f.use(good.env)
    if is_hidden:
        f.steps += good.steps
    elif list(flat(good.steps)):
        f.part(asked.node, "if-block" if _is_block(asked.node) else asked.reason, good.steps)
        f.program = None


def _is_block(node: Node) -> bool:
    return isinstance(node, If) and node.is_block


def _report(
    f: Follower, asked: Question, choice: Choice, ways: tuple[Way, Way], live: list[Way]
) -> None:
    """Add a choice as the step it is, or as a part that may run."""
    reason, node = asked.reason, asked.node
    is_dead = len(live) == 1
    is_guard = False
    place = 0 if ways[0].where == END else 1
    dead = ways[place]
    if is_dead:
        end = ending_of(dead.steps)
        code = _last_code(dead.steps)
        is_guard = code not in {None, 0} or (end is not None and asked.is_check[place])
    is_told = not choice.is_hidden or (is_dead and ending_of(dead.steps) is not None)
    if is_guard and is_told:
        reason = "if-block" if _is_block(node) else "condition"
        f.part(node, reason, (replace(choice, is_hidden=False),))
        return
    if choice.is_hidden:
        _hidden(f, asked, choice)
    elif _chooses(choice) and not f.inner:
        f.steps += flat([choice])
    else:
        f.part(node, reason, (choice,), is_done=True)
        is_success = asked.failed is not None and asked.failed == (dead is ways[1])
        if is_dead and (asked.failed is None or is_success) and not f.inner:
            f.doubt = "condition"


def _hidden(f: Follower, asked: Question, choice: Choice) -> None:
    f.part(asked.node, asked.reason, is_done=True)
    f.steps.append(replace(choice, is_hidden=not f.inner))


def _last_code(steps: Iterable[Step]) -> int | None:
    *_, last = [None, *flat(steps)]
    return last.ending.code if isinstance(last, End) else None


def _chooses(choice: Choice) -> bool:
    """Return True for what does nothing but set variables, echo, end the caller, or ask again."""
    steps = list(flat((*choice.then, *choice.otherwise)))
    return any(_sets(step) for step in steps) and all(map(_is_choice, steps))


def _sets(step: Step) -> bool:
    inside = (*step.then, *step.otherwise) if isinstance(step, Choice) else ()
    return isinstance(step, SetStep) or any(map(_sets, inside))


def _is_choice(step: Step) -> bool:
    if isinstance(step, Choice):
        return all(map(_is_choice, (*step.then, *step.otherwise)))
    return isinstance(step, SetStep | End) or (isinstance(step, Echo) and not step.streams)
