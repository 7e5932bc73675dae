"""The photos of a stack, given as a list file, as a folder or one by one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.files import kind_fault
from imstack.photos.listfile import FEWEST, ListEntry, read_list
from imstack.photos.listtext import shown
from imstack.photos.lookup import is_file, is_folder
from imstack.windows import long_path_hint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imstack.photos.drives import DriveMap

PHOTO_SUFFIXES = frozenset({
    ".avif", ".bmp", ".gif", ".heic", ".heif", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg",
    ".jxl", ".miff", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp",
})  # fmt: skip
"""What counts as a photo in a folder; camera raw files do not, for a camera writes JPEGs beside."""

RAW_SUFFIXES = frozenset({
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dng", ".iiq", ".nef", ".nrw", ".orf", ".pef", ".raf",
    ".raw", ".rw2", ".srw", ".x3f",
})  # fmt: skip
"""Camera raw files, which a folder's photos are not taken from."""

_DIGITS = re.compile(r"([0-9]+)")
_WILDCARD = re.compile(r"([*?])")


def gather(
    names: Sequence[str | Path],
    *,
    cwd: Path,
    note: Callable[[str], None],
    maps: Sequence[DriveMap] = (),
) -> tuple[ListEntry, ...]:
    """Return the photos that `names` mean: one list file, one folder, or the photos themselves.

    A single name is a list unless it is a folder or ends like a photo. Wildcards are expanded
    here, for cmd.exe and PowerShell leave that to the programs. For `cwd`, `note` and `maps`
    see `read_list`.

    Raises
    ------
    InputError
        When a photo is missing, there are fewer than 2, or a list or folder stands among photos.
    """
    if not all(map(str, names)):  # as a shell gives for a variable that is not set
        message = "the name of a photo, list or folder is empty"
        raise InputError(message, hint="a variable in the command may not be set")
    names = [one for name in names for one in _expanded(name, cwd)]
    if len(names) != 1:
        return _photos(names, cwd)
    only = cwd / names[0]
    if is_folder(only):
        return _folder(names[0], cwd)
    if only.suffix.lower() in PHOTO_SUFFIXES:
        return _photos(names, cwd)
    return read_list(names[0], cwd=cwd, note=note, maps=maps)


def _expanded(name: str | Path, cwd: Path) -> list[str | Path]:
    """Return the files that a name with ``*`` or ``?`` means, in the order of a folder's photos.

    Case makes no difference, and ``*.*`` is every file, as in cmd.exe. A file of that very name
    comes first, and any other name is itself.
    """
    pattern = Path(name).name
    if not _WILDCARD.search(pattern) or is_file(cwd / name):
        return [name]
    parent = Path(name).parent
    wanted = _matcher(pattern)
    files = [file.name for file in _files(cwd / parent) if wanted.fullmatch(file.name)]
    if not files:
        message = f"no file is called {shown(str(name))}"
        raise InputError(message, hint="* and ? stand for parts of names, not of folders")
    return [parent / file for file in sorted(files, key=natural_key)]


def _matcher(pattern: str) -> re.Pattern[str]:
    parts = _WILDCARD.split("*" if pattern == "*.*" else pattern)
    signs = {"*": ".*", "?": "."}
    text = "".join(signs.get(part) or re.escape(part) for part in parts)
    hidden = "" if pattern.startswith(".") else r"(?!\.)"
    return re.compile(hidden + text, re.IGNORECASE | re.DOTALL)


def natural_key(name: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]], str]:
    """Return a key that sorts numbers in names by value: IMG_9 before IMG_10.

    A name comes before those that go on where it ends: ``a.jpg``, then ``a-1.jpg``, ``a2.jpg``.
    Case makes no difference, except between names that are otherwise the same.
    """
    stem, ending = os.path.splitext(name.casefold())  # noqa: PTH122 - a name, not a path
    return _by_value(stem), _by_value(ending), name


def _by_value(text: str) -> list[tuple[int, str]]:
    """Cut a text at its numbers; a number is compared by its length, and then by its digits."""
    parts = _DIGITS.split(text)
    numbers = [part.lstrip("0") for part in parts]
    return [(len(n), n) if i % 2 else (-1, parts[i]) for i, n in enumerate(numbers)]


def _folder(name: str | Path, cwd: Path) -> tuple[ListEntry, ...]:
    files = sorted(_images(cwd / name), key=lambda path: natural_key(path.name))
    if len(files) < FEWEST:
        message = f"{name}: need at least {FEWEST} photos in the folder, found {len(files)}"
        raise InputError(message, hint=_hint(cwd / name))
    return tuple(ListEntry(path.name, path, place) for place, path in enumerate(files, start=1))


def _hint(folder: Path) -> str:
    """Say what a folder with too few photos has instead."""
    raws = " ".join(sorted({path.suffix.lower() for path in folder.iterdir()} & RAW_SUFFIXES))
    if raws:
        return f"camera raw files ({raws}) must be developed to TIFF or JPEG first"
    return f"photos end in {' '.join(sorted(PHOTO_SUFFIXES))}"


def _images(folder: Path) -> list[Path]:
    return [
        path
        for path in _files(folder)
        if path.suffix.lower() in PHOTO_SUFFIXES and not path.name.startswith(".")
    ]


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if is_file(path)]
    except OSError as error:
        message = f"{folder}: cannot be read: {error.strerror}"
        raise InputError(message) from error


def _photos(names: Sequence[str | Path], cwd: Path) -> tuple[ListEntry, ...]:
    entries = tuple(
        ListEntry(str(name), cwd / name, place) for place, name in enumerate(names, start=1)
    )
    for entry in entries:
        if is_folder(entry.path):
            message = f"{entry.text} is a folder"
            raise InputError(message, hint="give one folder, one list, or the photos themselves")
        if not is_file(entry.path):
            why = kind_fault(entry.path)
            message = f"can't find photo {shown(entry.text)}{why and f': {why}'}"
            hint = "give one folder, one list, or the photos themselves"
            raise InputError(message, hint=long_path_hint(entry.path) or hint)
        if entry.path.suffix.lower() == ".txt":
            message = f"{entry.text} is a list, and lists cannot stand beside photos"
            raise InputError(message, hint="give one list alone, or the photos themselves")
    if len(entries) < FEWEST:
        message = f"need at least {FEWEST} photos, got {len(entries)}"
        raise InputError(message, hint="give one folder, one list, or the photos themselves")
    return entries
