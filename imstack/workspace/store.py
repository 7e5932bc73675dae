"""The stage cache: take an item that was made before, or make it.

::

    ROOT/CACHEDIR.TAG                        this folder is ours
    ROOT/<stage>/<label>-<short key>/        an item: its files, and meta.json
    ROOT/.making/<host>-<pid>-<random>/      an item that is being made, or removed
    ROOT/.running/<host>-<pid>-<random>      mark of a run; its time is when the run began

An item appears in its place by one rename and leaves it by one rename, so that a process may
be killed at any moment. Nothing is flushed to the disk for this: after a power cut the digests
tell what is whole.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self
from weakref import WeakValueDictionary

from imstack.errors import OutputError
from imstack.workspace import alive, limits
from imstack.workspace.item import Item, Whereabouts, sizes_fit
from imstack.workspace.keys import META, Facts, Task
from imstack.workspace.meta import Made, Meta, Stored, describe, read_meta, write_meta
from imstack.workspace.place import MAKING, RUNNING, prepare, show_size
from imstack.workspace.record import Entry, How, Record

if TYPE_CHECKING:
    from types import TracebackType

Make = Callable[[Path], "Facts | Made"]
"""Does a stage's work: writes the task's files into the folder it is given, returns facts."""

THROWAWAY = "imstack-throwaway-"
"""How the names of throw-away caches begin."""

_ATTEMPTS = 3
_FULL = 1024 * 1024


class Store:
    """Items by content.

    Several threads may use a store at once, several processes a folder. Use it in a ``with``
    statement, so that the cache is trimmed at the end and a throw-away one removed.

    Parameters
    ----------
    root
        The cache folder; made when the first item is.
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
        self._limit = limit
        self._force = force
        self._warn = warn
        self._throwaway = False
        self._mark: Path | None = None
        self._held = 0
        self._items: WeakValueDictionary[str, Item] = WeakValueDictionary()
        self._used: dict[str, Path] = {}
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
        with contextlib.suppress(OutputError):  # everything may be there already
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
            if self._throwaway:
                alive.remove(self.root)
            elif self._mark is not None:
                self._trim()
                if self._limit is not None and self._held > self._limit:
                    self._warn(
                        f"the cache holds {show_size(self._held)}, more than its limit of "
                        f"{show_size(self._limit)}: this run needed all of it"
                    )
                alive.remove(self._mark)
            self._mark = None

    def take_or_make(self, task: Task, make: Make) -> Item:
        """Return the item of `task`; `make` is called only if the cache does not hold it.

        Raises
        ------
        OutputError
            The cache folder cannot be written, or the disk is full.
        """
        with self._lock_of(task.key):
            item = self._items.get(task.key)
            if item is None:
                item = self._take(task, make) or self._new(task, make)
                self._items[task.key] = item
            return item

    def peek(self, task: Task) -> Meta | None:
        """Return what the cache knows about `task`, and change nothing; None if it has no item.

        Facts and seconds are in it. Sizes of files are checked, their content is not.
        """
        there = self._find(task)
        return there.meta if there and sizes_fit(there) else None

    def has(self, task: Task) -> bool:
        """Return whether `take_or_make` would find the item."""
        if self._force and task.key not in self._used:
            return False
        return self.peek(task) is not None

    def pace(self, stage: str) -> float | None:
        """Return the seconds that one unit of `Task.work` took in this stage: the median.

        None when the cache holds no item of the stage.
        """
        folder = self.root / stage
        metas = map(read_meta, folder.iterdir() if folder.is_dir() else ())
        paces = [meta.seconds / work for meta in metas if meta and (work := _work(meta)) > 0]
        return statistics.median(paces) if paces else None

    # Taking

    def _take(self, task: Task, make: Make) -> Item | None:
        if self._force and task.key not in self._used:
            return None
        begun = time.perf_counter()
        there = self._find(task)
        if there is None:
            self._discard(task)
            return None
        first = task.key not in self._used
        self._use(there)
        if first:
            self._note(task, there, "cached", time.perf_counter() - begun, 0.0)
        return Item(there, self._restorer(task, make), cached=True)

    def _find(self, task: Task) -> Whereabouts | None:
        for folder in self._folders(task):
            meta = read_meta(folder)
            if meta and meta.key == task.key and set(meta.files) == set(task.files):
                return Whereabouts(folder, meta)
        return None

    def _folders(self, task: Task) -> Iterator[Path]:
        """Yield where the item may lie: under its own label first, then under another one."""
        own = self._place_of(task)
        yield own
        with contextlib.suppress(OSError):
            for folder in own.parent.iterdir():
                if folder.name.endswith(f"-{task.short_key}") and folder != own:
                    yield folder

    def _place_of(self, task: Task) -> Path:
        return self.root / task.stage / task.folder_name

    def _discard(self, task: Task) -> None:
        """Clear away what lies in the item's place although it is no whole item."""
        for folder in self._folders(task):
            if os.path.lexists(folder):
                self._warn(f"cache: {task.name} is damaged; it is made again")
                limits.set_aside(self.root, folder)

    # Making

    def _new(self, task: Task, make: Make) -> Item:
        there = self._make(task, make, "made")
        return Item(there, self._restorer(task, make), cached=False)

    def _restorer(self, task: Task, make: Make) -> Callable[[Item, str], Whereabouts]:
        def restore(item: Item, name: str) -> Whereabouts:
            with self._lock_of(task.key):
                there = self._find(task)
                if there and item.adopt(there, name):
                    return there
                self._warn(f"cache: {name} of {task.name} is damaged or gone; it is made again")
                if there:
                    limits.set_aside(self.root, there.folder)
                return self._make(task, make, "remade")

        return restore

    def _make(self, task: Task, make: Make, how: How) -> Whereabouts:
        for attempt in range(1, _ATTEMPTS + 1):
            self._open()
            with self._scratch() as folder:
                try:
                    there, cpu_seconds = self._run(task, make, folder)
                except Exception as error:
                    if attempt == _ATTEMPTS or not self._can_mend(error, task, folder):
                        raise
                    continue
            self._use(there)
            self._note(task, there, how, there.meta.seconds, cpu_seconds)
            self._grow(there.meta.size)
            return there
        raise AssertionError

    @contextlib.contextmanager
    def _scratch(self) -> Iterator[Path]:
        with alive.scratch_folder(self.root / MAKING) as folder:
            yield folder

    def _run(self, task: Task, make: Make, folder: Path) -> tuple[Whereabouts, float]:
        begun, cpu_begun = time.perf_counter(), time.process_time()
        made = make(folder)
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - cpu_begun
        files = {name: Stored.of(folder / name) for name in task.files}
        meta = describe(
            task, made if isinstance(made, Made) else Made(made), files, seconds, cpu_seconds
        )
        write_meta(folder, meta)
        return self._put(task, folder, meta), cpu_seconds

    def _put(self, task: Task, folder: Path, meta: Meta) -> Whereabouts:
        """Move a made item to its place; if another process was quicker, take its item."""
        place = self._place_of(task)
        for _ in range(_ATTEMPTS):
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                folder.rename(place)
            except OSError:
                if not folder.is_dir():
                    raise
                theirs = self._find(task)
                if theirs and sizes_fit(theirs) and not self._force:
                    return theirs
                limits.set_aside(self.root, place)
            else:
                return Whereabouts(place, meta)
        msg = f"{place} cannot be written"
        raise OutputError(msg, hint="see who may write in the cache folder")

    def _can_mend(self, error: Exception, task: Task, folder: Path) -> bool:
        """Return whether another attempt may succeed where one failed with `error`."""
        if not folder.is_dir():
            self._warn(f"cache: its folder vanished; {task.name} is made again")
            return True
        free = shutil.disk_usage(folder).free
        if free > _FULL:
            return False
        written = sum(file.stat().st_size for file in folder.iterdir())
        if limits.evict(self.root, 0, self._is_mine).size:
            self._warn(f"cache: the disk is full; old items were removed for {task.name}")
            return True
        msg = (
            f"{task.name} cannot be stored in {self.root}: the disk is full "
            f"(needs more than {show_size(written)}, {show_size(free)} free)"
        )
        hint = "free some space, run `imstack cache clear`, or set IMSTACK_CACHE to another disk"
        raise OutputError(msg, hint=hint) from error

    # Bookkeeping

    def _open(self) -> None:
        with self._lock:
            prepare(self.root)
            if self._mark is None:
                alive.sweep(self.root / MAKING)
                alive.sweep(self.root / RUNNING)
                self._held = sum(item.size for item in limits.holdings(self.root))
                self._mark = self.root / RUNNING / alive.owned_name()
            if not self._mark.exists():
                self._mark.parent.mkdir(exist_ok=True)
                self._mark.touch()
                _set_time(self._mark)

    def _use(self, there: Whereabouts) -> None:
        with self._lock:
            self._used[there.meta.key] = there.folder
        with contextlib.suppress(OSError):
            _set_time(there.folder / META)

    def _is_mine(self, folder: Path) -> bool:
        return folder in self._used.values()

    def _grow(self, size: int) -> None:
        with self._lock:
            self._held += size
            if self._limit is not None and self._held > self._limit:
                self._trim()

    def _trim(self) -> None:
        if self._limit is not None:
            limits.evict(self.root, self._limit, self._is_mine)
            self._held = sum(item.size for item in limits.holdings(self.root))

    def _note(
        self, task: Task, there: Whereabouts, how: How, seconds: float, cpu_seconds: float
    ) -> None:
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
                commands=there.meta.commands,
            )
        )

    def _lock_of(self, key: str) -> threading.RLock:
        with self._lock:
            return self._locks.setdefault(key, threading.RLock())


def _work(meta: Meta) -> float:
    work = meta.task["work"]
    return float(work) if isinstance(work, int | float) else 0.0


def _set_time(path: Path) -> None:
    now = time.time_ns()
    os.utime(path, ns=(now, now))
