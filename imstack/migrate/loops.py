r"""``for``: over plain words round by round; over files, arguments and lines as loops of a script.

``for /F`` that does nothing but set variables to what a program prints is a capture (see
`capture`). ``%%~nF`` and its kin are told where the word itself tells them, else by the script.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from imstack.migrate.capture import capture_of, options_of
from imstack.migrate.endings import resolved
from imstack.migrate.expand import part_of
from imstack.migrate.files import listing_of
from imstack.migrate.follow import END, NEXT, UntoldError, missing
from imstack.migrate.nodes import For, Group, If, Remark, Simple, walk
from imstack.migrate.noise import assigned_in, outputs, scripts_in, works
from imstack.migrate.plan import Capture, Files, Listing, Loop, Over, Stream, Tool, Word
from imstack.migrate.text import Ref
from imstack.migrate.words import IM_PROGRAMS, batch_words, command_of, program_arguments

if TYPE_CHECKING:
    from collections.abc import Callable

    from imstack.migrate.capture import Options
    from imstack.migrate.follow import Follower
    from imstack.migrate.nodes import Node
    from imstack.migrate.text import Codes

_MOST = 100  # rounds
_MOST_COMMANDS = 300  # of all rounds
_NUMBERS = re.compile(r"\s*(-?\d+)[\s,;=]+(-?\d+)[\s,;=]+(-?\d+)\s*", re.ASCII)


def loop(f: Follower, node: For) -> int:
    """Follow a ``for``."""
    captured = capture_of(node, f.reader)
    if captured is not None and not any(
        f.env.trouble_with(_coded(word, f.env.codes)) for word in captured.args
    ):
        line = node.span.line
        streams = tuple(
            Stream(one.handle, one.sign, f.env.codes.text(one.target)) for one in captured.redirects
        )
        names = tuple(name and f.env.run_time(name, line) for name in captured.names)
        f.add(Capture(line, names, captured.program, captured.args, captured.separators, streams))
        return NEXT
    values = values_of(node, f.env.codes)
    if values and len(values) * _commands_in(node.body, f.env.codes) <= _MOST_COMMANDS:
        return _unrolled(f, node, values)
    held = f.env.fork()
    try:
        over, letters = _over(f, node)
        return _repeated(f, node, over, letters)
    except UntoldError:
        f.use(held)
        f.part(node, "loop", stop=missing(node.span.line) if _is_needed(node, f) else "")
        f.env.forget(assigned_in(node, f.env.codes), node.span.line)
        _note_shift(f, node)
        f.no_status()
        return NEXT


def _coded(word: Word, codes: Codes) -> str:
    return "".join(codes.code(ref) for ref in word.text.refs)


def _is_needed(node: For, f: Follower) -> bool:
    codes = f.env.codes
    does = any(isinstance(one, Simple) and _may_matter(one, codes) for one in walk(node))
    return does or outputs(node, codes) or bool(scripts_in(node, codes)) or f.blocks > 0


def _may_matter(node: Simple, codes: Codes) -> bool:
    name = command_of(node.text, codes).name
    return works(node, codes) or name in {"call", "exit", "goto"}


def _note_shift(f: Follower, node: For) -> None:
    for one in walk(node):
        if isinstance(one, Simple) and command_of(one.text, f.env.codes).name == "shift":
            f.env.shifted = True


# Rounds


def values_of(node: For, codes: Codes) -> list[str]:
    """Return the values that a loop's variable takes; none when they cannot be told."""
    if node.switch.lower() == "/l":
        found = _NUMBERS.fullmatch(node.over)
        if found is None or int(found[2]) == 0:
            return []
        first, step, last = map(int, found.groups())
        numbers = range(first, last + (1 if step > 0 else -1), step)
        return [str(number) for number in numbers] if len(numbers) <= _MOST else []
    words = batch_words(node.over)
    if node.switch or len(words) > _MOST:
        return []
    is_told = all(codes.is_plain(word) or _is_sure(word, codes) for word in words)
    return words if is_told and not any(map(_has_wildcard, words)) else []


def _is_sure(word: str, codes: Codes) -> bool:
    """Return True for a word that is one, and there, whatever the run brings."""
    refs = codes.refs(word)
    return len(word) > len(refs) and not any(ref.several or ref.kind == "unknown" for ref in refs)


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def _commands_in(node: Node, codes: Codes) -> int:
    """Return how many commands a body gives when its own loops are taken apart, too."""
    match node:
        case For():
            return max(1, len(values_of(node, codes))) * _commands_in(node.body, codes)
        case Group():
            return sum(_commands_in(item, codes) for item in node.items)
        case If():
            parts = (node.then, node.otherwise)
            return sum(_commands_in(part, codes) for part in parts if part is not None)
        case _:
            return 1


def _unrolled(f: Follower, node: For, values: list[str]) -> int:
    held, f.steps = f.steps, []
    f.inner += 1
    where = NEXT
    try:
        for value in values:
            body = with_values(node.body, {node.variable: value}, f.env.codes)
            where = f.run([body])
            if where != NEXT:
                break
        steps, stop = f.steps, ""
    except UntoldError:
        steps, stop, where = [], missing(node.span.line), NEXT
        f.env.forget(assigned_in(node, f.env.codes), node.span.line)
    finally:
        f.inner -= 1
        f.steps = held
    f.part(node, "loop", steps, stop)
    f.program = None
    return where


def with_values(node: Node, values: dict[str, str], codes: Codes) -> Node:
    """Return a loop's body with coded values in place of its variables.

    Raises
    ------
    UntoldError
        It asks for more than the word itself tells.
    """
    letters = "".join(re.escape(letter) for letter in values)
    asked = re.compile(rf"%(?:~([A-Za-z]*?))?([{letters}])")

    def put(text: str) -> str:
        return asked.sub(lambda found: _value(found, values, codes), text)

    return _changed(node, put, lambda inner: _body(inner, values, codes))


def _body(node: For, values: dict[str, str], codes: Codes) -> Node:
    """Return the body of a loop inside, whose own variables hide those of the same name."""
    options = options_of(node.options) if node.switch.lower() == "/f" else None
    many = len(options.all_tokens) if options else 1
    hidden = {chr(ord(node.variable) + place) for place in range(many)}
    left = {letter: value for letter, value in values.items() if letter not in hidden}
    return with_values(node.body, left, codes) if left else node.body


def _value(found: re.Match[str], values: dict[str, str], codes: Codes) -> str:
    value, letters = values[found[2]], found[1]
    if letters is None:
        return value
    if not set(letters.lower()) <= set("fdpnx"):
        raise UntoldError
    told = part_of(value, letters, codes)
    if told is None:
        raise UntoldError
    return told


def _changed(node: Node, put: Callable[[str], str], put_in_loop: Callable[[For], Node]) -> Node:
    match node:
        case Simple():
            ends = tuple(replace(end, target=put(end.target)) for end in node.redirects)
            return replace(node, text=put(node.text), redirects=ends)
        case Group():
            ends = tuple(replace(end, target=put(end.target)) for end in node.redirects)
            items = tuple(_changed(item, put, put_in_loop) for item in node.items)
            return replace(node, items=items, redirects=ends)
        case If():
            asked = node.condition
            asked = replace(asked, left=put(asked.left), right=put(asked.right))
            otherwise = (
                None if node.otherwise is None else _changed(node.otherwise, put, put_in_loop)
            )
            return replace(
                node,
                condition=asked,
                then=_changed(node.then, put, put_in_loop),
                otherwise=otherwise,
            )
        case For():
            return replace(node, over=put(node.over), body=put_in_loop(node))
        case Remark():
            return node


# Loops of a script


def _over(f: Follower, node: For) -> tuple[Over, list[str]]:
    """Return what a loop runs over, and the letters of its variables."""
    codes, switch = f.env.codes, node.switch.lower()
    if f.env.trouble_with(node.over):
        raise UntoldError
    words = tuple(
        Word(codes.text(word.replace('"', "")), '"' in word) for word in batch_words(node.over)
    )
    if switch == "/l" and (found := _NUMBERS.fullmatch(node.over)) and int(found[2]):
        return Over("numbers", words), [node.variable]
    if switch == "/d" and not node.options:
        return Over("folders", words), [node.variable]
    if not switch and any(_has_wildcard(word.text.plan.replace("${*}", "")) for word in words):
        if all(_has_wildcard(word.text.plan) for word in words):
            return Over("files", words), [node.variable]
        raise UntoldError
    if not switch and words:
        return Over("words", words), [node.variable]
    if switch == "/f" and (options := options_of(node.options)):
        return _lines(f, node, options)
    raise UntoldError


def _lines(f: Follower, node: For, options: Options) -> tuple[Over, list[str]]:
    codes = f.env.codes
    letters = [chr(ord(node.variable) + place) for place in range(len(options.all_tokens))]
    over = Over(
        "lines", (), None, options.separators, options.all_tokens, options.comment, options.skip
    )
    text = node.over.strip()
    quote = text[:1]
    is_command = quote == ("`" if options.backquoted else "'") and text[-1:] == quote
    if is_command and len(text) > 1:
        return replace(over, command=_command(f, node, text[1:-1])), letters
    if (quote == '"' and not options.backquoted) or quote in {"'", "`"}:
        raise UntoldError
    files = tuple(
        Word(codes.text(word.replace('"', "")), quoted=True) for word in batch_words(text)
    )
    if not files:
        raise UntoldError
    return replace(over, words=files), letters


def _command(f: Follower, node: For, text: str) -> Tool | Listing | Files:
    """Return the step of the command whose lines a loop takes."""
    inner, _ = f.reader.again(text, node.span, percent=False)
    codes = f.env.codes
    if not isinstance(inner, Simple):
        raise UntoldError
    if any(one.handle == 1 or one.target.lower() != "nul" for one in inner.redirects):
        raise UntoldError
    command, line = command_of(inner.text, codes), node.span.line
    if command.name in IM_PROGRAMS:
        return Tool(line, command.name, program_arguments(command.rest, codes))
    if command.name == "dir" and (listing := listing_of(f, inner, command, (), is_read=True)):
        return listing
    words = [word.replace('"', "") for word in batch_words(command.rest)]
    if command.name == "type" and words and not any(map(_has_wildcard, words)):
        return Files(line, "type", tuple(map(codes.text, words)))
    raise UntoldError


def _repeated(f: Follower, node: For, over: Over, letters: list[str]) -> int:
    codes, line = f.env.codes, node.span.line
    f.items += 1
    names = tuple(f"{letter}{f.items}" for letter in letters)
    values = {
        letter: codes.code(Ref("item", name)) for letter, name in zip(letters, names, strict=True)
    }
    body = with_values(node.body, values, codes)
    outer, f.repeat = f.repeat, None
    held, f.steps = f.steps, []
    try:
        steps = f.settled(line, lambda: _round(f, body), list)
    finally:
        f.repeat = outer
        before, f.steps = f.steps, held
    f.part(node, "loop", (*before, Loop(line, over, names, tuple(steps))))
    f.program = None
    return NEXT


def _round(f: Follower, body: Node) -> int:
    where = f.run([body])
    if where not in {NEXT, END}:
        where = resolved(f, where)
    return where
