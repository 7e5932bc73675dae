"""Files that others name: what is none is refused by its kind before a byte of it is read.

A pipe may never end or never begin, a device may do anything when it is opened, and a link may
go round in a circle. What is refused here is an OSError whose text says why.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_KINDS = (
    (stat.S_ISFIFO, "it is a pipe, not a file"),
    (stat.S_ISSOCK, "it is a socket, not a file"),
    (stat.S_ISCHR, "it is a device, not a file"),
    (stat.S_ISBLK, "it is a device, not a file"),
)
# A pipe is opened without waiting for somebody to write to it; on Windows there is no such flag.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)


def kind_fault(path: Path) -> str:
    """Return why `path` is no file to read or replace; empty for files, folders and nothing."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        return _reason(error)
    return next((text for is_kind, text in _KINDS if is_kind(mode)), "")


def contents(path: Path, largest: int) -> bytes:
    """Return the bytes of a file; of a longer one the first `largest` + 1.

    Raises
    ------
    OSError
        It is missing, forbidden, a folder, or no file at all. `strerror` says so.
    """
    if reason := kind_fault(path):  # before it is opened: that alone can have effects
        raise OSError(errno.EINVAL, reason, str(path))
    try:
        number = os.open(path, _FLAGS)
    except ValueError as error:  # a NUL in the name
        raise OSError(errno.EINVAL, _reason(error), str(path)) from error
    with open(number, "rb") as file:  # noqa: PTH123 - it is open already
        if stat.S_ISDIR(os.fstat(number).st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        return file.read(largest + 1)


def real(path: Path) -> Path:
    """Return `path` without links; as far as it goes where they go round in a circle.

    >>> real(Path("/")) == Path("/").resolve()
    True
    """
    return Path(os.path.realpath(path))


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, ValueError):
        return "not a file name"
    return error.strerror or str(error)
