"""What an item says about itself: `meta.json`, sealed so that any damage shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from imstack.version import VERSION
from imstack.workspace.keys import META, Facts, Json, Task, hash_file, plain, plain_mapping

if TYPE_CHECKING:
    from pathlib import Path

Words = Sequence[str]
"""One command line, word by word."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a stage gives back when it has written its files.

    Attributes
    ----------
    facts
        Numbers and strings found: anything that JSON can hold.
    commands
        The command lines that the work equals, each as a list of words. Where they name the
        folder that the stage was given, they will name the item's final folder.
    """

    facts: Facts
    commands: Sequence[Words] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """One file of an item: its size in bytes, and the SHA-256 of its bytes."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read the file and say what it is."""
        return cls(path.stat().st_size, hash_file(path))


@dataclass(frozen=True, slots=True)
class Meta:
    """Content of an item's `meta.json`.

    Times in seconds: `seconds` by the clock, `cpu_seconds` of the whole process meanwhile.
    `created` is a UTC time, `program` the imstack that made it.
    """

    key: str
    task: Mapping[str, Json]
    facts: Mapping[str, Json]
    commands: tuple[tuple[str, ...], ...]
    files: Mapping[str, Stored]
    seconds: float
    cpu_seconds: float
    created: str
    program: str

    @property
    def size(self) -> int:
        """Size of the item's files, in bytes."""
        return sum(stored.size for stored in self.files.values())

    @property
    def work(self) -> float:
        """How much work it was, as `Task.work` said."""
        work = self.task["work"]
        return float(work) if isinstance(work, int | float) else 0.0


def describe(
    task: Task, made: Made, files: Mapping[str, Stored], seconds: float, cpu_seconds: float
) -> Meta:
    """Return the meta of an item that was just made."""
    return Meta(
        key=task.key,
        task={
            "stage": task.stage,
            "version": task.version,
            "label": task.label,
            "settings": plain(task.settings),
            "inputs": plain(task.inputs),
            "magick": task.magick,
            "work": float(task.work),
        },
        facts=plain_mapping(made.facts, f"facts of {task.name}"),
        commands=tuple(tuple(str(word) for word in words) for words in made.commands),
        files=files,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        program=f"imstack {VERSION}",
    )


def write_meta(folder: Path, meta: Meta) -> None:
    """Write `meta.json` into an item's folder."""
    body = asdict(meta)
    text = json.dumps({**body, "seal": _seal(body)}, indent=1, allow_nan=False)
    (folder / META).write_text(text + "\n", encoding="ascii")


def read_meta(folder: Path) -> Meta | None:
    """Read an item's `meta.json`; None when it is missing, or damaged in any way."""
    try:
        body = json.loads((folder / META).read_text(encoding="ascii"))
        if body.pop("seal") != _seal(body):
            return None
        body["files"] = {name: Stored(**stored) for name, stored in body["files"].items()}
        body["commands"] = tuple(tuple(words) for words in body["commands"])
        return Meta(**body)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _seal(body: Mapping[str, object]) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
