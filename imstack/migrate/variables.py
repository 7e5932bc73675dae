"""The variables of a caller while it is read: what is known, and what only the run will tell.

cmd.exe's rules, as far as they matter here:

- Names make no difference of case. A variable set to nothing does not exist.
- ``setlocal`` keeps the variables, ``endlocal`` brings them back: what was set in between is lost.
- ``shift`` moves the arguments: %1 is then what %2 was; ``shift /2`` starts at %2. %* stays.
- A few variables have a value without being set, such as CD and ERRORLEVEL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from imstack.bat.environ import INNER, OTHERS, SWITCHES
from imstack.migrate.plan import SetStep
from imstack.migrate.text import Ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imstack.bat.environ import Inner
    from imstack.migrate.text import Codes

FOLDERS: Final = frozenset({"pictbat", "im"})
"""Variables that say where programs are: no step needs them."""
SWITCH_NAMES: Final = (*(switch.variable for switch in SWITCHES), "TMPDIR")
UNKNOWN: Final = "unknown-result"

_DEEPEST = 32  # cmd.exe refuses more setlocals within each other
CLOCKS: Final = frozenset({"date", "time"})
_CHANGING = frozenset({
    "random", "cmdcmdline", "cmdextversion", "highestnumanodenumber",
})  # fmt: skip
SYSTEM: Final = frozenset({
    "allusersprofile", "appdata", "commonprogramfiles", "computername", "comspec", "homedrive",
    "homepath", "localappdata", "number_of_processors", "os", "path", "pathext",
    "processor_architecture", "programdata", "programfiles", "programfiles(x86)", "public",
    "systemdrive", "systemroot", "temp", "tmp", "userdomain", "username", "userprofile", "windir",
})  # fmt: skip
_USED = re.compile(r"[%!]([^%!:\s]+)(?=[:%!])")
_PLAUSIBLE = re.compile(r"[^\W\d][\w.()\[\]#$-]*")
assert {"PICTBAT", "IM"} <= {other.variable for other in OTHERS}  # noqa: S101 - one table rules


def is_quoted(value: str) -> bool:
    """Return True for a value that stands in quotes as a whole."""
    return len(value) > 2 and value[0] == value[-1] == '"' and '"' not in value[1:-1]


def may_be_several(value: str, codes: Codes) -> bool:
    """Return True for a coded value that may be several words where it is used without quotes."""
    if is_quoted(value):
        return False
    return " " in value.strip() or any(ref.several for ref in codes.refs(value))


@dataclass(frozen=True, slots=True)
class Value:
    """A variable: its name as first spelled, its coded text (nothing: not defined), where set.

    `later` is what it stands for once its text is that of a program's status that is gone.
    """

    name: str
    text: str
    line: int
    is_result: bool = False
    later: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a variable stands for: coded text, and where ``endlocal`` took its value away, if so.

    `stray` is True for a name that is rather two percent signs that happen to meet.
    """

    text: str
    lost_at: int = 0
    stray: bool = False


@dataclass(frozen=True, slots=True)
class _Scope:
    values: dict[str, Value]
    delayed: bool


@dataclass(frozen=True, slots=True)
class _Frame:
    scopes: int
    arguments: tuple[int | str, ...]
    rest: str | None


@dataclass(slots=True)
class Variables:
    """All variables at one point of the caller.

    `status` is the number of the last program whose exit code ERRORLEVEL holds, if `has_status`: it
    does not once a command has run that no step stands for. `anything` is True
    once a BAT file of unknown content has run, which may have set any variable; `shifted` once
    nobody can tell any more which argument is which.
    """

    codes: Codes
    delayed: bool = False
    status: int = 0
    has_status: bool = True
    anything: bool = False
    shifted: bool = False
    _values: dict[str, Value] = field(default_factory=dict)
    _scopes: list[_Scope] = field(default_factory=list)
    _lost: dict[str, int] = field(default_factory=dict)
    _stale: dict[str, int] = field(default_factory=dict)
    _versions: dict[str, int] = field(default_factory=dict)
    _arguments: tuple[int | str, ...] = tuple(range(10))
    rest: str | None = None

    def known(self, name: str) -> Value | None:
        """Return the variable when the caller has set it, or undefined it."""
        return self._values.get(name.lower())

    def find(self, name: str, before: str = "") -> Found:
        """Return what ``%name%`` stands for; `before` is the character in front of it."""
        key = name.lower()
        if (value := self._values.get(key)) is not None:
            is_gone = value.later and self.trouble_with(value.text)
            text = value.later if is_gone else value.text
            return Found(text, lost_at=self._stale.get(key, 0))
        if line := self._lost.get(key):
            return Found("", lost_at=line)
        if key == "errorlevel":
            return Found(self.codes.code(Ref("status", "ERRORLEVEL", self.status)))
        if key == "cd":
            return Found(self.codes.code(Ref("outer", "CD")))
        if not self.codes.is_plain(name):
            return Found(self._unknown("%..%"))
        if not _PLAUSIBLE.fullmatch(name) or before.isdigit():
            return Found("", stray=True)
        if key in CLOCKS:
            return Found(self.codes.code(Ref("outer", name.upper())))
        if key in _CHANGING or (self.anything and key not in FOLDERS | SYSTEM):
            return Found(self._unknown(name))
        return Found(self.codes.code(Ref("outer", name, self._versions.get(key, 0), several=True)))

    def assign(self, name: str, text: str, line: int) -> None:
        """Set a variable to coded `text`; to nothing undefines it."""
        key = name.lower()
        self._lost.pop(key, None)
        self._stale.pop(key, None)
        old = self._values.get(key)
        self._values[key] = Value(old.name if old else name, text, line)

    def run_time(self, name: str, line: int, *, quoted: bool = False, several: bool = False) -> str:
        """Let a step set a variable; return the name by which steps call it.

        `quoted`: in the caller the value stands in quotes, which the step does not need.
        """
        key = name.lower()
        old = self._values.get(key)
        spelled = old.name if old else name
        self._versions[key] = version = self._versions.get(key, 0) + 1
        code = self.codes.code(Ref("variable", spelled, version, several))
        self.assign(spelled, f'"{code}"' if quoted else code, line)
        return spelled

    def keep_status(self, name: str, line: int) -> str:
        """Let a variable hold a program's status, now and later; return its name in steps."""
        text = self.find("errorlevel").text
        spelled = self.run_time(name, line)
        held = self._values[name.lower()]
        self._values[name.lower()] = replace(held, text=text, later=held.text)
        return spelled

    def fork(self) -> Variables:
        """Return the variables for one of two ways to go on."""
        return replace(
            self,
            _values=dict(self._values),
            _scopes=list(self._scopes),
            _lost=dict(self._lost),
            _stale=dict(self._stale),
            _versions=dict(self._versions),
        )

    def differing(self, other: Variables) -> list[str]:
        """Return the variables that another way leaves with another value, as spelled."""
        names = {**other._values, **self._values}
        return [
            value.name
            for key, value in names.items()
            if key not in FOLDERS and self.find(key).text != other.find(key).text
        ]

    def join(self, other: Variables) -> None:
        """Take over what another way leaves; variables that differ must be settled by then."""
        ahead = max(self.status, other.status) + 1
        self.status = self.status if self.status == other.status else ahead
        self.has_status &= other.has_status
        self.anything |= other.anything
        self.shifted |= other.shifted or self._arguments != other._arguments
        for key, version in other._versions.items():
            self._versions[key] = max(version, self._versions.get(key, 0))
        for key, line in other._lost.items():
            if key not in self._values:
                self._lost.setdefault(key, line)

    def overwritten(self, name: str) -> None:
        """Note that a script's variable no longer holds what references to it mean."""
        self._versions[name.lower()] = self._versions.get(name.lower(), 0) + 1

    def same_value(self, name: str, other: Variables) -> bool:
        """Return True when a variable was not set on the way from `other` to here."""
        key = name.lower()
        return self._values.get(key) is other._values.get(key)

    def arguments_differ(self, other: Variables) -> bool:
        """Return True when ``shift`` has moved arguments."""
        return self._arguments != other._arguments

    def is_itself(self, name: str) -> bool:
        """Return True when a script finds a variable's value under its own name."""
        text = self.find(name).text.replace('"', "")
        ref = self.codes.get(text) if len(text) == 1 else None
        if ref is None or ref.change or ref.kind not in {"variable", "outer"}:
            return False
        return ref.name.lower() == name.lower() and self.is_current(ref)

    def setting(self, name: str, line: int) -> SetStep | None:
        """Return the step that sets a variable to its value; None when it has it, or nobody can."""
        value = self.find(name).text
        if self.trouble_with(value) or self.is_itself(name):
            return None
        known = self.known(name)
        quoted = is_quoted(value)
        return SetStep(
            line, known.name if known else name, self.codes.text(value[1:-1] if quoted else value)
        )

    def open(self, name: str, line: int, *ways: Variables) -> None:
        """Let a variable be known by name only, or not at all when some way does not know it."""
        values = [way.find(name).text for way in ways]
        if any(way.trouble_with(value) for way, value in zip(ways, values, strict=True)):
            self.forget([name], line)
            return
        quoted = all(map(is_quoted, values))
        several = any(may_be_several(value, self.codes) for value in values)
        self.run_time(name, line, quoted=quoted, several=several)

    def results(self, names: Iterable[str], line: int) -> None:
        """Let a script set its result variables."""
        for name in names:
            self._values.pop(name.lower(), None)  # the script's spelling counts from here on
            self.run_time(name, line)
            self._values[name.lower()] = Value(
                name, self._values[name.lower()].text, line, is_result=True
            )

    def forget(self, names: Iterable[str], line: int) -> None:
        """Make variables unknown: lines that are not translated set them, or may do so."""
        for name in names:
            self.assign(name, self._unknown(name), line)

    def lose(self, names: Iterable[str], line: int) -> None:
        """Note variables that another cmd.exe set, so that they never arrive here."""
        for name in names:
            if name.lower() not in self._values:
                self._lost[name.lower()] = line

    def is_current(self, ref: Ref) -> bool:
        """Return False when a reference means an older value than the run would find by name."""
        if ref.kind == "status":
            return ref.version == self.status and self.has_status
        if ref.kind in {"variable", "outer"}:
            return ref.version == self._versions.get(ref.name.lower(), 0)
        return True

    def trouble_with(self, coded: str) -> str:
        """Return why no step can say `coded` text; nothing when one can."""
        for ref in self.codes.refs(coded):
            if ref.kind == "unknown":
                return ref.reason
            if not self.is_current(ref):
                return UNKNOWN
        return ""

    def setlocal(self, options: str) -> None:
        """Do what ``setlocal`` does; its options switch ``!VAR!`` on and off."""
        if len(self._scopes) < _DEEPEST:
            self._scopes.append(_Scope(dict(self._values), self.delayed))
        for option in options.lower().split():
            if option in {"enabledelayedexpansion", "disabledelayedexpansion"}:
                self.delayed = option.startswith("enable")

    def endlocal(self, line: int) -> None:
        """Do what ``endlocal`` does; without a ``setlocal`` that is nothing."""
        if not self._scopes:
            return
        scope = self._scopes.pop()
        for key, value in self._values.items():
            before = scope.values.get(key)
            if before is not value and value.text and not (before and before.text):
                self._lost[key] = line
            elif before and before.text and before.text != value.text:
                self._stale[key] = line
        self._values, self.delayed = scope.values, scope.delayed
        for key in self._lost:
            self._values.pop(key, None)

    def shift(self, start: int = 0) -> None:
        """Do what ``shift /start`` does."""
        kept = (*self._arguments[:start], *self._arguments[start + 1 :])
        last = self._arguments[-1]
        self._arguments = (*kept, last + 1 if isinstance(last, int) else "")

    def enter(self, words: list[str], rest: str) -> _Frame:
        """Let ``%1`` and its kin be the words of a ``call :label``; return what to go back to."""
        frame = _Frame(len(self._scopes), self._arguments, self.rest)
        self._arguments, self.rest = (*words, *[""] * max(0, 10 - len(words))), rest
        return frame

    def leave(self, frame: _Frame, line: int) -> None:
        """Undo `enter`, and every ``setlocal`` since."""
        while len(self._scopes) > frame.scopes:
            self.endlocal(line)
        self._arguments, self.rest = frame.arguments, frame.rest

    def argument(self, digit: int) -> int | str:
        """Return which argument of the caller ``%digit`` is; in a subroutine its coded text."""
        return self._arguments[digit]

    def named_in(self, raw: str) -> tuple[tuple[str, str], ...]:
        """Return the variables that a text as written uses and that hold plain text by now."""
        names = dict.fromkeys(name.lower() for name in _USED.findall(raw))
        known = [self._values[name] for name in names if name in self._values]
        return tuple(
            (value.name, value.text)
            for value in known
            if value.text and self.codes.is_plain(value.text) and value.name.lower() not in FOLDERS
        )

    def switches(self) -> list[tuple[str, str]]:
        """Return the BAT scripts' variables that the caller has set, with their coded values.

        One whose value is unknown stands for itself: at run time it is whatever it is.
        """
        found = []
        for name in SWITCH_NAMES:
            value = self.known(name)
            if value is not None and value.text and not value.is_result:
                itself = bool(self.trouble_with(value.text))
                found.append((name, self.codes.code(Ref("outer", name)) if itself else value.text))
        return found

    def inner(self, script: str) -> list[tuple[Inner, str]]:
        """Return the variables that the caller has set, but that `script` sets itself."""
        names = {"focStack", "whichPix"} if script == "focStack" else {script}
        found = [(one, self.known(one.variable)) for one in INNER if one.script in names]
        return [(one, value.text) for one, value in found if value and value.text]

    @property
    def unknown_rest(self) -> Ref:
        """What ``%*`` is once a script has moved its arguments."""
        return Ref("unknown", "*", reason=UNKNOWN)

    def _unknown(self, name: str) -> str:
        return self.codes.code(Ref("unknown", name, reason=UNKNOWN))
