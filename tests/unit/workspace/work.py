"""A small stage for the tests: it writes two files that follow from the task's settings."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imstack.workspace import Item, Made, Store, Task

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("frame.miff", "mask.png")


def task(number: int = 0, **changes: object) -> Task:
    """Return a task; `number` is its only setting."""
    parts: dict[str, object] = {
        "stage": "warp",
        "version": 1,
        "settings": {"number": number},
        "inputs": ("aa", "bb"),
        "magick": "6.9.11 Q16",
        "files": FILES,
        "label": f"wall_fs_{number}",
    }
    return Task(**{**parts, **changes})  # type: ignore[arg-type]


def content(number: int, name: str, size: int = 2000) -> bytes:
    """Return what the stage writes."""
    return (f"{name} {number} " * size).encode()[:size]


@dataclass
class Stage:
    """Makes the task's files, and counts how often."""

    number: int = 0
    size: int = 2000
    made: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, folder: Path) -> Made:
        with self.lock:
            self.made += 1
        for name in FILES:
            (folder / name).write_bytes(content(self.number, name, self.size))
        facts = {"scale": 0.979424792, "dx": -8, "dodgy": False, "name": "é", "list": (1, 2.5)}
        return Made(facts, [["convert", "in.jpg", str(folder / "frame.miff")]])


def take(store: Store, number: int = 0, size: int = 2000) -> Item:
    """Take or make one item."""
    return store.take_or_make(task(number), Stage(number, size))


def assert_whole(item: Item, number: int = 0, size: int = 2000) -> None:
    """Check every byte that an item gives."""
    for name in FILES:
        assert item.file(name).read_bytes() == content(number, name, size)


class Warnings(list[str]):
    """Collects warnings."""

    def __call__(self, text: str) -> None:
        self.append(text)
