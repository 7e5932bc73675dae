"""Running a stage's function in a scratch folder, and reading from a failure what it means."""

from __future__ import annotations

import errno
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.errors import MagickError, OutputError
from imstack.workspace.meta import Made, Meta, Stored, describe, write_meta
from imstack.workspace.place import show_size

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imstack.workspace.folder import CacheFolder
    from imstack.workspace.keys import Facts, Task

_FULL = 1024 * 1024
"""Bytes left on a disk that has no room for an image."""


class LostError(OutputError):
    """A file that a stage should have written is not there."""


@dataclass(frozen=True, slots=True)
class Full:
    """A full disk: `needed` bytes at least, and the reason in words."""

    needed: int
    reason: str


def make_in(
    folder: Path, task: Task, make: Callable[[Path], Facts | Made], cache: CacheFolder
) -> Meta:
    """Let a stage write its files into `folder`, hash them, and write `meta.json` beside them.

    Errors of the stage itself pass through.

    Raises
    ------
    LostError
        The stage has left out a file, or somebody removed it.
    OutputError
        The files cannot be read back, or `meta.json` cannot be written.
    """
    begun, cpu_begun = time.perf_counter(), time.process_time()
    result = make(folder)
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - cpu_begun
    made = result if isinstance(result, Made) else Made(result)
    commands = [[cache.portable(word, folder, task) for word in words] for words in made.commands]
    try:
        files = {name: Stored.of(folder / name) for name in task.files}
        meta = describe(task, Made(made.facts, commands), files, seconds, cpu_seconds)
        write_meta(folder, meta)
    except FileNotFoundError as error:
        msg = f"{task.name}: {error.filename} is not there"
        raise LostError(msg, hint="leave the cache folder alone while imstack runs") from error
    except OSError as error:
        msg = f"{task.name} cannot be stored in {cache.root}: {error.strerror or error}"
        raise OutputError(msg, hint="set IMSTACK_CACHE to another folder") from error
    return meta


def why_full(error: BaseException, folder: Path) -> Full | None:
    """Return how a full disk explains `error`; None if it does not.

    ImageMagick reports a full disk as a file that it cannot write, so the disk is asked too.
    """
    if not isinstance(error, OSError | MagickError | OutputError):
        return None
    try:
        free = shutil.disk_usage(folder).free
        written = sum(file.stat().st_size for file in folder.iterdir())
    except OSError:
        return None
    if free > _FULL and not _says_full(error):
        return None
    reason = f"the disk is full (needs more than {show_size(written)}, {show_size(free)} free)"
    return Full(written + _FULL, reason)


def _says_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return True
        error = error.__cause__
    return False
