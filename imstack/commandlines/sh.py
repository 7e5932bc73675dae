"""A run's command lines as a POSIX shell script."""

from __future__ import annotations

import shlex
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
    from collections.abc import Iterator

    from imstack.pipeline.statement import Line, Statement

SH_MARK = "#!/bin/sh\n# imstack commands"

_HEAD = r"""{mark}
{about}
#
# TMPDIR: folder of temp files. CONVERT, COMPARE, IDENTIFY: the programs, if not found by name.
# SEARCHES: yes or no, whether compare searches the translations ({searches} of work).

set -eu
T=${{TMPDIR:-{folder}}}
mkdir -p -- "$T"
: "${{SEARCHES:={default}}}"
MAGICK_THREAD_LIMIT=1 # of equal places, compare returns the first one only with one thread
export MAGICK_THREAD_LIMIT

is_magick() {{
    command -v "$1" >/dev/null 2>&1 && "$1" -version 2>/dev/null | grep -q ImageMagick
}}
pick() {{
    for program in "$1-im6.q16" "$1-im7.q16" "$1" magick; do
        if is_magick "$program"; then
            echo "$program"
            return
        fi
    done
    echo "no ImageMagick program $1; install ImageMagick, or set $2" >&2
    return 1
}}
CONVERT=${{CONVERT:-$(pick convert CONVERT)}}
COMPARE=${{COMPARE:-$(pick compare COMPARE)}}
IDENTIFY=${{IDENTIFY:-$(pick identify IDENTIFY)}}

convert() {{ command "$CONVERT" "$@"; }}
identify() {{
    case $IDENTIFY in
    *magick) command "$IDENTIFY" identify "$@" ;;
    *) command "$IDENTIFY" "$@" ;;
    esac
}}
compare() {{ # ends with 1 where images differ at all, which is no failure
    case $COMPARE in
    *magick) command "$COMPARE" compare "$@" || [ $? -eq 1 ] ;;
    *) command "$COMPARE" "$@" || [ $? -eq 1 ] ;;
    esac
    echo >&2
}}
"""


def sh_text(statement: Statement, quick: bool) -> str:
    """Return the script; with `quick` the translations are searched unless SEARCHES says no."""
    head = _HEAD.format(
        mark=SH_MARK,
        about="\n".join(f"# {one_row(line)}" for line in statement.about),
        folder=shlex.quote(f"{statement.stem}_tmp"),
        searches=duration(statement.search_seconds),
        default="yes" if quick else "no",
    )
    return head + "".join(_body(statement)) + _end(statement)


def _body(statement: Statement) -> Iterator[str]:
    for heading, line in headed(statement.lines):
        if heading:
            yield f"\necho {shlex.quote(heading)}\n"
        yield "".join(f"# {remark}\n" for remark in remarks(line))
        yield from _command(line)


def _command(line: Line) -> Iterator[str]:
    if line.program == "copy":
        yield f"cp -- {' '.join(map(quote, line.words))}\n"
    elif line.program == "move":
        yield f"mv -f -- {' '.join(map(quote, line.words))}\n"
    else:
        command = " \\\n    ".join(rows(line.program, line.words, quote))
        chosen = 'if [ "$SEARCHES" = yes ]; then\n', "\nfi\n"
        before, after = chosen if line.stage == "translation" else ("", "\n")
        yield f"{before}{command}{after}"


def _end(statement: Statement) -> str:
    if not statement.ends_early:
        return ""
    text = f"No more lines: {statement.ends_early}."
    return f"\necho {shlex.quote(text)} >&2\nexit 1 # there is no picture\n"


def quote(word: str) -> str:
    """Return a word as the shell reads it."""
    return f'"$T"/{shlex.quote(temp_name(word))}' if is_temp(word) else shlex.quote(word)
