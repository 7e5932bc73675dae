"""An item of the cache in the hands of a run: facts at once, files when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from imstack.errors import OutputError
from imstack.workspace.keys import Json, hash_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from imstack.workspace.folder import Whereabouts
    from imstack.workspace.meta import Meta

T = TypeVar("T")
_ATTEMPTS = 3
_Signature = tuple[int, int, int]


class Item:
    """What a stage made, now or in an earlier run.

    A file is checked (size and SHA-256) when it is first asked for in this process, and again
    when it changes. A missing or damaged one is made again on the spot; the stage's function is
    kept for that, so it should hold on to other items rather than to pixels.

    Attributes
    ----------
    cached
        True when the item was there already and nothing had to be made.
    """

    def __init__(
        self,
        there: Whereabouts,
        restore: Callable[[Item, str], None],
        *,
        cached: bool,
    ) -> None:
        self.cached = cached
        self._there = there
        self._restore = restore
        self._checked: dict[str, _Signature] = {}
        if there.fresh:
            self._trust()

    def __repr__(self) -> str:
        return f"<Item {self._there.folder.parent.name}/{self._there.folder.name}>"

    @property
    def key(self) -> str:
        """The item's key: what tasks that use it name among their inputs."""
        return self._there.meta.key

    @property
    def facts(self) -> Mapping[str, Json]:
        """What the stage found, in JSON's own types."""
        return self._there.meta.facts

    @property
    def folder(self) -> Path:
        """Where the files are; use `file` to be sure that they are whole."""
        return self._there.folder

    @property
    def meta(self) -> Meta:
        """Everything the item says about itself, such as the seconds that it took."""
        return self._there.meta

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the item's files."""
        return tuple(self._there.meta.files)

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """Command lines that the work equals, word by word."""
        return self._there.commands

    def number(self, fact: str) -> float:
        """Return a fact that is a number."""
        value = self.facts[fact]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(self._unlike(fact, "number"))
        return float(value)

    def whole(self, fact: str) -> int:
        """Return a fact that is a whole number."""
        value = self.facts[fact]
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(self._unlike(fact, "whole number"))
        return value

    def flag(self, fact: str) -> bool:
        """Return a fact that is true or false."""
        value = self.facts[fact]
        if not isinstance(value, bool):
            raise TypeError(self._unlike(fact, "flag"))
        return value

    def text(self, fact: str) -> str:
        """Return a fact that is a string."""
        value = self.facts[fact]
        if not isinstance(value, str):
            raise TypeError(self._unlike(fact, "string"))
        return value

    def file(self, name: str | None = None) -> Path:
        """Return the path of a file, checked, and made again if it is not whole.

        Without `name`: the item's only file.

        Raises
        ------
        KeyError
            The item has no such file.
        OutputError
            The file had to be made again and could not be stored.
        """
        (name,) = self.files if name is None else (name,)
        for _ in range(_ATTEMPTS):
            if self._is_whole(name):
                return self._there.folder / name
            self._restore(self, name)
        msg = f"{self._there.folder / name}: something damages it again and again"
        raise OutputError(msg, hint="leave the cache folder alone while imstack runs")

    def read(self, reader: Callable[[Path], T], name: str | None = None) -> T:
        """Return ``reader(path)`` of a file, and try again if it was damaged meanwhile."""
        path = self.file(name)
        try:
            return reader(path)
        except Exception:
            if self._is_whole(path.name):
                raise
        return reader(self.file(name))

    def settle(self, there: Whereabouts, name: str) -> bool:
        """Take over what lies in the cache now; return whether file `name` is whole there."""
        self._there = there
        self._checked = {}
        if there.fresh:
            self._trust()
        return self._is_whole(name)

    def _is_whole(self, name: str) -> bool:
        stored = self._there.meta.files[name]
        path = self._there.folder / name
        try:
            now = _signature(path)
            if self._checked.get(name) != now:
                if now[0] != stored.size or hash_file(path) != stored.sha256:
                    return False
                self._checked[name] = now
        except OSError:
            return False
        return True

    def _trust(self) -> None:
        """Take files that were just made, and hashed, as checked."""
        for name in self.files:
            try:
                self._checked[name] = _signature(self._there.folder / name)
            except OSError:
                continue  # gone already: `file` will find out

    def _unlike(self, fact: str, kind: str) -> str:
        return f"{self!r}: {fact} is no {kind}: {self.facts[fact]!r}"


def _signature(path: Path) -> _Signature:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino
