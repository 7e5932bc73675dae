"""A run's command lines as a BAT file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imstack.commandlines.rows import (
    duration,
    headed,
    is_temp,
    one_row,
    remarks,
    rows,
    temp_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imstack.pipeline.statement import Line, Statement

BAT_MARK = "@rem imstack commands"
LONGEST = 8191  # characters that cmd.exe takes in one command, names put in
ROOM = 100  # of a TMPDIR

_HEAD = r"""{mark}
@echo off
{about}
rem
rem TMPDIR: folder of temp files. IM: what stands before the programs' names, such as a folder.
rem SEARCHES: yes or no, whether compare searches the translations ({searches} of work).
setlocal EnableExtensions DisableDelayedExpansion
{page}if not defined TMPDIR set "TMPDIR={folder}"
if not exist "%TMPDIR%\" md "%TMPDIR%"
if ERRORLEVEL 1 {fail}
if not defined SEARCHES set "SEARCHES={default}"
rem Of equal places, compare returns the first one only with one thread.
set "MAGICK_THREAD_LIMIT=1"

%IM%convert -version 2>nul | findstr "ImageMagick" >nul
if ERRORLEVEL 1 echo %IM%convert is not ImageMagick's: set IM to the folder of ImageMagick
if ERRORLEVEL 1 {fail}
"""

# Names that are not plain ASCII: the file is UTF-8, and the console gets its page back at the end.
_PAGE = r"""for /F "tokens=2 delims=:." %%P in ('chcp') do set "fsPAGE=%%P"
chcp 65001 >nul
"""
_BACK = "chcp %fsPAGE% >nul"

_BARE = re.compile(r"[A-Za-z0-9_.,:=@/\\+#~\[\]{}$-]+|[()]")
_UNSPEAKABLE = re.compile(r'["\x00-\x1f\x7f\ud800-\udfff]')
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def cannot_hold(name: str) -> bool:
    """Tell whether a file name has signs that no BAT file can name."""
    return _UNSPEAKABLE.search(name) is not None


def bat_text(statement: Statement, quick: bool) -> str:
    r"""Return the BAT file, lines ending in \n; `quick` as for `sh_text`.

    Photos that the user's list names with a drive letter keep that name.
    """
    own_names = {path: text for path, text in statement.spelled if _DRIVE.match(text)}
    text = _text(statement, quick, own_names, fail="exit /B 1")
    if text.isascii():
        return text
    fail = f"({_BACK} & exit /B 1)"
    return _text(statement, quick, own_names, fail=fail, page=_PAGE, last=f"{_BACK}\n")


def _text(
    statement: Statement,
    quick: bool,
    own_names: dict[str, str],
    *,
    fail: str,
    page: str = "",
    last: str = "",
) -> str:
    head = _HEAD.format(
        mark=BAT_MARK,
        about="\n".join(f"rem {_remark(line)}" for line in statement.about),
        folder=_doubled(f"{statement.stem}_tmp"),
        searches=duration(statement.search_seconds),
        default="yes" if quick else "no",
        page=page,
        fail=fail,
    )
    body = "".join(_body(statement, lambda word: quote(own_names.get(word, word)), fail))
    code = 1 if statement.ends_early else 0  # then there is no picture
    return f"{head}{body}{_end(statement)}\n{last}exit /B {code}\n"


def _body(statement: Statement, spell: Callable[[str], str], fail: str) -> Iterator[str]:
    for heading, line in headed(statement.lines):
        if heading:
            yield f"\necho {heading}\n"
        yield "".join(f"rem {_remark(remark)}\n" for remark in remarks(line))
        command = _command(line, spell)
        if len(command) + ROOM * command.count("%TMPDIR%") > LONGEST:
            yield f"rem cmd.exe takes {LONGEST} characters: keep TMPDIR short\n"
        worst = 2 if line.program == "compare" else 1
        yield f"{command}\nif ERRORLEVEL {worst} {fail}\n"


def _command(line: Line, spell: Callable[[str], str]) -> str:
    if line.program in {"copy", "move"}:
        how = "copy /B /Y" if line.program == "copy" else "move /Y"
        return f"{how} {' '.join(map(spell, line.words))} >nul"
    condition = 'if /I "%SEARCHES%"=="yes" ' if line.stage == "translation" else ""
    return " ^\n  ".join(rows(f"{condition}%IM%{line.program}", line.words, spell))


def _end(statement: Statement) -> str:
    if not statement.ends_early:
        return ""
    return f"\n>&2 echo No more lines: {_remark(statement.ends_early)}.\n"


def quote(word: str) -> str:
    """Return a word as cmd.exe and then the program read it, in a BAT file."""
    if is_temp(word):
        return rf'"%TMPDIR%\{_doubled(temp_name(word))}"'
    if _BARE.fullmatch(word):
        return word
    # A backslash before the closing quote would take its meaning away.
    ending = "\\" * (len(word) - len(word.rstrip("\\")))
    return f'"{_doubled(word)}{ending}"'


def _doubled(text: str) -> str:
    return text.replace("%", "%%")


def _remark(text: str) -> str:
    """Return text for a remark or an echo, without the signs that cmd.exe would act on."""
    return _doubled(re.sub(r"[&|<>^]", " ", one_row(text)))
