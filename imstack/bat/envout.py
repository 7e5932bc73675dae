"""Result variables as text: for a file that a BAT file reads, and for a shell to eval."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from imstack.bat.codepage import console_code_page, encode_for
from imstack.errors import OutputError
from imstack.files import contents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LONGEST = 1 << 16  # bytes; a dozen variables have a few hundred
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LINE = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*=")


def sh_lines(variables: Mapping[str, str]) -> str:
    """Return lines such as ``fsOUTFILE='a b.tiff'`` that a POSIX shell can eval safely.

    Whatever a value holds is quoted; evaluating the lines sets the variables and does no more.

    Raises
    ------
    OutputError
        When a value holds a NUL, which no shell variable can.
    """
    pairs = _checked(variables, banned="\0")
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in pairs)


def plain_lines(variables: Mapping[str, str]) -> str:
    r"""Return ``NAME=value`` lines, ended by \n, values as they are.

    Raises
    ------
    OutputError
        When a value holds a line end, which this form cannot say.
    """
    pairs = _checked(variables, banned="\0\r\n")
    return "".join(f"{name}={value}\n" for name, value in pairs)


def env_file_bytes(variables: Mapping[str, str], code_page: int | None) -> bytes:
    """Return the content of an ``--env FILE``.

    With a `code_page` the lines end as cmd.exe ends them and are in that page, without a byte
    order mark, as ``FOR /F`` wants them; with None they end in a line feed and are in the file
    system's encoding, so that any file name comes through.

    Raises
    ------
    OutputError
        When a value holds a line end or a character that the code page has not.
    """
    text = plain_lines(variables)
    if code_page is None:
        return os.fsencode(text)
    lines = text.split("\n")[:-1]
    return b"".join(encode_for(code_page, line) + b"\r\n" for line in lines)


def write_env_file(path: str | Path, variables: Mapping[str, str]) -> None:
    """Write the variables where ``--env FILE`` says, in the form that this system's shell reads.

    Raises
    ------
    OutputError
        When the file cannot be written or holds anything else, such as the picture that was just
        made, or a value cannot be said in it.
    """
    check_env_file(path)
    data = env_file_bytes(variables, console_code_page())
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        message = f"--env {path}: cannot be written: {error.strerror}"
        raise OutputError(message) from error


def check_env_file(path: str | Path) -> None:
    """Refuse to write variables over a file that holds anything else, such as a photo.

    Raises
    ------
    OutputError
        Naming the file.
    """
    try:
        data = contents(Path(path), _LONGEST)
    except FileNotFoundError:
        return
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror}"
        raise OutputError(message) from error
    if len(data) > _LONGEST or not all(_LINE.match(line) for line in data.splitlines()):
        message = f"{path}: is a file that holds no variables; it is not replaced"
        raise OutputError(message)


def check_names(*names: str | Path) -> None:
    """Raise early when the console's code page cannot say a result's name.

    To find that out after an hour's work would be late.

    Raises
    ------
    OutputError
        Naming the file, with ``chcp 65001`` as the way out.
    """
    if (page := console_code_page()) is not None:
        for name in names:
            encode_for(page, str(name))


def _checked(variables: Mapping[str, str], banned: str) -> Iterator[tuple[str, str]]:
    for name, value in variables.items():
        if not _NAME.fullmatch(name):
            message = f"{name!r} is no name for a variable"
            raise ValueError(message)
        if any(character in banned for character in value):
            message = f"{name}: no variable can be set to {value!a}"
            raise OutputError(message, hint="choose a name without line ends")
        yield name, value
