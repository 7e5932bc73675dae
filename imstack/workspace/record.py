"""The record of a run: one JSON line for each item, so that everybody can see what was done.

The first line says which imstack and when; every other one is an `Entry`. Lines are written as
things happen: after a crash the record tells how far the run came.
"""

from __future__ import annotations

import json
import shlex
import threading
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from imstack.errors import OutputError
from imstack.files import contents
from imstack.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from imstack.workspace.keys import Json

FORMAT = 1
"""Version of the record's lines."""

_START = b'{"record": '

How = Literal["made", "cached", "remade"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a run.

    Attributes
    ----------
    stage, label, key
        Which item.
    how
        ``made`` now, ``cached`` from an earlier run, or ``remade`` because it was damaged.
    seconds, cpu_seconds
        What it took in this run: by the clock, and of the process meanwhile (items made side
        by side share it).
    folder, files
        Where its files are, and their sizes in bytes.
    facts
        What the stage found.
    commands
        Command lines that the work equals, word by word.
    """

    stage: str
    label: str
    key: str
    how: How
    seconds: float
    cpu_seconds: float
    folder: str
    files: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Json] = field(default_factory=dict)
    commands: Sequence[Sequence[str]] = ()

    @property
    def command_lines(self) -> tuple[str, ...]:
        """The commands as a shell reads them."""
        return tuple(shlex.join(words) for words in self.commands)


class Record:
    """Collects the entries of a run, and appends them to a file if it has one.

    Parameters
    ----------
    path
        File to write; an older record is replaced, any other file is not. None: only in memory.
    about
        What else the first line shall say (the recipe, the ImageMagick build).

    Raises
    ------
    OutputError
        The file cannot be written.
    """

    def __init__(self, path: Path | None = None, about: Mapping[str, Json] | None = None) -> None:
        self.path = path
        self._entries: list[Entry] = []
        self._lock = threading.Lock()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        head = {"record": FORMAT, "imstack": VERSION, "started": now, **(about or {})}
        self._check_is_ours()
        self._write(head, mode="w")

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What has happened so far, in order."""
        with self._lock:
            return tuple(self._entries)

    def add(self, entry: Entry) -> None:
        """Add one entry; several threads may do so at once."""
        with self._lock:
            self._entries.append(entry)
            self._write(asdict(entry), mode="a")

    def _check_is_ours(self) -> None:
        """Refuse to replace what is no record: a slip of the pen must not cost a photo."""
        if self.path is None:
            return
        try:
            start = contents(self.path, len(_START))[: len(_START)]
        except FileNotFoundError:
            return
        except OSError as error:
            msg = f"{self.path}: the record cannot be written: {error.strerror or error}"
            raise OutputError(msg, hint="write it elsewhere") from error
        if start and start != _START:
            msg = f"{self.path}: is a file that is no record; it is not replaced"
            raise OutputError(msg, hint="choose another name, or remove it")

    def _write(self, line: Mapping[str, object], mode: Literal["w", "a"]) -> None:
        if self.path is None:
            return
        try:
            with self.path.open(mode, encoding="ascii", newline="\n") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:
            msg = f"{self.path}: the record cannot be written: {error.strerror or error}"
            raise OutputError(msg, hint="free some space, or write it elsewhere") from error


def read_record(path: Path) -> tuple[Entry, ...]:
    """Read a run's entries; a last line that a killed run left unfinished is left out."""
    lines = path.read_text(encoding="ascii").splitlines(keepends=True)
    bodies = [json.loads(line) for line in lines[1:] if line.endswith("\n")]
    return tuple(
        Entry(**{**body, "commands": tuple(map(tuple, body["commands"]))}) for body in bodies
    )


def count(entries: Iterable[Entry], how: How) -> dict[str, int]:
    """Return how many items each stage has that were `how`; stages without any are left out."""
    counts: dict[str, int] = {}
    for entry in entries:
        if entry.how == how:
            counts[entry.stage] = counts.get(entry.stage, 0) + 1
    return counts
