"""Standard output and error: never a fault for a letter, and files as they are to be.

Messages go out in the encoding of whoever reads them: on Windows, away from the console itself,
that is the console's code page, in which ``type``, ``FOR /F`` and PowerShell read. A letter that
the page has not is written as an escape. Texts that are files by themselves (scripts, recipes,
plans) go out as the same bytes that would go to a file.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from imstack.windows import console_code_page

if TYPE_CHECKING:
    from collections.abc import Mapping

ERRORS = "imstack-output"
_CHOSEN = ("PYTHONIOENCODING", "PYTHONUTF8")  # by which users choose another encoding


def settle_streams(
    page: int | None = None, environ: Mapping[str, str] = os.environ, *streams: TextIO
) -> None:
    """Let standard output and error take every letter; see above.

    Parameters
    ----------
    page
        The console's code page; None: ask for it.
    environ
        Where Python's own variables are looked for.
    streams
        The streams; none: standard output and error.
    """
    page = console_code_page() if page is None else page
    for stream in streams or (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None
            if page and not stream.isatty() and not any(map(environ.get, _CHOSEN)):
                encoding = _known(f"cp{page}")
            strict = stream.errors in {"strict", "surrogateescape"}
            stream.reconfigure(encoding=encoding, errors=ERRORS if strict else stream.errors)


def write_document(text: str) -> None:
    r"""Write a text that is a file by itself to standard output: UTF-8, lines ending in \n."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", ERRORS))
    sys.stdout.buffer.flush()


def _known(encoding: str) -> str | None:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return None


def _escaped(error: UnicodeError) -> tuple[str | bytes, int]:
    """Write bytes of a file name as they are, and other letters as escapes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    if os.name != "nt" and all("\udc80" <= letter <= "\udcff" for letter in letters):
        return letters.encode("ascii", "surrogateescape"), error.end
    return letters.encode("ascii", "backslashreplace").decode(), error.end


codecs.register_error(ERRORS, _escaped)
