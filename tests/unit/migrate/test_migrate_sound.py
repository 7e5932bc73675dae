"""Small callers whose scripts would be wrong if anything in them were passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.migrate.bat import FOC
from tests.unit.migrate.test_migrate_callers import place, pytestmark, ran

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["place", "pytestmark"]

STACK = f"{FOC} l.txt"
FAIL = ["goto :eof", ":missing", "echo missing", "exit /b 6"]


@pytest.mark.parametrize(
    ("lines", "code", "calls"),
    [
        (["for %%F in (a.jpg no) do if not exist %%F goto missing", STACK, *FAIL], 6, 0),
        (["for %%F in (a.jpg c.jpg) do if not exist %%F goto missing", STACK, *FAIL], 0, 1),
        (["if exist a.jpg if not exist no.jpg exit /b 4", STACK], 4, 0),
        (["if exist a.jpg (if exist no.jpg exit /b 4)", STACK], 0, 1),
        ([f"{STACK} && exit /b 3", STACK], 3, 1),
        ([STACK, "if not errorlevel 1 (echo a & exit /b 0)", STACK], 0, 1),
        (["findstr x list.txt || exit /b 1", STACK], 70, 0),
        (["findstr x list.txt >nul", "if errorlevel 1 exit /b 1", STACK], 70, 0),
        (["find x list.txt >nul && goto missing", STACK, *FAIL], 70, 0),
        (["choice /c yn", "if errorlevel 2 exit /b", STACK], 70, 0),
        (["start /wait convert a.jpg b.tif", STACK], 70, 0),
        (["start /wait cmd /c x.bat", STACK], 70, 0),
        (["start out.tiff", STACK], 0, 1),
        (["find x list.txt >catalog.txt", STACK], 70, 0),
        (["find x list.txt >stack.log", STACK], 0, 1),
        (["(echo a & dir /b) >list.txt", STACK], 70, 0),
        (["(for %%F in (*.jpg) do call other %%F) >list.txt", STACK], 70, 0),
        (["call :no", STACK], 70, 0),
        (["call :sub", STACK, "goto :eof", ":sub", "exit /b 4"], 0, 1),
        (["call :sub", "if errorlevel 4 exit /b", STACK, "goto :eof", ":sub", "exit /b 4"], 4, 0),
        (["call :sub", STACK, "goto :eof", ":sub", "exit 4"], 4, 0),
        (["set N=1", "if exist a.jpg (set N=2& set M=%N%)", "if %M%==1 exit /b 8"], 8, 0),
        (["set N=1", "if not exist no set N=2", "if %N% EQU 2 exit /b 8"], 8, 0),
        (["set N=1", "if exist no set N=2", "if %N% EQU 2 exit /b 8"], 0, 0),
        (["for %%F in (*.jpg) do set LAST=%%F", "if %LAST%==c.jpg exit /b 8"], 8, 0),
        (["for %%F in (*.none) do set LAST=%%F", "if not defined LAST exit /b 8"], 8, 0),
        (["if 2 LSS 10 exit /b 8"], 8, 0),
        (['if "2" LSS "10" exit /b 8', STACK], 70, 0),
        (["if 0.9 LSS 0.10 exit /b 8", STACK], 0, 1),
        (["if exist sub\\nul exit /b 8", STACK], 0, 1),
        (['if exist "stack 1\\nul" exit /b 8', STACK], 8, 0),
        (["if exist *.jpg exit /b 8", STACK], 8, 0),
        ([f"for /L %%i in (1,1,400) do if %%i==3 {STACK}"], 0, 1),
        ([f"for /L %%i in (3,-1,1) do {STACK}"], 0, 3),
        (["set A=%1", "if \"%A:~0,1%\"==\"-\" exit /b 8", STACK], 8, 0),
    ],
)  # fmt: skip
def test_nothing_that_matters_is_passed_over(
    place: Path, lines: list[str], code: int, calls: int
) -> None:
    done = ran(place, "\n".join(lines), ["-x"])
    assert (done[0], len(done[1])) == (code, calls)


@pytest.mark.parametrize(
    ("lines", "listed"),
    [
        (["echo x>l.txt", "del l.txt", "echo y>>l.txt"], "y"),
        (["echo x>l.txt", "erase /q l.txt", "echo y>>l.txt"], "y"),
        (["echo x>l.txt", "break>l.txt", "echo y>>l.txt"], "y"),
        (["echo x>l.txt", "type nul>l.txt", "echo y>>l.txt"], "y"),
        (["echo x>l.txt", "copy /y nul l.txt >nul", "echo y>>l.txt"], "y"),
        (["md d", "echo x>d\\l.txt", "rd /s /q d", "md d", "echo y>>d\\m", "type d\\m>l.txt"], "y"),
        (["(echo b.jpg& echo A.jpg& echo c)>u.txt", "sort u.txt /o l.txt"], "A.jpg b.jpg c"),
        (["(echo b.jpg& echo A.jpg)>u.txt", "sort /o l.txt u.txt"], "A.jpg b.jpg"),
        (["(", "echo first", "dir /b *.jpg", ")>l.txt"], "first a.jpg B.JPG c.jpg"),
        (["(for %%F in (*.jpg) do @echo %%F)>l.txt"], "a.jpg B.JPG c.jpg"),
        (["for %%F in (a b) do (", "echo %%F", "echo %%F2", ")>l.txt"], "b b2"),
    ],
)  # fmt: skip
def test_lists_are_made_anew(place: Path, lines: list[str], listed: str) -> None:
    ran(place, "\n".join(lines), [])
    code, *_ = ran(place, "\n".join(lines), [])  # the second run must not double them
    assert code == 0
    (found,) = (place / "work").glob("[lL].[tT]*")
    assert found.read_text().split() == listed.split()
