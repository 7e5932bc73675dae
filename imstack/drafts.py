"""Writing a file whole or not at all: as a draft beside it, which then takes its place.

A draft has a hidden name that says which file it is for and which process writes it. A killed
process leaves its draft behind; whoever writes the same file next removes it.
"""

from __future__ import annotations

import errno
import hashlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from imstack import alive
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
        The folder is missing or not writable, or the disk is full.
    """
    prefix = draft_prefix(path)
    alive.sweep(path.parent, prefix)
    draft = path.with_name(f"{prefix}{alive.owned_name()}")
    try:
        if reason := kind_fault(path):  # a device's name, such as /dev/null, is not ours to replace
            raise OSError(errno.EINVAL, reason)
        yield draft
        draft.replace(path)
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror or error}"
        raise OutputError(message) from error
    finally:
        with suppress(OSError):
            draft.unlink()


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
