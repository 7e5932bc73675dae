"""What is set, calculated, kept and lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.migrate.arithmetic import CalculationError, calculate, wrap
from imstack.migrate.plan import Calculation
from tests.unit.migrate.bat import FOC, WT, arguments, codes, env, left, plan, reasons, steps


def test_plain_values_make_no_step_and_others_do() -> None:
    lines = ["set A=1", WT, "set X=%wtX%", "set Y=%A%,%X%", "set Z=%Y%", "echo %Z%"]
    assert steps(*lines)[1:] == [
        ["set", "X", "${wtX}"],
        ["set", "Y", "1,${X}"],
        ["set", "Z", "${Y}"],
        ["echo", "${Z}"],
    ]


def test_forms_of_set() -> None:
    assert arguments('set "A=a b" c', f'{FOC} "%A%"') == ["a b"]
    assert arguments('set A="a b"', f"{FOC} %A%") == ["a b"]
    assert arguments('set "A=a"b"', "echo %A%") == ['a"b']
    assert arguments('set "A=ab', "echo %A%") == ["ab"]
    assert arguments("set A=x=y", "echo %A%") == ["x=y"]
    assert arguments("set  A= x", "echo %A%") == [" x"]


def test_quotes_around_a_value_of_the_run() -> None:
    lines = ['set OUT="%~dpn1_out.tiff"', f"{FOC} %1 %OUT%", "echo %OUT%"]
    assert steps(*lines) == [
        ["set", "OUT", "${~dpn1}_out.tiff"],
        ["focStack", "${1}", "${OUT}"],
        ["echo", '"${OUT}"'],
    ]


def test_switches_of_the_scripts() -> None:
    lines = ["set fsMAKE_VP_MASK=0", "set wpdebug=1", "set OTHER=1", "set TMPDIR=tmp"]
    assert env(*lines, f"{FOC} l.txt") == {"fsMAKE_VP_MASK": "0", "wpDEBUG": "1", "TMPDIR": "tmp"}
    assert env(*lines, "set wpDEBUG=", "set TMPDIR=", f"{FOC} l.txt") == {"fsMAKE_VP_MASK": "0"}
    assert env("set fsMAKE_VP_MASK=%2", f"{FOC} l.txt") == {"fsMAKE_VP_MASK": "${fsMAKE_VP_MASK}"}


def test_a_switch_that_may_be_set() -> None:
    lines = ['if "%2"=="no" set fsMAKE_VP_MASK=0', f"{FOC} l.txt"]
    assert env(*lines) == {"fsMAKE_VP_MASK": "${fsMAKE_VP_MASK}"}
    assert reasons(*lines) == []


def test_results_of_every_script() -> None:
    for script, name in {
        "focStack": "fsVP_MASK",
        "whatScale": "wsFACT",
        "whatScalePrec": "wspSCALE",
        "whatTrans": "wtSCORE",
        "mSRTdelta": "x1",
        "twoBlrDiff": "tbdOUTFILE",
        "whichPix": "wpDEBUG_MASK",
        "setInOut": "INNAME",
    }.items():
        lines = [f"call %PICTBAT%{script} a b c d e f", f"set R=%{name.upper()}%"]
        assert steps(*lines)[1] == ["set", "R", f"${{{name}}}"]


def test_a_result_is_cut_and_replaced_by_scripts() -> None:
    lines = [f"{FOC} l.txt", "set O=%fsOUTFILE:~0,-5%", "%IM%convert %O%.jpg x.png"]
    assert steps(*lines)[1:] == [
        ["set", "O", "${fsOUTFILE:~0,-5}"],
        ["convert", "${O}.jpg", "x.png"],
    ]
    assert arguments(f"{FOC} l.txt", "echo %fsOUTFILE:.tiff=.jpg%") == ["${fsOUTFILE:.tiff=.jpg}"]
    assert reasons(f"{FOC} l.txt", "echo %fsOUTFILE:*a=b%") == [(2, "substring-of-result")]


def test_what_an_untranslated_script_would_have_set() -> None:
    lines = [f"{FOC} %RANDOM%.txt", "%IM%convert %fsOUTFILE% x.jpg", WT, "echo %wtX%"]
    assert reasons(*lines) == [(1, "unknown-result"), (2, "unknown-result")]


def test_another_bat_file_may_set_anything() -> None:
    lines = ["call settings.bat", "echo %OUT% %TEMP%", "%IM%convert a.tif b.tif", "echo %TEMP%"]
    assert reasons(*lines) == [(1, "other-command"), (2, "unknown-result")]


def test_setlocal() -> None:
    lines = ["set A=1", "setlocal", "set A=2", "set B=3", "endlocal", "echo [%A%] [%B%]"]
    assert arguments(*lines) == ["[1] []"]
    assert codes(*lines) == [(6, "variables-lost")]
    assert codes(*lines[:5], "set B=4", "echo %B%") == []
    assert arguments("endlocal", "set A=1", "endlocal", "echo %A%") == ["1"]


def test_results_behind_endlocal() -> None:
    lines = ["setlocal", f"{FOC} l.txt", "endlocal & set OUT=%fsOUTFILE%", "echo %OUT%"]
    assert steps(*lines)[1:] == [["set", "OUT", "${fsOUTFILE}"], ["echo", "${OUT}"]]
    assert codes(*lines) == []
    lines = ["setlocal", f"{FOC} l.txt", "endlocal", "%IM%convert %fsOUTFILE% x.jpg"]
    assert arguments(*lines) == ["x.jpg"]
    assert codes(*lines) == [(4, "variables-lost")]


def test_an_older_value_comes_back() -> None:
    """The plan knows only one fsOUTFILE, so the first one's name cannot be told any more."""
    lines = [f"{FOC} a.txt", "setlocal", f"{FOC} b.txt", "endlocal", "echo %fsOUTFILE%"]
    assert reasons(*lines) == [(5, "unknown-result")]


def test_a_pipe_loses_variables() -> None:
    lines = [f"{FOC} l.txt | find /v x", "%IM%convert %fsOUTFILE% x.jpg"]
    assert left(*lines) == [(1, "pipe", ["focStack"])]
    assert codes(*lines) == [(2, "variables-lost")]


def test_many_setlocals() -> None:
    assert arguments("set A=1", *["setlocal", "set A=%A%1"] * 40, "echo %A%") == ["1" * 41]


def test_calculations() -> None:
    lines = ["set N=7", "set /A N+=3, M=N*2", 'set /A "K=(M-N)<<2 & 0xFF, L=-7/2, R=-7 %% 3"']
    assert arguments(*lines, "echo %N% %M% %K% %L% %R%") == ["10 20 40 -3 -1"]
    assert arguments("set /A N+=1", "set /A N+=1", "echo %N%") == ["2"]
    assert arguments("set N= 5x", "set /A M=N", "echo %M%") == ["5"]


def test_calculations_with_results() -> None:
    """Scripts do them; what they give is known by name."""
    lines = [WT, "set /A A=%wtX%+1", "set /A B=wtX", "set /A C=A+1", "set /A D=%1", "echo %B%"]
    assert reasons(*lines) == []
    made = [step for step in plan(*lines).items if isinstance(step, Calculation)]
    assert [(step.name, step.value.plan) for step in made] == [
        ("A", "(${wtX} + 1)"), ("B", "${wtX}"), ("C", "(${A} + 1)"), ("D", "${1}"),
    ]  # fmt: skip
    assert arguments(*lines) == ["${B}"]
    assert reasons("set /A A=%RANDOM%", "echo %A%") == [(1, "arithmetic"), (2, "unknown-result")]


@pytest.mark.parametrize("expression", ["A=1/0", "A=08", "A=", "A=(1", "1=A=", "A=5 5", "A='x'",
    "A=2147483648", "A=1<<40", "A=" + "(" * 500, "A=1+", ")"])  # fmt: skip
def test_wrong_calculations(expression: str) -> None:
    assert reasons(f'set /A "{expression}"') == [(1, "arithmetic")]


OPERATORS = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__, "|": int.__or__}
numbers = st.integers(-(2**31) + 1, 2**31 - 1)


@given(st.sampled_from(sorted(OPERATORS)), numbers, numbers)
def test_calculations_wrap(sign: str, one: int, two: int) -> None:
    values = {"one": one, "two": two}
    got = calculate(f"r=one {sign} two", values.__getitem__)["r"]
    assert isinstance(got, int)
    assert got == wrap(OPERATORS[sign](one, two))
    assert -(2**31) <= got < 2**31


@given(st.text(alphabet="ab01 +-*/%()=<>&|^!~,\"'x", max_size=40))
def test_any_calculation_has_a_result_or_none(text: str) -> None:
    try:
        got = calculate(text, len)
    except CalculationError:
        return
    assert all(isinstance(v, int) and -(2**31) <= v < 2**31 for v in got.values())


def test_capture() -> None:
    one = (
        'for /F "usebackq" %%L in (`%IM%identify -format "W=%%w\\nH=%%h" a.tif`) do set %%L',
        "echo %W%x%H%",
    )
    assert steps(*one) == [
        ["W,H=identify", "-format", "W=%w\\nH=%h", "a.tif"],
        ["echo", "${W}x${H}"],
    ]
    two = (
        'for /F "tokens=1,3" %%A in (\'%IM%convert a.tif -format "%%w x %%h" info: 2^>nul\') '
        "do (set W=%%A& set H=%%B)",
    )
    assert steps(*two) == [["W,,H=convert", "a.tif", "-format", "%w x %h", "info:"]]
    three = 'for /F "delims=" %%A in (\'%IM%identify -format %%f a.tif\') do @set "N=%%~A"'
    assert steps(three) == [["N=identify", "-format", "%f", "a.tif"]]


@pytest.mark.parametrize(
    "line",
    [
        "for /F %%L in (list.txt) do set %%L",
        "for /F %%L in ('dir /b') do set X=%%L",
        "for /F %%L in ('%IM%identify a.tif ^| find \"x\"') do set X=%%L",
        "for /F %%L in ('%IM%identify a.tif') do echo %%L",
        "for /F %%L in ('%IM%identify a.tif') do set X=%%M",
        "for /F \"skip=1\" %%L in ('%IM%identify a.tif') do set X=%%L",
        "for /F %%L in ('%IM%identify -format %%w a.tif') do set %%L",
        "for %%L in (a b) do set X=%%L",
    ],
)
def test_other_loops(line: str) -> None:
    assert reasons(line) == [(1, "loop")]


def test_what_a_loop_may_set() -> None:
    lines = ["set X=1", "for %%L in (a b) do set X=%%L", "echo %X%"]
    assert reasons(*lines) == [(2, "loop")]
    assert arguments(*lines) == ["b"]
    lines = ["set X=1", "for %%L in (*.a) do set X=%%L", "echo %X%"]
    assert reasons(*lines) == [(2, "loop")]
    assert arguments(*lines) == ["${X}"]


def test_a_captured_value_is_known_by_name_only() -> None:
    line = "for /F %%L in ('%IM%identify -format %%w %RANDOM%') do set X=%%L"
    assert reasons(line, "echo %X%") == [(1, "loop"), (2, "unknown-result")]
