"""The cache folder: how an item comes to its place, is found there, and leaves it.

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
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack import alive, windows
from imstack.errors import OutputError
from imstack.workspace import limits
from imstack.workspace.keys import META
from imstack.workspace.meta import Meta, read_meta
from imstack.workspace.place import MAKING, RUNNING, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imstack.workspace.keys import Task

_ATTEMPTS = 3
_ROOT = "<cache>"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an item lies, and what it says about itself.

    `fresh`: its files were hashed a moment ago, when they were made.
    """

    folder: Path
    meta: Meta
    fresh: bool = False

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """The item's command lines, with paths as they are now."""
        root = f"{self.folder.parent.parent}{os.sep}"
        return tuple(
            tuple(word.replace(_ROOT + os.sep, root) for word in words)
            for words in self.meta.commands
        )

    def sizes_fit(self) -> bool:
        """Return whether all files are there and have the right sizes."""
        try:
            return all(
                (self.folder / name).stat().st_size == stored.size
                for name, stored in self.meta.files.items()
            )
        except OSError:
            return False


class CacheFolder:
    """A cache folder in the hands of one run.

    Parameters
    ----------
    root
        Its absolute path; `open` makes it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._mark: Path | None = None

    def open(self) -> None:
        """Make the folder, mark it as ours, and mark that a run uses it; do so again if lost.

        Raises
        ------
        OutputError
            It cannot be written, or it is somebody else's.
        """
        prepare(self.root)
        if self._mark is None:
            alive.sweep(self.root / MAKING)
            alive.sweep(self.root / RUNNING)
            self._mark = self.root / RUNNING / alive.owned_name()
        if not self._mark.exists():
            with _writing(self.root):
                self._mark.parent.mkdir(exist_ok=True)
                self._mark.touch()
                _set_time(self._mark)

    def leave(self) -> None:
        """Say that this run uses the folder no more."""
        if self._mark is not None:
            alive.remove(self._mark)
            self._mark = None

    @property
    def is_open(self) -> bool:
        """Whether this run has opened the folder and not left it."""
        return self._mark is not None

    def find(self, task: Task) -> Whereabouts | None:
        """Return the item of `task`, whatever its label; None if it is missing or damaged."""
        return next(filter(None, (_read(folder, task) for folder in self._lying(task))), None)

    def discard_damaged(self, task: Task) -> bool:
        """Clear away what lies in the item's place and is no such item; True if there was any."""
        damaged = [
            folder
            for folder in self._lying(task)
            if os.path.lexists(folder) and _read(folder, task) is None
        ]
        for folder in damaged:
            limits.discard(self.root, folder)
        return bool(damaged)

    def discard(self, there: Whereabouts) -> None:
        """Remove an item."""
        limits.discard(self.root, there.folder)

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give an empty folder, on the same disk, in which an item can be made."""
        folder = self.root / MAKING / alive.owned_name()
        with _writing(self.root):
            folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            alive.remove(folder)

    def portable(self, words: str, made_in: Path, task: Task) -> str:
        """Return a word of a command line with the item's final place, free of the cache's own."""
        place = str(self._place(task))
        return words.replace(str(made_in), place).replace(f"{self.root}{os.sep}", _ROOT + os.sep)

    def put(self, task: Task, made_in: Path, meta: Meta, *, replace: bool) -> Whereabouts:
        """Move a made item to its place.

        If another process put the same item there meanwhile, that one stays, unless `replace`.
        """
        place = self._place(task)
        with contextlib.ExitStack() as cleaning:
            for _ in range(_ATTEMPTS):
                try:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    windows.patiently(lambda: made_in.rename(place))
                except OSError:
                    if not made_in.is_dir():
                        raise
                    theirs = self.find(task)
                    if theirs and theirs.sizes_fit() and not replace:
                        return theirs
                    if old := limits.set_aside(self.root, place):
                        cleaning.callback(alive.remove, old)
                else:
                    return Whereabouts(place, meta, fresh=True)
        msg = f"{place}: cannot be written"
        raise OutputError(msg, hint="see who may write in the cache folder")

    def touch(self, there: Whereabouts) -> None:
        """Note that an item is used now."""
        with contextlib.suppress(OSError):
            _set_time(there.folder / META)

    def _place(self, task: Task) -> Path:
        return self.root / task.stage / task.folder_name

    def _lying(self, task: Task) -> Iterator[Path]:
        """Yield where the item may lie: under its own label first, then under another one."""
        own = self._place(task)
        yield own
        with contextlib.suppress(OSError):
            for folder in own.parent.iterdir():
                if folder.name.endswith(f"-{task.short_key}") and folder != own:
                    yield folder


def _read(folder: Path, task: Task) -> Whereabouts | None:
    meta = read_meta(folder)
    if meta is None or meta.key != task.key or set(meta.files) != set(task.files):
        return None
    return Whereabouts(folder, meta)


def _set_time(path: Path) -> None:
    now = time.time_ns()
    os.utime(path, ns=(now, now))


@contextlib.contextmanager
def _writing(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = f"the cache folder {root} cannot be written: {error.strerror or error}"
        raise OutputError(
            msg, hint="name another folder in IMSTACK_CACHE, or use --no-cache"
        ) from error
