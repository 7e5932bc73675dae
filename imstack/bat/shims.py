"""Writing the stand-ins for the BAT scripts into a folder.

That folder may well be the one with the original scripts, and those are not ours to lose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.bat.shimtext import MARK, PROGRAM, shim_text
from imstack.bat.variables import SCRIPTS
from imstack.errors import OutputError, UsageError
from imstack.files import contents

if TYPE_CHECKING:
    from pathlib import Path

_PREFERRED = (".com", ".exe")  # what CALL NAME runs rather than NAME.bat
_PLAIN_PROGRAM = re.compile(r"[ #$&'()+,\-./0-9:;=@A-Z\[\\\]_`a-z{}~]+")  # no ", %, ! or ^


@dataclass(frozen=True, slots=True)
class WrittenShims:
    """What was written, and the files of others that were moved aside for it, old to new."""

    written: tuple[Path, ...]
    kept: tuple[tuple[Path, Path], ...] = ()


def write_shims(folder: Path, *, program: str = PROGRAM, force: bool = False) -> WrittenShims:
    """Write a BAT file for every script into `folder`, made when it is not there.

    Shims written before are replaced. A file of the same name that is something else stops
    everything before anything is written; with `force` it is renamed to ``NAME.bat.orig`` (or
    ``.orig2``, ``.orig3`` ..) first.

    Parameters
    ----------
    folder
        Where PICTBAT will point.
    program
        What the shims run unless the variable IMSTACK says otherwise.
    force
        Move other files of these names aside.

    Raises
    ------
    OutputError
        When other files are in the way, or the folder cannot be written.
    UsageError
        When `program` cannot stand in a BAT file.
    """
    if not _PLAIN_PROGRAM.fullmatch(program):
        message = (
            f"--program {program}: a BAT file can hold only plain ASCII without quotes, %, ! and ^"
        )
        raise UsageError(message, hint="let a variable name it: set IMSTACK=...")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        present = {path.name.lower(): path for path in folder.iterdir()}
        _refuse_programs(folder, present)
        foreign = [path for path in _targets(folder, present) if _is_foreign(path)]
        if foreign and not force:
            raise _in_the_way(folder, foreign)
        kept = tuple((path, _move_aside(path)) for path in foreign)
        return WrittenShims(tuple(_write(folder, present, program)), kept)
    except OSError as error:
        message = f"{error.filename or folder}: cannot be written: {error.strerror}"
        raise OutputError(message) from error


def _targets(folder: Path, present: dict[str, Path]) -> list[Path]:
    """The files to write, in the spelling in which they are there already."""
    names = [f"{script.name}.bat" for script in SCRIPTS]
    return [present.get(name.lower(), folder / name) for name in names]


def _write(folder: Path, present: dict[str, Path], program: str) -> list[Path]:
    targets = _targets(folder, present)
    for path, script in zip(targets, SCRIPTS, strict=True):
        path.write_bytes(shim_text(script, program).replace("\n", "\r\n").encode("ascii"))
    return targets


def _refuse_programs(folder: Path, present: dict[str, Path]) -> None:
    for script in SCRIPTS:
        for ending in _PREFERRED:
            if path := present.get(f"{script.name}{ending}".lower()):
                message = f"{path.name} is in {folder}, and `call {script.name}` would run that"
                raise OutputError(message, hint="choose another folder, and point PICTBAT at it")


def _is_foreign(path: Path) -> bool:
    return path.exists() and not contents(path, len(MARK)).startswith(MARK.encode())


def _in_the_way(folder: Path, foreign: list[Path]) -> OutputError:
    names = ", ".join(path.name for path in foreign)
    message = f"{folder} holds other files of these names: {names}"
    hint = "choose another folder, or --force, which keeps them as NAME.bat.orig"
    return OutputError(message, hint=hint)


def _move_aside(path: Path) -> Path:
    endings = (".orig" if i == 1 else f".orig{i}" for i in range(1, 1000))
    free = next(aside for e in endings if not (aside := path.with_name(path.name + e)).exists())
    return path.rename(free)
