"""The text of written command lines: quoting, breaking, and what surrounds them."""

from __future__ import annotations

import re
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imstack.commandlines import bat as commandbat
from imstack.commandlines import sh as commandsh
from imstack.commandlines.rows import duration, rows
from imstack.pipeline.statement import TEMP, Line, Statement

NAMES = (
    "plain.miff", "two words.jpg", "50%.jpg", "%PATH%.jpg", "100%%.jpg", "a&b|c<d>e^f.jpg",
    "(x).jpg", "it's.jpg", "wow!.jpg", "a=b;c,d.jpg", "`id`$HOME.jpg", "C:\\photos\\a b\\",
    "\\\\host\\share\\x.jpg", "PREC=%[fx:1+1/max(w,h)]\\n", "161x1!", "x1^!", "-8,1", "über.jpg",
)  # fmt: skip


def statement(
    *lines: Line, spelled: tuple[tuple[str, str], ...] = (), ends_early: str = ""
) -> Statement:
    return Statement(lines, ("about 100% & more", "recipe: x"), "my list_fs", spelled, ends_early)


def convert(*words: str, stage: str = "aligned") -> Line:
    return Line("convert", words, stage, "label")


# ------------------------------------------------------------------------------ sh


def words_in_sh(text: str) -> list[str]:
    """Return the words that a shell makes of the text of a command."""
    script = f'T=/temp\nconvert() {{ printf "%s\\0" "$@"; }}\n{text}\n'
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


def sh_command(*words: str) -> str:
    return " \\\n    ".join(rows("convert", words, commandsh.quote))


@pytest.mark.parametrize("name", NAMES)
def test_a_shell_reads_every_name(name: str) -> None:
    words = (name, str(TEMP / name), "-distort", "SRT", "1,0", "(", name, ")", "new\nline")
    read = words_in_sh(sh_command(*words))
    assert read == [f"/temp/{word[2:]}" if word.startswith("\0") else word for word in words]


@settings(max_examples=40)
@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=1))
def test_a_shell_reads_any_words(words: list[str]) -> None:
    assert words_in_sh(sh_command(*words)) == words


def test_searches_that_take_long_are_asked_for() -> None:
    line = Line("compare", ("a", "b", "null:"), "translation", "label")
    for quick, default in ((True, "yes"), (False, "no")):
        text = commandsh.sh_text(statement(line), quick)
        assert f'"${{SEARCHES:={default}}}"' in text
        assert 'if [ "$SEARCHES" = yes ]; then\ncompare a b null:\nfi\n' in text


def test_a_statement_that_ends_early_says_so() -> None:
    text = commandsh.sh_text(statement(ends_early="it's done in numpy"), quick=True)
    assert text.endswith(
        "echo 'No more lines: it'\"'\"'s done in numpy.' >&2\nexit 1 # there is no picture\n"
    )
    text = commandbat.bat_text(statement(ends_early="100% numpy & more"), quick=True)
    assert text.endswith("\n>&2 echo No more lines: 100%% numpy   more.\n\nexit /B 1\n")


# ----------------------------------------------------------------------------- BAT


def words_in_bat(command: str) -> list[str]:
    """Return the words that a program gets of a BAT file's command, as cmd.exe and C read them.

    Fails at signs that cmd.exe would act on.
    """
    text = re.sub(r"%%|%(\w+)%", lambda m: f"<{m[1]}>" if m[1] else "\1", command)
    plain, quoted = "", False
    for position, sign in enumerate(text.replace(" ^\n  ", "  ")):
        quoted ^= sign == '"'
        assert quoted or sign not in "&|^!\n" or (sign == "\n" and not position), text
        plain += sign
    assert not quoted
    return [_word(match[0]) for match in re.finditer(r'(?:[^\s"]|"[^"]*")+', plain)][1:]


def _word(text: str) -> str:
    """Read a word as Microsoft's C library does: backslashes count before a quote only."""
    text = re.sub(r'(\\+)"', lambda m: m[1][: len(m[1]) // 2] + '"' * (1 - len(m[1]) % 2), text)
    return text.replace('"', "").replace("\1", "%")


def bat_command(*words: str) -> str:
    return " ^\n  ".join(rows("%IM%convert", words, commandbat.quote))


@pytest.mark.parametrize("name", NAMES)
def test_cmd_reads_every_name(name: str) -> None:
    words = (name, "-distort", "SRT", "1,0", "(", name, ")", name)
    assert words_in_bat(bat_command(*words)) == list(words)
    if "\\" not in name:
        temp = commandbat.quote(str(TEMP / name))
        assert temp == f'"%TMPDIR%\\{name.replace("%", "%%")}"'


HOLDABLE = st.text(
    st.characters(exclude_characters='"', exclude_categories=("Cc", "Cs", "Zl", "Zp"))
)


@given(st.lists(HOLDABLE.filter(lambda text: text.strip() == text), min_size=1))
def test_cmd_reads_any_words(words: list[str]) -> None:
    full = [word for word in words if word]
    assert words_in_bat(bat_command(*full)) == full


@pytest.mark.parametrize("name", ['a"b', "new\nline", "tab\t", "\udc80"])
def test_names_that_no_bat_file_holds(name: str) -> None:
    assert commandbat.cannot_hold(name)


def test_percent_signs_are_doubled_in_remarks_and_lines() -> None:
    text = commandbat.bat_text(statement(convert("-format", "%w\\n", "50%.jpg")), quick=True)
    assert "rem about 100%% " in text
    assert '%IM%convert -format "%%w\\n" "50%%.jpg"\nif ERRORLEVEL 1 exit /B 1\n' in text


def test_compare_may_end_with_1() -> None:
    line = Line("compare", ("a", "b", "null:"), "translation", "label")
    text = commandbat.bat_text(statement(line), quick=False)
    assert 'if not defined SEARCHES set "SEARCHES=no"' in text
    wanted = 'if /I "%SEARCHES%"=="yes" %IM%compare a b null:\nif ERRORLEVEL 2 exit /B 1\n'
    assert wanted in text


def test_copies_and_moves() -> None:
    lines = (
        Line("copy", ("C:\\a [1].jpg", str(TEMP / "p.jpg")), "photo", ""),
        Line("move", (str(TEMP / "r.tiff"), "out%d.tiff"), "result", ""),
    )
    text = commandbat.bat_text(statement(*lines), quick=True)
    assert 'copy /B /Y "C:\\a [1].jpg" "%TMPDIR%\\p.jpg" >nul\n' in text
    assert 'move /Y "%TMPDIR%\\r.tiff" "out%%d.tiff" >nul\n' in text
    text = commandsh.sh_text(statement(*lines), quick=True)
    assert "cp -- 'C:\\a [1].jpg' \"$T\"/p.jpg\n" in text
    assert 'mv -f -- "$T"/r.tiff out%d.tiff\n' in text


def test_a_photo_keeps_the_drive_that_the_list_names() -> None:
    spelled = (("/mnt/c/photos/a.jpg", "C:\\photos\\a.jpg"), ("/p/b.jpg", "b.jpg"))
    line = convert("/mnt/c/photos/a.jpg", "/p/b.jpg", "x.tiff")
    text = commandbat.bat_text(statement(line, spelled=spelled), quick=True)
    assert "%IM%convert C:\\photos\\a.jpg /p/b.jpg x.tiff\n" in text


def test_names_beyond_ascii_switch_the_console_and_back() -> None:
    plain = commandbat.bat_text(statement(convert("a.jpg", "b.tiff")), quick=True)
    assert "chcp" not in plain
    text = commandbat.bat_text(statement(convert("ä.jpg", "b.tiff")), quick=True)
    assert "chcp 65001 >nul\n" in text
    assert text.endswith("\nchcp %fsPAGE% >nul\nexit /B 0\n")
    assert "if ERRORLEVEL 1 (chcp %fsPAGE% >nul & exit /B 1)\n" in text
    assert "exit /B 1\n" not in text


def test_a_line_too_long_for_cmd_has_a_remark() -> None:
    text = commandbat.bat_text(statement(convert(*["-blur", "0x1"] * 900)), quick=True)
    assert "rem cmd.exe takes 8191 characters" in text


# ---------------------------------------------------------------------------- rows


def test_options_keep_their_values() -> None:
    words = ["a.jpg", *["-distort", "SRT", "80,60,0.9,0,81,61", "-fill", "White"] * 6, "b.miff"]
    broken = rows("convert", words, str)
    assert " ".join(broken).split() == ["convert", *words]
    assert len(broken) > 2
    assert all(row.startswith(("-distort", "-fill", "convert")) for row in broken)


def test_parentheses_begin_rows() -> None:
    words = ["a.miff", "(", "(", "b.miff", "-x", "1", ")", "(", "c.miff", ")", "+append", ")"]
    assert rows("convert", words, str) == (
        "convert a.miff", "( ( b.miff -x 1 )", "( c.miff ) +append )",
    )  # fmt: skip


def test_durations() -> None:
    assert [duration(s) for s in (0, 59.6, 600, 7300)] == [
        "a second", "60 seconds", "10 minutes", "2 hours",
    ]  # fmt: skip
