"""Scripts for PowerShell: their text, and a run where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from imstack.migrate.emit_ps1 import ps1_script
from tests.unit.migrate.bat import FOC, WT, plan

if TYPE_CHECKING:
    from pathlib import Path


def body(*lines: str) -> list[str]:
    """Return the lines behind the functions."""
    return ps1_script(plan(*lines)).split("\n\n")[-1].splitlines()


def test_choices_and_folders() -> None:
    text = ps1_script(plan(
        'if "%~1"=="" (set L=a.txt) else (set L=%~1)', "if exist x set L=x.txt",
        "pushd out", "md b", "popd", "dir /b %~1\\*.jpg >l.txt",
    ))  # fmt: skip
    assert text.split("}\n\n")[-1].splitlines() == [
        "if ([string] \"$($args[0])\" -ceq '') {",
        "    $L = 'a.txt'",
        "}",
        "else {",
        '    $L = "$($args[0])"',
        "}",
        "if (Test-Path -LiteralPath 'x') {",
        "    $L = 'x.txt'",
        "}",
        "Push-Location -LiteralPath 'out' -ErrorAction Stop",
        "$null = New-Item -ItemType Directory -Force -Path 'b'",
        "Pop-Location",
        '(Get-ChildItem -Path "$($args[0])\\*.jpg" -File | Sort-Object Name).Name | '
        "Set-Content -LiteralPath 'l.txt'",
    ]


def test_programs_are_imagemagicks_own() -> None:
    """`compare` alone is an alias of PowerShell, and `convert` a disk tool of Windows."""
    text = ps1_script(plan("%IM%compare a.tif b.tif null:", "%IM%convert a.tif b.png"))
    assert re.findall(r"^ .* & (\S+) @Words", text, re.MULTILINE) == ["$program"]
    assert "Get-Command $Name, magick -CommandType Application" in text
    assert r'$_.Source -notlike "$system\*"' in text
    assert r"-match '\bmagick(\.exe)?$'" in text


def test_steps() -> None:
    assert body(
        "set fsMAKE_VP_MASK=0",
        f'{FOC} "l & it\'s.txt" %1 "%~2"',
        "if errorlevel 1 (echo no%%& exit /b 2)",
        "%IM%convert %fsOUTFILE% -resize 5x5 %OUTSIDE% x`$y.jpg",
        'echo "%fsOUTFILE%" costs $5 `x',
        "echo 5$",
        "exit /b 0",
    ) == [
        "Invoke-Script focStack @('l & it''s.txt'; if ($args.Count -ge 1) { $args[0] }; "
        "\"$($args[1])\") @{ fsMAKE_VP_MASK = '0' }",
        "if ($ERRORLEVEL -ne 0) { 'no%'; exit 2 }",
        "Invoke-Tool convert @(\"${fsOUTFILE}\"; '-resize'; '5x5'; "
        "-split ${env:OUTSIDE}; 'x`$y.jpg')",
        '"`"${fsOUTFILE}`" costs `$5 ``x"',
        "'5$'",
        "exit 0",
    ]


def test_variables_and_arguments() -> None:
    assert body(WT, "set PID=%wtX%", "set a.b=%wtY%", "echo %PID% %a.b% %~dpn1 %* %CD%") == [
        "Invoke-Script whatTrans @('a.tif'; 'b.tif')",
        '$PID_ = "${wtX}"',
        '$a_b = "${wtY}"',
        "\"${PID_} ${a_b} $(Get-Part dpn $args[0]) $($args -join ' ') $((Get-Location).Path)\"",
        "exit $ERRORLEVEL",
    ]


def test_capture() -> None:
    assert body(
        "for /F %%L in ('%IM%identify -format \"W=%%w\" a.tif') do set %%L",
        "for /F \"tokens=1,3\" %%A in ('%IM%identify a.tif') do set P=%%A&set R=%%B",
        "for /F \"delims=\" %%A in ('%IM%identify a.tif') do set ALL=%%A",
    ) == [
        "$printed = @(Invoke-Tool identify @('-format'; 'W=%w'; 'a.tif'))",
        "$W = $printed -match '^W=' | Select-Object -Last 1 | ForEach-Object { $_.Substring(2) }",
        "$printed = @(Invoke-Tool identify @('a.tif'))",
        "$printed = [string[]] ([string] $printed[-1]).Split([char[]] ' \t', 'RemoveEmptyEntries')",
        "$P = $printed[0]",
        "$R = $printed[2]",
        "$printed = @(Invoke-Tool identify @('a.tif'))",
        "$ALL = $printed[-1]",
    ]


def test_guards() -> None:
    assert body(
        'if "%~1"=="" (echo Usage& exit /b 2)',
        "if not exist %1 exit /b 3",
        'if /i "%2"=="STOP" exit /b 4',
        "if %3 GEQ 5 exit /b 5",
        "set /P A=?",
        "if not %A%==y exit /b 1",
    ) == [
        "# Line 1, checked below (if-block): if \"%~1\"==\"\" (echo Usage& exit /b 2)",
        "if ([string] \"$($args[0])\" -ceq '') {",
        "    'Usage'",
        "    exit 2",
        "}",
        "# Line 2, checked below (condition): if not exist %1 exit /b 3",
        'if (-not (Test-Path -LiteralPath "$($args[0])")) {',
        "    exit 3",
        "}",
        '# Line 3, checked below (condition): if /i "%2"=="STOP" exit /b 4',
        "if ([string] \"$($args[1])\" -ieq 'STOP') {",
        "    exit 4",
        "}",
        "# Line 4, checked below (condition): if %3 GEQ 5 exit /b 5",
        "if (Test-Order (\"$($args[2])\") geq ('5')) {",
        "    exit 5",
        "}",
        "# Line 5, not translated (asks-user): set /P A=?",
        "# Line 6, not translated (condition): if not %A%==y exit /b 1",
        "[Console]::Error.WriteLine('line 6 of the BAT file may end it here: "
        "put its translation in place of this line'); exit 70",
    ]  # fmt: skip


def test_guards_beside_what_works() -> None:
    lines = body(
        f"if not exist %1 (exit /b 3) else {FOC} l.txt",
        "if not exist %1 (%IM%convert a b & exit /b 4)",
    )
    asked = 'if (-not (Test-Path -LiteralPath "$($args[0])")) {'
    assert [line for line in lines if not line.startswith("#")] == [
        asked, "    exit 3", "}", "else {", "    Invoke-Script focStack @('l.txt')", "}",
        asked, "    Invoke-Tool convert @('a'; 'b')", "    exit 4", "}", "exit $ERRORLEVEL",
    ]  # fmt: skip


def test_redirections() -> None:
    assert body(
        ">l.txt echo a",
        "echo b>>l.txt",
        "%IM%convert a b > o.txt 2>&1",
        "%IM%convert a b >nul 2>e.txt",
        "%IM%convert - b < a.tif",
    )[:-1] == [
        "'a' | Set-Content -LiteralPath 'l.txt'",
        "'b' | Add-Content -LiteralPath 'l.txt'",
        "Invoke-Tool convert @('a'; 'b') 2>&1 | Set-Content -LiteralPath 'o.txt'",
        "Invoke-Tool convert @('a'; 'b') 2> 'e.txt' | Out-Null",
        "Get-Content -LiteralPath 'a.tif' | Invoke-Tool convert @('-'; 'b')",
    ]


def test_curly_quotes_are_quotes_to_powershell() -> None:
    assert (
        body("echo \u2018a\u2019 \u201cb\u201d")[0] == "'\u2018\u2018a\u2019\u2019 \u201cb\u201d'"
    )
    assert body("echo \u201c%1\u201d")[0] == '"`\u201c$($args[0])`\u201d"'


def test_braces_close() -> None:
    text = ps1_script(plan(f"{FOC} %~dpn1.txt", "if errorlevel 1 exit /b 1", WT))
    for opening, closing in ("{}", "()", "[]"):
        assert text.count(opening) == text.count(closing)


@pytest.mark.skipif(not shutil.which("pwsh"), reason="needs PowerShell 7 (pwsh)")
def test_a_run(tmp_path: Path) -> None:
    script = tmp_path / "caller.ps1"
    script.write_text(ps1_script(plan('if "%1"=="" (echo Usage& exit /b 2)', "echo [%~n1] %*")))
    done = subprocess.run(
        ["pwsh", "-NoProfile", "-File", str(script), "a b.txt"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["[a b] a b.txt"]
