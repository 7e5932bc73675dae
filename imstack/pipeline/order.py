"""In which order the photos are stacked: neighbours should be neighbours in focus, too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from imstack.errors import ImstackError, InputError
from imstack.exif import ExifFault, taken
from imstack.magick.dressed import exif_of
from imstack.photos.gather import natural_key
from imstack.photos.listtext import shown
from imstack.photos.lookup import is_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.photos.find import Photos
    from imstack.watch import Watcher

Named = tuple[tuple[str, Path], ...]
_SHOWN = 2  # names at either end of an order


def in_order(named: Named, photos: Photos, order: str, watch: Watcher) -> Named:
    """Return the photos in the order that ``frames.order`` asks for.

    Parameters
    ----------
    named
        Each photo's name as it was written, and its file, as they were given; a folder's are
        sorted by name.
    photos
        How they were given: the order of a list is somebody's choice, that of a folder is not.
    order
        Which order: auto, given, name or time.
    watch
        Hears when another order is taken, or would be better.

    Raises
    ------
    InputError
        The order is that of time, and a photo does not tell when it was taken.
    """
    if order == "given":
        return named
    if order == "name":
        return tuple(sorted(named, key=lambda one: natural_key(one[1].name)))
    times = [_time(path) for _, path in named]
    if order == "time":
        for (text, _), time in zip(named, times, strict=True):
            if not time:
                message = f"{shown(text)}: does not tell when it was taken, as frames.order needs"
                raise InputError(message, hint="set frames.order to name or given")
        return _by(times, named)
    better = _by(times, named) if all(times) else named
    if better == named or better == named[::-1]:  # nearest first or last is all the same
        return named
    if _is_folder(photos):
        watch.warn(f"taken in the order of time, which is not that of names: {_brief(better)}")
        return better
    watch.warn(
        f"the times at which they were taken say another order: {_brief(better)}; "
        "frames.order=time takes it, frames.order=given is silent"
    )
    return named


def _by(times: Sequence[str], named: Named) -> Named:
    places = sorted(range(len(named)), key=times.__getitem__)
    return tuple(named[place] for place in places)


def _time(path: Path) -> str:
    try:
        exif = exif_of(path)
    except (ExifFault, ImstackError, OSError, ValueError):  # what ails a photo is told elsewhere
        return ""
    return taken(exif) if exif else ""


def _is_folder(photos: Photos) -> bool:
    given = [photos] if isinstance(photos, str | Path) else list(photos)
    return len(given) == 1 and is_folder(Path(given[0]))


def _brief(named: Named) -> str:
    names = [shown(path.name)[1:-1] for _, path in named]
    if len(names) <= 2 * _SHOWN + 1:
        return ", ".join(names)
    return ", ".join([*names[:_SHOWN], "...", *names[-_SHOWN:]])
