"""A plan as a PowerShell script, for Windows PowerShell 5.1 and PowerShell 7.

imstack's commands stand for the BAT scripts; they write their results to a file (``--env FILE``),
from which the script takes them as variables. Names keep their backslashes. ``$env:IM``, when it is
set, is the folder of ImageMagick's programs, as in the BAT files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from imstack.bat.migrate.emit import (
    INCOMPLETE,
    TRANSLATE,
    ends_with_status,
    heading,
    missing,
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
from imstack.bat.migrate.text import Ref, Text, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.bat.migrate.plan import Branch, Guard, OnError, Plan, Step, Stream, Test, Word

_RESERVED: Final = frozenset({
    "_", "args", "consolefilename", "error", "errorlevel", "event", "eventargs",
    "executioncontext", "false", "foreach", "home", "host", "input", "iscoreclr", "islinux",
    "ismacos", "iswindows", "lastexitcode", "matches", "myinvocation", "nestedpromptlevel", "null",
    "ofs", "pid", "printed", "profile", "psboundparameters", "pscmdlet", "pscommandpath",
    "psculture", "pshome", "psscriptroot", "psuiculture", "psversiontable", "pwd", "sender",
    "shellid", "stacktrace", "switch", "this", "true",
})  # fmt: skip
_TESTS = {
    "==": "-ceq", "equ": "-eq", "neq": "-ne", "lss": "-lt", "leq": "-le", "gtr": "-gt",
    "geq": "-ge",
}  # fmt: skip
_FUNCTIONS = """\
$ERRORLEVEL = 0
function Invoke-Script([string] $Name, [string[]] $Words, [hashtable] $Switches = @{}) {
    # Runs one of imstack's commands; when it succeeds, its results become variables here.
    $results = [IO.Path]::GetTempFileName()
    $before = @{}
    foreach ($key in $Switches.Keys) {
        $before[$key] = [Environment]::GetEnvironmentVariable($key)
        [Environment]::SetEnvironmentVariable($key, $Switches[$key])
    }
    try { & $Name --env $results -- @Words; $script:ERRORLEVEL = $LASTEXITCODE }
    catch { Write-Warning $_; $script:ERRORLEVEL = 9009 }
    foreach ($key in $before.Keys) { [Environment]::SetEnvironmentVariable($key, $before[$key]) }
    if ($script:ERRORLEVEL -eq 0) {
        foreach ($line in [IO.File]::ReadAllLines($results, [Console]::OutputEncoding)) {
            $name, $value = $line.Split([char[]] '=', 2)
            Set-Variable -Scope Script -Name $name -Value $value
        }
    }
    Remove-Item -LiteralPath $results
}
function Invoke-Tool([string] $Name, [string[]] $Words) {
    # Runs one of ImageMagick's programs: IM says where it is, else it is looked for. It is never
    # PowerShell's own alias compare, nor the convert.exe that Windows has for its disks.
    $program = "${env:IM}$Name"
    if (-not $env:IM) {
        $system = [Environment]::GetFolderPath('Windows')
        $program = Get-Command $Name, magick -CommandType Application -All -ErrorAction Ignore |
            Where-Object { -not $system -or $_.Source -notlike "$system\\*" } |
            Select-Object -First 1 -ExpandProperty Source
        if ("$program" -match '\\bmagick(\\.exe)?$') { $Words = @($Name) + $Words }
    }
    try { & $program @Words; $script:ERRORLEVEL = $LASTEXITCODE }
    catch { Write-Warning $_; $script:ERRORLEVEL = 9009 }
}"""
_PART = """\
function Get-Part([string] $Letters, [string] $File) {
    # Get-Part dpn FILE: what %~dpn1 was
    $full = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($File)
    $drive = [IO.Path]::GetPathRoot($full).TrimEnd('\\', '/')
    $name = [IO.Path]::GetFileNameWithoutExtension($full)
    $ending = [IO.Path]::GetExtension($full)
    $folder = $full.Substring($drive.Length, $full.Length - $drive.Length - "$name$ending".Length)
    if ($Letters -match 'f') { return $full }
    $all = [ordered] @{ d = $drive; p = $folder; n = $name; x = $ending }
    -join ($all.Keys | Where-Object { $Letters -match $_ } | ForEach-Object { $all[$_] })
}"""


def ps1_script(plan: Plan) -> str:
    """Return the script; it ends with a line feed."""
    writer = _Writer()
    lines = [*heading(plan, "PowerShell"), "", _FUNCTIONS]
    if part_letters(plan):
        lines.append(_PART)
    lines.append("")
    for item in plan.items:
        lines += writer.item(item)
    if plan.exit_code is not None:
        lines.append(f"exit {plan.exit_code}")
    elif ends_with_status(plan) or any(isinstance(item, Call | Tool) for item in plan.items):
        lines.append("exit $ERRORLEVEL")
    return "\n".join(lines) + "\n"


@dataclass(slots=True)
class _Writer:
    names: Names = field(default_factory=lambda: Names(_RESERVED))

    def item(self, item: Step | Untranslated) -> list[str]:
        match item:
            case Untranslated():
                return remark(item) + self.untranslated(item)
            case Call():
                switches = "; ".join(f"{name} = {self.text(value)}" for name, value in item.env)
                more = f" @{{ {switches} }}" if switches else ""
                command = f"Invoke-Script {item.script} {self.words(item.args)}{more}"
                return [self.redirected(command, item.streams), *self.stop(item.on_error)]
            case Tool():
                command = f"Invoke-Tool {item.program} {self.words(item.args)}"
                return [self.redirected(command, item.streams), *self.stop(item.on_error)]
            case Capture():
                return self.capture(item)
            case SetStep():
                return [f"{self.variable(item.name)} = {self.text(item.value)}"]
            case Choice():
                return self.choice(item)
            case Folder():
                return [self.folder(item)]
            case Listing():
                where = f"-Path {self.text(_listed(item))} -File | Sort-Object Name"
                command = f"(Get-ChildItem {where}).Name"
                return [self.redirected(command, item.streams)]
            case Echo():
                return [self.redirected(self.text(item.text), item.streams)]

    def stop(self, on_error: OnError | None) -> list[str]:
        if on_error is None or not on_error.stop:
            return []
        code = "$ERRORLEVEL" if on_error.code is None else str(on_error.code)
        says = "".join(f"{self.text(text)}; " for text in on_error.says)
        return [f"if ($ERRORLEVEL -ne 0) {{ {says}exit {code} }}"]

    def capture(self, step: Capture) -> list[str]:
        command = f"Invoke-Tool {step.program} {self.words(step.args)}"
        lines = [f"$printed = @({self.redirected(command, step.streams)})"]
        if step.separators is None:
            return lines + [
                f"{self.variable(name)} = $printed -match {_quote(f'^{re.escape(name)}=')} |"
                f" Select-Object -Last 1 | ForEach-Object {{ $_.Substring({len(name) + 1}) }}"
                for name in step.names
            ]
        if not step.separators:
            return [*lines, f"{self.variable(step.names[0])} = $printed[-1]"]
        cut = f"[string[]] ([string] $printed[-1]).Split([char[]] {_quote(step.separators)}, 'Rem"
        lines.append(f"$printed = {cut}oveEmptyEntries')")
        return lines + [
            f"{self.variable(name)} = $printed[{place}]"
            for place, name in enumerate(step.names)
            if name
        ]

    def untranslated(self, item: Untranslated) -> list[str]:
        """Return the check that ends the script, or its end where something is missing."""
        if item.unrolled:
            return [line for step in item.unrolled for line in self.item(step)]
        checks = [] if item.guard is None else self.guard(item.line, item.guard)
        return [*checks, _stop(missing(item.line))] if item.is_needed else checks

    def guard(self, line: int, guard: Guard) -> list[str]:
        if guard.test is None:
            return [_stop(f"line {line} of the BAT file may end it here: {TRANSLATE}")]
        end = f"exit {guard.ending.code or 0}"
        then = [*map(self.text, guard.ending.says), end]
        if guard.works:
            then = [_stop(missing(line))]
        asked = self.condition(guard.test, holds=guard.ends)
        return [f"if ({asked}) {{", *(f"    {words}" for words in then), "}"]

    def choice(self, step: Choice) -> list[str]:
        """Return what sets variables by a condition."""
        then, otherwise = (
            [f"    {line}" for one in branch for line in self.part(one)]
            for branch in (step.then, step.otherwise)
        )
        asked = self.condition(step.test, holds=bool(then))
        middle = ["}", "else {", *otherwise] if then and otherwise else []
        return [f"if ({asked}) {{", *(then or otherwise), *middle, "}"]

    def part(self, step: Branch) -> list[str]:
        """Return a step of a branch."""
        if not isinstance(step, End):
            return self.item(step)
        return [*map(self.text, step.ending.says), f"exit {step.ending.code or 0}"]

    def folder(self, step: Folder) -> str:
        """Return what makes a folder, or goes to it; without it nothing behind would be right."""
        path = self.text(step.path)
        match step.action:
            case "mkdir":
                return f"$null = New-Item -ItemType Directory -Force -Path {path}"
            case "cd":
                return f"Set-Location -LiteralPath {path} -ErrorAction Stop"
            case "pushd":
                return f"Push-Location -LiteralPath {path} -ErrorAction Stop"
            case "popd":
                return "Pop-Location"

    def condition(self, test: Test, *, holds: bool) -> str:
        """Return an expression that is true when the condition holds, or when it does not."""
        asked = self.asked(test)
        return asked if holds != test.condition.negated else f"-not ({asked})"

    def asked(self, test: Test) -> str:
        condition = test.condition
        if condition.operator:
            sign = _TESTS[condition.operator]
            sign = "-ieq" if condition.ignores_case and sign == "-ceq" else sign
            kind = "[string] " if condition.operator == "==" else "[int] "
            return f"{kind}{self.text(test.left)} {sign} {self.text(test.right)}"
        return f"Test-Path -LiteralPath {self.text(test.left)}"

    def redirected(self, command: str, streams: Sequence[Stream]) -> str:
        """Return a command with what it prints going where the streams say."""
        ends = []
        for stream in streams:
            if stream.joins is not None:
                command += " 2>&1" if (stream.handle, stream.joins) == (2, 1) else ""
            elif stream.handle == 2:
                name = "$null" if stream.is_nothing else self.text(stream.target)
                command += f" 2{stream.sign} {name}"
            elif stream.handle == 1 and stream.is_nothing:
                ends.append("Out-Null")
            elif stream.handle == 1:
                verb = "Add-Content" if stream.sign == ">>" else "Set-Content"
                ends.append(f"{verb} -LiteralPath {self.text(stream.target)}")
            else:
                command = f"Get-Content -LiteralPath {self.text(stream.target)} | {command}"
        return " | ".join([command, *ends[-1:]])

    def words(self, words: Sequence[Word]) -> str:
        """Return arguments as an array; statements in @( ; ) flatten, and none gives no word."""
        return f"@({'; '.join(map(self.word, words))})"

    def word(self, word: Word) -> str:
        only = word.text.only
        if only is None or word.quoted:
            return self.text(word.text)
        if only.kind == "parameter" and only.name == "*":
            return "$args"
        if only.kind == "parameter" and only.name.isdecimal() and only.name != "0":
            return f"if ($args.Count -ge {only.name}) {{ {self.value(only)} }}"
        return f"-split {self.value(only)}" if only.several else self.text(word.text)

    def variable(self, name: str) -> str:
        return f"${self.names.of(name)}"

    def text(self, text: Text) -> str:
        """Return a text as one expression."""
        if text.literal is not None:
            return _quote(text.literal)
        parts = [
            self.inside(part)
            if isinstance(part, Ref)
            else re.sub('([`$"\u201c\u201d\u201e])', r"`\1", part)
            for part in text.parts
        ]
        return f'"{"".join(parts)}"'

    def inside(self, ref: Ref) -> str:
        """Return a reference as it stands inside double quotes."""
        value = self.value(ref)
        if re.fullmatch(r"\$\w+", value):
            return f"${{{value[1:]}}}"
        return value if value.startswith("${") else f"$({value})"

    def value(self, ref: Ref) -> str:
        """Return a reference as an expression."""
        if ref.kind == "status":
            return "$ERRORLEVEL"
        if ref.kind == "parameter":
            if ref.name == "*":
                return "$args -join ' '"
            found = re.fullmatch(r"~([a-z]+)(\d+)", ref.name)
            number = found[2] if found else ref.name
            value = "$PSCommandPath" if number == "0" else f"$args[{int(number) - 1}]"
            return f"Get-Part {found[1]} {value}" if found else value
        if ref.kind == "outer":
            return "(Get-Location).Path" if ref.name == "CD" else f"${{env:{ref.name}}}"
        return self.variable(ref.name)


def _listed(step: Listing) -> Text:
    """Return folder and pattern of a listing as one text."""
    return join((*step.folder.parts, step.pattern))


def _stop(told: str) -> str:
    return f"[Console]::Error.WriteLine({_quote(told)}); exit {INCOMPLETE}"


def _quote(text: str) -> str:
    """Return a plain text in single quotes; to PowerShell curly ones are quotes, too."""
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", text) + "'"
