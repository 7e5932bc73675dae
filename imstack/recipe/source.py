"""The text of a recipe: from bytes to lines, and faults that point into it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cached_property

from imstack.errors import Fault

LARGEST = 65536  # bytes; the longest recipe that ships has a tenth of it
_EXCERPT = 100  # characters shown of a long line
_BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what PyYAML counts as line ends
_UNPRINTABLE = re.compile(  # what YAML allows, less the byte order mark
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True)
class Source:
    """A named text that faults can point into.

    Attributes
    ----------
    name
        How faults call it: the file as the user named it, ``--set``, a variable's name.
    text
        The whole text, without byte order mark.
    numbered
        True for a file, whose lines have numbers; False for words of a command line.
    """

    name: str
    text: str
    numbered: bool = True

    @cached_property
    def lines(self) -> list[str]:
        """The lines, without their ends."""
        return _BREAKS.split(self.text)

    def fault(self, mark: Mark, key: str, message: str) -> Fault:
        """Return a fault at `mark`, with its excerpt."""
        line, column = (mark.line, mark.column) if self.numbered else (0, 0)
        return Fault(self.name, line, column, key, message, self._excerpt(mark))

    def _excerpt(self, mark: Mark) -> str:
        if not 1 <= mark.line <= len(self.lines):
            return ""
        line = self.lines[mark.line - 1]
        start = max(0, mark.column - 1 - _EXCERPT * 2 // 3) if len(line) > _EXCERPT else 0
        shown = printable(line[start : start + _EXCERPT])
        gutter = f"{mark.line:5d} | " if self.numbered else " " * 8
        caret = " " * (len(gutter) - 2) + "| " if self.numbered else gutter
        return f"{gutter}{shown}".rstrip() + f"\n{caret}{' ' * (mark.column - 1 - start)}^"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a source; line and column count from 1."""

    source: Source
    line: int
    column: int

    def fault(self, key: str, message: str) -> Fault:
        """Return a fault that points here."""
        return self.source.fault(self, key, message)


def printable(text: str) -> str:
    """Return `text` fit for a terminal: tabs as blanks, other unprintable characters as U+FFFD."""
    text = text.replace("\t", " ")
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def decode(name: str, data: bytes) -> tuple[Source, tuple[Fault, ...]]:
    """Return the text of a recipe file, and what is wrong with it as text.

    Recipes are UTF-8, with or without byte order mark. With faults the text is only good for
    showing, not for reading.
    """
    if len(data) > LARGEST:
        message = f"is too large for a recipe: more than {LARGEST} bytes"
        return Source(name, ""), (Fault(name, 0, 0, "", message),)
    if data.startswith(_WIDE):
        return Source(name, ""), (Fault(name, 0, 0, "", "is UTF-16 or UTF-32; save it as UTF-8"),)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        source = Source(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        source = Source(name, data.decode("utf-8", errors="replace"))
        place = _mark(source, len(data[: error.start].decode("utf-8")))
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        return source, (place.fault("", message),)
    return source, unprintable(source)


def unprintable(source: Source) -> tuple[Fault, ...]:
    """Return a fault for the first character that YAML does not allow."""
    found = _UNPRINTABLE.search(source.text)
    if not found:
        return ()
    message = f"character U+{ord(found.group()):04X} is not allowed in a recipe"
    return (_mark(source, found.start()).fault("", message),)


def _mark(source: Source, index: int) -> Mark:
    before = _BREAKS.split(source.text[:index])
    return Mark(source, len(before), len(before[-1]) + 1)
