"""How lines are taken apart: percent signs, carets, quotes, redirections, remarks."""

from __future__ import annotations

import pytest

from tests.unit.migrate.bat import FOC, arguments, codes, env, left, plan, reasons, steps


def test_names_before_the_program_do_not_count() -> None:
    expected = [["focStack", "l.txt"]] * 6
    assert (
        steps(
            "call focStack l.txt",
            "@ call %PICTBAT%FOCSTACK.bat l.txt",
            'call "C:\\my bat\\focStack.CMD" l.txt',
            'call "%PICTBAT%focStack" l.txt',
            "set PICTBAT=D:\\bat\\",
            "call %PICTBAT%focStack l.txt",
            "CALL,focStack=l.txt",
        )
        == expected
    )


@pytest.mark.parametrize("program", ["convert", "identify", "compare", "magick", "MONTAGE.exe"])
def test_imagemagick(program: str) -> None:
    name = program.lower().removesuffix(".exe")
    assert (
        steps(f"%IM%{program} a.tif b.tif", f'"%IM%{program}" a.tif b.tif')
        == [[name, "a.tif", "b.tif"]] * 2
    )


def test_programs_in_variables() -> None:
    lines = ["set FOC=call %PICTBAT%focStack", "set CONV=%IM%convert -quiet", "%FOC% l.txt"]
    assert steps(*lines, "%CONV% a.tif b.tif") == [
        ["focStack", "l.txt"],
        ["convert", "-quiet", "a.tif", "b.tif"],
    ]
    assert steps("set D=%ProgramFiles%\\im\\", '"%D%convert" a b')[1] == ["convert", "a", "b"]
    assert reasons("%X% a", "set Y=%1", "%Y% b") == [(1, "other-command"), (3, "other-command")]


def test_values_are_put_in() -> None:
    lines = ["set A=one", 'set "B=two three"', "set C=%A% %B%"]
    assert arguments(*lines, f"{FOC} %A%.txt %c%") == ["one.txt", "one", "two", "three"]
    assert arguments(*lines, f'{FOC} "%C%"') == ["one two three"]
    assert arguments("set A=1", "set a=2", f"{FOC} %A%") == ["2"]
    assert arguments("set A=1", "set A=", f"{FOC} x%A%y") == ["xy"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("~0,4", "phot"),
        ("~2", "oto.list.txt"),
        ("~-3", "txt"),
        ("~0,-4", "photo.list"),
        ("~-8,4", "list"),
        ("~,3", "pho"),
        ("~99", ""),
        ("~3,-99", ""),
        ("list=stack", "photo.stack.txt"),
        ("LIST=stack", "photo.stack.txt"),
        ("t=", "phoo.lis.x"),
        ("*.=x", "xlist.txt"),
        ("q=x", "photo.list.txt"),
    ],
)
def test_parts_of_values(change: str, expected: str) -> None:
    assert arguments("set N=photo.list.txt", f'{FOC} "%N:{change}%"') == [expected]


def test_of_an_undefined_name_the_rest_remains() -> None:
    assert arguments("set N=", f"{FOC} %N:~0,4%.txt") == ["~0", "4.txt"]


def test_two_percent_signs_are_one() -> None:
    assert arguments('%IM%identify -format "%%w x %%h" a.tif') == ["-format", "%w x %h", "a.tif"]


def test_arguments() -> None:
    got = plan(f'{FOC} "%~1" %2 %~dpn1_out.tiff', "echo %~nx3 %*", "echo %0 %~dp0")
    assert got.params == ("1", "2", "3", "*")
    assert [step.plain() for step in got.steps] == [
        {
            "line": 1,
            "call": "focStack",
            "args": ["${1}", "${2}", "${~dpn1}_out.tiff"],
            "env": {},
        },
        {"line": 2, "echo": "${~nx3} ${*}"},
        {"line": 3, "echo": "${0} ${~dp0}"},
    ]


def test_shift() -> None:
    assert arguments("shift", "shift /2", f"{FOC} %0 %1 %2 %8 %9") == [
        "${1}", "${2}", "${4}", "${10}", "${11}",
    ]  # fmt: skip


@pytest.mark.parametrize("part", ["%~z1", "%~t1", "%~$PATH:1", "%~s1", "%RANDOM%", "%DATE:~0,4%"])
def test_what_only_the_run_can_tell(part: str) -> None:
    assert reasons(f"{FOC} l.txt {part}.tiff") == [(1, "unknown-result")]


def test_variables_from_outside() -> None:
    assert arguments(f"{FOC} %LIST% %TEMP%\\o.tiff %CD%") == ["${LIST}", "${TEMP}\\o.tiff", "${CD}"]


def test_a_plain_dollar() -> None:
    assert arguments("echo ${HOME} $1 $${x}") == ["$${HOME} $1 $$${x}"]


def test_carets() -> None:
    assert arguments("echo a ^& b ^^ c^") == ["a & b ^ c"]
    assert arguments("%IM%convert a.tif -resize 80x80^> b.jpg")[2] == "80x80>"
    assert arguments('%IM%convert "a^b & c.tif" d.jpg') == ["a^b & c.tif", "d.jpg"]
    assert arguments(f"{FOC} ^", "  l.txt^", " o.tiff") == ["l.txt", "o.tiff"]
    assert arguments(f"{FOC} l.t^", "xt") == ["l.txt"]


def test_a_caret_makes_the_first_quote_of_the_next_line_plain() -> None:
    """So the quote does not quote, and the & behind it parts commands."""
    assert steps("echo ^", '"a & echo b"') == [["echo", '"a '], ["echo", 'b"']]


def test_a_caret_before_an_empty_line() -> None:
    assert steps("echo a^", "", "echo b") == [["echo", "a\necho b"]]
    assert steps("echo a^", "", "", "echo b") == [["echo", "a\n"], ["echo", "b"]]


def test_a_caret_at_the_very_end() -> None:
    assert steps("echo a ^") == [["echo", "a "]]


def test_remarks() -> None:
    lines = ["rem call focStack a", "@REM %x", ":: call focStack & echo b", "rem a | b", ") x", ""]
    assert plan(*lines).items == ()
    assert codes(*lines) == []


def test_a_caret_in_remarks() -> None:
    """It does not go on with rem, but it does with a label."""
    assert steps("rem text ^", "echo a") == [["echo", "a"]]
    assert steps(":: text ^", "echo a", "echo b") == [["echo", "b"]]


def test_joints() -> None:
    assert steps("echo a& echo b &echo c") == [["echo", "a"], ["echo", "b "], ["echo", "c"]]
    assert steps('echo "a & b" & rem x & echo c') == [["echo", '"a & b" ']]
    assert steps("rem& echo c") == [["echo", "c"]]
    assert steps("( echo a", "echo b & echo c", ")") == [
        ["echo", "a"],
        ["echo", "b "],
        ["echo", "c"],
    ]
    assert steps("echo (a) b)") == [["echo", "(a) b)"]]


def test_echo() -> None:
    lines = ["@echo off", "ECHO ON", "echo", "echo.", "echo.a", "echo(b", "echo:c", "echo  d "]
    assert steps(*lines) == [["echo", text] for text in ("", "a", "b", "c", " d ")]


def test_redirections() -> None:
    got = plan(
        f"{FOC} l.txt > log.txt 2>&1",
        ">list.txt echo a.jpg",
        "echo b2>>list.txt",
        "%IM%convert a.tif b.tif >nul 2> err.txt",
        '%IM%convert - b.tif < "a b.tif"',
        "( echo c", "echo d", ") > new.txt",
    )  # fmt: skip
    assert [step.plain() for step in got.steps] == [
        {"line": 1, "call": "focStack", "args": ["l.txt"], "env": {}, "stdout": "log.txt"},
        {"line": 2, "echo": "a.jpg", "stdout": "list.txt"},
        {"line": 3, "echo": "b2", "stdout": ">>list.txt"},
        {"line": 4, "im": "convert", "args": ["a.tif", "b.tif"], "stderr": "err.txt"},
        {"line": 5, "im": "convert", "args": ["-", "b.tif"], "stdin": "a b.tif"},
        {"line": 6, "echo": "c", "stdout": "new.txt"},
        {"line": 7, "echo": "d", "stdout": ">>new.txt"},
    ]


def test_words_of_bat_files_and_of_programs() -> None:
    assert arguments(f'{FOC} a.tif,b.tif;c=d "e,f" "" g"h i"j') == [
        "a.tif", "b.tif", "c", "d", "e,f", "", "gh ij",
    ]  # fmt: skip
    assert arguments(r'%IM%convert a,b=c "d e" "f\"g" "C:\x y\\" h"i j"k ""') == [
        "a,b=c", "d e", 'f"g', "C:\\x y\\", "hi jk", "",
    ]  # fmt: skip
    assert arguments(r'%IM%convert "a ""b"" c" \\server\x \"d') == [
        'a "b" c',
        "\\\\server\\x",
        '"d',
    ]


def test_delayed_expansion() -> None:
    on = "setlocal EnableDelayedExpansion"
    assert arguments(on, "set A=1", f"{FOC} !A!.txt ^!x") == ["1.txt", "x"]
    assert arguments("set A=1", f"{FOC} !A!.txt") == ["!A!.txt"]
    assert arguments(on, "set A=abc", "set B=", f"{FOC} !A:~1! !B!c!") == ["bc", "c"]
    assert arguments(on, "%IM%convert a -resize 5x5! b")[2] == "5x5"


def test_in_one_line_delayed_expansion_sees_results_and_percent_signs_do_not() -> None:
    on = "setlocal EnableDelayedExpansion"
    assert steps(on, f"{FOC} l.txt & echo !fsOUTFILE!")[1] == ["echo", "${fsOUTFILE}"]
    assert left(on, f"{FOC} l.txt & echo %fsOUTFILE%") == [
        (2, "unknown-result", "echo %fsOUTFILE%")
    ]


def test_call_reads_once_more() -> None:
    assert arguments("set N=2", "set V2=x.txt", "call focStack %%V%N%%%") == ["x.txt"]
    assert arguments('call focStack "a^b"') == ["a^^b"]
    assert steps("call call call echo a") == [["echo", "a"]]
    assert env("call set fsMAKE_VP_MASK=%%A%%", "call focStack l.txt") == {
        "fsMAKE_VP_MASK": "${fsMAKE_VP_MASK}"
    }
    got = plan("call convert a.tif -resize 8x8^> b.jpg").steps[0].plain()
    assert got == {
        "line": 1,
        "im": "convert",
        "args": ["a.tif", "-resize", "8x8"],
        "stdout": "b.jpg",
    }


def test_what_cmd_refuses_ends_the_caller() -> None:
    lines = ["echo a", "if x", f"{FOC} l.txt"]
    assert steps(*lines) == [["echo", "a"]]
    assert left(*lines) == [(2, "other-command", "if x"), (3, "unreachable", ["focStack"])]


@pytest.mark.parametrize(
    "line",
    [
        "a & & b",
        "| a",
        "(echo a",
        "()",
        "for %%a in (1 do echo",
        "if 1==1",
        "if a",
        "for %%ab in (a) do b",
        "echo a >",
        "(echo a) b",
        "if errorlevel",
        "for /L %%i (1,1,2) do x",
        "( " * 60,
    ],
)
def test_what_is_refused(line: str) -> None:
    assert reasons(line)[0] == (1, "other-command")
    assert steps(line) == []


def test_lines_longer_than_cmd_takes() -> None:
    assert reasons(f"echo {'a' * 8190}", "echo b") == [(1, "other-command"), (2, "unreachable")]
    assert steps(f"echo {'a' * 8180}") == [["echo", "a" * 8180]]
    doubling = ["set A=aaaaaaaa", *["set A=%A%%A%"] * 40, f"{FOC} %A%"]
    assert reasons(*doubling)[0] == (11, "other-command")
