r"""What a caller does, as data: the plan, in the form in which YAML states it.

A plan has steps in the order in which they run; each says on which line of the caller it stands:

- ``call``: one of the BAT scripts, with its ``args``, and in ``env`` those of the scripts'
  variables (fsMAKE_VP_MASK ..) that the caller has set by then.
- ``im``: one of ImageMagick's programs. With ``capture``, what it prints sets these variables: as
  ``NAME=value`` lines, or as words, one for each name.
- ``calculate``: variables that ``set /A`` sets from such values.
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

``untranslated`` holds what does not run whatever happens, with the reason and the BAT scripts in
it, or else its text: conditions, loops, subroutines, and what could not be translated. Scripts do
what it does where that can be said, and end with 70 where it cannot;
``warnings`` are places where cmd.exe reads something else than the author may have meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imstack.bat.environ import Inner
    from imstack.migrate.nodes import Condition
    from imstack.migrate.text import Text

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

    `says` are the lines that are printed before the end. `elsewhere`: more is done before it, by a
    `Choice` that follows.
    """

    stop: bool
    code: int | None = None
    says: tuple[Text, ...] = ()
    elsewhere: bool = False
    value: Text | None = None


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
    serial: int = 0

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
    serial: int = 0

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
    """Steps run as the answer to a condition says.

    `is_hidden`: a plan lists what is in it as untranslated, line by line.
    """

    line: int
    test: Test
    then: tuple[Step, ...]
    otherwise: tuple[Step, ...]
    is_hidden: bool = False

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


def _bare(step: Step) -> dict[str, Plain]:
    """Return a step of a branch as YAML states it; a branch stands on the lines of its choice."""
    if not isinstance(step, Stated | End):
        return {}
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
class Calculation:
    """``set /A`` over what is known only now; `value` is an expression in the shells' common C."""

    line: int
    name: str
    value: Text

    def plain(self) -> dict[str, Plain]:
        """Return the step as the plan's YAML states it."""
        return {"line": self.line, "calculate": {self.name: self.value.plan}}


@dataclass(frozen=True, slots=True)
class Status:
    """ERRORLEVEL becomes a number: a subroutine ends with ``exit /b 3``."""

    line: int
    code: int


@dataclass(frozen=True, slots=True)
class Continue:
    """The loop begins again."""

    line: int


@dataclass(frozen=True, slots=True)
class Break:
    """The loop is left."""

    line: int


@dataclass(frozen=True, slots=True)
class Shift:
    """Arguments move, in a loop."""

    line: int


@dataclass(frozen=True, slots=True)
class Files:
    """Files are deleted, copied, moved, emptied, sorted or printed, or folders deleted.

    `action` is ``del``, ``rd``, ``copy``, ``move``, ``empty``, ``sort`` or ``type``.
    """

    line: int
    action: str
    names: tuple[Text, ...]
    streams: tuple[Stream, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Steps whose output goes to one place."""

    line: int
    steps: tuple[Step, ...]
    streams: tuple[Stream, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """What a loop runs over.

    `kind` is ``files`` or ``folders`` (patterns in `words`), ``words``, ``numbers`` (first, step,
    last), ``ever``, or ``lines`` of the file `words` or of what `command` prints. Of a line the
    `tokens` are taken: the number of a word, or a negative one for all behind that many words;
    `skip` lines are passed over.
    """

    kind: str
    words: tuple[Word, ...] = ()
    command: Tool | Listing | Files | None = None
    delimiters: str = " \t"
    tokens: tuple[int, ...] = (1,)
    comment: str = ";"
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Loop:
    """Steps that run once for each thing; `names` are the variables that hold it."""

    line: int
    over: Over
    names: tuple[str, ...]
    steps: tuple[Step, ...]


def _ends(steps: tuple[Step, ...]) -> bool:
    """Return True for steps that only report, and end the caller."""
    is_end = bool(steps) and isinstance(steps[-1], End)
    return is_end and all(isinstance(step, Echo) for step in steps[:-1])


@dataclass(frozen=True, slots=True)
class Untranslated:
    """A part of the caller that is no step which runs whatever happens.

    `values` are variables in it that the caller has set to plain text by then. `steps` do in a
    script what it does, or others do (`is_done`). `stop` is why a script must end here, if it must.
    """

    line: int
    reason: str
    text: str
    holds: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()
    stop: str = ""
    is_done: bool = False

    @property
    def is_needed(self) -> bool:
        """True when a script stops here."""
        return bool(self.stop)

    @property
    def guard(self) -> Choice | None:
        """The check, when all that this does is to report and to end the caller."""
        only = self.steps[0] if len(self.steps) == 1 else None
        if not isinstance(only, Choice) or _ends(only.then) == _ends(only.otherwise):
            return None
        return only

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


Step = (
    Call | Tool | Capture | SetStep | Choice | Folder | Listing | Echo | End | Calculation | Status
    | Continue | Break | Shift | Files | Block | Loop | Untranslated
)  # fmt: skip
Stated = Call | Tool | Capture | SetStep | Choice | Folder | Listing | Echo | Calculation
"""Steps that a plan's YAML can state."""


def inner(step: Step) -> tuple[Step, ...]:
    """Return the steps inside a step."""
    match step:
        case Choice():
            return (*step.then, *step.otherwise)
        case Block() | Loop() | Untranslated():
            return step.steps
        case _:
            return ()


def every(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield steps and all that are inside them."""
    for step in steps:
        yield step
        yield from every(inner(step))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a caller does.

    `items` holds steps and what is untranslated in the order in which the caller comes to them;
    `exit_code` is the one it states at its end, if any; `note` says how its bytes were read.
    """

    source: str
    params: tuple[str, ...] = ()
    items: tuple[Step, ...] = ()
    warnings: tuple[Caution, ...] = ()
    exit_code: int | None = None
    note: str = ""

    @property
    def steps(self) -> tuple[Stated, ...]:
        """The steps that run whatever happens, in that order."""
        return tuple(
            item
            for item in self.items
            if isinstance(item, Stated) and not (isinstance(item, Choice) and item.is_hidden)
        )

    @property
    def untranslated(self) -> tuple[Untranslated, ...]:
        """What is no such step, by line; each place once."""
        found: dict[tuple[int, str], Untranslated] = {}
        waiting = list(reversed(self.items))
        while waiting:
            item = waiting.pop()
            if isinstance(item, Untranslated):
                found.setdefault((item.line, item.text), item)
            elif isinstance(item, Choice) and item.is_hidden:
                waiting += reversed((*item.then, *item.otherwise))
        return tuple(sorted(found.values(), key=lambda item: item.line))

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
