"""Where recipes are found: the ones that ship with imstack, and the user's own files."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources
from pathlib import Path

from imstack.errors import OutputError
from imstack.files import contents, kind_fault
from imstack.recipe.source import LARGEST

SCHEMA = "recipe.schema.json"
_ENDINGS = (".yaml", ".yml")
_MODELINE = "# yaml-language-server: $schema="


@dataclass(frozen=True, slots=True)
class Place:
    """A recipe file.

    Attributes
    ----------
    path
        Where it is.
    shown
        How people are told of it: the path as they gave it, or the bare file name when shipped.
    """

    path: Path
    shown: str


def folder() -> Path:
    """Return the folder of the shipped recipes: inside an installed package, or of a checkout."""
    package = Path(str(resources.files("imstack")))
    installed = package / "_recipes"
    return installed if installed.is_dir() else package.parent / "recipes"


def names() -> tuple[str, ...]:
    """Return the names of the shipped recipes."""
    return tuple(sorted(path.stem for path in folder().glob("*.yaml")))


def find(asked: str, near: Place | None = None) -> Place | None:
    """Return the recipe that `asked` means, or None.

    With a slash or a YAML ending it is a path, relative to the recipe `near` that names it, or
    to the current folder. Anything else is a name: of a shipped recipe, or of a file of that
    name with a YAML ending in that same folder.
    """
    if _is_path(asked):
        return _beside(asked, near)
    shipped = folder() / f"{asked}.yaml"
    if asked in names():
        return Place(shipped, shipped.name)
    own = (_beside(asked + ending, near) for ending in _ENDINGS)
    return next((place for place in own if _is_file(place.path)), None)


def missing(asked: str) -> str:
    """Say that there is no recipe of the name `asked`, and which ones there are."""
    close = get_close_matches(asked.lower(), names(), n=1, cutoff=0.5)
    meant = f"did you mean '{close[0]}'?" if close else f"the shipped ones are {', '.join(names())}"
    return f"no recipe has this name; {meant}"


def copy(place: Place, target: Path, *, force: bool = False) -> Path:
    """Copy a recipe to `target`, a file or a folder, for the user to change; return the file.

    The line that tells editors about the schema is set to the installed one.

    Raises
    ------
    OutputError
        When there is a file already and `force` is not given, or it cannot be written.
    """
    target = target / place.path.name if target.is_dir() else target
    try:
        text = contents(place.path, LARGEST)[:LARGEST].decode("utf-8")
        if strange := kind_fault(target):
            raise OSError(errno.EINVAL, strange)
        with target.open("w" if force else "x", encoding="utf-8") as file:
            file.write(_with_schema(text))
    except FileExistsError as error:
        message = f"{target}: there is a file of this name already"
        raise OutputError(message, hint="--force replaces it") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = str(error.strerror) if isinstance(error, OSError) else "not UTF-8"
        message = f"{target}: cannot copy {place.shown} here: {reason}"
        raise OutputError(message) from error
    return target


def _with_schema(text: str) -> str:
    line = f"{_MODELINE}{(folder() / SCHEMA).as_uri()}"
    old = _MODELINE + SCHEMA
    return text.replace(old, line, 1)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or not to be spelled on this system
        return False


def _is_path(asked: str) -> bool:
    return any(sign in asked for sign in "/\\") or asked.lower().endswith(_ENDINGS)


def _beside(asked: str, near: Place | None) -> Place:
    if near is None:
        return Place(Path(asked), asked)
    return Place(near.path.parent / asked, os.path.normpath(Path(near.shown).parent / asked))
