"""What the cache holds, and making room in it: least recently used items go first."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imstack import alive, windows
from imstack.errors import UsageError
from imstack.workspace.keys import META
from imstack.workspace.place import MAKING, RUNNING, is_item_name, is_marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SMALL = 64 * 1024
"""Items up to this size (bytes) hold figures, no images: they save hours, and removing them
makes no room. They go last."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One item as it lies in the cache: `size` in bytes, `used` in seconds since 1970."""

    folder: Path
    stage: str
    size: int
    used: float


@dataclass(frozen=True, slots=True)
class Total:
    """A number of items, and their size in bytes."""

    items: int = 0
    size: int = 0

    def plus(self, holding: Holding) -> Total:
        """Return the total with one item more."""
        return Total(self.items + 1, self.size + holding.size)


def holdings(root: Path) -> Iterator[Holding]:
    """Yield every item of the cache folder, whole or not."""
    for stage in _folders(root):
        if not stage.name.startswith("."):
            for item in items_of(root, stage.name):
                yield _holding(item, stage.name)


def items_of(root: Path, stage: str) -> list[Path]:
    """Return the folders of a stage's items."""
    return [item for item in _folders(root / stage) if is_item_name(item.name)]


def by_stage(items: Iterable[Holding]) -> dict[str, Total]:
    """Return how much each stage holds, sorted by name."""
    totals: dict[str, Total] = {}
    for holding in items:
        totals[holding.stage] = totals.get(holding.stage, Total()).plus(holding)
    return dict(sorted(totals.items()))


def evict(root: Path, limit: int, spare: Callable[[Path], bool]) -> Total:
    """Remove items until the cache holds no more than `limit` bytes.

    The least recently used items go first, those without images last. Items that `spare`
    says, and those used since the oldest living run began, stay.

    Returns
    -------
    Total
        What was removed.
    """
    items = sorted(holdings(root), key=lambda item: (item.size <= SMALL, item.used))
    begun = oldest_run(root)
    size = sum(item.size for item in items)
    removed = Total()
    for item in items:
        if size <= limit:
            break
        if spare(item.folder) or _holding(item.folder, item.stage).used >= begun:
            continue  # looked at again: another run may have begun to use it
        if discard(root, item.folder):
            size -= item.size
            removed = removed.plus(item)
    return removed


def choose(root: Path, stage: str | None = None, unused_days: float = 0.0) -> list[Holding]:
    """Return the items of a cache folder: all, those of a stage, or those long unused.

    A folder that is missing or empty has none.

    Parameters
    ----------
    root
        The cache folder.
    stage
        Only items of this stage.
    unused_days
        Only items not used for so many days.

    Raises
    ------
    UsageError
        The folder is no cache of ours.
    """
    if not is_marked(root) and root.exists() and (root.is_file() or any(root.iterdir())):
        msg = f"{root} is no imstack cache"
        raise UsageError(msg, hint="see what IMSTACK_CACHE says; nothing was touched")
    latest = time.time() - unused_days * 86400 if unused_days else float("inf")
    return [item for item in holdings(root) if stage in {None, item.stage} and item.used <= latest]


def clear(root: Path, items: Iterable[Holding]) -> Total:
    """Remove items that `choose` gave, and what dead processes left; return what was removed."""
    removed = Total()
    for item in items:
        if discard(root, item.folder):
            removed = removed.plus(item)
    alive.sweep(root / MAKING)
    alive.sweep(root / RUNNING)
    _drop_empty_stages(root)
    return removed


def oldest_run(root: Path) -> float:
    """Return when the oldest living run began, in seconds since 1970; infinity if none lives."""
    try:
        marks = [mark for mark in (root / RUNNING).iterdir() if not alive.is_stale(mark)]
        return min((mark.stat().st_mtime for mark in marks), default=float("inf"))
    except FileNotFoundError:
        return float("inf")


def set_aside(root: Path, folder: Path) -> Path | None:
    """Take an item, or what lies in its place, away in one step; return where it is now.

    The caller removes it from there; what he leaves, a later run sweeps. None: it was gone
    already, or cannot be moved.
    """
    aside = root / MAKING / alive.owned_name()
    try:
        aside.parent.mkdir(parents=True, exist_ok=True)
        windows.patiently(lambda: folder.rename(aside))
    except OSError:
        return None
    return aside


def discard(root: Path, folder: Path) -> bool:
    """Take an item away and remove it; False if that failed."""
    aside = set_aside(root, folder)
    if aside is None:
        return False
    alive.remove(aside)
    return True


def _folders(parent: Path) -> list[Path]:
    try:
        with os.scandir(parent) as entries:
            return sorted(Path(entry) for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _holding(item: Path, stage: str) -> Holding:
    size, used = 0, 0.0
    try:
        used = item.stat().st_mtime
        for file in item.iterdir():
            status = file.stat()
            size += status.st_size
            if file.name == META:
                used = status.st_mtime
    except OSError:
        pass  # somebody removes it at this moment
    return Holding(item, stage, size, used)


def _drop_empty_stages(root: Path) -> None:
    for stage in _folders(root):
        if not stage.name.startswith("."):
            try:
                stage.rmdir()
            except OSError:
                continue  # it holds something
