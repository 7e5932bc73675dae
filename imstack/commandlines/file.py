"""The file of ``--write-commands``: a script of the command lines that a run equals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.commandlines.bat import BAT_MARK, bat_text, cannot_hold
from imstack.commandlines.sh import SH_MARK, sh_text
from imstack.drafts import write_bytes
from imstack.errors import OutputError, UsageError
from imstack.files import contents
from imstack.pipeline.outputs import check_place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.pipeline.statement import Statement

BAT_ENDINGS = frozenset({".bat", ".cmd"})
ENDINGS = BAT_ENDINGS | {".sh"}
QUICK = 60.0  # seconds of `compare` that nobody needs to be asked about


def check_command_file(path: Path, photos: Sequence[Path], outfile: Path) -> None:
    """Refuse, before a run, a script that could not be written after it.

    Parameters
    ----------
    path
        The script.
    photos
        The photos.
    outfile
        The picture.

    Raises
    ------
    UsageError
        The ending is none of a script, or a BAT file cannot hold the names.
    OutputError
        It would replace a file that is no such script, or its folder is missing.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        message = f"--write-commands {path}: the ending says nothing about the kind of script"
        raise UsageError(message, hint="name it FILE.sh for a POSIX shell, FILE.bat for cmd.exe")
    check_place(path, photos)
    _check_is_ours(path)
    if ending in BAT_ENDINGS:
        for name in (*map(str, photos), str(outfile)):
            if cannot_hold(name):
                message = f"--write-commands {path}: a BAT file cannot hold the name {name!r}"
                raise UsageError(message, hint="write FILE.sh instead")


def _check_is_ours(path: Path) -> None:
    """A caller of the user's own is a script, too."""
    marks = tuple(mark.encode() for mark in (SH_MARK, BAT_MARK))
    try:
        start = contents(path, 100).replace(b"\r\n", b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        message = f"{path}: cannot be replaced: {error.strerror or error}"
        raise OutputError(message) from error
    if start and not start.startswith(marks):
        message = f"{path}: is a file that --write-commands did not write; it is not replaced"
        raise OutputError(message, hint="choose another name, or remove it")


def write_command_file(path: Path, statement: Statement) -> None:
    """Write the script, whole or not at all.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    quick = statement.search_seconds <= QUICK
    if path.suffix.lower() in BAT_ENDINGS:
        text = bat_text(statement, quick).replace("\n", "\r\n")
        write_bytes(path, text.encode("utf-8"))
        return
    write_bytes(path, sh_text(statement, quick).encode("utf-8", "surrogateescape"))
    mode = path.stat().st_mode
    path.chmod(mode | (mode & 0o444) >> 2)  # who may read it may run it
