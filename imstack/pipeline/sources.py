"""What a stage reads: photos as they came, and files that earlier stages made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.errors import InputError, UsageError
from imstack.magick.images import PhotoInfo, check_photo, describe
from imstack.workspace.keys import digest_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from imstack.workspace.item import Item


@dataclass(frozen=True, slots=True)
class Source:
    """A file that a stage reads.

    Attributes
    ----------
    key
        Differs when the content differs.
    path
        Gives the file, checked; made again if the cache was damaged.
    """

    key: str
    path: Callable[[], Path]

    @classmethod
    def of(cls, item: Item, name: str | None = None) -> Source:
        """Return a file of an item; its only one without `name`."""
        return cls(f"{item.key}/{name or ''}", lambda: item.file(name))


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of the stack.

    Attributes
    ----------
    text
        The name as the user wrote it.
    info
        What its header says, and the file.
    source
        Gives its pixels: the file, or what was made of it.
    opaque
        A mask, white where the photo cannot be seen through; None: everywhere.
    """

    text: str
    info: PhotoInfo
    source: Source
    opaque: Source | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self.info.path


def without(
    named: Sequence[tuple[str, Path]], exclude: Sequence[str | int]
) -> list[tuple[str, Path]]:
    """Return the photos of a list without those to `exclude`: by name, or by number from 0.

    A name is that of the file, or what the user wrote.

    Raises
    ------
    UsageError
        There is no such photo.
    """
    out = set()
    for one in exclude:
        hits = {
            number
            for number, (text, path) in enumerate(named)
            if (number == one if isinstance(one, int) else one in (text, path.name))
        }
        if not hits:
            message = f"frames.exclude names {one}, which is not among the {len(named)} photos"
            raise UsageError(message, hint="photos are counted from 0")
        out |= hits
    return [pair for number, pair in enumerate(named) if number not in out]


def open_photos(named: Sequence[tuple[str, Path]]) -> tuple[Photo, ...]:
    """Check the photos of a stack by their headers, before the first pixel is read.

    Raises
    ------
    InputError
        A photo is missing, no photo, or its size differs from the first one's (both named).
    """
    infos = [describe(path) for _, path in named]
    for info in infos:
        check_photo(info)
        first = infos[0]
        if info.size != first.size:
            message = (
                f"{info.path} is {info.width}x{info.height}, but {first.path} is "
                f"{first.width}x{first.height}: all photos of a stack must have one size"
            )
            hint = "take out what is no photo of the stack, such as the result of an earlier run"
            raise InputError(message, hint=hint)
    return tuple(
        Photo(text, info, Source(digest_file(info.path), lambda path=info.path: path))  # type: ignore[misc]
        for (text, _), info in zip(named, infos, strict=True)
    )
