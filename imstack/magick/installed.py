r"""The ImageMagick installations that Windows' registry lists.

Each installer writes ``SOFTWARE\ImageMagick\VERSION\Q:16`` or its like, and makes itself
``SOFTWARE\ImageMagick\Current``, whatever was current before. Wand would take that one.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = r"SOFTWARE\ImageMagick"
_DEEPEST = 3  # keys below ROOT


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation: its version, bits per value, whether HDRI, and its folder of DLLs."""

    number: tuple[int, ...]
    quantum_depth: int
    hdri: bool
    folder: Path


def choose(known: Iterable[Installation]) -> Installation | None:
    """Return the installation to load: Q16 without HDRI before Q16 HDRI, the newest of a kind.

    None where none of them is Q16: then Wand's own choice stands.
    """
    fit = [one for one in known if one.quantum_depth == 16]
    return max(fit, key=lambda one: (not one.hdri, one.number), default=None)


def installations() -> tuple[Installation, ...]:
    """Return what the registry lists and the disk has; nothing off Windows."""
    found = (_installation(key, values) for key, values in _registry())
    return tuple(dict.fromkeys(one for one in found if one and one.folder.is_dir()))


def _installation(key: str, values: Mapping[str, object]) -> Installation | None:
    r"""Read one key, such as ``7.1.1\Q:16``; its values before its name."""
    folder = values.get("LibPath") or values.get("BinPath")
    if not folder:
        return None
    depth = str(values.get("QuantumDepth") or "") or _first(r"Q:?(\d+)", f"{key} {folder}")
    version = str(values.get("Version") or "") or key
    is_hdri = "hdri" in f"{key} {folder} {version}".lower()
    numbers = tuple(map(int, re.findall(r"\d+", _first(r"(\d+\.\d+\.\d+(?:-\d+)?)", version))))
    return Installation(numbers, int(depth) if depth.isdecimal() else 0, is_hdri, Path(str(folder)))


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


def _registry() -> Iterator[tuple[str, dict[str, object]]]:
    """Yield every key below ROOT, of the machine and of the user, with its values."""
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 - on Windows only

        for hive in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
            yield from _below(hive, "", _DEEPEST)
    else:
        yield from ()


def _below(hive: int, key: str, depth: int) -> Iterator[tuple[str, dict[str, object]]]:
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415

        try:
            with winreg.OpenKey(hive, f"{ROOT}\\{key}".rstrip("\\")) as opened:
                keys, values, _ = winreg.QueryInfoKey(opened)
                yield key, dict(winreg.EnumValue(opened, i)[:2] for i in range(values))
                names = [winreg.EnumKey(opened, i) for i in range(keys)]
        except OSError:
            return
        for name in names if depth else ():
            yield from _below(hive, f"{key}\\{name}".lstrip("\\"), depth - 1)
    else:
        yield from ()
