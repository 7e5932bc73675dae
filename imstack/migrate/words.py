r"""How a command's text falls into words.

- A BAT file's arguments end at blank, tab, ``,``, ``;`` and ``=`` outside quotes.
- A program's end at blank and tab only, by the rules of Microsoft's C runtime: ``\"`` is a plain
  quote, of backslashes before a quote two are one, ``""`` inside quotes is a quote.
- The command itself ends at a delimiter; an internal one also at ``. / \ + : ( [ ]``, so that
  ``echo.``, ``exit/B`` and ``goto:eof`` are ``echo``, ``exit`` and ``goto``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from imstack.bat.variables import SCRIPTS
from imstack.migrate.plan import Word
from imstack.migrate.tokens import DELIMITERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imstack.migrate.text import Codes

IM_PROGRAMS: Final = frozenset({
    "animate", "compare", "composite", "conjure", "convert", "display", "identify", "import",
    "magick", "mogrify", "montage", "stream",
})  # fmt: skip
SCRIPT_NAMES: Final = {script.name.lower(): script for script in SCRIPTS}
INTERNAL: Final = frozenset({
    "assoc", "break", "call", "cd", "chdir", "cls", "color", "copy", "date", "del", "dir", "echo",
    "endlocal", "erase", "exit", "ftype", "goto", "md", "mkdir", "mklink", "move", "path", "pause",
    "popd", "prompt", "pushd", "rd", "ren", "rename", "rmdir", "set", "setlocal", "shift", "start",
    "time", "title", "type", "ver", "verify", "vol",
})  # fmt: skip

_INTERNAL = re.compile(rf"([a-z]+)(?=[{re.escape(DELIMITERS)}./\\+:(\[\]]|$)", re.IGNORECASE)
_PROGRAM = re.compile(rf'(?:"[^"]*"?|[^"{re.escape(DELIMITERS)}])+')
_FOLDER = re.compile(r".*[\\/:]", re.DOTALL)
_RUNS = re.compile(r"\.(bat|cmd|exe|com)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Command:
    """A command's text taken apart.

    `name` is the name in small letters, without folder and ending; `is_internal` is True for what
    cmd.exe does itself. `rest` is all behind the name, its leading blanks included.
    """

    name: str
    rest: str
    is_internal: bool


def command_of(text: str, codes: Codes) -> Command:
    """Return the command that coded `text` gives."""
    bare = text.lstrip(DELIMITERS + "@")
    if (found := _INTERNAL.match(bare)) and found[1].lower() in INTERNAL:
        return Command(found[1].lower(), bare[found.end() :], is_internal=True)
    found = _PROGRAM.match(bare)
    word = found[0] if found else ""
    # Folders known only at run time (%PICTBAT%, %IM%) stand before the name.
    start = max((place + 1 for place, char in enumerate(word) if codes.get(char)), default=0)
    name = _FOLDER.sub("", word[start:].replace('"', ""))
    return Command(_RUNS.sub("", name).lower(), bare[len(word) :], is_internal=False)


def batch_words(rest: str) -> list[str]:
    """Return the arguments a BAT file gets, quotes as they are."""
    return [found[0] for found in _PROGRAM.finditer(rest)]


def batch_arguments(rest: str, codes: Codes) -> tuple[Word, ...]:
    """Return the arguments a BAT file gets, without quotes."""
    return tuple(
        Word(codes.text(word.replace('"', "")), quoted='"' in word) for word in batch_words(rest)
    )


def program_arguments(rest: str, codes: Codes) -> tuple[Word, ...]:
    """Return the arguments a program gets."""
    return tuple(Word(codes.text(text), quoted) for text, quoted in _program_words(rest))


def _program_words(rest: str) -> Iterator[tuple[str, bool]]:
    at, end = 0, len(rest)
    while True:
        while at < end and rest[at] in " \t":
            at += 1
        if at >= end:
            return
        word: list[str] = []
        inside = quoted = False
        while at < end and (inside or rest[at] not in " \t"):
            if rest[at] == "\\":
                at = _backslashes(rest, at, word)
            elif rest[at] == '"':
                quoted = True
                if inside and rest.startswith('""', at):
                    word.append('"')
                    at += 1
                else:
                    inside = not inside
                at += 1
            else:
                word.append(rest[at])
                at += 1
        yield "".join(word), quoted


def _backslashes(rest: str, at: int, word: list[str]) -> int:
    """Read backslashes, and the quote that an odd number of them makes plain."""
    count = len(rest[at:]) - len(rest[at:].lstrip("\\"))
    at += count
    if not rest.startswith('"', at):
        word.append("\\" * count)
        return at
    word.append("\\" * (count // 2))
    if count % 2:
        word.append('"')
        at += 1
    return at


def script_words(text: str) -> list[str]:
    """Return the scripts that are words of any text: of ``start /wait cmd /c focStack ..``."""
    found = []
    for word in re.split(r'["\s,;=()&|@]+', text):
        name = re.split("[%!]", _RUNS.sub("", _FOLDER.sub("", word)))[-1].lower()
        if name in SCRIPT_NAMES and SCRIPT_NAMES[name].name not in found:
            found.append(SCRIPT_NAMES[name].name)
    return found
