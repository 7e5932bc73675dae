"""A plan as a PowerShell script, for Windows PowerShell 5.1 and PowerShell 7.

imstack's commands stand for the BAT scripts; they write their results to a file (``--env FILE``),
from which the script takes them as variables. Names keep their backslashes. ``$env:IM``, when it is
set, is the folder of ImageMagick's programs, as in the BAT files.
"""

from __future__ import annotations

import re
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
from imstack.migrate.text import Ref, Text, join
from imstack.migrate.texts import INCOMPLETE, ends_with_status, heading, part_letters, remark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.migrate.plan import OnError, Over, Plan, Step, Stream, Test, Word

_RESERVED: Final = frozenset({
    "_", "args", "consolefilename", "error", "errorlevel", "event", "eventargs",
    "executioncontext", "false", "foreach", "home", "host", "input", "iscoreclr", "islinux",
    "ismacos", "iswindows", "lastexitcode", "matches", "myinvocation", "nestedpromptlevel", "null",
    "ofs", "pid", "printed", "profile", "psboundparameters", "pscmdlet", "pscommandpath",
    "psculture", "pshome", "psscriptroot", "psuiculture", "psversiontable", "pwd", "sender",
    "shellid", "stacktrace", "switch", "this", "true",
})  # fmt: skip
_TESTS = {"==": "-ceq", "equ": "-eq", "neq": "-ne", "geq": "-ge"}
_MEANT = {
    "cd": "(Get-Location).Path",
    "date": "(Get-Date -Format yyyy-MM-dd)",
    "time": "(Get-Date -Format HH:mm:ss.ff)",
}
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
_MORE = {
    "Test-Order": """\
function Test-Order([string] $Left, [string] $Operator, [string] $Right) {
    # Compares as IF does: whole numbers as numbers, all else as texts.
    $one, $two = (Get-Number $Left), (Get-Number $Right)
    $order = if ($null -ne $one -and $null -ne $two) { $one.CompareTo($two) }
        else { [string]::CompareOrdinal($Left, $Right) }
    switch ($Operator) {
        'equ' { $order -eq 0 } 'neq' { $order -ne 0 } 'lss' { $order -lt 0 }
        'leq' { $order -le 0 } 'gtr' { $order -gt 0 } 'geq' { $order -ge 0 }
    }
}""",
    "Get-Whole": """\
function Get-Whole([int] $Line, [string] $Text) {
    # The number that SET /A reads; what is none ends the script.
    $number = if ($Text) { Get-Number $Text } else { 0 }
    if ($null -ne $number) { return $number }
    [Console]::Error.WriteLine("line $Line of the BAT file calculates with $Text, no whole number")
    exit 70
}""",
    "Get-Number": """\
function Get-Number([string] $Text) {
    if ($Text -match '^-?0[xX][0-9a-fA-F]+$') {
        $number = [Convert]::ToInt64($Text.TrimStart('-'), 16)
        if ($Text[0] -eq '-') { -$number } else { $number }
    }
    elseif ($Text -match '^-?0[0-7]+$') {
        $number = [Convert]::ToInt64($Text.TrimStart('-'), 8)
        if ($Text[0] -eq '-') { -$number } else { $number }
    }
    elseif ($Text -match '^-?(0|[1-9][0-9]*)$') { [long] $Text }
}""",
    "Get-Cut": """\
function Get-Cut([string] $Text, [int] $First, $Count = $null) {
    # What %TEXT:~FIRST,COUNT% was.
    if ($First -lt 0) { $First = [Math]::Max(0, $Text.Length + $First) }
    $First = [Math]::Min($First, $Text.Length)
    if ($null -eq $Count) { return $Text.Substring($First) }
    $last = if ($Count -lt 0) { $Text.Length + $Count } else { $First + $Count }
    $Text.Substring($First, [Math]::Max(0, [Math]::Min($last, $Text.Length) - $First))
}""",
    "Get-Words": """\
function Get-Words([string] $Line, [string] $Delimiters, [int[]] $Tokens) {
    # What FOR /F takes of a line: words by number, -1 and below all behind that many words.
    $words = $Line.Split($Delimiters.ToCharArray(), [StringSplitOptions]::RemoveEmptyEntries)
    if (-not $Delimiters) { $words = @($Line) }
    foreach ($token in $Tokens) {
        if ($token -gt 0) { if ($words.Count -ge $token) { $words[$token - 1] } else { '' } }
        else {
            $set = "[$([regex]::Escape($Delimiters) -replace '[\\]\\-]', '\\$0')]"
            if (-not $Delimiters) { $Line }
            else { $Line -replace "^$set*(?:[^$($set.Substring(1))+$set+){$(-1 - $token)}", '' }
        }
    }
}""",
}
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
    body = [line for item in plan.items for line in writer.item(item)]
    functions = [_FUNCTIONS, *([_PART] if part_letters(plan) else [])]
    for name, function in _MORE.items():
        if any(f"{name} " in line for line in (*body, *functions)):
            functions.append(function)
    lines = [*heading(plan, "PowerShell"), "", *functions, "", *body]
    if plan.exit_code is not None:
        lines.append(f"exit {plan.exit_code}")
    elif ends_with_status(plan) or any(isinstance(item, Call | Tool) for item in plan.items):
        lines.append("exit $ERRORLEVEL")
    return "\n".join(lines) + "\n"


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


@dataclass(slots=True)
class _Writer:
    names: Names = field(default_factory=lambda: Names(_RESERVED))

    def item(self, item: Step) -> list[str]:
        match item:
            case Untranslated():
                stop = [_stop(item.stop)] if item.stop else []
                return [*remark(item), *self.items(item.steps), *stop]
            case Call():
                switches = "; ".join(f"{name} = {self.text(value)}" for name, value in item.env)
                more = f" @{{ {switches} }}" if switches else ""
                command = f"Invoke-Script {item.script} {self.words(item.args)}{more}"
                return [self.redirected(command, item.streams), *self.stop(item.on_error)]
            case Tool():
                return [self.redirected(self.tool(item), item.streams), *self.stop(item.on_error)]
            case Capture():
                return self.capture(item)
            case SetStep():
                return [f"{self.variable(item.name)} = {self.text(item.value)}"]
            case Calculation():
                return self.calculation(item)
            case Listing():
                return [self.redirected(self.listing(item), item.streams)]
            case Echo():
                return [self.redirected(self.text(item.text), item.streams)]
            case _:
                return self.small(item)

    def small(self, item: Step) -> list[str]:
        match item:
            case Block():
                inside = _indented(self.items(item.steps))
                return ["& {", *inside, self.redirected("}", item.streams)]
            case Choice():
                return self.choice(item)
            case Loop():
                return self.loop(item)
            case Folder():
                return [self.folder(item)]
            case Files():
                return self.files(item)
            case _:
                return self.jump(item)

    def jump(self, item: Step) -> list[str]:
        match item:
            case End():
                return self.end(item.ending)
            case Status():
                return [f"$ERRORLEVEL = {item.code}"]
            case Shift():
                return ["$args = @($args | Select-Object -Skip 1)"]
            case Continue():
                return ["continue"]
            case Break():
                return ["break"]
            case _:
                return []

    def items(self, steps: Sequence[Step]) -> list[str]:
        return [line for step in steps for line in self.item(step)]

    def tool(self, step: Tool) -> str:
        return f"Invoke-Tool {step.program} {self.words(step.args)}"

    def listing(self, step: Listing) -> str:
        where = f"-Path {self.text(_listed(step))} -File | Sort-Object Name"
        return f"(Get-ChildItem {where}).Name"

    def end(self, ending: OnError) -> list[str]:
        code = "$ERRORLEVEL" if ending.code is None else str(ending.code)
        code = self.text(ending.value) if ending.value is not None else code
        return [*map(self.text, ending.says), f"exit {code}"]

    def calculation(self, step: Calculation) -> list[str]:
        """Return a calculation in 32 bits; what is no number stops."""
        told = []
        for part in step.value.parts:
            if isinstance(part, Ref):
                told.append(f"(Get-Whole {step.line} {self.text(Text((part,)))})")
            else:
                if re.search(r"[/!~^&|<>]", part):
                    return [_stop(f"line {step.line} of the BAT file is not translated")]
                told.append(part)
        sum_ = f"(({''.join(told)}) + 2147483648 -band 4294967295) - 2147483648"
        return [f"{self.variable(step.name)} = [string] ({sum_})"]

    def loop(self, step: Loop) -> list[str]:
        body, over = _indented(self.items(step.steps)), step.over
        name = self.variable(step.names[0]) if step.names else ""
        match over.kind:
            case "ever":
                return ["while ($true) {", *body, "}"]
            case "words":
                things = self.words(over.words)
            case "numbers":
                first, by, last = (word.text.plan for word in over.words)
                sign = "-ge" if by.startswith("-") else "-le"
                head = f"for ({name} = {first}; {name} {sign} {last}; {name} += {by}) {{"
                return [head, *body, "}"]
            case "lines":
                return self.lines(step, body)
            case _:
                kind = "-Directory" if over.kind == "folders" else "-File"
                globs = ", ".join(self.text(word.text) for word in over.words)
                things = f"@(Get-ChildItem -Path {globs} {kind} | Sort-Object Name | "
                things += "Resolve-Path -Relative)"
        return [f"foreach ({name} in {things}) {{", *body, "}"]

    def lines(self, step: Loop, body: list[str]) -> list[str]:
        over = step.over
        names = ", ".join(self.variable(name) for name in step.names)
        tokens = ", ".join(map(str, over.tokens))
        skip = f" | Select-Object -Skip {over.skip}" if over.skip else ""
        cut = f"Get-Words $line {_quote(over.delimiters)} @({tokens})"
        return [
            f"foreach ($line in @({self.producer(over)}{skip})) {{",
            f"    if (-not $line -or $line.StartsWith({_quote(over.comment)})) {{ continue }}",
            f"    {names} = {cut}",
            f"    if (-not {self.variable(step.names[0])}) {{ continue }}",
            *body,
            "}",
        ]

    def producer(self, over: Over) -> str:
        command = over.command
        if isinstance(command, Listing):
            return self.listing(command)
        if isinstance(command, Tool):
            return self.redirected(self.tool(command), command.streams)
        names = command.names if command is not None else [word.text for word in over.words]
        return f"Get-Content -LiteralPath {', '.join(map(self.text, names))}"

    def files(self, step: Files) -> list[str]:
        names = [self.text(name) for name in step.names]
        told = ", ".join(names)
        match step.action:
            case "del":
                command = f"Remove-Item -Path {told} -Force -ErrorAction SilentlyContinue"
            case "rd":
                command = f"Remove-Item -Path {told} -Recurse -Force -ErrorAction SilentlyContinue"
            case "rmdir":
                command = f"Remove-Item -Path {told} -Force -ErrorAction SilentlyContinue"
            case "empty":
                command = f"$null = New-Item -ItemType File -Force -Path {told}"
            case "sort":
                command = f"Get-Content -LiteralPath {names[0]} | Sort-Object"
                if len(names) > 1:
                    command = f"({command}) | Set-Content -LiteralPath {names[1]}"
            case _:
                command = f"Get-Content -LiteralPath {told}" if names else "@()"
        return [self.redirected(command, step.streams)]

    def stop(self, on_error: OnError | None) -> list[str]:
        if on_error is None or not on_error.stop or on_error.elsewhere:
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

    def choice(self, step: Choice) -> list[str]:
        """Return an ``if``."""
        then, otherwise = (_indented(self.items(side)) for side in (step.then, step.otherwise))
        if not then and not otherwise:
            return []
        asked = self.condition(step.test, holds=bool(then))
        middle = ["}", "else {", *otherwise] if then and otherwise else []
        return [f"if ({asked}) {{", *(then or otherwise), *middle, "}"]

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
        left, right, operator = self.text(test.left), self.text(test.right), condition.operator
        is_status = test.left.only is not None and test.left.only.kind == "status"
        if operator == "==" or (is_status and operator in _TESTS):
            sign = _TESTS[operator]
            sign = "-ieq" if condition.ignores_case and sign == "-ceq" else sign
            kind = "[string]" if operator == "==" else "[int]"
            return f"{kind} {left} {sign} {right}"
        if operator:
            fold = ".ToLower()" if condition.ignores_case else ""
            return f"Test-Order ({left}{fold}) {operator} ({right}{fold})"
        literal = "".join(part for part in test.left.parts if isinstance(part, str))
        kind = "Path" if "*" in literal or "?" in literal else "LiteralPath"
        return f"Test-Path -{kind} {left}"

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
        if ref.change:
            return f"$({value})"
        if re.fullmatch(r"\$\w+", value):
            return f"${{{value[1:]}}}"
        return value if value.startswith("${") else f"$({value})"

    def value(self, ref: Ref) -> str:
        """Return a reference as an expression."""
        if ref.change:
            return self.changed(ref)
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
            return _MEANT.get(ref.name.lower(), f"${{env:{ref.name}}}")
        return self.variable(ref.name)

    def changed(self, ref: Ref) -> str:
        """Return a part of a value, or the value with something replaced."""
        value = self.value(replace(ref, change=""))
        if ref.change.startswith("~"):
            return f"Get-Part {ref.change[1:]} {value}"
        if (cut := cut_of(ref.change[1:])) is not None:
            count = "" if cut[1] is None else f" {cut[1]}"
            return f"Get-Cut {value} {cut[0]}{count}"
        old, _, new = ref.change[1:].partition("=")
        new = new.replace("$", "$$")
        return f"{value} -replace {_quote(re.escape(old))}, {_quote(new)}"


def _listed(step: Listing) -> Text:
    """Return folder and pattern of a listing as one text."""
    return join((*step.folder.parts, step.pattern))


def _stop(told: str) -> str:
    return f"[Console]::Error.WriteLine({_quote(told)}); exit {INCOMPLETE}"


def _quote(text: str) -> str:
    """Return a plain text in single quotes; to PowerShell curly ones are quotes, too."""
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", text) + "'"
