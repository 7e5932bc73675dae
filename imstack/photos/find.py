"""The photos of a run, however they are given, without what an earlier run left among them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imstack.photos.drives import parse_map
from imstack.photos.gather import gather
from imstack.photos.listtext import shown
from imstack.photos.lookup import is_folder

if TYPE_CHECKING:
    from imstack.photos.listfile import ListEntry
    from imstack.watch import Watcher

Photos = str | Path | Sequence[str | Path]
"""A list file, a folder, or the photos themselves."""


def find_photos(
    photos: Photos,
    maps: Sequence[str],
    watch: Watcher,
    output: str | Path | None = None,
) -> tuple[tuple[str, Path], ...]:
    """Return the photos: each name as it was written, and its file.

    Of a folder's pictures, those that an earlier run left as `output` and beside it are no photos.

    Raises
    ------
    InputError
        The list or a photo is missing, or the list cannot be understood.
    """
    given = [photos] if isinstance(photos, str | Path) else list(photos)
    drives = tuple(parse_map(text) for text in maps)
    entries = gather(given, cwd=Path.cwd(), note=watch.warn, maps=drives)
    _warn_of_doubles(entries, watch)
    found = tuple((entry.text, entry.path) for entry in entries)
    if output is None or len(given) != 1 or not is_folder(Path(given[0])):
        return found
    kept = tuple(pair for pair in found if not _is_result(pair[1], Path(output)))
    if len(kept) < len(found):
        watch.warn(f"{given[0]}: {len(found) - len(kept)} results of an earlier run are left out")
    return kept


def _warn_of_doubles(entries: Sequence[ListEntry], watch: Watcher) -> None:
    """Say which photos are named more than once: they count as often, which nobody wants."""
    times = Counter(entry.path.resolve() for entry in entries)
    for path, count in times.items():
        if count > 1:
            text = next(entry.text for entry in entries if entry.path.resolve() == path)
            watch.warn(f"{shown(text)} is named {count} times")


def _is_result(path: Path, output: Path) -> bool:
    """Return whether `path` is the picture `output`, or a map or mask beside it."""
    if path.resolve() == output.resolve():
        return True
    companion = re.fullmatch(re.escape(output.stem) + r"_(index|depth|vpmask|mask_\d+)", path.stem)
    return companion is not None and path.resolve().parent == output.resolve().parent
