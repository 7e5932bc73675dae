"""Writing the results, whole or not at all, and never over the caller."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from imstack.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_targets(caller: Path, targets: Sequence[Path]) -> None:
    """Refuse targets that are the caller, or one file twice.

    Raises
    ------
    OutputError
        Naming the target.
    """
    taken = [caller]
    for target in targets:
        for other in taken:
            if _is_same(target, other):
                what = "is the caller itself" if other is caller else "is to be written twice"
                message = f"{target}: {what}; nothing was written"
                raise OutputError(message, hint="choose another name")
        taken.append(target)


def _is_same(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return one.samefile(other)
    return one.resolve() == other.resolve()


def write_text(path: Path, text: str, *, executable: bool = False) -> None:
    """Write `text` as UTF-8 by way of a temporary file beside `path`.

    Raises
    ------
    OutputError
        When it cannot be written; `path` is then as it was.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            temporary = Path(file.name)
            file.write(text.encode("utf-8", errors="replace"))
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod((0o777 if executable else 0o666) & ~umask)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        message = f"{path}: cannot be written: {error.strerror or error}"
        raise OutputError(message) from error
