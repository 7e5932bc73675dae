"""Where the cache is, how large it may get, and how a folder shows that it is ours."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from imstack import alive, windows
from imstack.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER_VARIABLE = "IMSTACK_CACHE"
LIMIT_VARIABLE = "IMSTACK_CACHE_LIMIT"
DEFAULT_LIMIT = 20 * 2**30
"""Bytes that the cache may hold when nothing else is said."""

MARKER = "CACHEDIR.TAG"
"""Marks a cache folder as ours; backup programs leave folders with such a file out."""

MAKING = ".making"
"""Folder of items that are being made or removed."""

RUNNING = ".running"
"""Folder of marks of living runs."""

_WINDOWS = os.name == "nt"
_SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55"
_OURS = b"imstack cache"
_MARKER_TEXT = (
    _SIGNATURE
    + b"\n# This folder is an "
    + _OURS
    + b". Anything in it may be removed at any time;\n# `imstack cache clear` does so.\n"
)
_HARMLESS = {MARKER, MAKING, RUNNING, "lost+found", ".DS_Store", "Thumbs.db", "desktop.ini"}
_ITEM = re.compile(r".+-[0-9a-f]{16}")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?)(?:I?B)?", re.IGNORECASE | re.ASCII)


def default_root(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the cache folder: IMSTACK_CACHE, or where the system keeps caches.

    That is LOCALAPPDATA on Windows; elsewhere XDG_CACHE_HOME, or ``~/.cache``.

    Raises
    ------
    OutputError
        There is no home folder, and nothing else is said.
    """
    if named := environ.get(FOLDER_VARIABLE):
        return Path(named).expanduser().absolute()
    if _WINDOWS and (local := environ.get("LOCALAPPDATA")):
        return Path(local) / "imstack" / "cache"
    cache = environ.get("XDG_CACHE_HOME", "")
    if Path(cache).is_absolute():
        return Path(cache) / "imstack"
    try:
        return Path.home() / ".cache" / "imstack"
    except RuntimeError as error:
        msg = "there is no home folder for the cache"
        raise OutputError(msg, hint=f"set {FOLDER_VARIABLE}, or use --no-cache") from error


def default_limit(environ: Mapping[str, str] = os.environ) -> int | None:
    """Return the size limit in bytes, from IMSTACK_CACHE_LIMIT if it is set; None: no limit."""
    text = environ.get(LIMIT_VARIABLE, "")
    return parse_size(text, LIMIT_VARIABLE) if text.strip() else DEFAULT_LIMIT


def parse_size(text: str, name: str = "size") -> int | None:
    """Return the bytes that a text such as ``500M``, ``20 GB`` or ``1.5T`` says; ``none``: None.

    K, M, G and T are powers of 1024.

    Raises
    ------
    UsageError
        It is no size; the message begins with `name`.
    """
    if text.strip().lower() == "none":
        return None
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        msg = f"{name}: {text!r} is no size"
        raise UsageError(msg, hint="write it as 500M or 20G, or 'none' for no limit")
    number, unit = found.groups()
    return int(float(number) * 1024 ** " KMGT".index(unit.upper() or " "))


def show_size(size: int) -> str:
    """Return a number of bytes as people read it, such as ``1.4 GiB``."""
    amount = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def is_marked(root: Path) -> bool:
    """Return whether a folder has our marker."""
    try:
        text = (root / MARKER).read_bytes()
    except OSError:
        return False
    return text.startswith(_SIGNATURE) and _OURS in text


def is_item_name(name: str) -> bool:
    """Return whether a folder's name is that of an item: a label and a short key."""
    return _ITEM.fullmatch(name) is not None


def prepare(root: Path) -> None:
    """Make the cache folder and mark it as ours, unless that is done already.

    A folder without our marker is taken only if it is empty, or holds nothing but stages: a
    cache shares its folder with nobody.

    Raises
    ------
    OutputError
        It cannot be written, or it is somebody else's.
    """
    try:
        if not is_marked(root):
            _mark(root)
        (root / MAKING).mkdir(exist_ok=True)
    except OSError as error:
        msg = f"the cache folder {root} cannot be written: {error.strerror or error}"
        hint = f"name another folder in {FOLDER_VARIABLE}, or use --no-cache"
        raise OutputError(msg, hint=hint) from error


def _mark(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    strange = next((entry for entry in root.iterdir() if not _looks_ours(entry)), None)
    if strange is not None:
        msg = f"{root} cannot be the cache folder: it holds other things ({strange.name})"
        raise OutputError(msg, hint=f"name a new or empty folder in {FOLDER_VARIABLE}")
    (root / MAKING).mkdir(exist_ok=True)
    draft = root / MAKING / alive.owned_name()
    draft.write_bytes(_MARKER_TEXT)
    windows.patiently(lambda: draft.replace(root / MARKER))


def _looks_ours(entry: Path) -> bool:
    if entry.name in _HARMLESS:
        return True
    return entry.is_dir() and all(is_item_name(item.name) for item in entry.iterdir())
