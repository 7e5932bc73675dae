"""List files as Windows people have them: one photo a line."""

from __future__ import annotations

import codecs
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - part of the public face
from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.files import contents
from imstack.photos.listtext import GUESSES, decode_list, list_lines
from imstack.photos.lookup import Found, Liberty, Lookup
from imstack.windows import code_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imstack.photos.drives import DriveMap

FEWEST = 2  # a stack of one is no stack
LARGEST = 1 << 20  # bytes of a list: ten thousand names of a hundred letters
_UTF8 = 65001  # the code page that is UTF-8


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One photo of a list.

    Attributes
    ----------
    text
        The name as the list has it, without blanks and quotes around it: what focStack echoes
        and dumps as ``SrcFile``.
    path
        The file.
    line
        The line of the list, from 1; for photos given otherwise, their place.
    """

    text: str
    path: Path
    line: int


def read_list(
    path: str | Path,
    *,
    cwd: Path,
    note: Callable[[str], None],
    maps: Sequence[DriveMap] = (),
    windows: bool = os.name == "nt",
) -> tuple[ListEntry, ...]:
    """Return the photos that a list file names, in its order.

    Parameters
    ----------
    path
        The list file; error messages name it as it is given here.
    cwd
        Current folder: relative names are looked up here first, then beside the list.
    note
        Hears, in one line each, what a user should know: a guessed encoding, and each kind of
        liberty taken with Windows names, once.
    maps
        Where Windows drives are found here (``--map``).
    windows
        True when the system reads Windows names itself; then no liberties are taken.

    Raises
    ------
    InputError
        When the list is missing, is no text or has fewer than 2 entries, or when a name in it
        is refused, missing or ambiguous (``LIST:LINE: ...``).
    """
    label, file = str(path), cwd / path
    lookup = Lookup((cwd, file.parent), tuple(maps), windows)
    text = decode_list(
        _bytes_of(file, label), label=label, note=note, pages=_pages(), fit=lookup.count
    )
    lines = list(list_lines(text, label=label))
    if len(lines) < FEWEST:
        message = f"Need at least {FEWEST} entries in INFILE [{label}]"
        raise InputError(message, hint="one photo a line")
    found = [lookup.find(line.name, f"{label}:{line.line}") for line in lines]
    _tell(found, label, note)
    return tuple(
        ListEntry(line.name, photo.path, line.line)
        for line, photo in zip(lines, found, strict=True)
    )


def _pages() -> tuple[str, ...]:
    """Return the code pages to try, those of this system first."""
    own = (f"cp{page}" for page in code_pages() if page != _UTF8)
    return tuple(page for page in dict.fromkeys((*own, *GUESSES)) if _is_known(page))


def _is_known(page: str) -> bool:
    try:
        return bool(codecs.lookup(page))
    except LookupError:
        return False


def _bytes_of(file: Path, label: str) -> bytes:
    try:
        data = contents(file, LARGEST)
    except (FileNotFoundError, NotADirectoryError) as error:
        message = f"Can't find INFILE [{label}]"
        raise InputError(message) from error
    except IsADirectoryError as error:
        message = f"{label} is a folder, not a list of photos"
        raise InputError(message) from error
    except OSError as error:
        message = f"Can't read INFILE [{label}]: {error.strerror}"
        raise InputError(message) from error
    if len(data) > LARGEST:
        message = f"{label}: more than {LARGEST} bytes; no list of photos is so long"
        raise InputError(message, hint="is this a list? One photo a line")
    return data


def _tell(found: Sequence[Found], label: str, note: Callable[[str], None]) -> None:
    counts = Counter(liberty for photo in found for liberty in photo.liberties)
    for liberty in Liberty:
        if count := counts[liberty]:
            note(f"{label}: {liberty.value} ({count} of {len(found)} names)")
