r"""A plan as a POSIX shell script.

imstack's commands stand for the BAT scripts; ``--env sh`` prints their results as lines that are
safe to eval. Backslashes in names become slashes. A variable that the caller uses without quotes,
and that may hold several words, falls into words here, too; all else is quoted.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from imstack.bat.migrate.emit import (
    INCOMPLETE,
    TRANSLATE,
    ends_with_status,
    heading,
    missing,
    needs_status,
    part_letters,
    remark,
)
from imstack.bat.migrate.names import Names
from imstack.bat.migrate.plan import (
    Call,
    Capture,
    Choice,
    Echo,
    End,
    Folder,
    Listing,
    SetStep,
    Tool,
    Untranslated,
)
from imstack.bat.migrate.text import Ref, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.bat.migrate.plan import Branch, Guard, OnError, Plan, Step, Stream, Test, Word

_RESERVED: Final = frozenset({
    "_", "env", "errorlevel", "euid", "histcmd", "home", "ifs", "imstack_vars", "lineno", "mail",
    "optarg", "opterr", "optind", "path", "ppid", "ps1", "ps2", "ps4", "pwd", "random", "seconds",
    "shell", "shellopts", "status", "uid",
})  # fmt: skip
_VARS: Final = "imstack_vars"
_TESTS = {
    "==": "=", "equ": "-eq", "neq": "-ne", "lss": "-lt", "leq": "-le", "gtr": "-gt", "geq": "-ge",
}  # fmt: skip
# Words behind these options of ImageMagick are text, whose backslashes mean something.
_TEXT_AFTER = {
    "-format": 1, "-caption": 1, "-comment": 1, "-label": 1, "-draw": 1, "-fx": 1, "-print": 1,
    "-title": 1, "-annotate": 2, "-set": 2,
}  # fmt: skip
_TEXT_IMAGE = re.compile(r"(caption|label|pango|text):")
_PART = """\
part() { # part dpn FILE: what %~dpn1 was
  part_folder=$(cd -- "$(dirname -- "$2")" 2>/dev/null && pwd) || part_folder=$(dirname -- "$2")
  part_name=${2##*/} part_ending=
  case $part_name in *.*) part_ending=.${part_name##*.} part_name=${part_name%.*} ;; esac
  part_folder=${part_folder%/}/
  case $1 in *f*) set -- dpnx ;; esac
  case $1 in *d* | *p*) printf '%s' "$part_folder" ;; esac
  case $1 in *n*) printf '%s' "$part_name" ;; esac
  case $1 in *x*) printf '%s' "$part_ending" ;; esac
}"""


def sh_script(plan: Plan) -> str:
    """Return the script; it ends with a line feed."""
    writer = _Writer(needs_status(plan))
    lines = ["#!/bin/sh", *heading(plan, "a POSIX shell"), ""]
    if part_letters(plan):
        lines += [_PART, ""]
    for item in plan.items:
        lines += writer.item(item)
    if plan.exit_code is not None:
        lines.append(f"exit {plan.exit_code % 256}")
    elif ends_with_status(plan):
        lines.append('exit "${ERRORLEVEL:-0}"')
    return "\n".join(lines) + "\n"


@dataclass(slots=True)
class _Writer:
    """Writes items; `keeps_status`: every program's exit code goes to ERRORLEVEL."""

    keeps_status: bool
    names: Names = field(default_factory=lambda: Names(_RESERVED))

    def item(self, item: Step | Untranslated) -> list[str]:
        match item:
            case Untranslated():
                return remark(item) + self.untranslated(item)
            case Call():
                return self.call(item)
            case Tool():
                words = self.command(item.program, item.args, item.streams)
                return self.checked(words, item.on_error)
            case Capture():
                return self.capture(item)
            case SetStep():
                return [f"{self.names.of(item.name)}={self.text(item.value, slashed=True)}"]
            case Choice():
                return self.choice(item)
            case Folder():
                return self.folder(item)
            case Listing():
                return self.listing(item)
            case Echo():
                words = ["printf", "'%s\\n'", self.text(item.text), *self.streams(item.streams)]
                return [" ".join(words)]

    def call(self, step: Call) -> list[str]:
        env = [f"{name}={self.text(value, slashed=True)}" for name, value in step.env]
        words = [self.word(word, slashed=True) for word in step.args]
        command = [*env, step.script, "--env sh --", *words, *self.messages(step.streams)]
        caught = [f"{_VARS}=$({' '.join(command)})"]
        evaluated = f'eval "${_VARS}"'
        if step.on_error and step.on_error.stop:
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
        if on_error is None or not on_error.stop:
            return [command, "ERRORLEVEL=$?"] if self.keeps_status else [command]
        says = [f"printf '%s\\n' {self.text(text)}" for text in on_error.says]
        code = f"exit {on_error.code % 256}" if on_error.code is not None else "exit"
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
        split = f"IFS={shlex.quote(step.separators)} read -r {names}{more} <<END"
        return [caught, last, split, f"${_VARS}", "END"]

    def untranslated(self, item: Untranslated) -> list[str]:
        """Return the check that ends the script, or its end where something is missing."""
        if item.unrolled:
            return [line for step in item.unrolled for line in self.item(step)]
        checks = [] if item.guard is None else self.guard(item.line, item.guard)
        return [*checks, _stop(missing(item.line))] if item.is_needed else checks

    def guard(self, line: int, guard: Guard) -> list[str]:
        if guard.test is None:
            return [_stop(f"line {line} of the BAT file may end it here: {TRANSLATE}")]
        says = [f"printf '%s\\n' {self.text(text)}" for text in guard.ending.says]
        end = f"exit {(guard.ending.code or 0) % 256}"
        then = [_stop(missing(line))] if guard.works else [*says, end]
        asked = self.condition(guard.test, holds=guard.ends)
        return [f"if {asked}; then", *(f"  {words}" for words in then), "fi"]

    def choice(self, step: Choice) -> list[str]:
        """Return what sets variables by a condition."""
        then, otherwise = (
            [f"  {line}" for one in branch for line in self.part(one)]
            for branch in (step.then, step.otherwise)
        )
        asked = self.condition(step.test, holds=bool(then))
        middle = ["else", *otherwise] if then and otherwise else []
        return [f"if {asked}; then", *(then or otherwise), *middle, "fi"]

    def part(self, step: Branch) -> list[str]:
        """Return a step of a branch."""
        if not isinstance(step, End):
            return self.item(step)
        says = [f"printf '%s\\n' {self.text(text)}" for text in step.ending.says]
        return [*says, f"exit {(step.ending.code or 0) % 256}"]

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

    def listing(self, step: Listing) -> list[str]:
        """Return what lists files; case makes no difference, as on Windows."""
        folder = "" if not step.folder.parts else self.text(step.folder, slashed=True)
        pattern = "".join(
            f"[{char.lower()}{char.upper()}]"
            if char.isalpha() and char.isascii()
            else char
            if char in "*?"
            else shlex.quote(char)
            for char in step.pattern
        )
        name = "imstack_file"
        printed = f'[ ! -f "${name}" ] || printf \'%s\\n\' "${{{name}##*/}}"'
        ends = " ".join(["done", *self.streams(step.streams)])
        return [f"for {name} in {folder}{pattern}; do", f"  {printed}", ends]

    def condition(self, test: Test, *, holds: bool) -> str:
        """Return a command that succeeds when the condition holds, or when it does not."""
        asked = self.asked(test)
        return asked if holds != test.condition.negated else f"! {asked}"

    def asked(self, test: Test) -> str:
        left, operator, right = test.left, test.condition.operator, test.right
        folded = test.condition.ignores_case
        if not operator:
            return f"[ -e {self.text(left, slashed=True)} ]"
        if not folded or operator != "==":
            return f"[ {self.text(left)} {_TESTS[operator]} {self.text(right)} ]"
        sides = [f"$(printf '%s' {self.text(side)} | tr A-Z a-z)" for side in (left, right)]
        return f'[ "{sides[0]}" = "{sides[1]}" ]'

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
        return f"${self.names.of(only.name)}" if only.several else self.text(word.text)

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
        if ref.kind != "parameter":
            return "$PWD" if ref.name == "CD" else f"${{{self.names.of(ref.name)}}}"
        found = re.fullmatch(r"~([a-z]+)(\d+)", ref.name)
        if found:
            return f'$(part {found[1]} "${{{found[2]}}}")'
        return f"${{{ref.name}}}"


def _stop(told: str) -> str:
    return f"printf '%s\\n' {shlex.quote(told)} >&2; exit {INCOMPLETE}"


def _handle(stream: Stream) -> str:
    return "" if stream.handle == (0 if stream.sign == "<" else 1) else str(stream.handle)


def _slashed(text: str) -> str:
    return text.replace("\\", "/")
