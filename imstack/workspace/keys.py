"""Content keys: the same work has the same name, and no other work has it.

A key is the SHA-256 of everything that decides what a stage makes: the stage and its version,
the settings that matter to it, its inputs, the ImageMagick build, and the names of its files.
Neither the place, the time nor the label is in it: renaming a list file repeats no work.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral, Real
from pathlib import Path, PurePath
from typing import TypeAlias

from imstack.errors import InputError

FORMAT = 1
"""Version of the cache's layout; part of every key, so that another layout is never misread."""

META = "meta.json"
"""File of an item that says what it is; no stage may use this name."""

SHORT = 16
"""Hexadecimal digits of the key that name an item's folder."""

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Facts: TypeAlias = Mapping[str, object]

_EXACT = 2**53
_STAGE = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_UNSPEAKABLE = re.compile(r"[^\w.-]+")
_LONGEST_LABEL = 50


@dataclass(frozen=True, eq=False)
class Task:
    """What a stage is asked to make.

    Attributes
    ----------
    stage
        Name of the stage: small letters, digits, ``-`` and ``_``.
    version
        Version of the stage; raise it whenever the stage would make something else.
    settings
        The settings that matter to this stage, and only these.
    inputs
        Digests of source photos and keys of items, in the order in which they are used.
    magick
        Which ImageMagick build does the work; empty when none is involved.
    files
        Names of the files that the stage writes into the folder it is given.
    label
        Speaking name for folders and messages, such as ``wall_fs_3``; not part of the key.
    work
        How much work it is (megapixels, say), to foretell its time; not part of the key.

    Raises
    ------
    TypeError
        A setting is nothing that JSON can hold.
    ValueError
        A name that cannot be a file, or a number that is not finite.
    """

    stage: str
    version: int
    settings: Mapping[str, object]
    inputs: tuple[str, ...]
    magick: str
    files: tuple[str, ...]
    label: str
    work: float = 1.0

    def __post_init__(self) -> None:
        if not _STAGE.fullmatch(self.stage):
            msg = f"stage {self.stage!r}: small letters, digits, - and _ only"
            raise ValueError(msg)
        _check_files(self.files)
        object.__setattr__(self, "settings", plain_mapping(self.settings, "settings"))

    @cached_property
    def key(self) -> str:
        """SHA-256 of what decides the outcome, 64 hexadecimal digits."""
        return digest(
            {
                "format": FORMAT,
                "stage": self.stage,
                "version": self.version,
                "settings": self.settings,
                "inputs": self.inputs,
                "magick": self.magick,
                "files": self.files,
            }
        )

    @property
    def short_key(self) -> str:
        """The part of the key that stands in the folder's name."""
        return self.key[:SHORT]

    @property
    def name(self) -> str:
        """Stage and label, for messages."""
        return f"{self.stage}/{self.label}"

    @property
    def folder_name(self) -> str:
        """Name of the item's folder: a harmless form of the label, and the short key."""
        label = _UNSPEAKABLE.sub("_", self.label).strip("._-")[:_LONGEST_LABEL] or "item"
        return f"{label}-{self.short_key}"


def digest(value: object) -> str:
    """Return the SHA-256 of a value made of mappings, sequences, strings and numbers.

    The order of a mapping's keys does not matter, nor does the type of a whole number:
    4 and 4.0 are the same setting, 1 and true are not.
    """
    return hashlib.sha256(canonical(value).encode("ascii")).hexdigest()


def canonical(value: object) -> str:
    """Return the one JSON text that `digest` hashes."""
    return json.dumps(
        _whole_as_int(plain(value)), sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def plain(value: object, where: str = "value") -> Json:
    """Return `value` as JSON's own types, exactly as it will be read back from a file.

    Raises
    ------
    TypeError
        It holds something that JSON does not know; `where` leads to it.
    ValueError
        It holds a number that is not finite.
    """
    match value:
        case None | bool():
            return value
        case str() | PurePath():
            return str.__str__(value) if isinstance(value, str) else str(value)
        case Integral():
            return int(value)
        case Real():
            return _finite(float(value), where)
        case Mapping():
            return plain_mapping(value, where)
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return [plain(part, f"{where}[{index}]") for index, part in enumerate(value)]
    msg = f"{where}: {type(value).__name__} cannot be kept in the cache"
    raise TypeError(msg)


def plain_mapping(value: Mapping[str, object], where: str) -> dict[str, Json]:
    """Return a mapping as `plain` does; its keys must be strings."""
    return {_name(key, where): plain(part, f"{where}.{key}") for key, part in value.items()}


_digests: dict[tuple[str, int, int, int], str] = {}


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a source photo's bytes, 64 hexadecimal digits.

    A file whose size and time have not changed is read once in a process.

    Raises
    ------
    InputError
        The file is missing or cannot be read.
    """
    try:
        status = path.stat()
        known = (str(path.absolute()), status.st_size, status.st_mtime_ns, status.st_ino)
        if known not in _digests:
            _digests[known] = hash_file(path)
        return _digests[known]
    except OSError as error:
        msg = f"{path}: {error.strerror or error}"
        raise InputError(msg, hint="check the name, and that you may read the file") from error


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_files(files: tuple[str, ...]) -> None:
    if len({name.casefold() for name in files}) != len(files):
        msg = f"a file is named twice: {', '.join(files)}"
        raise ValueError(msg)
    for name in files:
        if name in {"", ".", ".."} or name.casefold() == META or re.search(r"[/\\:\0]", name):
            msg = f"{name!r} cannot be the name of a file in the cache"
            raise ValueError(msg)


def _name(key: object, where: str) -> str:
    if not isinstance(key, str):
        msg = f"{where}: key {key!r} is no string"
        raise TypeError(msg)
    return str.__str__(key)


def _finite(number: float, where: str) -> float:
    if not math.isfinite(number):
        msg = f"{where}: {number} cannot be kept in the cache"
        raise ValueError(msg)
    return number


def _whole_as_int(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if isinstance(value, list):
        return [_whole_as_int(part) for part in value]
    if isinstance(value, dict):
        return {key: _whole_as_int(part) for key, part in value.items()}
    return value
