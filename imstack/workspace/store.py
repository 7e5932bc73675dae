"""The stage cache: take an item that was made before, or make it."""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self
from weakref import WeakValueDictionary

from imstack import alive
from imstack.errors import OutputError
from imstack.workspace import limits
from imstack.workspace.folder import CacheFolder, Whereabouts
from imstack.workspace.item import Item
from imstack.workspace.keys import Facts, Task
from imstack.workspace.making import LostError, make_in, why_full
from imstack.workspace.meta import Made, Meta, read_meta
from imstack.workspace.record import Entry, How, Record
from imstack.workspace.upkeep import Upkeep

if TYPE_CHECKING:
    from types import TracebackType

Make = Callable[[Path], Facts | Made]
"""Does a stage's work: writes the task's files into the folder it is given, returns facts."""

THROWAWAY = "imstack-throwaway-"
"""How the names of throw-away caches begin."""

_ATTEMPTS = 3


class Store:
    """Items by content.

    Several threads may use a store at once, several processes a folder. Use it in a ``with``
    statement, so that the cache is trimmed at the end and a throw-away one removed.

    Parameters
    ----------
    root
        The cache folder; made when it is needed.
    limit
        Bytes that it may hold; None: no limit. Items used by living runs stay anyway.
    force
        Make everything again, once a run, whatever the cache holds.
    warn
        Gets a line when something damaged is made again; from any thread.
    record
        Gets an entry for each item.
    """

    def __init__(
        self,
        root: Path,
        *,
        limit: int | None = None,
        force: bool = False,
        warn: Callable[[str], None] = lambda _: None,
        record: Record | None = None,
    ) -> None:
        self.root = root.absolute()
        self.record = record or Record()
        self._folder = CacheFolder(self.root)
        self._upkeep = Upkeep(self.root, limit)
        self._force = force
        self._warn = warn
        self._throwaway = False
        self._closed = False
        self._items: WeakValueDictionary[str, Item] = WeakValueDictionary()
        self._made: set[str] = set()
        self._noted: set[str] = set()
        self._locks: dict[str, threading.RLock] = {}
        self._lock = threading.RLock()

    @classmethod
    def throwaway(
        cls,
        parent: Path | None = None,
        *,
        warn: Callable[[str], None] = lambda _: None,
        record: Record | None = None,
    ) -> Self:
        """Return a store in a new folder of `parent` (or of the system's temporary folder).

        `close` removes it; what a killed run could not remove, the next one does.
        """
        parent = parent or Path(tempfile.gettempdir())
        alive.sweep(parent, THROWAWAY)
        store = cls(parent / f"{THROWAWAY}{alive.owned_name()}", warn=warn, record=record)
        store._throwaway = True
        return store

    def __enter__(self) -> Self:
        with contextlib.suppress(OutputError):  # a read-only cache may hold all that is needed
            self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Trim the cache to its limit; remove a throw-away one."""
        with self._lock:
            self._closed = True
            if self._throwaway:
                alive.remove(self.root)
            elif self._folder.is_open and (remark := self._upkeep.finish()):
                self._warn(remark)
            self._folder.leave()

    def take_or_make(self, task: Task, make: Make) -> Item:
        """Return the item of `task`; `make` is called only if the cache does not hold it.

        `make` may be called again, later or from another thread, if the item gets damaged.

        Raises
        ------
        OutputError
            The cache folder cannot be written, or the disk is full.
        """
        with self._lock_of(task):
            item = self._items.get(task.key)
            if item is None:
                there = self._take(task) or self._make(task, make, self._clear_place(task))
                item = Item(there, self._restorer(task, make), cached=task.key not in self._made)
                self._items[task.key] = item
            return item

    def peek(self, task: Task) -> Meta | None:
        """Return what the cache knows about `task`, and change nothing; None if it has no item.

        Facts and seconds are in it. Sizes of files are checked, their content is not.
        """
        there = self._folder.find(task)
        return there.meta if there and there.sizes_fit() else None

    def has(self, task: Task) -> bool:
        """Return whether `take_or_make` would find the item."""
        return self._may_take(task) and self.peek(task) is not None

    def pace(self, stage: str) -> float | None:
        """Return the seconds that one unit of `Task.work` took in this stage: the median.

        None when the cache holds no item of the stage.
        """
        metas = map(read_meta, limits.items_of(self.root, stage))
        paces = [meta.seconds / meta.work for meta in metas if meta and meta.work > 0]
        return statistics.median(paces) if paces else None

    def _may_take(self, task: Task) -> bool:
        return not self._force or task.key in self._made

    def _take(self, task: Task) -> Whereabouts | None:
        if not self._may_take(task):
            return None
        begun = time.perf_counter()
        there = self._folder.find(task)
        if there is not None:
            self._use(there)
            if task.key not in self._noted:
                self._note(task, there, "cached", time.perf_counter() - begun, 0.0)
        return there

    def _clear_place(self, task: Task) -> How:
        """Clear away a damaged item, and say whether this one is made for the first time."""
        if self._force or not self._folder.discard_damaged(task):
            return "made"
        self._warn(f"cache: {task.name} is damaged; it is made again")
        return "remade"

    def _restorer(self, task: Task, make: Make) -> Callable[[Item, str], None]:
        def restore(item: Item, name: str) -> None:
            with self._lock_of(task):
                there = self._folder.find(task)
                if there and item.settle(there, name):
                    return
                self._warn(f"cache: {name} of {task.name} is damaged or gone; it is made again")
                if there:
                    self._folder.discard(there)
                item.settle(self._make(task, make, "remade"), name)

        return restore

    def _make(self, task: Task, make: Make, how: How) -> Whereabouts:
        for last in [False] * (_ATTEMPTS - 1) + [True]:
            self._open()
            with self._folder.scratch() as folder:
                try:
                    meta = make_in(folder, task, make, self._folder)
                    there = self._folder.put(task, folder, meta, replace=self._force)
                except Exception as error:
                    if not self._can_mend(error, task, folder) or last:
                        raise
                else:
                    break
        self._made.add(task.key)
        self._use(there)
        self._note(task, there, how, meta.seconds, meta.cpu_seconds)
        self._upkeep.grow(meta.size)
        return there

    def _can_mend(self, error: Exception, task: Task, folder: Path) -> bool:
        """Return whether another attempt may succeed where one failed with `error`.

        Raises
        ------
        OutputError
            The disk is full, and the cache has nothing left to remove.
        """
        if isinstance(error, LostError) or not folder.is_dir():
            self._warn(f"cache: files of {task.name} vanished while it was made; once more")
            return True
        full = why_full(error, folder)
        if full and self._upkeep.make_room(full.needed):
            self._warn(f"cache: the disk is full; old items were removed for {task.name}")
            return True
        if full:
            msg = f"{task.name} cannot be stored in {self.root}: {full.reason}"
            variable = "TMPDIR" if self._throwaway else "IMSTACK_CACHE"
            hint = f"free some space, or set {variable} to a folder on another disk"
            raise OutputError(msg, hint=hint) from error
        return False

    def _open(self) -> None:
        with self._lock:
            if self._closed and self._throwaway:
                msg = "the throw-away cache is closed: what was in it is gone"
                raise RuntimeError(msg)
            anew = not self._folder.is_open
            self._folder.open()
            if anew:
                self._upkeep.count()

    def _use(self, there: Whereabouts) -> None:
        self._upkeep.use(there.folder)
        self._folder.touch(there)

    def _note(
        self, task: Task, there: Whereabouts, how: How, seconds: float, cpu_seconds: float
    ) -> None:
        self._noted.add(task.key)
        self.record.add(
            Entry(
                stage=task.stage,
                label=task.label,
                key=task.key,
                how=how,
                seconds=round(seconds, 6),
                cpu_seconds=round(cpu_seconds, 6),
                folder=str(there.folder),
                files={name: stored.size for name, stored in there.meta.files.items()},
                facts=there.meta.facts,
                commands=there.commands,
            )
        )

    def _lock_of(self, task: Task) -> threading.RLock:
        with self._lock:
            return self._locks.setdefault(task.key, threading.RLock())
