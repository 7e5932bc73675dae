r"""``for /F``, when all it does is set variables to what an ImageMagick program prints.

Two forms are understood. ``do set %%L`` with a program that prints ``NAME=value`` lines::

    for /F "usebackq" %%L in (`%IM%identify -format "W=%%w\nH=%%h" a.tif`) do set %%L

and ``do set NAME=%%L`` with one that prints values::

    for /F "tokens=1,2" %%A in ('%IM%identify -format "%%w %%h" a.tif') do set W=%%A& set H=%%B

The command stands in backquotes with ``usebackq``, in single quotes without. Each line falls into
words at ``delims`` (blank and tab if not said); ``tokens`` says which of them are wanted (the first
if not said), and the letters after the variable's stand for the next ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imstack.migrate.assignment import assignment_of
from imstack.migrate.nodes import Group, Redirect, Simple
from imstack.migrate.tokens import DELIMITERS
from imstack.migrate.words import IM_PROGRAMS, command_of, program_arguments

if TYPE_CHECKING:
    from imstack.migrate.nodes import For, Node
    from imstack.migrate.plan import Word
    from imstack.migrate.reading import Reader
    from imstack.migrate.text import Codes

_PRINTED = re.compile(r'(?:^|[\s"]|\\n)([A-Za-z_][A-Za-z0-9_.]*)=')
_OPTION = re.compile(
    r"(usebackq)|tokens=(\S*)|eol=(.)|skip=(\d+)|(?:delims=(.*?))(?=\s+(?:tokens|eol|skip)=|\s+usebackq|$)"
    r"|(\S+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Captured:
    """What a ``for /F`` captures; see `plan.Capture`."""

    names: tuple[str, ...]
    program: str
    args: tuple[Word, ...]
    separators: str | None
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a ``for /F``.

    `tokens` are the numbers of the words wanted, with none of them the whole line; `rest` is True
    for ``*`` behind them: one variable more, for all that follows.
    """

    backquoted: bool = False
    tokens: tuple[int, ...] = (1,)
    rest: bool = False
    separators: str = " \t"
    comment: str = ";"
    skip: int = 0

    @property
    def all_tokens(self) -> tuple[int, ...]:
        """The words wanted as `plan.Over` has them."""
        if not self.tokens:
            return (-1,)
        return (*self.tokens, -max(self.tokens) - 1) if self.rest else self.tokens


def printed_names(text: str) -> list[str]:
    r"""Return the names in front of ``=`` in a format such as ``W=%w\nH=%h``."""
    return [found[1] for found in _PRINTED.finditer(text)]


def capture_of(node: For, reader: Reader) -> Captured | None:
    """Return what a ``for`` captures; None when it is a loop of another kind."""
    options = options_of(node.options) if node.switch == "/F" else None
    if options is None:
        return None
    command, quote = node.over.strip(), "`" if options.backquoted else "'"
    if len(command) < 2 or command[0] != quote or command[-1] != quote:
        return None
    inner, _ = reader.again(command[1:-1], node.span, percent=False)
    codes = reader.variables.codes
    if not isinstance(inner, Simple) or not all(map(_is_quiet, inner.redirects)):
        return None
    program = command_of(inner.text, codes)
    if program.name not in IM_PROGRAMS:
        return None
    args = program_arguments(program.rest, codes)
    sets = _sets(node.body, codes)
    if sets is not None and [text.strip('" ').replace("~", "") for text in sets] == [
        f"%{node.variable}"
    ]:
        names = [name for word in args for name in printed_names(word.text.plan)]
        separators = None
    else:
        names = _by_token(sets or [], node.variable, options)
        separators = options.separators if options.tokens else ""
        if options.skip or (options.rest and options.tokens):
            return None
    if not any(names):
        return None
    return Captured(tuple(names), program.name, args, separators, inner.redirects)


def _is_quiet(redirect: Redirect) -> bool:
    return redirect.target.lower() == "nul" and redirect.handle != 1


def options_of(text: str) -> Options | None:
    """Return the options of a ``for /F``; None when there is one that is not understood."""
    options = Options()
    for back, tokens, eol, skip, separators, other in _OPTION.findall(text.strip().strip('"')):
        if other:
            return None
        if back:
            options = replace(options, backquoted=True)
        elif eol:
            options = replace(options, comment=eol)
        elif skip:
            options = replace(options, skip=int(skip))
        elif tokens:
            wanted = _tokens(tokens)
            if wanted is None:
                return None
            options = replace(options, tokens=wanted, rest=tokens.endswith("*"))
        else:
            options = replace(options, separators=separators)
    return options


def _tokens(text: str) -> tuple[int, ...] | None:
    """Return the numbers in ``1,3-5*``; None when they are none."""
    numbers: set[int] = set()
    for piece in filter(None, text.removesuffix("*").split(",")):
        first, _, last = piece.partition("-")
        ends = [first, last or first]
        if not all(end.isdecimal() and 0 < len(end) < 3 for end in ends):
            return None
        numbers |= set(range(int(ends[0]), int(ends[1]) + 1))
    return tuple(sorted(numbers))


def _sets(body: Node, codes: Codes) -> list[str] | None:
    """Return what stands behind each ``set`` of a body; None when it does anything else."""
    if isinstance(body, Group) and body.joint in {"&", "()"} and not body.redirects:
        parts = [_sets(item, codes) for item in body.items]
        return None if None in parts else [text for part in parts for text in part or ()]
    if not isinstance(body, Simple) or body.redirects:
        return None
    command = command_of(body.text, codes)
    return [command.rest.lstrip(DELIMITERS)] if command.name == "set" else None


def _by_token(sets: list[str], variable: str, options: Options) -> list[str]:
    """Return the name for each word up to the last one used; nothing for a word that is not."""
    wanted = options.tokens or (1,)
    letters = {chr(ord(variable) + place): token for place, token in enumerate(wanted)}
    names: dict[int, str] = {}
    for text in sets:
        said = assignment_of(text)
        letter = said.value.removeprefix("%").removeprefix("~")
        if said.kind != "plain" or not said.value.startswith("%") or letter not in letters:
            return []
        names[letters[letter]] = said.name
    return [names.get(token, "") for token in range(1, max(names, default=0) + 1)]
