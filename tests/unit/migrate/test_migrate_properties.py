"""Any bytes give a plan or one clear error, and soon."""

from __future__ import annotations

import shutil
import subprocess

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imstack.errors import ImstackError
from imstack.migrate import Plan, migrate
from imstack.migrate.decode import LONGEST
from imstack.migrate.emit_ps1 import ps1_script
from imstack.migrate.emit_recipe import recipe_text
from imstack.migrate.emit_sh import sh_script
from imstack.migrate.emit_yaml import plan_text
from imstack.recipe.load import load_bytes

PIECES = [
    "@echo off\n", "set ", "set /A ", 'set "', "set /P ", "X=", "Y=1", "%X%", "%Y:~0,2%", "%Y:a=b%",
    "%%", "%", "%1", "%~dpn1", "%*", "!X!", "!", "call ", "%PICTBAT%focStack ", "%IM%convert ",
    "a.tif ", '"', "^", "^\n", "\n", " & ", " && ", " || ", " | ", "(", ")", "if ", "not ", "else ",
    "if errorlevel 1 ", "if exist a ", '"%1"==""', "exit /b 1", "exit /b", "goto ", ":eof", "\n:a",
    "\n:b", "goto a\n", "goto b", "call :a ", "for ", "%%A", "in ", "(1,1,3) ", "do ", "/L ", "/F ",
    '"usebackq" ', '(`%IM%identify -format "P=%%w" a.tif`) ', "set %%A", "> ", ">>", "2>&1", "< ",
    "rem ", "::", "setlocal enabledelayedexpansion\n", "endlocal\n", "shift\n", "pause", "echo ",
    "%ERRORLEVEL% ", "NEQ 0 ", "+", "1", ",", "=", " ", "\t", "\x1a", "\r", "\x0b", "é", "\u2028",
    "\U000f0000", "${", "$", "`", "'", "%fsOUTFILE%", "%fsOUTFILE:~1%", "-format ", "\\", "\x1b",
    "fsMAKE_VP_MASK=0\n", "|| exit /b 3\n", "> nul ",
]  # fmt: skip
callers = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def plan_or_error(data: bytes) -> Plan | ImstackError:
    try:
        return migrate(data, "any.bat")
    except ImstackError as error:
        return error


def check(data: bytes) -> None:
    plan = plan_or_error(data)
    if isinstance(plan, ImstackError):
        assert plan.message.startswith("any.bat:")
        assert "\n" not in plan.message
        return
    assert yaml.safe_load(plan_text(plan)) == plan.plain()
    lines = data.count(b"\n") + data.count(b"\x1a") + 1
    for item in (*plan.items, *plan.warnings):
        assert 1 <= item.line <= max(lines, len(data))
    for script in (sh_script(plan), ps1_script(plan)):
        assert all(f"Line {item.line}, " in script for item in plan.untranslated)


@settings(max_examples=200)
@given(st.binary(max_size=300))
@example(b"")
@example(b"\xff\xfe\xff")
@example(b"\xef\xbb\xbf")
@example(b"%" * 300)
def test_any_bytes(data: bytes) -> None:
    check(data)


@settings(max_examples=300)
@given(callers)
def test_anything_that_looks_like_a_caller(text: str) -> None:
    check(text.encode())


@settings(max_examples=100)
@given(callers)
def test_its_recipe_loads(text: str) -> None:
    load_bytes(recipe_text(migrate(text.encode(), "any.bat")).encode(), "any.yaml")


@pytest.mark.skipif(not shutil.which("sh"), reason="needs a POSIX shell")
@settings(max_examples=20)
@given(st.lists(callers, min_size=10, max_size=10))
def test_its_shell_script_is_one(texts: list[str]) -> None:
    for text in texts:
        script = sh_script(migrate(text.encode(), "any.bat"))
        done = subprocess.run(["sh", "-n"], input=script.encode(), capture_output=True, check=False)
        assert done.stderr == b"", script


plain = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters='%^&|<>"'),
    max_size=30,
)


@pytest.mark.skipif(not shutil.which("sh"), reason="needs a POSIX shell")
@settings(max_examples=30)
@given(st.lists(plain, min_size=1, max_size=20))
@example(["$(id)", "`id`", "'", "\\", "-n", "*", "~", "$HOME", "a  b", "\\n", "%%", "!x!"])
def test_a_shell_prints_what_cmd_prints(texts: list[str]) -> None:
    lines = "".join(f"echo.{text}\n" for text in texts)
    script = sh_script(migrate(lines.encode(), "any.bat"))
    done = subprocess.run(["sh", "-s"], input=script.encode(), capture_output=True, check=True)
    assert done.stdout.decode() == "".join(f"{text}\n" for text in texts).replace("%%", "%")


def fill(text: str, size: int = LONGEST // 16) -> str:
    return text * (size // len(text))


@pytest.mark.parametrize(
    "text",
    [
        fill("(\n"),
        fill("a & b\n"),
        fill("%"),
        fill("^\n"),
        fill(":a ^\n"),
        ":a\n" + fill("if exist x goto a\n"),
        "".join(f":l{i}\nif exist x goto l{i}\n" for i in range(800)),
        "".join(f":l{i}\n" for i in range(800))
        + "".join(f"if exist x goto l{799 - i}\n" for i in range(800)),
        "".join(f"goto m{i}\n:l{i}\ngoto n{i}\n:m{i}\ngoto l{i}\n:n{i}\n" for i in range(400)),
        ":a\ngoto b\n:b\ngoto a\n",
        "".join(f"call :l{i + 1}\n:l{i}\n" for i in range(300)),
        "set A=" + "a" * 30 + "\n" + "set A=%A%%A%\n" * 40,
        "set A=" + "a" * 8000 + "\n" + fill("echo %A%\n", 10000),
        "setlocal enabledelayedexpansion\nset A="
        + "a" * 8000
        + "\n"
        + fill("echo !A:a=bb!\n", 9000),
        "if 1==1 " * 900,
        "for %%a in (x) do " * 400,
        "call " * 1500,
        "set /A X=" + "(" * 3000,
        "exit\n" + fill("((((((((((((((((\n"),
        "exit\n" + fill("if\n"),
        "echo " + "a" * (LONGEST - 10),
    ],
    ids=range(21),
)
def test_nothing_takes_forever(text: str) -> None:
    plan = plan_or_error(text.encode())
    if not isinstance(plan, ImstackError):
        sh_script(plan)


def test_loops_are_found_however_they_lie() -> None:
    """Every jump back makes everything it may repeat a loop; nothing there is a step."""
    text = "".join(f":l{i}\necho {i}\nif exist {i} goto l{max(0, i - 3)}\n" for i in range(60))
    assert migrate(text.encode(), "any.bat").steps == ()
