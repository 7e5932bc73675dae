"""Where the photo is that a list names.

The BAT files looked in the current folder only. Here the list's own folder is tried after it,
and names in Windows dress are understood on other systems.
"""

from __future__ import annotations

import enum
import filecmp
import os
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.photos.drives import DriveMap, drive_of, is_drive_relative, map_drive, slashed
from imstack.photos.listtext import list_lines, shown
from imstack.windows import long_path_hint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_VARIABLE = re.compile(r"%[A-Za-z_][^%\\/]*%")


class Liberty(enum.Enum):
    """What was done to a name to find its photo."""

    MAPPED = "drives and folders are looked up as --map says"
    SLASHED = "backslashes are read as slashes"
    ANY_CASE = "names are matched without regard to case"


@dataclass(frozen=True, slots=True)
class Found:
    """A photo's file, and the liberties taken with its name."""

    path: Path
    liberties: tuple[Liberty, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """How to find the photos of one list.

    `folders`: where relative names are looked up, in this order. `windows`: whether this system
    reads Windows names itself, and then they are taken as written.
    """

    folders: tuple[Path, ...]
    maps: tuple[DriveMap, ...] = ()
    windows: bool = os.name == "nt"

    def find(self, name: str, where: str) -> Found:
        """Return the photo that `name` means; `where` (``list:line``) begins any complaint.

        Raises
        ------
        InputError
            When there is no such file, or more than one that it could be.
        """
        if path := self._one(name, self._as_written(name), where):
            return Found(path)
        if _VARIABLE.search(name):
            message = f"{where}: a list takes no variables: {shown(name)}"
            raise InputError(message, hint="write the value instead of %NAME%")
        if not self.windows and (found := self._translated(name, where)):
            return found
        raise self._missing(name, where)

    def count(self, text: str) -> int:
        """Return how many names of a list's text are those of photos."""
        count = 0
        with suppress(InputError):
            for line in list_lines(text, label=""):
                with suppress(InputError):
                    self.find(line.name, "")
                    count += 1
        return count

    def _translated(self, name: str, where: str) -> Found | None:
        here, liberties = self._in_our_words(name, where)
        if liberties and (path := self._one(name, self._as_written(here), where)):
            return Found(path, liberties)
        if path := self._one(name, self._in_any_case(here, where), where):
            return Found(path, (*liberties, Liberty.ANY_CASE))
        return None

    def _in_our_words(self, name: str, where: str) -> tuple[str, tuple[Liberty, ...]]:
        """Return `name` with slashes and without a drive."""
        if is_drive_relative(name):
            message = f"{where}: {shown(name)} gives a drive but no folder on it"
            raise InputError(message, hint=rf"write {name[:2]}\FOLDER\{shown(name[2:])[1:-1]}")
        if mapped := map_drive(name, self.maps):
            return mapped[0], (Liberty.MAPPED,)
        return slashed(name), (Liberty.SLASHED,) if "\\" in name else ()

    def _as_written(self, name: str) -> list[Path]:
        paths = dict.fromkeys(folder / name for folder in self.folders)  # absolute: only once
        return [path for path in paths if is_file(path)]

    def _in_any_case(self, name: str, where: str) -> list[Path]:
        absolute = name.startswith("/")
        found = []
        for folder in (Path("/"),) if absolute else self.folders:
            paths = sorted(_any_case(folder, [part for part in name.split("/") if part]))
            if len(paths) > 1:
                message = f"{where}: {shown(name)} could be {paths[0]} or {paths[1]}"
                raise InputError(message, hint="write the name with its own capitals")
            found += paths
        return found

    def _one(self, name: str, paths: Sequence[Path], where: str) -> Path | None:
        """Return the first of `paths`; all must hold the same photo."""
        for other in paths[1:]:
            if not _same(paths[0], other):
                message = f"{where}: {shown(name)} is both {paths[0]} and {other}, and they differ"
                raise InputError(message, hint="write the full name of the one that you mean")
        return paths[0] if paths else None

    def _missing(self, name: str, where: str) -> InputError:
        message = f"{where}: can't find photo {shown(name)}"
        drive = "" if self.windows or map_drive(name, self.maps) else drive_of(name)
        if drive:
            hint = f"say where {drive} is with --map {drive}=FOLDER"
            return InputError(f"{message}: there is no {drive} here; use --map", hint=hint)
        places = " and ".join(dict.fromkeys(str(folder) for folder in self.folders))
        hint = f"relative names are looked up in {places}"
        return InputError(message, hint=long_path_hint(self.folders[0] / name) or hint)


def is_folder(path: Path) -> bool:
    """Return True when `path` can be seen to be a folder; see `is_file`."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_file(path: Path) -> bool:
    """Return True when `path` can be seen to be a file; a name that cannot exist is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, no permission, not to be spelled on this system
        return False


def _any_case(folder: Path, parts: Sequence[str]) -> Iterator[Path]:
    """Yield the files below `folder` whose names are `parts` but for case."""
    if not parts:  # the name was nothing but slashes
        return
    part, rest = parts[0], parts[1:]
    nexts = [folder / part] if part in {".", ".."} else _entries(folder, part)
    for path in nexts:
        if rest:
            yield from _any_case(path, rest)
        elif is_file(path):
            yield path


def _entries(folder: Path, name: str) -> list[Path]:
    wanted = _caseless(name)
    try:
        return [path for path in folder.iterdir() if _caseless(path.name) == wanted]
    except OSError:
        return []


def _caseless(name: str) -> str:
    """Return what two names share that differ in case, or in how their accents are coded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other) or filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False
