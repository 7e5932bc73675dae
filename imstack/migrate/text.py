"""Text of a caller in which some parts are only known when the caller runs.

While a line is read, everything must be a plain string: cmd.exe first replaces variables and
then looks for blanks, quotes and ``&`` in what came out. A value that is not known before the run
is therefore carried as one character of Unicode's private planes, which means nothing to cmd.exe;
`Codes` knows which reference each of them stands for. `Text` is the finished form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Literal

from imstack.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Kind = Literal["parameter", "variable", "outer", "status", "item", "unknown"]


@dataclass(frozen=True, slots=True)
class Ref:
    """A value that is known when the caller runs.

    Attributes
    ----------
    kind
        ``parameter``: an argument of the caller; ``variable``: set by a step of the plan;
        ``outer``: set before the caller started; ``status``: ERRORLEVEL; ``item``: a loop's value;
        ``unknown``: nothing that the plan could name.
    name
        What stands between the braces of ``${...}``: ``fsOUTFILE``, ``1``, ``~dpn1``, ``*``.
    version
        Which assignment to the variable, or which program's status, is meant.
    several
        True when the value, not quoted, may be more than one word.
    reason
        For ``unknown``: why a line that needs it cannot be translated.
    change
        What is done to the value: ``:~0,4``, ``:old=new``, or ``~dpn`` to an item.
    """

    kind: Kind
    name: str
    version: int = 0
    several: bool = False
    reason: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Literal parts and references, in order; no two literal parts side by side."""

    parts: tuple[str | Ref, ...] = ()

    @property
    def plan(self) -> str:
        """The text as a plan states it: ``${NAME}`` for a reference, ``$${`` for a plain ``${``."""
        return "".join(
            f"${{{part.name}{part.change}}}" if isinstance(part, Ref) else part.replace("${", "$${")
            for part in self.parts
        )

    @property
    def literal(self) -> str | None:
        """The text when it holds no reference; None otherwise."""
        if not self.parts:
            return ""
        return self.parts[0] if len(self.parts) == 1 and isinstance(self.parts[0], str) else None

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The references in it."""
        return tuple(part for part in self.parts if isinstance(part, Ref))

    @property
    def only(self) -> Ref | None:
        """The reference when the text is nothing else; None otherwise."""
        return self.refs[0] if len(self.parts) == len(self.refs) == 1 else None


def _private() -> Iterator[int]:
    # The last two code points of each plane are no characters.
    return chain(range(0xF0000, 0xFFFFE), range(0x100000, 0x10FFFE))


@dataclass(slots=True)
class Codes:
    """Private characters and the references they stand for.

    `taken` holds the characters of the caller itself, which are never used.
    """

    taken: frozenset[str] = frozenset()
    _refs: dict[str, Ref] = field(default_factory=dict)
    _chars: dict[Ref, str] = field(default_factory=dict)
    _free: Iterator[int] = field(default_factory=_private)

    def code(self, ref: Ref) -> str:
        """Return the character for `ref`.

        Raises
        ------
        InputError
            When there are more references than characters.
        """
        if (known := self._chars.get(ref)) is not None:
            return known
        for point in self._free:
            if (char := chr(point)) not in self.taken:
                self._chars[ref] = char
                self._refs[char] = ref
                return char
        message = "the caller uses more variables than can be followed"
        raise InputError(message, hint="split it")

    def get(self, char: str) -> Ref | None:
        """Return what a character stands for; None for a plain one."""
        return self._refs.get(char)

    def refs(self, coded: str) -> list[Ref]:
        """Return the references in `coded`, in order."""
        return [ref for char in coded if char >= "\U000f0000" and (ref := self.get(char))]

    def is_plain(self, coded: str) -> bool:
        """Return True when `coded` holds no reference."""
        return not self.refs(coded)

    def text(self, coded: str) -> Text:
        """Return the finished form of `coded`."""
        return join(self.get(char) or char for char in coded)


def join(parts: Iterable[str | Ref]) -> Text:
    """Return the text of `parts`, neighbouring literal ones made one."""
    done: list[str | Ref] = []
    literal: list[str] = []
    for part in parts:
        if isinstance(part, Ref):
            done += ["".join(literal)] if literal else []
            done.append(part)
            literal.clear()
        else:
            literal.append(part)
    if literal:
        done.append("".join(literal))
    return Text(tuple(done))
