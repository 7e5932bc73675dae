"""What runs whatever happens, what may run, and what never does."""

from __future__ import annotations

import pytest

from imstack.migrate.plan import Loop, every
from tests.unit.migrate.bat import FOC, WT, codes, errors, left, plan, reasons, short, steps

STACK = f"{FOC} l.txt"
PIX = "call %PICTBAT%whichPix a.tif b.tif"
SMALL = "%IM%convert %fsOUTFILE% -resize 500x500 web.jpg"


@pytest.mark.parametrize(
    "check",
    [
        ["if ERRORLEVEL 1 exit /B 1"],
        ["if errorlevel=1 exit/b"],
        ["if %ERRORLEVEL% NEQ 0 goto :eof"],
        ["if not %errorlevel%==0 exit /b %ERRORLEVEL%"],
        ['if not "%ERRORLEVEL%" == "0" (echo failed& exit 1)'],
        ["if %ERRORLEVEL% GTR 0 goto fail"],
        ["if 0 LSS %ERRORLEVEL% goto fail"],
        ["if %ERRORLEVEL%==1 goto:fail"],
        ["if %ERRORLEVEL% GEQ 1 (", "  echo failed", "  pause", "  goto fail", ")"],
        ["set RC=%ERRORLEVEL%", "if %RC% NEQ 0 exit /b %RC%"],
        ["echo checking", "if errorlevel 1 exit /b 1"],
        ["if not errorlevel 1 goto ok", "echo failed", "exit /b 1", ":ok"],
        ["echo a & if not errorlevel 1 goto ok", "exit /b 1", ":ok"],
        ["if %ERRORLEVEL% EQU 0 goto ok", "goto fail", ":ok"],
        ["if errorlevel 1 (", "rem nothing", ") else goto ok", ":ok", "if errorlevel 1 exit /b 1"],
    ],
)
def test_error_checks(check: list[str]) -> None:
    end = [SMALL, "exit /b 0", ":fail", "echo failed with %ERRORLEVEL%", "exit /b 1"]
    assert errors(STACK, *check, *end)[0] == "stop"


def test_an_error_check_with_delayed_expansion() -> None:
    lines = ["setlocal enabledelayedexpansion", "(", STACK, "if !ERRORLEVEL! NEQ 0 exit /b 1", ")"]
    assert errors(*lines) == ["stop"]


def test_an_error_check_that_comes_too_early() -> None:
    """In a block %ERRORLEVEL% is replaced before the block runs."""
    assert errors("(", STACK, "if %ERRORLEVEL% NEQ 0 exit /b 1", ")") == [None]


def test_exit_codes() -> None:
    assert errors(STACK, "if errorlevel 1 exit /b 3") == ["stop 3"]
    assert errors(STACK, "if errorlevel 1 exit /b 0") == ["stop 0"]
    assert errors(f"{STACK} || exit /b 4") == ["stop 4"]
    assert plan("echo a", "exit /b 5").exit_code == 5


def test_a_check_is_about_the_last_program_only() -> None:
    assert errors(STACK, PIX, "if errorlevel 1 exit /b 1") == [None, "stop"]
    lines = [STACK, "copy a b", "if errorlevel 1 exit /b 1", "echo on"]
    assert errors(*lines) == [None]
    assert reasons(*lines) == [(2, "other-command"), (3, "condition")]


def test_checks_that_go_on() -> None:
    lines = [STACK, "if errorlevel 1 echo oh", SMALL]
    assert errors(*lines) == ["continue", None]
    assert left(*lines) == [(2, "condition", "if errorlevel 1 echo oh")]
    assert errors(STACK, "if errorlevel 2 exit /b 1") == [None]


def test_an_end_that_does_more() -> None:
    lines = [STACK, "if errorlevel 1 goto clean", SMALL, ":clean", "del *.miff"]
    assert errors(*lines) == ["continue"]
    assert reasons(*lines) == [(2, "goto"), (3, "condition"), (5, "other-command")]
    lines = [STACK, "if errorlevel 1 (", "del *.miff", "exit /b 1", ")", SMALL]
    assert errors(*lines) == ["stop", None]
    assert reasons(*lines) == [(2, "if-block")]


def test_success_checks() -> None:
    lines = [STACK, f"if not errorlevel 1 {SMALL}", "echo next"]
    assert errors(*lines) == ["continue"]
    assert reasons(*lines) == [(2, "condition")]
    lines = [STACK, "if %ERRORLEVEL%==0 (", SMALL, ") else (", "echo bad", "exit /b 2", ")"]
    assert errors(*lines) == ["stop 2"]
    assert reasons(*lines) == [(2, "if-block")]


def test_and_or() -> None:
    assert errors(f"{STACK} && echo good") == ["continue"]
    assert left(f"{STACK} && {PIX}") == [(1, "condition", ["whichPix"])]
    assert left(f"{STACK} || echo bad") == [(1, "condition", "echo bad")]
    assert errors(f"{STACK} && {PIX} || exit /b 1") == ["stop", "stop"]
    assert errors(f"{STACK} || goto fail", "exit /b", ":fail", "echo x", "exit /b 6") == ["stop 6"]
    assert reasons("copy a b || exit /b 1", STACK) == [(1, "other-command"), (1, "condition")]
    assert reasons(f"copy a b && {STACK} || exit /b 1") == [(1, "other-command"), (1, "condition")]
    assert errors(f"{STACK} && echo a || echo b", "if errorlevel 1 exit /b 1") == ["stop"]
    assert reasons(f"{STACK} && exit /b 0", "echo failed") == [(1, "condition"), (2, "condition")]


def test_success_jumps_over_the_end() -> None:
    lines = [f"{STACK} && goto ok", "echo failed", "exit /b 4", ":ok", "echo fine"]
    assert errors(*lines) == ["stop 4"]
    assert reasons(*lines) == []


def test_conditions() -> None:
    lines = [
        f"if exist a.tif {STACK}",
        "if exist a.tif (",
        f"  {STACK}",
        ") else (",
        f"  {PIX}",
        "  echo done",
        ")",
        'if /i not "%1"=="x" del a.tif',
        "if defined X (echo x)",
        f"if %1==1 echo a & {STACK}",
        "echo go on",
    ]
    assert left(*lines) == [
        (1, "condition", ["focStack"]),
        (2, "if-block", ["focStack", "whichPix"]),
        (8, "condition", 'if /i not "%1"=="x" del a.tif'),
        (9, "if-block", "if defined X (echo x)"),
        (10, "condition", ["focStack"]),
    ]
    assert steps(*lines) == [["echo", "go on"]]


def test_text_of_several_lines() -> None:
    lines = ["if exist a (", "  del ^", "    a", ") else (", "  echo b", ")"]
    assert left(*lines) == [(1, "if-block", "if exist a (\ndel a\n) else (\necho b\n)")]


def test_what_a_condition_may_set() -> None:
    lines = ["set OUT=a.tiff", "if %2==x set OUT=b& del c", f"{STACK} %OUT%", SMALL]
    assert reasons(*lines) == [(2, "condition")]
    assert steps(*lines)[:2] == [["set", "OUT", "a.tiff"], ["focStack", "l.txt", "${OUT}"]]
    lines = ["set OUT=a.tiff", "if %RANDOM%==1 set OUT=b", f"{STACK} %OUT%", SMALL]
    assert reasons(*lines) == [(2, "condition"), (3, "unknown-result"), (4, "unknown-result")]


@pytest.mark.parametrize(
    ("lines", "chosen"),
    [
        (
            ["set OUT=a.tiff", 'if not "%2"=="" set OUT=%2'],
            {"when": 'not "${2}" == ""', "then": [{"set": {"OUT": "${2}"}}]},
        ),
        (
            ["set OUT=%~2", 'if "%OUT%"=="" set OUT=a.tiff'],
            {"when": '"${OUT}" == ""', "then": [{"set": {"OUT": "a.tiff"}}]},
        ),
        (
            ["set OUT=%2", "if not defined OUT (set out=a.tiff)"],
            {"when": '"${OUT}" == ""', "then": [{"set": {"OUT": "a.tiff"}}]},
        ),
        (
            ['if "%~2"=="" (set "OUT=a.tiff") else set "OUT=%~2"'],
            {
                "when": '"${2}" == ""',
                "then": [{"set": {"OUT": "a.tiff"}}],
                "otherwise": [{"set": {"OUT": "${2}"}}],
            },
        ),
        (
            ["if exist b.tiff set OUT=b.tiff"],
            {"when": "exist b.tiff", "then": [{"set": {"OUT": "b.tiff"}}]},
        ),
        (
            ['if "%2"=="" (', "  set OUT=a.tiff", "  echo the default", ")"],
            {
                "when": '"${2}" == ""',
                "then": [{"set": {"OUT": "a.tiff"}}, {"echo": "the default"}],
            },
        ),
        (
            ["if exist %1 (set OUT=%1) else if exist %2 (set OUT=%2) else echo none& exit /b 3"],
            {
                "when": "exist ${1}",
                "then": [{"set": {"OUT": "${1}"}}],
                "otherwise": [
                    {
                        "when": "exist ${2}",
                        "then": [{"set": {"OUT": "${2}"}}],
                        "otherwise": [{"exit": 3, "echo": "none"}],
                    }
                ],
            },
        ),
        (
            [f"{FOC} k.txt", "if errorlevel 1 set OUT=old.tiff"],
            {"when": '"${ERRORLEVEL}" neq "0"', "then": [{"set": {"OUT": "old.tiff"}}]},
        ),
        (
            [f"{FOC} k.txt", "if not errorlevel 1 (set OUT=new.tiff) else set OUT=old.tiff"],
            {
                "when": 'not "${ERRORLEVEL}" neq "0"',
                "then": [{"set": {"OUT": "new.tiff"}}],
                "otherwise": [{"set": {"OUT": "old.tiff"}}],
            },
        ),
    ],
)
def test_what_a_condition_only_sets_is_a_step(lines: list[str], chosen: dict[str, object]) -> None:
    made = plan(*lines, f"{FOC} l.txt %OUT%")
    *_, choice, call = made.steps
    first = next(place for place, line in enumerate(lines, start=1) if line.startswith("if"))
    assert choice.plain() == {"line": first, **chosen}
    assert call.plain()["args"] == ["l.txt", "${OUT}"]
    assert made.untranslated == ()


@pytest.mark.parametrize(
    "line",
    [
        "if %1==x (set A=1& set B=%A%)",  # a step would take the new A
        "if %1==x set A=%RANDOM%",
        "if %RANDOM%==1 set A=1",
        "if %1==x (set B=1& echo %B%)",
        "if %1==x (set A=1& set A=%A%2)",
        "if %1==x (set A=1& del x)",
        "if %1==x echo a",
    ],
)
def test_a_condition_that_sets_what_no_step_can(line: str) -> None:
    assert reasons("set A=%1", line)[0][0] == 2


@pytest.mark.parametrize(
    ("setting", "condition", "holds"),
    [
        ("set WEB=1", "if %WEB%==1", True),
        ("set WEB=0", 'if "%WEB%"=="1"', False),
        ("set WEB=Yes", 'if /i "%WEB%"=="yes"', True),
        ("set WEB=Yes", 'if "%WEB%"=="yes"', False),
        ("set WEB=2", "if %WEB% gtr 1", True),
        ("set WEB=2", "if defined web", True),
        ("set WEB=", "if defined WEB", False),
        ("set WEB=", "if not defined WEB", True),
    ],
)
def test_conditions_about_plain_texts_are_answered(
    setting: str, condition: str, holds: bool
) -> None:
    web = "%IM%convert a.tif a.jpg"
    made = plan(setting, f"{condition} ({web}) else echo none", STACK)
    first = ["convert", "a.tif", "a.jpg"] if holds else ["echo", "none"]
    assert [short(step) for step in made.steps] == [first, ["focStack", "l.txt"]]
    assert [item.reason for item in made.untranslated] == ["skipped"]
    assert plan(setting, f"{condition} exit /b 3", STACK).exit_code == (3 if holds else None)


@pytest.mark.parametrize(
    ("number", "condition"),
    [
        ("010", "if %N% equ 8"),  # octal
        ("08", "if %N% neq 8"),  # no number, and so a text
        ("0x10", "if %N% equ 16"),
        ("3000000000", "if %N% equ 2147483647"),  # more than cmd.exe counts
    ],
)
def test_numbers_that_cmd_reads_in_its_own_way_are_not_answered(
    number: str, condition: str
) -> None:
    lines = [f"set N={number}", f"{condition} {STACK}"]
    assert left(*lines) == [(2, "condition", ["focStack"])]


def test_numbers_in_quotes_are_texts() -> None:
    """``if "9" gtr "10"`` holds; that two are the same number can be asked."""
    assert reasons("set A=1", 'if "%1" gtr "10" set A=2') == [(2, "condition")]
    assert reasons("set A=1", 'if "%1" equ "10" set A=2') == []


@pytest.mark.parametrize(
    "line",
    [
        'if "%PICTBAT%"=="" (echo PICTBAT? & exit /b 1)',
        "if not defined PICTBAT set PICTBAT=C:\\bat\\",
        'if not exist "%PICTBAT%focStack.bat" exit /b 1',
        "if not exist %IM%convert.exe goto :eof",
    ],
)
def test_where_programs_are_is_no_question_any_more(line: str) -> None:
    made = plan(line, STACK)
    assert [short(step) for step in made.steps] == [["focStack", "l.txt"]]
    assert not any(item.guard or item.is_needed for item in made.untranslated)


def test_what_the_rounds_of_a_loop_set_is_known_behind_it() -> None:
    lines = ["set A=1", f"for %%i in (x y) do {FOC} %%i.txt & set A=%%i", f"{FOC} %A% %fsOUTFILE%"]
    made = plan(*lines)
    assert steps(*lines) == [["focStack", "y", "${fsOUTFILE}"]]
    (loop,) = made.untranslated
    assert (loop.line, loop.reason, loop.is_needed) == (2, "loop", False)
    assert [short(step)[:2] for step in loop.steps] == [["focStack", f"{n}.txt"] for n in "xy"]


@pytest.mark.parametrize("rounds", [20, 100])
def test_loops_of_many_rounds_are_loops_of_scripts(rounds: int) -> None:
    """Following them must neither take long nor use up what may be read."""
    loop = "".join(f"for /L %%{name} in (1,1,{rounds}) do " for name in "abcd")
    made = plan(f"{loop}{FOC} %%a%%b%%c%%d.txt", STACK)
    assert [short(step) for step in made.steps] == [["focStack", "l.txt"]]
    (part,) = made.untranslated
    assert sum(isinstance(step, Loop) for step in every(part.steps)) >= 2
    assert not part.is_needed


def test_lists_of_a_folder() -> None:
    made = plan('dir /B /O:N "D:\\my photos\\*.jpg" > list.txt', "dir /b *.jpg>>list.txt")
    assert [step.plain() for step in made.steps] == [
        {"line": 1, "dir": "D:\\my photos\\*.jpg", "stdout": "list.txt"},
        {"line": 2, "dir": "*.jpg", "stdout": ">>list.txt"},
    ]
    assert [warning.code for warning in made.warnings] == ["absolute-path"]
    odd = ["dir /b *.jpg", "dir *.jpg >l", "dir /b /o-n *.jpg >l", "dir /b /s *.jpg >l",
           "dir /b >l", "dir /b *.* >l", "dir /b *.jpg *.tif >l", "dir /b *\\a.jpg >l"]  # fmt: skip
    assert [reason for _, reason in reasons(*odd)] == ["other-command"] * len(odd)


@pytest.mark.parametrize(
    "line", ["if %1==-x shift", "for %%F in (%2) do shift & shift", "if %1==-x (echo x& shift)"]
)
def test_behind_a_shift_that_may_run_no_argument_is_known(line: str) -> None:
    assert reasons(f"{FOC} %1", line, f"{FOC} %1")[-1] == (3, "unknown-result")
    assert steps(f"{FOC} %1", "shift", f"{FOC} %1")[-1] == ["focStack", "${2}"]


def test_folders() -> None:
    lines = [
        "cd /d %~dp0",
        "if not exist out\\nul md out",
        'pushd "my photos"',
        "md a b\\c 2>nul",
        "popd",
        "popd",
        "cd D:\\my photos",
    ]
    made = plan(*lines)
    assert [step.plain() for step in made.steps] == [
        {"line": 1, "cd": "${~dp0}"},
        {"line": 2, "mkdir": "out"},
        {"line": 3, "pushd": "my photos"},
        {"line": 4, "mkdir": "a"},
        {"line": 4, "mkdir": "b\\c"},
        {"line": 5, "popd": ""},
        {"line": 7, "cd": "D:\\my photos"},
    ]
    assert made.untranslated == ()
    assert codes(*lines) == [(7, "absolute-path")]
    odd = ["cd", "pushd", "cd *x", "md x >y", "if not exist a md b", "if exist a md a"]
    assert len(reasons(*odd)) == len(odd)


@pytest.mark.parametrize(
    "guard",
    [
        'if "%1"=="" exit /b 1',
        'if "%~1"=="" (echo Usage: %~n0 LIST & goto :eof)',
        'if [%1]==[] goto usage',
        'if "%1"=="/?" goto usage',
        'if not "%1"=="" (echo fine) else (exit /b 1)',
        "if not exist %1 exit /b",
        "if not exist out md out & exit /b 9",
        'if "%wtDODGY%"=="1" exit /b 3',
        '@if "%2"=="" findstr /B "rem @rem" %~f0 & exit /B 1',
    ],
)  # fmt: skip
def test_guards_do_not_make_all_that_follows_conditional(guard: str) -> None:
    usage = [":usage", "echo Usage", "exit /b 1"] if "usage" in guard else []
    lines = [WT, guard, STACK, "exit /b", *usage]
    assert steps(*lines)[1:] == [["focStack", "l.txt"]]
    assert [line for line, _ in reasons(*lines)] == [2]


def test_a_guard_in_the_shape_of_a_goto() -> None:
    lines = ['if not "%1"=="" goto go', "echo Usage", "exit /b 1", ":go", STACK]
    assert steps(*lines) == [["focStack", "l.txt"]]
    assert left(*lines) == [(1, "condition", 'if not "%1"=="" goto go')]


@pytest.mark.parametrize(
    "line",
    ["if exist out.tiff exit /b 0", "if exist out.tiff goto :eof", "if exist o (del o & exit /b)"],
)
def test_an_early_end_that_is_no_failure(line: str) -> None:
    assert [line for line, _ in reasons(line, STACK, SMALL)] == [1, 2, 3]


def test_goto_forward() -> None:
    lines = ["goto skip", STACK, "rem x", "set A=1", "exit /b", ":other", ":SKIP", "echo a"]
    assert left(*lines) == [(2, "skipped", ["focStack"]), (4, "skipped", "set A=1")]
    assert steps(*lines) == [["echo", "a"]]
    assert steps("goto:a+b", "echo x", ":b", "echo y", ":a", "echo z") == [["echo", "z"]]
    assert steps("set L=a", "goto %L%", "echo x", "  : a", ",:a b", "echo z") == [["echo", "z"]]


def test_what_stands_behind_a_jump_in_its_own_block() -> None:
    lines = ["(", "if exist a goto skip", STACK, ")", "echo a", ":skip", "echo b"]
    assert reasons(*lines) == [(2, "goto"), (3, "condition"), (5, "condition")]
    lines = ["(", STACK, "if not errorlevel 1 goto ok", PIX, ")", "exit /b 1", ":ok", "echo b"]
    assert reasons(*lines) == [(3, "goto"), (4, "condition")]
    assert errors(*lines) == ["continue"]


def test_a_goto_within_a_line() -> None:
    lines = [f"echo a & goto end & {STACK}", STACK, ":end", "echo b"]
    assert reasons(*lines) == [(1, "skipped"), (2, "skipped")]


def test_conditional_goto() -> None:
    lines = ["if exist a.tif goto skip", STACK, ":skip", "echo a", SMALL]
    assert left(*lines) == [
        (1, "goto", "if exist a.tif goto skip"),
        (2, "condition", ["focStack"]),
    ]
    assert [step[0] for step in steps(*lines)] == ["echo", "convert"]


def test_two_ways() -> None:
    lines = ['if "%1"=="a" goto two', STACK, "goto end", ":two", PIX, ":end", "echo a"]
    assert reasons(*lines) == [(1, "goto"), (2, "condition"), (3, "goto"), (5, "condition")]
    assert steps(*lines) == [["echo", "a"]]


def test_goto_nowhere_and_anywhere() -> None:
    assert reasons("goto nowhere", STACK) == [(1, "goto"), (2, "unreachable")]
    assert reasons("goto %1", STACK, ":a", STACK) == [
        (1, "goto"),
        (2, "condition"),
        (4, "condition"),
    ]


def test_goto_back() -> None:
    lines = ["set N=0", ":a", "set /A N+=1", STACK, "if %N% LSS 3 goto a", "echo a"]
    assert left(*lines) == [
        (3, "loop", "set /A N+=1"),
        (4, "loop", ["focStack"]),
        (5, "goto", "if %N% LSS 3 goto a"),
    ]
    assert steps(*lines) == [["echo", "a"]]


def test_a_loop_with_an_exit() -> None:
    lines = [":a", "if not exist x goto done", STACK, "goto a", "echo never", ":done", PIX]
    assert reasons(*lines) == [(2, "goto"), (3, "loop"), (4, "goto"), (5, "unreachable")]
    assert steps(*lines) == [["whichPix", "a.tif", "b.tif"]]


def test_loops_in_loops() -> None:
    lines = [":a", "echo 1", ":b", "echo 2", "if x==%1 goto b", "if %1==z goto a", "echo 3"]
    assert [line for line, _ in reasons(*lines)] == [2, 4, 5, 6]
    assert steps(":a", "goto a", "echo x") == []
    assert reasons("goto b", ":a", "echo 1", "goto c", ":b", "goto a", ":c", "echo 2")[-1][1] != ""


def test_for() -> None:
    lines = [
        f"for %%F in (a b) do {FOC} %%F.txt",
        "for /L %%i in (1,1,3) do (",
        "  call :one %%i",
        f"  {PIX}",
        ")",
        "for /F %%F in ('call focStack l.txt') do echo %%F",
        "exit /b",
        ":one",
        WT,
    ]
    assert left(*lines) == [
        (1, "loop", ["focStack"]),
        (2, "loop", ["whichPix", "whatTrans"]),
        (6, "loop", ["focStack"]),
    ]


def test_a_failing_exit_within_a_loop() -> None:
    lines = ["for %%F in (a b) do (", STACK, "if errorlevel 1 goto bad", ")", PIX, "exit /b",
             ":bad", "echo bad", "exit /b 1"]  # fmt: skip
    assert reasons(*lines) == [(1, "loop")]
    assert steps(*lines) == [["whichPix", "a.tif", "b.tif"]]


def test_subroutines() -> None:
    lines = ["call :one a", "call :two", "call :one b", "exit /b", ":one", WT, "call :two",
             "exit /b", ":two", PIX, "goto :eof", "echo never"]  # fmt: skip
    assert left(*lines) == [
        (1, "subroutine", ["whatTrans", "whichPix"]),
        (2, "subroutine", ["whichPix"]),
        (3, "subroutine", ["whatTrans", "whichPix"]),
        (12, "unreachable", "echo never"),
    ]


def test_subroutines_first() -> None:
    lines = ["goto main", ":one", WT, "exit /b", ":main", "call :one", "echo %wtX%"]
    assert reasons(*lines) == [(6, "subroutine")]
    assert steps(*lines) == [["echo", "${wtX}"]]


def test_subroutines_that_call_themselves_or_are_not_there() -> None:
    assert reasons("call :a", "exit /b", ":a", "call :a", STACK) == [(1, "subroutine")]
    assert reasons("call :nowhere", "echo a") == [(1, "subroutine")]


def test_the_end() -> None:
    lines = ["echo a", "exit /b 0", STACK, "if errorlevel 1 exit /b 1", ":label", "echo b"]
    assert left(*lines) == [(3, "unreachable", ["focStack"]), (6, "unreachable", "echo b")]
    assert reasons("goto :eof", "echo a") == [(2, "unreachable")]
    assert reasons("exit", "echo a") == [(2, "unreachable")]


def test_without_call() -> None:
    got = plan("%PICTBAT%focStack l.txt", "if errorlevel 1 exit /b 1", SMALL)
    assert [step.line for step in got.steps] == [1]
    assert [item.plain() for item in got.untranslated] == [
        {"line": 3, "reason": "unreachable", "text": SMALL}
    ]
    assert [warning.plain() for warning in got.warnings] == [{"line": 1, "code": "no-call"}]


def test_without_call_the_rest_of_the_line_runs() -> None:
    assert steps("focStack l.txt & echo a", "echo b") == [["focStack", "l.txt"], ["echo", "a"]]


def test_pipes() -> None:
    lines = [f"echo y | {STACK} 2>&1 | more", f"echo a & {PIX} | more & echo b"]
    assert left(*lines) == [(1, "pipe", ["focStack"]), (2, "pipe", ["whichPix"])]
    assert steps(*lines) == [["echo", "a "], ["echo", "b"]]


def test_other_commands() -> None:
    lines = [
        "cd",
        "del *.tif",
        "exiftool -all= x.jpg",
        "start /wait cmd /c focStack l.txt",
        'cmd /c "%PICTBAT%whichPix.bat a b"',
        "set",
        "set fs",
        "call",
        "md x 2>made",
    ]
    assert [reason for _, reason, _ in left(*lines)] == ["other-command"] * len(lines)
    assert [held for *_, held in left(*lines)][3:5] == [["focStack"], ["whichPix"]]


def test_questions() -> None:
    lines = ["pause", "set /P A=List? ", "choice /C yn", f"{FOC} %A%"]
    assert reasons(*lines) == [
        (1, "asks-user"),
        (2, "asks-user"),
        (3, "asks-user"),
        (4, "unknown-result"),
    ]


def test_noise() -> None:
    lines = ["@echo off", "cls", "title x", "color 0a", "chcp 1252 >nul", "prompt $g", ":a", ""]
    lines += ["call echoOffSave", "call %PICTBAT%echoRestore", "setlocal", "endlocal"]
    assert plan(*lines).items == ()
