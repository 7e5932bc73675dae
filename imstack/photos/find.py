"""The photos of a run, however they are given, without what an earlier run left among them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imstack.files import real
from imstack.photos.drives import parse_map
from imstack.photos.gather import gather
from imstack.photos.listtext import shown
from imstack.photos.lookup import is_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    if len(given) != 1 or not is_folder(Path(given[0])):
        return found
    files = [path for _, path in found]
    results = set() if output is None else set(_results(files, Path(output)))
    if results:
        watch.warn(f"{given[0]}: {len(results)} results of an earlier run are left out")
    kept = tuple((text, path) for text, path in found if path not in results)
    kinds = sorted({path.suffix.lower() for _, path in kept})
    if len(kinds) > 1:
        watch.warn(f"{given[0]}: all photos are taken, those ending in {' and in '.join(kinds)}")
    return kept


def _warn_of_doubles(entries: Sequence[ListEntry], watch: Watcher) -> None:
    """Say which photos are named more than once: they count as often, which nobody wants."""
    times = Counter(real(entry.path) for entry in entries)
    for path, count in times.items():
        if count > 1:
            text = next(entry.text for entry in entries if real(entry.path) == path)
            watch.warn(f"{shown(text)} is named {count} times")


def _results(files: Sequence[Path], output: Path) -> Iterator[Path]:
    """Yield the picture `output` of an earlier run, and the maps and masks beside it."""
    beside = re.compile(re.escape(output.stem) + r"_(index|depth|vpmask|mask_\d+)")
    photos = []
    for path in files:
        if beside.fullmatch(path.stem) and real(path).parent == real(output).parent:
            yield path
        else:
            photos.append(path)
    for path in photos:
        if real(path) == real(output) and not _is_one_of(path, photos):
            yield path


def _is_one_of(path: Path, photos: Sequence[Path]) -> bool:
    """Tell by name and age whether a file is a photo: a slip in the output's name costs none.

    A result is newer than the photos, and its name differs from theirs in more than digits.
    """
    alike = [one for one in photos if one.suffix.lower() == path.suffix.lower() and one != path]
    series, time = _series(path), path.stat().st_mtime_ns
    return any(_series(one) == series or one.stat().st_mtime_ns >= time for one in alike)


def _series(path: Path) -> str:
    return re.sub(r"[0-9]+", "0", path.stem.casefold())
