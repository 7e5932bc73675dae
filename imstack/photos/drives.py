"""Names as Windows writes them, read where there are no drives."""

from __future__ import annotations

import re
from dataclasses import dataclass

from imstack.errors import UsageError

_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class DriveMap:
    r"""Where a Windows drive or folder is found here: ``C:`` is ``/mnt/c``.

    `windows` is the start of a name as Windows writes it (``C:``, ``D:\photos``,
    ``\\server\share``); case and the kind of slash make no difference.
    """

    windows: str
    here: str

    def apply(self, name: str) -> str | None:
        """Return `name` with its start replaced; None when it starts otherwise."""
        start, given = _plain(self.windows), slashed(name)
        rest = given[len(start) :]
        if given[: len(start)].casefold() != start.casefold() or rest[:1] not in {"", "/"}:
            return None
        return f"{self.here.rstrip('/')}{rest}" or "/"


def parse_map(text: str) -> DriveMap:
    """Return the map that ``--map C:=/mnt/c`` gives.

    Raises
    ------
    UsageError
        When a side is missing.
    """
    windows, equals, here = text.partition("=")
    if not equals or not _plain(windows.strip()) or not here.strip():
        message = f"--map {text}: expected a Windows drive or folder, = and a folder here"
        raise UsageError(message, hint="for example --map C:=/mnt/c")
    return DriveMap(windows.strip(), here.strip())


def map_drive(name: str, maps: tuple[DriveMap, ...]) -> tuple[str, DriveMap] | None:
    """Return `name` by the map with the longest fitting start, and that map; None without one."""
    fitting = [(len(_plain(m.windows)), moved, m) for m in maps if (moved := m.apply(name))]
    return max(fitting, key=lambda found: found[0])[1:] if fitting else None


def drive_of(name: str) -> str:
    r"""Return the drive letter with its colon, or ``\\server\share``, or nothing."""
    if _DRIVE.match(name):
        return name[:2].upper()
    if not name.startswith("\\\\"):
        return ""
    return "\\\\" + "\\".join(name[2:].split("\\")[:2])


def is_drive_relative(name: str) -> bool:
    r"""Return True for ``C:photo.jpg``: a name in whatever folder drive C is in just then."""
    return bool(_DRIVE.match(name)) and name[2:3] not in {"\\", "/"}


def slashed(name: str) -> str:
    """Return `name` with forward slashes."""
    return name.replace("\\", "/")


def _plain(start: str) -> str:
    return slashed(start).rstrip("/")
