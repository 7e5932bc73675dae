"""Writing a file whole or not at all: as a draft beside it, which then takes its place.

A draft has a hidden name that says which file it is for and which process writes it. A killed
process leaves its draft behind; whoever writes the same file next removes it. Where another
program holds the file (Windows), the finished draft stays beside it under a plain name.
"""

from __future__ import annotations

import errno
import hashlib
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

from imstack import alive, windows
from imstack.errors import OutputError
from imstack.files import kind_fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """Give the name of a draft; what is then there takes the place of `path`.

    When anything fails, an interruption included, the draft is removed and `path` is as it was.

    Raises
    ------
    OutputError
        The folder is missing or not writable, the disk is full, or another program holds the
        file; the result is then kept under the name that the message gives.
    """
    draft = _draft_name(path)
    try:
        if reason := kind_fault(path):  # a device's name, such as /dev/null, is not ours to replace
            raise OSError(errno.EINVAL, reason)
        yield draft
        _take_place(draft, path)
    except OSError as error:
        raise _cannot(path, error) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def check_writable(path: Path) -> None:
    """Find out whether `path` could be written, by beginning a draft of it.

    Asking for permissions (``os.access``) is no answer: on Windows it says yes to every folder.

    Raises
    ------
    OutputError
        It could not.
    """
    draft = _draft_name(path)
    try:
        draft.open("xb").close()
        windows.patiently(draft.unlink)
    except OSError as error:
        raise _cannot(path, error) from error


def write_bytes(path: Path, *parts: bytes) -> None:
    """Write `parts`, one after the other, to `path` by way of a temporary file beside it.

    Raises
    ------
    OutputError
        The folder is missing, not writable, or the disk is full.
    """
    with draft_of(path) as draft, draft.open("xb") as file:
        file.writelines(parts)


def draft_prefix(path: Path) -> str:
    """Return how the names of the drafts of a file begin; short, however long its name is."""
    digest = hashlib.sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()
    return f".imstack-{digest[:8]}-"


def _draft_name(path: Path) -> Path:
    prefix = draft_prefix(path)
    alive.sweep(path.parent, prefix)
    return path.with_name(f"{prefix}{alive.owned_name()}")


def _take_place(draft: Path, path: Path) -> None:
    """Let the draft take the place of `path`; keep it under a plain name where that is held."""
    try:
        windows.patiently(lambda: draft.replace(path))
    except OSError as error:
        if not windows.is_held(error) or not path.exists():
            raise
        kept = _free_name(path)
        windows.patiently(lambda: draft.rename(kept))
        message = f"{path}: is open in another program; the result is in {kept}"
        hint = f"close {path.name} there, then rename the result"
        raise OutputError(message, hint=hint) from error


def _free_name(path: Path) -> Path:
    """Return a name beside `path` that is not taken: NAME.new.EXT, NAME.new2.EXT .."""
    names = (f"{path.stem}.new{'' if n == 1 else n}{path.suffix}" for n in count(1))
    return next(free for name in names if not (free := path.with_name(name)).exists())


def _cannot(path: Path, error: OSError) -> OutputError:
    message = f"{path}: cannot be written: {error.strerror or error}"
    return OutputError(message, hint=windows.long_path_hint(path))
