"""The text of a list file, whatever wrote it: bytes to numbered names.

Notepad, PowerShell, ``dir /b > list.txt`` and editors on other systems write the same list as
different bytes. Nothing here looks at the disk.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LINE_END = re.compile(r"\r\n|\n|\r")  # str.splitlines would also cut at U+0085 and U+2028
_BLANKS = " \t"  # what FOR /F takes for blanks
_END_OF_FILE = "\x1a"  # COPY /A ends a text with Ctrl-Z
_LONGEST_SHOWN = 200  # characters of a name in a message
GUESSES = ("cp1252", "cp850", "cp437", "cp852", "cp1250", "cp866", "cp1251", "cp932", "cp936")
"""Code pages of Windows that lists are in, where the system has none of its own to ask."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class ListLine:
    """One name of a list, and the line it stands on, counted from 1."""

    line: int
    name: str


def decode_list(
    data: bytes,
    *,
    label: str,
    note: Callable[[str], None],
    pages: Sequence[str] = GUESSES,
    fit: Callable[[str], int] = lambda _: 0,
) -> str:
    """Return the text of a list file.

    A byte order mark decides; without one the text is UTF-8. When it cannot be that, it is in
    the code page with which most names are there, with a note, for ``dir /b`` writes in the
    console's page and Notepad in the system's.

    Parameters
    ----------
    data, label
        The file's bytes, and its name in messages.
    note
        Hears of a code page.
    pages
        Code pages to try; the first of several that fit as well is taken.
    fit
        Returns how many names of a text are there.

    Raises
    ------
    InputError
        When the bytes are no text.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode(data[len(bom) :], encoding, label)
    try:
        text, is_utf8 = data.decode("utf-8"), True
    except UnicodeDecodeError:
        page = _fitting(data, pages, fit)
        text, is_utf8 = _decode(data, page, label), False
    if "\0" in text:
        message = f"{label}:{_line_at(text, text.index(chr(0)))}: this is no text file"
        raise InputError(
            message, hint="a list is plain text, one photo a line; UTF-16 needs a byte order mark"
        )
    if not is_utf8:
        note(f"{label}: not UTF-8, so read as Windows code page {page.removeprefix('cp')}")
    return text


def list_lines(text: str, *, label: str) -> Iterator[ListLine]:
    """Yield the names in `text`: blank lines and lines that start with ``;`` are passed over.

    Blanks around a name are cut, then one pair of double quotes.

    Raises
    ------
    InputError
        For a name that is empty, or holds ``*``, ``?`` or a control character.
    """
    for number, line in enumerate(_LINE_END.split(text.removesuffix(_END_OF_FILE)), start=1):
        bare = line.strip(_BLANKS)
        if bare and not bare.startswith(";"):
            yield ListLine(number, _checked(_unquoted(bare), f"{label}:{number}"))


def shown(name: str) -> str:
    """Return `name` fit for one line of a message: in brackets, odd characters as escapes."""
    short = name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}..."
    escaped = (c if c.isprintable() else ascii(c)[1:-1] for c in short)
    return f"[{''.join(escaped)}]"


def _fitting(data: bytes, pages: Sequence[str], fit: Callable[[str], int]) -> str:
    """Return the page with which most names are there; the first where none is."""
    best, most = pages[0], 0
    for page in pages:
        with suppress(UnicodeDecodeError):
            if (found := fit(data.decode(page))) > most:
                best, most = page, found
    return best


def _decode(data: bytes, encoding: str, label: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="replace")
        page = encoding.removeprefix("cp")
        wanted = f"not {encoding}" if page == encoding else f"neither UTF-8 nor code page {page}"
        message = f"{label}:{_line_at(before, len(before))}: the text is {wanted}"
        raise InputError(message, hint="is this a list? If so, save it as UTF-8") from error


def _line_at(text: str, place: int) -> int:
    """Return the number of the line that character `place` stands on, from 1."""
    return len(_LINE_END.findall(text, 0, place)) + 1


def _unquoted(text: str) -> str:
    is_quoted = len(text) >= 2 and text[0] == text[-1] == '"'
    return text[1:-1] if is_quoted else text


def _checked(name: str, where: str) -> str:
    if not name.strip(_BLANKS):
        message = f"{where}: the name is empty"
        raise InputError(message, hint="give the photo's name, or take the line out")
    if "*" in name or "?" in name:
        message = f"{where}: a list takes no wildcards: {shown(name)}"
        raise InputError(message, hint="put each photo on a line of its own, as `dir /b` does")
    if any(c < " " and c != "\t" for c in name):
        message = f"{where}: a control character in {shown(name)}"
        raise InputError(message, hint="a list is plain text, one photo a line")
    return name
