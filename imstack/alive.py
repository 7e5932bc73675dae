"""Which process something belongs to, and whether that process still lives.

Names of passing things (an item being made, the mark of a run) end with host, process number
and a random part. What a killed process leaves behind is known by them, and swept by the next.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import socket
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from imstack import windows

if TYPE_CHECKING:
    from collections.abc import Iterator

STALE_AFTER = 2 * 24 * 3600.0
"""Seconds after which something is abandoned although its process may live (on another host)."""

_NAME = re.compile(r"(?P<host>.*)-(?P<pid>\d+)-[0-9a-f]{8}")


def owned_name() -> str:
    """Return a new name that says whose it is: host, process number, random part."""
    return f"{_host()}-{os.getpid()}-{secrets.token_hex(4)}"


def is_stale(path: Path, prefix: str = "") -> bool:
    """Return whether what `owned_name` named was left behind by a process that is gone.

    For a process of another host, or one whose number a living process bears, age decides.
    What bears another kind of name is never stale: it is not ours.
    """
    found = _NAME.fullmatch(path.name.removeprefix(prefix))
    if found is None:
        return False
    if found["host"] == _host() and _has_ended(int(found["pid"])):
        return True
    return time.time() - _last_change(path) > STALE_AFTER


def sweep(folder: Path, prefix: str = "") -> None:
    """Remove what dead processes left in `folder` under names that begin with `prefix`."""
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            if path.name.startswith(prefix) and is_stale(path, prefix):
                remove(path)


@contextlib.contextmanager
def passing_folder(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """Make a folder in `parent`, or the system's temporary folder, and remove it at the end.

    What a process left that was killed, the next one that wants such a folder removes.
    """
    parent = parent or Path(tempfile.gettempdir())
    sweep(parent, prefix)
    folder = parent / f"{prefix}{owned_name()}"
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        remove(folder)


def remove(path: Path) -> None:
    """Remove a file or a whole folder; what cannot be removed stays."""
    if path.is_dir() and not path.is_symlink():
        with contextlib.suppress(OSError):
            windows.patiently(lambda: shutil.rmtree(path))
        shutil.rmtree(path, ignore_errors=True)  # and whatever else can go
    else:
        with contextlib.suppress(OSError):
            windows.patiently(path.unlink)


def _host() -> str:
    return re.sub(r"\W+", "_", socket.gethostname()) or "host"


def _has_ended(pid: int) -> bool:
    if windows.IS_WINDOWS:  # os.kill would end the process there
        return windows.process_has_ended(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _last_change(path: Path) -> float:
    """Time of the newest change of a file, or of anything in a folder; now if it is gone."""
    try:
        inside = tuple(path.iterdir()) if path.is_dir() else ()
        times: list[float] = [part.stat().st_mtime for part in (path, *inside)]
        return max(times)
    except OSError:
        return time.time()
