r"""A plan as a POSIX shell script.

imstack's commands stand for the BAT scripts; ``--env sh`` prints their results as lines that are
safe to eval. Backslashes in names become slashes. A variable that the caller uses without quotes,
and that may hold several words, falls into words here, too; all else is quoted.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from imstack.migrate.expand import cut_of
from imstack.migrate.names import Names
from imstack.migrate.plan import (
    Block,
    Break,
    Calculation,
    Call,
    Capture,
    Choice,
    Continue,
    Echo,
    End,
    Files,
    Folder,
    Listing,
    Loop,
    SetStep,
    Shift,
    Status,
    Tool,
    Untranslated,
)  # fmt: skip
from imstack.migrate.sh_functions import functions_for
from imstack.migrate.text import Ref, Text, join
from imstack.migrate.texts import (
    INCOMPLETE,
    heading,
    needs_status,
    refs,
    remark,
)
from imstack.migrate.variables import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.migrate.plan import OnError, Over, Plan, Step, Stream, Test, Word

_RESERVED: Final = frozenset({
    "_", "env", "errorlevel", "euid", "histcmd", "home", "ifs", "imstack_vars", "lineno", "mail",
    "optarg", "opterr", "optind", "path", "ppid", "ps1", "ps2", "ps4", "pwd", "random", "seconds",
    "shell", "shellopts", "status", "uid",
})  # fmt: skip
_VARS: Final = "imstack_vars"
_LINES: Final = "imstack_lines"
# Words behind these options of ImageMagick are text, whose backslashes mean something.
_TEXT_AFTER = {
    "-format": 1, "-caption": 1, "-comment": 1, "-label": 1, "-draw": 1, "-fx": 1, "-print": 1,
    "-title": 1, "-annotate": 2, "-set": 2,
}  # fmt: skip
_TEXT_IMAGE = re.compile(r"(caption|label|pango|text):")
_SUBSTITUTES: Final = {
    "cd": "$PWD",
    "temp": "${TEMP:-${TMPDIR:-/tmp}}",
    "tmp": "${TMP:-${TMPDIR:-/tmp}}",
    "userprofile": "${USERPROFILE:-$HOME}",
    "date": "$(date +%Y-%m-%d)",
    "time": "$(date +%H:%M:%S.00)",
}
_STATUS_TESTS = {"neq": "-ne", "equ": "-eq", "==": "-eq", "geq": "-ge"}


def sh_script(plan: Plan) -> str:
    """Return the script; it ends with a line feed."""
    writer = _Writer(needs_status(plan))
    body = [line for item in plan.items for line in writer.item(item)]
    if plan.exit_code is not None:
        body.append(f"exit {_code(plan.exit_code)}")
    elif writer.keeps_status and plan.items:
        body.append('exit "${ERRORLEVEL:-0}"')
    lines = ["#!/bin/sh", *heading(plan, "a POSIX shell"), ""]
    for function in functions_for(body):
        lines += [function, ""]
    return "\n".join([*lines, *_needed(plan), *body]) + "\n"


def _needed(plan: Plan) -> list[str]:
    """Return checks for what Windows says by variables, and nothing else does."""
    names = {
        ref.name.upper()
        for ref in refs(plan)
        if ref.kind == "outer" and ref.name.lower() in SYSTEM - _SUBSTITUTES.keys() - {"path"}
    }
    return [
        f'[ -n "${{{name}-}}" ] || {{ '
        + _stop(f"the BAT file needs %{name}%: set {name} before this script runs")
        + "; }"
        for name in sorted(names)
        if name.isidentifier()
    ]


def _code(code: int) -> int:
    """Return an exit code that a process can have here; a failure stays one."""
    return code % 256 or (255 if code else 0)


def _indented(lines: Sequence[str]) -> list[str]:
    """Indent commands; what a command reads from the script itself stays where it is."""
    is_empty = all(line.startswith("#") for line in lines)
    return [f"  {line}" for line in ([*lines, ":"] if is_empty and lines else lines)]


@dataclass(slots=True)
class _Writer:
    """Writes items; `keeps_status`: every program's exit code goes to ERRORLEVEL."""

    keeps_status: bool
    names: Names = field(default_factory=lambda: Names(_RESERVED))

    def item(self, item: Step) -> list[str]:
        match item:
            case Untranslated():
                return [
                    *remark(item),
                    *self.items(item.steps),
                    *([_stop(item.stop)] if item.stop else []),
                ]
            case Call():
                return self.call(item)
            case Tool():
                words = self.command(item.program, item.args, item.streams)
                return self.checked(words, item.on_error)
            case Capture():
                return self.capture(item)
            case SetStep():
                return [f"{self.names.of(item.name)}={self.text(item.value, slashed=True)}"]
            case Calculation():
                return self.calculation(item)
            case Listing():
                return [" ".join([self.listing(item), *self.streams(item.streams)])]
            case Echo():
                words = ["printf", "'%s\\n'", self.text(item.text), *self.streams(item.streams)]
                return [" ".join(words)]
            case _:
                return self.small(item)

    def small(self, item: Step) -> list[str]:
        match item:
            case Block():
                inside = _indented(self.items(item.steps) or [":"])
                return ["{", *inside, " ".join(["}", *self.streams(item.streams)])]
            case Choice():
                return self.choice(item)
            case Loop():
                return self.loop(item)
            case Folder():
                return self.folder(item)
            case Files():
                return self.files(item)
            case _:
                return self.jump(item)

    def jump(self, item: Step) -> list[str]:
        match item:
            case End():
                return self.end(item.ending)
            case Status():
                return [f"ERRORLEVEL={item.code}"]
            case Shift():
                return ['[ "$#" -eq 0 ] || shift']
            case Continue():
                return ["continue"]
            case Break():
                return ["break"]
            case _:
                return []

    def items(self, steps: Sequence[Step]) -> list[str]:
        return [line for step in steps for line in self.item(step)]

    def end(self, ending: OnError) -> list[str]:
        says = [f"printf '%s\\n' {self.text(text)}" for text in ending.says]
        if ending.value is not None:
            return [*says, f"exit {self.text(ending.value)}"]
        code = '"${ERRORLEVEL:-0}"' if ending.code is None else str(_code(ending.code))
        return [*says, f"exit {code}"]

    def calculation(self, step: Calculation) -> list[str]:
        """Return lines that calculate as cmd.exe does, in 32 bits; what is no number stops."""
        lines: list[str] = []
        parts: list[str] = []
        for part in step.value.parts:
            if isinstance(part, Ref):
                name = f"imstack_n{len(lines) + 1}"
                lines.append(f'whole {step.line} "{self.value(part)}"; {name}=$imstack_n')
                parts.append(f"({name})")
            else:
                parts.append(part)
        sum_ = f"(({''.join(parts)}) + 2147483648 & 4294967295) - 2147483648"
        return [*lines, f"{self.names.of(step.name)}=$(({sum_}))"]

    def loop(self, step: Loop) -> list[str]:
        body, over = _indented(self.items(step.steps) or [":"]), step.over
        name = self.names.of(step.names[0]) if step.names else ""
        match over.kind:
            case "ever":
                return ["while :; do", *body, "done"]
            case "words":
                words = " ".join(self.word(word, slashed=True) for word in over.words)
                there = f'  [ -n "${name}" ] || continue'
                return [f"for {name} in {words}; do", there, *body, "done"]
            case "numbers":
                first, by, last = (word.text.plan for word in over.words)
                sign = "-ge" if by.startswith("-") else "-le"
                go_on = f"  {name}=$(({name} + {by}))"
                return [
                    f"{name}={first}",
                    f'while [ "${name}" {sign} {last} ]; do',
                    *body,
                    go_on,
                    "done",
                ]
            case "lines":
                return self.lines(step, body)
        globs = " ".join(self.glob(word.text) for word in over.words)
        caught = f"{_LINES}=$({over.kind} {globs})"
        return [caught, *_each(name, [f'  [ -n "${name}" ] || continue', *body])]

    def lines(self, step: Loop, body: list[str]) -> list[str]:
        over = step.over
        skip = f" | tail -n +{over.skip + 1}" if over.skip else ""
        takes = []
        for name, token in zip(step.names, over.tokens, strict=True):
            where = f"word {token}" if token > 0 else f"behind {-1 - token}"
            takes.append(
                f'  {self.names.of(name)}=$({where} {shlex.quote(over.delimiters)} "$imstack_line")'
            )
        first = self.names.of(step.names[0])
        checks = [
            f"  case $imstack_line in '' | {shlex.quote(over.comment)}*) continue ;; esac",
            takes[0],
            f'  [ -n "${first}" ] || continue',
            *takes[1:],
        ]
        return [
            f"{_LINES}=$({self.producer(over)}{skip})",
            *_each("imstack_line", [*checks, *body]),
        ]

    def producer(self, over: Over) -> str:
        command = over.command
        if isinstance(command, Listing):
            return self.listing(command)
        if isinstance(command, Tool):
            return " ".join(self.command(command.program, command.args, command.streams))
        names = command.names if command is not None else [word.text for word in over.words]
        files = " ".join(self.text(name, slashed=True) for name in names)
        return f"cat -- {files} | tr -d '\\r'"

    def files(self, step: Files) -> list[str]:
        globs = [self.glob(name) for name in step.names]
        ends = self.streams(step.streams)
        match step.action:
            case "del":
                words = ["rm -f --", *globs]
            case "rd":
                words = ["rm -rf --", *globs]
            case "rmdir":
                words = ["rmdir --", *globs]
            case "empty":
                words = [":", *(f">{name}" for name in globs)]
            case "sort":
                last = ["-o", globs[1]] if len(globs) > 1 else []
                words = ["LC_ALL=C sort -f", *last, "--", globs[0]]
            case _:
                words = ["cat --", *globs] if globs else [":"]
        return [" ".join([*words, *ends])]

    def glob(self, text: Text) -> str:
        """Return a name whose wildcards the shell fills in, case making no difference."""
        literal = "".join(part for part in text.parts if isinstance(part, str))
        if "*" not in literal and "?" not in literal:
            return self.text(text, slashed=True)
        return "".join(
            f'"{self.value(part)}"' if isinstance(part, Ref) else _pattern(_slashed(part))
            for part in text.parts
        )

    def call(self, step: Call) -> list[str]:
        env = [f"{name}={self.text(value, slashed=True)}" for name, value in step.env]
        words = [self.word(word, slashed=True) for word in step.args]
        command = [*env, step.script, "--env sh --", *words, *self.messages(step.streams)]
        caught = [f"{_VARS}=$({' '.join(command)})"]
        evaluated = f'eval "${_VARS}"'
        if step.on_error and step.on_error.stop and not step.on_error.elsewhere:
            code = 1 if step.on_error.code is None else step.on_error.code
            stop = type(step.on_error)(True, code, step.on_error.says)
            return [*self.checked(caught, stop), evaluated]
        if self.keeps_status:
            return [*caught, "ERRORLEVEL=$?", f'[ "$ERRORLEVEL" -ne 0 ] || {evaluated}']
        return [f"{caught[0]} && {evaluated}"]

    def messages(self, streams: Sequence[Stream]) -> list[str]:
        """With --env sh the messages, which BAT files print, are on standard error."""
        to_file = [s for s in streams if s.handle == 1 and s.joins is None and not s.is_nothing]
        errors = [s for s in streams if s.handle == 2 and s.joins is None]
        return [
            f"2{stream.sign}{self.target(stream)}" for stream in (to_file or errors)[-1:]
        ] + self.streams([stream for stream in streams if stream.handle == 0])

    def checked(self, words: Sequence[str], on_error: OnError | None) -> list[str]:
        """Return a command, and what follows when it fails."""
        command = " ".join(words)
        if on_error is None or not on_error.stop or on_error.elsewhere:
            return [command, "ERRORLEVEL=$?"] if self.keeps_status else [command]
        says = [f"printf '%s\\n' {self.text(text)}" for text in on_error.says]
        code = f"exit {_code(on_error.code)}" if on_error.code is not None else "exit"
        if self.keeps_status:
            code = 'exit "$ERRORLEVEL"' if code == "exit" else code
            stop = f"{{ {'; '.join([*says, code])}; }}" if says else code
            return [command, "ERRORLEVEL=$?", f'[ "$ERRORLEVEL" -eq 0 ] || {stop}']
        if not says:
            return [f"{command} || {code}"]
        if code == "exit":
            says, code = ["status=$?", *says], 'exit "$status"'
        return [f"{command} || {{", *(f"  {line}" for line in [*says, code]), "}"]

    def capture(self, step: Capture) -> list[str]:
        caught = f"{_VARS}=$({' '.join(self.command(step.program, step.args, step.streams))})"
        if step.separators is None:
            return [
                caught,
                *(
                    f"{self.names.of(name)}=$(printf '%s\\n' \"${_VARS}\" |"
                    f" sed -n {shlex.quote(f's/^{re.escape(name)}=//p')} | tail -n 1)"
                    for name in step.names
                ),
            ]
        last = f"{_VARS}=$(printf '%s\\n' \"${_VARS}\" | tail -n 1)"
        names = " ".join(self.names.of(name) if name else "_" for name in step.names)
        more = " _" if step.separators else ""
        split = f"IFS={shlex.quote(step.separators)} read -r {names}{more} <<END\n${_VARS}\nEND"
        return [caught, last, split]

    def choice(self, step: Choice) -> list[str]:
        """Return an ``if``."""
        then, otherwise = (_indented(self.items(side)) for side in (step.then, step.otherwise))
        if not then and not otherwise:
            return []
        asked = self.condition(step.test, holds=bool(then))
        middle = ["else", *otherwise] if then and otherwise else []
        return [f"if {asked}; then", *(then or otherwise), *middle, "fi"]

    def folder(self, step: Folder) -> list[str]:
        """Return what makes a folder, or goes to it; without it nothing behind would be right."""
        path, back = self.text(step.path, slashed=True), f"imstack_was_{step.depth}"
        match step.action:
            case "mkdir":
                return [f"mkdir -p -- {path}"]
            case "cd":
                return [f"cd -- {path} || exit 1"]
            case "pushd":
                return [f"{back}=$PWD", f"cd -- {path} || exit 1"]
            case "popd":
                return [f'cd -- "${back}" || exit 1']

    def listing(self, step: Listing) -> str:
        """Return what lists files; case makes no difference, as on Windows."""
        return f"names {self.glob(join((*step.folder.parts, step.pattern)))}"

    def condition(self, test: Test, *, holds: bool) -> str:
        """Return a command that succeeds when the condition holds, or when it does not."""
        asked = self.asked(test)
        return asked if holds != test.condition.negated else f"! {asked}"

    def asked(self, test: Test) -> str:
        left, operator, right = test.left, test.condition.operator, test.right
        if not operator:
            literal = "".join(part for part in left.parts if isinstance(part, str))
            if "*" in literal or "?" in literal:
                return f"exists {self.glob(left)}"
            return f"[ -e {self.text(left, slashed=True)} ]"
        if left.only and left.only.kind == "status" and operator in _STATUS_TESTS:
            return f"[ {self.text(left)} {_STATUS_TESTS[operator]} {self.text(right)} ]"
        sides = [self.text(left), self.text(right)]
        if test.condition.ignores_case:
            sides = [f"\"$(printf '%s' {side} | tr A-Z a-z)\"" for side in sides]
        if operator == "==":
            return f"[ {sides[0]} = {sides[1]} ]"
        return f"compare {sides[0]} {operator} {sides[1]}"

    def command(self, program: str, args: Sequence[Word], streams: Sequence[Stream]) -> list[str]:
        words = [program]
        text_at: set[int] = set()
        for place, word in enumerate(args):
            plain = word.text.plan
            if place not in text_at and (after := _TEXT_AFTER.get(plain)):
                text_at |= {place + after} | {place + 1}
            is_text = place in text_at or _TEXT_IMAGE.match(plain)
            words.append(self.word(word, slashed=not is_text))
        return words + self.streams(streams)

    def streams(self, streams: Sequence[Stream]) -> list[str]:
        return [
            f"{stream.handle}>&{stream.joins}"
            if stream.joins is not None
            else f"{_handle(stream)}{stream.sign}{self.target(stream)}"
            for stream in streams
        ]

    def target(self, stream: Stream) -> str:
        return "/dev/null" if stream.is_nothing else self.text(stream.target, slashed=True)

    def word(self, word: Word, *, slashed: bool) -> str:
        """Return an argument."""
        only = word.text.only
        if only is None or word.quoted:
            return self.text(word.text, slashed=slashed)
        if only.kind == "parameter" and only.name == "*":
            return '"$@"'
        if only.kind == "parameter" and only.name.isdecimal():
            return f'${{{only.name}:+"{self.value(only)}"}}'
        is_split = only.several and only.name.lower() not in _SUBSTITUTES
        return f"${self.names.of(only.name)}" if is_split else self.text(word.text)

    def text(self, text: Text, *, slashed: bool = False) -> str:
        """Return a text as one word."""
        if text.literal is not None:
            return shlex.quote(_slashed(text.literal) if slashed else text.literal)
        parts = [
            self.value(part)
            if isinstance(part, Ref)
            else re.sub(r'([$`"\\])', r"\\\1", _slashed(part) if slashed else part)
            for part in text.parts
        ]
        return f'"{"".join(parts)}"'

    def value(self, ref: Ref) -> str:
        """Return a reference as it stands inside double quotes."""
        if ref.kind == "status":
            return "${ERRORLEVEL:-0}"
        if ref.change:
            return self.changed(ref)
        if ref.kind == "outer" and ref.name.lower() in _SUBSTITUTES:
            return _SUBSTITUTES[ref.name.lower()]
        if ref.kind != "parameter":
            return f"${{{self.names.of(ref.name)}}}"
        found = re.fullmatch(r"~([a-z]+)(\d+)", ref.name)
        if found:
            return f'$(part {found[1]} "${{{found[2]}}}")'
        return f"${{{ref.name}}}"

    def changed(self, ref: Ref) -> str:
        """Return a part of a value, or the value with something replaced."""
        value = f'"{self.value(replace(ref, change=""))}"'
        if ref.change.startswith("~"):
            return f"$(part {ref.change[1:]} {value})"
        if (cut := cut_of(ref.change[1:])) is not None:
            count = "" if cut[1] is None else f" {cut[1]}"
            return f"$(cut_text {value} {cut[0]}{count})"
        old, _, new = ref.change[1:].partition("=")
        return f"$(replace_text {value} {shlex.quote(old)} {shlex.quote(new)})"


def _each(name: str, body: Sequence[str]) -> list[str]:
    """Return a loop over lines, which leaves standard input to what runs in it."""
    return [
        f"while IFS= read -r {name} <&3; do", *body, f"done 3<<END\n${_LINES}\nEND",
    ]  # fmt: skip


def _pattern(text: str) -> str:
    folder, slash, name = text.rpartition("/")
    signs = "".join(
        f"[{char.lower()}{char.upper()}]" if char.isalpha() and char.isascii() else
        char if char in "*?" else shlex.quote(char)
        for char in name
    )  # fmt: skip
    return (shlex.quote(folder) if folder else "") + slash + signs


def _stop(told: str) -> str:
    return f"printf '%s\\n' {shlex.quote(told)} >&2; exit {INCOMPLETE}"


def _handle(stream: Stream) -> str:
    return "" if stream.handle == (0 if stream.sign == "<" else 1) else str(stream.handle)


def _slashed(text: str) -> str:
    return text.replace("\\", "/")
