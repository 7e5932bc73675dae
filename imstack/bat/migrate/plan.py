r"""What a caller does, as data: the plan, in the form in which YAML states it.

A plan has steps in the order in which they run; each says on which line of the caller it stands:

- ``call``: one of the BAT scripts, with its ``args``, and in ``env`` those of the scripts'
  variables (fsMAKE_VP_MASK ..) that the caller has set by then.
- ``im``: one of ImageMagick's programs. With ``capture``, what it prints sets these variables: as
  ``NAME=value`` lines, or as words, one for each name.
- ``set``: variables whose value is only known by then. Variables that the caller sets to plain text
  make no step; they stand in ``args`` with their value.
- ``when``: a condition; the steps of ``then`` if it holds, those of ``otherwise`` if not: ``set``,
  ``echo``, ``exit`` or another ``when``.
- ``mkdir``: a folder is made, unless it is there. ``cd``, ``pushd``, ``popd``: the current folder.
- ``dir``: the names of a folder's files, which fit a pattern.
- ``echo``: a line of text.

``${NAME}`` in a text is the value that NAME has at that moment, ``${1}`` an argument of the caller
(all that it uses are listed in ``params``), ``${~dpn1}`` a part of it, ``${*}`` all of them;
``$${`` is a plain ``${``. ``on_error: stop`` means: when the step fails, end, with ``exit_code`` (1
if not said); ``continue``: the caller asks whether it failed, and goes on. ``stdin``, ``stdout``
and ``stderr`` name files, ``>>`` before the name appends.

``untranslated`` holds what is no step, with the reason and the BAT scripts in it, or else its text;
loops over plain words are among it, though scripts do what they do;
``warnings`` are places where cmd.exe reads something else than the author may have meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from imstack.bat.environ import Inner
    from imstack.bat.migrate.nodes import Condition
    from imstack.bat.migrate.text import Text

Plain = str | int | list[str] | dict[str, str] | list["dict[str, Plain]"]
_STREAMS = {0: "stdin", 1: "stdout", 2: "stderr"}


@dataclass(frozen=True, slots=True)
class Word:
    """An argument, and whether the caller has it in quotes."""

    text: Text
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Stream:
    """Where handle 0, 1 or 2 goes: to a file, or (`joins`) where another handle goes."""

    handle: int
    sign: str
    target: Text
    joins: int | None = None

    @property
    def is_nothing(self) -> bool:
        """True for the file NUL."""
        return (self.target.literal or "").lower() in {"nul", "nul:"}


@dataclass(frozen=True, slots=True)
class OnError:
    """What follows a failure: the end (`stop`), with `code` if one is said, or nothing.

    `says` are the lines that are printed before the end.
    """

    stop: bool
    code: int | None = None
    says: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A BAT script runs; `inner` are variables of the caller that it sets itself."""

    line: int
    script: str
    args: tuple[Word, ...]
    env: tuple[tuple[str, Text], ...]
    streams: tuple[Stream, ...] = ()
    on_error: OnError | None = None
    inner: tuple[tuple[Inner, Text], ...] = ()

    def plain(self) -> dict[str, Plain]:
        """Return the step as the plan's YAML states it."""
        env = {name: value.plan for name, value in self.env}
        args = [word.text.plan for word in self.args]
        ends = _streams(self.streams) | _on_error(self.on_error)
        return {"line": self.line, "call": self.script, "args": args, "env": env, **ends}


@dataclass(frozen=True, slots=True)
class Tool:
    """One of ImageMagick's programs runs."""

    line: int
    program: str
    args: tuple[Word, ...]
    streams: tuple[Stream, ...] = ()
    on_error: OnError | None = None

    def plain(self) -> dict[str, Plain]:
        """Return the step as the plan's YAML states it."""
        args = [word.text.plan for word in self.args]
        ends = _streams(self.streams) | _on_error(self.on_error)
        return {"line": self.line, "im": self.program, "args": args, **ends}


@dataclass(frozen=True, slots=True)
class Capture:
    """Variables are set to what one of ImageMagick's programs prints.

    `separators` is None when it prints ``NAME=value`` lines; otherwise the last line falls into
    words at any of these characters, one for each name (no name: a word not used); with none the
    whole line is one word.
    """

    line: int
    names: tuple[str, ...]
    program: str
    args: tuple[Word, ...]
    separators: str | None = None
    streams: tuple[Stream, ...] = ()

    def plain(self) -> dict[str, Plain]:
        """Return the step as the plan's YAML states it."""
        names = [name for name in self.names if name]
        args = [word.text.plan for word in self.args]
        return {"line": self.line, "capture": names, "im": self.program, "args": args}


@dataclass(frozen=True, slots=True)
class SetStep:
    """A variable is set to what is known only now."""

    line: int
    name: str
    value: Text

    def plain(self) -> dict[str, Plain]:
        """Return the step as the plan's YAML states it."""
        return {"line": self.line, "set": {self.name: self.value.plan}}


@dataclass(frozen=True, slots=True)
class Echo:
    """A line of text is printed."""

    line: int
    text: Text
    streams: tuple[Stream, ...] = ()

    def plain(self) -> dict[str, Plain]:
        """Return the step as the plan's YAML states it."""
        return {"line": self.line, "echo": self.text.plan, **_streams(self.streams)}


@dataclass(frozen=True, slots=True)
class Test:
    """A condition whose texts are finished, for a script that can ask it."""

    condition: Condition
    left: Text
    right: Text

    @property
    def plan(self) -> str:
        """The condition as a plan states it."""
        sign = self.condition.operator
        asked = f'"{self.left.plan}" {sign} "{self.right.plan}"' if sign else ""
        negation = "not " if self.condition.negated else ""
        return f"{negation}{asked or f'exist {self.left.plan}'}"


@dataclass(frozen=True, slots=True)
class Choice:
    """Variables are set as the answer to a condition says, and what else belongs to that."""

    line: int
    test: Test
    then: tuple[Branch, ...]
    otherwise: tuple[Branch, ...]

    def plain(self) -> dict[str, Plain]:
        """Return the step as the plan's YAML states it."""
        otherwise = [_bare(step) for step in self.otherwise]
        return {
            "line": self.line,
            "when": self.test.plan,
            "then": [_bare(step) for step in self.then],
            **({"otherwise": otherwise} if otherwise else {}),
        }


@dataclass(frozen=True, slots=True)
class End:
    """The caller ends, in one branch of a choice."""

    line: int
    ending: OnError

    def plain(self) -> dict[str, Plain]:
        """Return the step as the plan's YAML states it."""
        says = "\n".join(text.plan for text in self.ending.says)
        code: dict[str, Plain] = {"line": self.line, "exit": self.ending.code or 0}
        return {**code, "echo": says} if says else code


def _bare(step: Branch) -> dict[str, Plain]:
    """Return a step of a branch as YAML states it; a branch stands on the lines of its choice."""
    return {key: value for key, value in step.plain().items() if key != "line"}


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder is made, or becomes the current one.

    `action` is ``mkdir``, ``cd``, ``pushd`` or ``popd``; the last goes back to where the `depth`-th
    ``pushd`` left from, and has no `path`.
    """

    line: int
    action: Literal["mkdir", "cd", "pushd", "popd"]
    path: Text
    depth: int = 0

    def plain(self) -> dict[str, Plain]:
        """Return the step as the plan's YAML states it."""
        return {"line": self.line, self.action: self.path.plan}


@dataclass(frozen=True, slots=True)
class Listing:
    """The names of the files in `folder` that fit `pattern` go where the streams say.

    `folder` ends with a backslash, or is nothing for the current one.
    """

    line: int
    folder: Text
    pattern: str
    streams: tuple[Stream, ...]

    def plain(self) -> dict[str, Plain]:
        """Return the step as the plan's YAML states it."""
        named = self.folder.plan + self.pattern
        return {"line": self.line, "dir": named, **_streams(self.streams)}


@dataclass(frozen=True, slots=True)
class Guard:
    """What follows runs only when this does not end the caller.

    `test` is None when it cannot be asked outside a BAT file; `ends` says which answer ends it;
    `works` that something untranslated is done before the end.
    """

    test: Test | None
    ends: bool
    ending: OnError
    works: bool = False


@dataclass(frozen=True, slots=True)
class Untranslated:
    """A part of the caller that is no step of the plan.

    `values` are variables in it that the caller has set to plain text by then. `is_needed` says
    that the caller does not do its work without it: a script that is run must not pass over it.
    `unrolled` are the steps of all rounds of a loop, where they are known.
    """

    line: int
    reason: str
    text: str
    holds: tuple[str, ...] = ()
    guard: Guard | None = None
    values: tuple[tuple[str, str], ...] = ()
    is_needed: bool = False
    unrolled: tuple[Step, ...] = ()

    def plain(self) -> dict[str, Plain]:
        """Return the entry as the plan's YAML states it."""
        said: dict[str, Plain] = {"holds": [*self.holds]} if self.holds else {"text": self.text}
        return {"line": self.line, "reason": self.reason, **said}


@dataclass(frozen=True, slots=True)
class Caution:
    """A warning: its line, its code, and what it is about."""

    line: int
    code: str
    about: str

    def plain(self) -> dict[str, Plain]:
        """Return the entry as the plan's YAML states it."""
        return {"line": self.line, "code": self.code}


Branch = SetStep | Echo | End | Choice
Step = Call | Tool | Capture | SetStep | Choice | Folder | Listing | Echo


@dataclass(frozen=True, slots=True)
class Plan:
    """What a caller does.

    `items` holds steps and what is untranslated in the order in which the caller comes to them;
    `exit_code` is the one it states at its end, if any; `note` says how its bytes were read.
    """

    source: str
    params: tuple[str, ...] = ()
    items: tuple[Step | Untranslated, ...] = ()
    warnings: tuple[Caution, ...] = ()
    exit_code: int | None = None
    note: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps, in the order in which they run."""
        return tuple(item for item in self.items if not isinstance(item, Untranslated))

    @property
    def untranslated(self) -> tuple[Untranslated, ...]:
        """What is no step, by line."""
        left = (item for item in self.items if isinstance(item, Untranslated))
        return tuple(sorted(left, key=lambda item: item.line))

    def plain(self) -> dict[str, object]:
        """Return the plan as plain lists and mappings; ``params`` only when there are any."""
        params = {"params": [*self.params]} if self.params else {}
        return {
            **params,
            "steps": [step.plain() for step in self.steps],
            "untranslated": [item.plain() for item in self.untranslated],
            "warnings": [warning.plain() for warning in self.warnings],
        }


def _streams(streams: tuple[Stream, ...]) -> dict[str, Plain]:
    return {
        _STREAMS[stream.handle]: ">" * (stream.sign == ">>") * 2 + stream.target.plan
        for stream in streams
        if stream.joins is None and stream.handle in _STREAMS and not stream.is_nothing
    }


def _on_error(on_error: OnError | None) -> dict[str, Plain]:
    if on_error is None:
        return {}
    said: dict[str, Plain] = {"on_error": "stop" if on_error.stop else "continue"}
    if on_error.stop and on_error.code not in {None, 1}:
        said["exit_code"] = on_error.code or 0
    return said
