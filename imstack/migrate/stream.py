"""Characters of a statement, taken line by line as the parser asks for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from imstack.migrate.nodes import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from imstack.migrate.expand import Expanded

BLANKS: Final = " \t\v\f\xa0"

_ACTIVE, _PLAIN, _GOES_ON = range(3)
_SHOWN = 80  # characters of a line that is refused


class TroubleError(Exception):
    """A statement that cmd.exe refuses; it then leaves the BAT file."""

    def __init__(self, span: Span, why: str) -> None:
        super().__init__(why)
        self.span = span
        self.why = why


@dataclass(slots=True)
class Lines:
    """The lines of a caller from number `line` (from 0) on; each is expanded when it is taken."""

    raw: tuple[str, ...]
    line: int
    expand: Callable[[str, int], Expanded]


@dataclass(slots=True)
class Stream:
    """The characters of one statement, quotes and carets understood.

    A character is active when it may mean something to the parser; in quotes, or behind a caret,
    it is not. Carets that did their work are gone. Every line ends with an active line feed.
    """

    lines: Lines
    at: int = 0
    _chars: list[str] = field(default_factory=list)
    _kinds: list[int] = field(default_factory=list)
    _places: list[tuple[int, int, int]] = field(default_factory=list)

    def peek(self, ahead: int = 0) -> str:
        """Return the next character; nothing when all lines taken so far are used up."""
        place = self.at + ahead
        if place == len(self._kinds) - 1 and self._kinds[place] == _GOES_ON:
            self._go_on()
        return self._chars[place] if place < len(self._chars) else ""

    def active(self, ahead: int = 0) -> str:
        """Return the next character when it is active; nothing otherwise."""
        char = self.peek(ahead)
        return char if char and self._kinds[self.at + ahead] == _ACTIVE else ""

    def word(self) -> str:
        """Return the letters that come next, as small ones."""
        ahead = 0
        while self.peek(ahead).isalpha():
            ahead += 1
        return "".join(self._chars[self.at : self.at + ahead]).lower()

    def skip_line(self, *, caret: bool) -> None:
        """Go to the end of the line; `caret`: one at its end takes the next line in."""
        while self.peek() if caret else self.at < len(self._chars):
            if self._chars[self.at] == "\n" and self._kinds[self.at] != _PLAIN:
                self._kinds[self.at] = _ACTIVE
                return
            self.at += 1

    def more(self, *, first_is_plain: bool = False) -> bool:
        """Take the next line; return False when there is none.

        Raises
        ------
        TroubleError
            When the line is too long for cmd.exe.
        """
        lines = self.lines
        if lines.line >= len(lines.raw):
            return False
        raw, number = lines.raw[lines.line], lines.line
        lines.line += 1
        expanded = lines.expand(raw, number)
        if expanded.is_too_long:
            raise TroubleError(Span(number + 1, raw[:_SHOWN]), "the line is too long for cmd.exe")
        places = [(number, first, last) for first, last in expanded.places]
        self._read(expanded.chars, [*places, (number, len(raw), len(raw))], plain=first_is_plain)
        return True

    def _read(self, chars: list[str], places: list[tuple[int, int, int]], *, plain: bool) -> None:
        """Append a line, its quotes and carets understood; `plain`: as behind a caret."""
        quoted = False
        for char, place in zip(chars, places, strict=False):
            if char == "^" and not quoted and not plain:
                plain = True
                continue
            if char == '"' and not plain:
                quoted = not quoted
            inactive = (plain and char not in BLANKS) or (quoted and char != '"')
            self._put(char, _PLAIN if inactive else _ACTIVE, place)
            plain = False
        if chars:
            self._put("\n", _GOES_ON if plain else _ACTIVE, places[-1])
        elif plain:  # a caret before an empty line: the line end itself is a plain character
            self._put("\n", _PLAIN, places[-1])
            self.more()
        else:
            self._put("\n", _ACTIVE, places[-1])

    def _go_on(self) -> None:
        for column in (self._chars, self._kinds, self._places):
            del column[-1]
        if not self.more(first_is_plain=True):
            self._put("\n", _ACTIVE, (len(self.lines.raw) - 1, 0, 0))

    def _put(self, char: str, kind: int, place: tuple[int, int, int]) -> None:
        self._chars.append(char)
        self._kinds.append(kind)
        self._places.append(place)

    def span(self, start: int) -> Span:
        """Return where the characters from number `start` to here stand."""
        places = self._places[start : max(start + 1, self.at)] or self._places[-1:]
        if not places:
            return Span(self.lines.line, "")
        (line, first, _), (last_line, _, last) = places[0], places[-1]
        if line == last_line:
            return Span(line + 1, self.lines.raw[line][first:last].strip())
        middle = self.lines.raw[line + 1 : last_line]
        raw = [self.lines.raw[line][first:], *middle, self.lines.raw[last_line][:last]]
        return Span(line + 1, _joined(raw))


def _joined(raw: list[str]) -> str:
    """Return lines as one text; those that a caret continues go on without a break."""
    lines = (piece.strip() for piece in raw)
    return "".join(
        f"{line[:-1].rstrip()} " if line.endswith("^") else f"{line}\n" for line in lines
    ).strip()
