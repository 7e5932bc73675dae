"""How a long command line is broken into rows, and what stands above it, in any shell's script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imstack.pipeline.stage import MERGES, STAGES
from imstack.pipeline.statement import TEMP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imstack.pipeline.statement import Line

WIDTH = 100
_OPTION = re.compile(r"[-+][A-Za-z]")
_WITHOUT_VALUE = {"-append", "+append", "-composite", "+repage", "-strip", "-auto-gamma"}


def rows(
    start: str, words: Sequence[str], quote: Callable[[str], str], width: int = WIDTH
) -> tuple[str, ...]:
    """Return `start` and quoted words as rows of about `width` characters.

    Rows begin with an option, a file or a parenthesis, so that no option is parted from its
    values. A parenthesis always begins one.
    """
    filled = [start]
    for chunk in _chunks(words):
        text = " ".join(map(quote, chunk))
        if chunk[0] != "(" and len(filled[-1]) + len(text) < width:
            filled[-1] += f" {text}"
        else:
            filled.append(text)
    return tuple(filled)


def _chunks(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield words that stay together."""
    chunk: list[str] = []
    for word in words:
        begins = _OPTION.match(word) or word == "(" or _is_file(word, chunk)
        if begins and chunk and chunk[-1] != "(":
            yield chunk
            chunk = []
        chunk.append(word)
    if chunk:
        yield chunk


def _is_file(word: str, before: list[str]) -> bool:
    """Tell whether a word looks like a file; what follows an option may be its value."""
    is_value = len(before) == 1 and _OPTION.match(before[0]) and before[0] not in _WITHOUT_VALUE
    return not is_value and (is_temp(word) or "/" in word or "\\" in word)


def is_temp(word: str) -> bool:
    """Tell whether a word names a temp file."""
    return word.startswith(str(TEMP))


def temp_name(word: str) -> str:
    """Return the name of a temp file within its folder."""
    return word[len(str(TEMP)) + 1 :]


def headed(lines: Sequence[Line]) -> Iterator[tuple[str, Line]]:
    """Yield each line with the heading above it; empty where that is the one before."""
    before = ""
    for line in lines:
        heading = STAGES[line.stage].heading if line.stage in STAGES else MERGES
        yield ("" if heading == before else heading), line
        before = heading


def remarks(line: Line) -> Iterator[str]:
    """Yield what is said about a line, one row each."""
    for remark in line.remarks:
        yield one_row(remark)
    if line.prints:
        yield f"prints {'... ' if line.prints.startswith('@') else ''}{one_row(line.prints)}"


def one_row(text: str) -> str:
    """Return text without line ends and other signs that cannot be printed."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def duration(seconds: float) -> str:
    """Return about how long that is.

    >>> [duration(s) for s in (0.2, 40, 4000, 500000)]
    ['a second', '40 seconds', '67 minutes', '139 hours']
    """
    if seconds < 1.5:
        return "a second"
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
