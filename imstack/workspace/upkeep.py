"""Keeping a cache folder within its limit, on behalf of one run."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from imstack.workspace import limits
from imstack.workspace.place import show_size

if TYPE_CHECKING:
    from pathlib import Path


class Upkeep:
    """Counts what a cache folder holds, and removes old items when that gets too much.

    Parameters
    ----------
    root
        The cache folder.
    limit
        Bytes that it may hold; None: no limit.
    """

    def __init__(self, root: Path, limit: int | None) -> None:
        self._root = root
        self._limit = limit
        self._held = 0
        self._mine: set[Path] = set()
        self._lock = threading.Lock()

    def count(self) -> None:
        """Find out what the folder holds."""
        self._held = sum(item.size for item in limits.holdings(self._root))

    def use(self, folder: Path) -> None:
        """Note that this run needs an item: it stays."""
        with self._lock:
            self._mine.add(folder)

    def grow(self, size: int) -> None:
        """Note that an item of `size` bytes was added, and make room for it if need be."""
        with self._lock:
            self._held += size
            self._trim()

    def finish(self) -> str:
        """Trim the folder at the end of a run; return what is to be said about it, if anything."""
        with self._lock:
            self.count()
            self._trim()
            if self._limit is None or self._held <= self._limit:
                return ""
            return (
                f"the cache holds {show_size(self._held)}, more than its limit of "
                f"{show_size(self._limit)}: running work needs all of it"
            )

    def make_room(self, needed: int) -> bool:
        """Remove old items from a full disk, some more than `needed` bytes; True if any went.

        It is more than needed because other items will follow: each further failure costs the
        making of one.
        """
        with self._lock:
            self.count()
            keep = min(self._held - 4 * needed, self._held * 3 // 4)
            removed = limits.evict(self._root, keep, self._mine.__contains__)
            self._held -= removed.size
            return removed.items > 0

    def _trim(self) -> None:
        if self._limit is not None and self._held > self._limit:
            limits.evict(self._root, self._limit, self._mine.__contains__)
            self.count()
