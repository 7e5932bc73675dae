"""What was made of the frames used last, kept in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Key = TypeVar("Key", bound="Hashable")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """A function that remembers its last few answers; several threads may call it.

    A value is made once, even when two threads ask for it at the same time.
    """

    def __init__(self, make: Callable[[Key], Value], count: int) -> None:
        self._make = make
        self._count = count
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._locks: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def __call__(self, key: Key) -> Value:
        """Return the value of `key`."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            value = self._make(key)
            with self._lock:
                self._kept[key] = value
                while len(self._kept) > self._count:
                    self._kept.popitem(last=False)
            return value
