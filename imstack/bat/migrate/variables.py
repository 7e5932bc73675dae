"""The variables of a caller while it is read: what is known, and what only the run will tell.

cmd.exe's rules, as far as they matter here:

- Names make no difference of case. A variable set to nothing does not exist.
- ``setlocal`` keeps the variables, ``endlocal`` brings them back: what was set in between is lost.
- ``shift`` moves the arguments: %1 is then what %2 was; ``shift /2`` starts at %2. %* stays.
- A few variables have a value without being set, such as CD and ERRORLEVEL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from imstack.bat.environ import INNER, OTHERS, SWITCHES
from imstack.bat.migrate.text import Ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imstack.bat.environ import Inner
    from imstack.bat.migrate.text import Codes

FOLDERS: Final = frozenset({"pictbat", "im"})
"""Variables that say where programs are: no step needs them."""
SWITCH_NAMES: Final = (*(switch.variable for switch in SWITCHES), "TMPDIR")
UNKNOWN: Final = "unknown-result"

_DEEPEST = 32  # cmd.exe refuses more setlocals within each other
_CHANGING = frozenset({
    "date", "time", "random", "cmdcmdline", "cmdextversion", "highestnumanodenumber",
})  # fmt: skip
_SYSTEM = frozenset({
    "allusersprofile", "appdata", "commonprogramfiles", "computername", "comspec", "homedrive",
    "homepath", "localappdata", "number_of_processors", "os", "path", "pathext",
    "processor_architecture", "programdata", "programfiles", "programfiles(x86)", "public",
    "systemdrive", "systemroot", "temp", "tmp", "userdomain", "username", "userprofile", "windir",
})  # fmt: skip
_USED = re.compile(r"[%!]([^%!:\s]+)(?=[:%!])")
_PLAUSIBLE = re.compile(r"[^\W\d][\w.()\[\]#$-]*")
assert {"PICTBAT", "IM"} <= {other.variable for other in OTHERS}  # noqa: S101 - one table rules


@dataclass(frozen=True, slots=True)
class Value:
    """A variable: its name as first spelled, its coded text (nothing: not defined), where set."""

    name: str
    text: str
    line: int
    is_result: bool = False


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


@dataclass(slots=True)
class Variables:
    """All variables at one point of the caller.

    `status` is the number of the last program whose exit code ERRORLEVEL holds; `anything` is True
    once a BAT file of unknown content has run, which may have set any variable; `shifted` once
    nobody can tell any more which argument is which.
    """

    codes: Codes
    delayed: bool = False
    status: int = 0
    anything: bool = False
    shifted: bool = False
    _values: dict[str, Value] = field(default_factory=dict)
    _scopes: list[_Scope] = field(default_factory=list)
    _lost: dict[str, int] = field(default_factory=dict)
    _versions: dict[str, int] = field(default_factory=dict)
    _arguments: list[int] = field(default_factory=lambda: list(range(10)))

    def known(self, name: str) -> Value | None:
        """Return the variable when the caller has set it, or undefined it."""
        return self._values.get(name.lower())

    def find(self, name: str, before: str = "") -> Found:
        """Return what ``%name%`` stands for; `before` is the character in front of it."""
        key = name.lower()
        if (value := self._values.get(key)) is not None:
            return Found(value.text)
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
        if key in _CHANGING or (self.anything and key not in FOLDERS | _SYSTEM):
            return Found(self._unknown(name))
        return Found(self.codes.code(Ref("outer", name, self._versions.get(key, 0), several=True)))

    def assign(self, name: str, text: str, line: int) -> None:
        """Set a variable to coded `text`; to nothing undefines it."""
        key = name.lower()
        self._lost.pop(key, None)
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
            return ref.version == self.status
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
        self._values, self.delayed = scope.values, scope.delayed
        for key in self._lost:
            self._values.pop(key, None)

    def shift(self, start: int = 0) -> None:
        """Do what ``shift /start`` does."""
        following = self._arguments[-1] + 1
        self._arguments[start:] = [*self._arguments[start + 1 :], following]

    def argument(self, digit: int) -> int:
        """Return which argument of the caller ``%digit`` is."""
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

    def _unknown(self, name: str) -> str:
        return self.codes.code(Ref("unknown", name, reason=UNKNOWN))
