"""Percent and delayed expansion.

What cmd.exe does with a line of a BAT file before it looks at anything else, from left to right:

- ``%%`` becomes ``%``. ``%1`` and ``%*`` are arguments, ``%~dpn1`` parts of one.
- Otherwise the name goes on to the next ``%`` or ``:``. At a ``%`` the variable's value is put in,
  or nothing when it is not defined. At a ``:`` of a defined variable what follows up to the next
  ``%`` says what to do with the value: ``~FROM,COUNT`` cuts, ``OLD=NEW`` replaces without regard to
  case, ``*OLD=NEW`` also replaces all before. Of an undefined one only ``%NAME:`` vanishes.
- A ``%`` that closes nowhere is dropped. So is one of ``-resize 50% -quality 80%``, together with
  all that stands between the two.
- A line may not be longer than 8191 characters afterwards.

``!NAME!``, when ``setlocal enabledelayedexpansion`` switched it on, is replaced much later, after
the line has been taken apart; then ``^`` in the same text escapes once more, and ``!`` left over
is dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from imstack.migrate.text import Ref
from imstack.migrate.variables import UNKNOWN

if TYPE_CHECKING:
    from imstack.migrate.text import Codes
    from imstack.migrate.variables import Found, Variables

SUBSTRING: Final = "substring-of-result"
LONGEST_LINE: Final = 8191

_ARGUMENT = re.compile(r"%(\*|\d|~([fdpnxsatz]*)(\$[^:%]*:)?(\d))", re.IGNORECASE)
_CUT = re.compile(r"~\s*([-+]?[0-9]{0,9})\s*(?:,\s*([-+]?[0-9]{0,9})\s*)?")
_TELLABLE = frozenset("fdpnx")  # parts of a name that need no look at the disk
_CHANGED = frozenset({"variable", "parameter", "item"})
_FORMAT = re.compile(r"-(?:format|set|print|annotate|caption|label)\b", re.IGNORECASE)
_ESCAPE = re.compile(r"[a-z]{1,3}")  # such as the wx between two of %wx%h


@dataclass(frozen=True, slots=True)
class Finding:
    """A warning about the text of a line: its code, and what it is about."""

    code: str
    about: str


@dataclass(slots=True)
class Expanded:
    """A line after expansion, character by character, and where each comes from.

    `places` holds for every character its first and last column in the line as written.
    """

    chars: list[str] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    arguments: set[str] = field(default_factory=set)

    @property
    def is_too_long(self) -> bool:
        """True when cmd.exe would refuse the line."""
        return len(self.chars) > LONGEST_LINE

    def add(self, text: str, first: int, last: int) -> None:
        """Append text that stands for the columns from `first` to before `last`."""
        self.chars += text
        self.places += [(first, last)] * len(text)

    def copy(self, raw: str, first: int, last: int) -> None:
        """Append columns as they are."""
        self.chars += raw[first:last]
        self.places += [(column, column + 1) for column in range(first, last)]


def expand(raw: str, variables: Variables) -> Expanded:
    """Return a line after percent expansion."""
    done = Expanded()
    if len(raw) > LONGEST_LINE:
        done.copy(raw, 0, LONGEST_LINE + 1)
        return done
    at = 0
    while (percent := raw.find("%", at)) >= 0 and not done.is_too_long:
        done.copy(raw, at, percent)
        at = _expand_one(raw, percent, variables, done)
    done.copy(raw, at, len(raw))
    return done


def _expand_one(raw: str, at: int, variables: Variables, done: Expanded) -> int:
    """Expand what the percent sign at column `at` begins; return the column to go on at."""
    if raw.startswith("%%", at):
        done.add("%", at, at + 2)
        return at + 2
    if found := _ARGUMENT.match(raw, at):
        done.add(_argument(found, variables, done), at, found.end())
        return found.end()
    close = raw.find("%", at + 1)
    colon = raw.find(":", at + 1, close if close >= 0 else len(raw))
    if colon >= 0 and colon + 1 != close:
        return _expand_modified(raw, (at, colon, close), variables, done)
    if close < 0:
        _stray(raw, at, done)
        return at + 1
    name = raw[at + 1 : close]
    done.add(_value(raw, name, at, variables, done), at, close + 1)
    return close + 1


def _expand_modified(
    raw: str, columns: tuple[int, int, int], variables: Variables, done: Expanded
) -> int:
    """Expand ``%NAME:...%``; `columns` are those of its percent sign, colon, and end or -1."""
    at, colon, close = columns
    name = raw[at + 1 : colon]
    found = variables.find(name, raw[at - 1 : at])
    if not found.text:
        _note_empty(found, name, done)
        return colon + 1
    if close < 0:
        _stray(raw, at, done)
        return at + 1
    change = raw[colon + 1 : close]
    if not change.startswith("~") and not change[1:].count("="):
        _stray(raw, at, done)
        return at + 1
    done.add(modified(found.text, change, variables), at, close + 1)
    return close + 1


def _value(raw: str, name: str, at: int, variables: Variables, done: Expanded) -> str:
    found = variables.find(name, raw[at - 1 : at])
    if _is_escape(raw, name, at, found, variables):
        done.findings.append(Finding("lone-percent", f"%{name}%"))
        return ""
    _note_empty(found, name, done)
    return found.text


def _is_escape(raw: str, name: str, at: int, found: Found, variables: Variables) -> bool:
    """Return True for the %wx% of ``-format %wx%h``: meant for ImageMagick, read by cmd.exe."""
    return bool(
        _ESCAPE.fullmatch(name)
        and [ref.kind for ref in variables.codes.refs(found.text)] == ["outer"]
        and _FORMAT.search(raw, 0, at)
    )


def _note_empty(found: Found, name: str, done: Expanded) -> None:
    if found.lost_at:
        about = f"{name} was lost on line {found.lost_at}"
        done.findings.append(Finding("variables-lost", about))
    elif found.stray:
        done.findings.append(Finding("lone-percent", f"%{name}%"))


def _stray(raw: str, at: int, done: Expanded) -> None:
    done.findings.append(Finding("lone-percent", raw[: at + 1].rsplit(maxsplit=1)[-1]))


def _argument(found: re.Match[str], variables: Variables, done: Expanded) -> str:
    """Return the code of ``%1``, ``%*`` or ``%~dpn1``."""
    codes = variables.codes
    if found[1] == "*":
        if variables.rest is not None:
            return variables.rest
        done.arguments.add("*")
        return codes.code(Ref("parameter", "*", several=True))
    parts, search = (found[2] or "").lower(), found[3]
    number = variables.argument(int(found[4] or found[1]))
    if isinstance(number, int):
        done.arguments.add(str(number))
    if search or variables.shifted or not _TELLABLE.issuperset(parts):
        return codes.code(Ref("unknown", found[1], reason=UNKNOWN))
    if isinstance(number, str):
        told = part_of(number, parts, codes) if found[4] else number
        return codes.code(Ref("unknown", found[1], reason=UNKNOWN)) if told is None else told
    wanted = "".join(letter for letter in "fdpnx" if letter in parts)
    return codes.code(Ref("parameter", f"~{wanted}{number}" if wanted else str(number)))


def part_of(word: str, letters: str, codes: Codes) -> str | None:
    """Return what ``%~dpn1`` is for a coded word; None when only a look at the file could tell."""
    bare = word.replace('"', "")
    letters = "".join(letter for letter in "fdpnx" if letter in letters.lower())
    refs = codes.refs(bare)
    if not letters or not bare:
        return bare
    if len(bare) == 1 and refs and not refs[0].change:
        only = refs[0]
        if only.kind == "parameter" and only.name.isdecimal():
            return codes.code(replace(only, name=f"~{letters}{only.name}"))
        if only.kind in {"variable", "item"}:
            return codes.code(replace(only, change=f"~{letters}", several=False))
    name = re.split(r"[\\/:]", bare)[-1]
    stem, dot, ending = name.rpartition(".")
    if codes.refs(name) and (codes.refs(ending) or not dot):
        return None
    match letters:
        case "n":
            return stem if dot else name
        case "x":
            return dot + ending if dot else ""
        case "nx":
            return name
        case _:
            return None


def modified(value: str, change: str, variables: Variables) -> str:
    """Return a coded value cut or replaced as ``%NAME:change%`` says.

    Of a value that is not known before the run a reference is made that says so.
    """
    codes = variables.codes
    if refs := codes.refs(value):
        only = refs[0] if len(value) == 1 else None
        if only and only.kind in _CHANGED and not only.change and is_change(change):
            return codes.code(replace(only, change=f":{change}", several=False))
        known = all(ref.kind in {"variable", "parameter"} for ref in refs)
        reason = SUBSTRING if known else UNKNOWN
        return codes.code(Ref("unknown", f"{refs[0].name}:{change}", reason=reason))
    if found := _CUT.fullmatch(change):
        return _cut(value, int(_number(found[1])), found[2])
    old, _, new = change.partition("=") if change[0] != "=" else ("", "", "")
    if old.startswith("*") and len(old) > 1:
        at = value.lower().find(old[1:].lower())
        return value if at < 0 else new + value[at + len(old) - 1 :]
    if not old or not codes.is_plain(old + new):
        return codes.code(Ref("unknown", change, reason=UNKNOWN))
    pieces = re.split(re.escape(old), value, flags=re.IGNORECASE)
    if len(value) + len(pieces) * len(new) > LONGEST_LINE:
        return codes.code(Ref("unknown", "a long text", reason=UNKNOWN))
    return new.join(pieces)


def is_change(change: str) -> bool:
    """Return True for a change that scripts can make: plain, and no more than cmd.exe does."""
    cut = _CUT.fullmatch(change)
    old = change.partition("=")[0]
    plain = all(char < "\U000f0000" for char in change)
    return plain and (cut is not None or (bool(old) and "=" in change and old[0] not in "*~"))


def cut_of(change: str) -> tuple[int, int | None] | None:
    """Return start and count of a change that cuts; None for one that replaces."""
    found = _CUT.fullmatch(change)
    if found is None:
        return None
    return int(_number(found[1])), int(_number(found[2])) if found[2] else None


def _number(text: str) -> str:
    return text if text.lstrip("+-") else "0"


def _cut(value: str, start: int, count: str | None) -> str:
    first = max(0, len(value) + start) if start < 0 else min(start, len(value))
    if count is None:
        return value[first:]
    wanted = int(_number(count)) if count else len(value)
    last = len(value) + wanted if wanted < 0 else first + wanted
    return value[first : max(first, last)]


def expand_delayed(text: str, variables: Variables) -> tuple[str, list[Finding]]:
    """Return `text` after delayed expansion."""
    if not variables.delayed or "!" not in text:
        return text, []
    done: list[str] = []
    findings = Expanded()
    at = 0
    while at < len(text):
        char = text[at]
        if char == "^":
            done.append(text[at + 1 : at + 2])
            at += 2
        elif char == "!":
            at = _delayed_one(text, at, variables, done, findings)
        else:
            done.append(char)
            at += 1
    return "".join(done), findings.findings


def _delayed_one(text: str, at: int, variables: Variables, done: list[str], notes: Expanded) -> int:
    close = text.find("!", at + 1)
    if close <= at + 1:
        return at + 1 if close < 0 else close
    name, colon, change = text[at + 1 : close].partition(":")
    found = variables.find(name)
    if found.lost_at:
        _note_empty(found, name, notes)
    if not found.text or not colon:
        done.append(found.text)
    elif change:
        done.append(modified(found.text, change, variables))
    return close + 1
