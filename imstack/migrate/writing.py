"""Writing the results, whole or not at all, and never over the caller."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from imstack.drafts import draft_of
from imstack.errors import OutputError
from imstack.files import real

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


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
    return real(one) == real(other)


def write_text(path: Path, text: str, *, executable: bool = False) -> None:
    """Write `text` as UTF-8 by way of a temporary file beside `path`.

    Raises
    ------
    OutputError
        When it cannot be written; `path` is then as it was.
    """
    with draft_of(path) as draft:
        draft.write_bytes(text.encode("utf-8", errors="replace"))
        if executable:
            mode = draft.stat().st_mode
            draft.chmod(mode | (mode & 0o444) >> 2)  # who may read it may run it
