"""What the candidates of a sweep are called: on the sheet, and as files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LONGEST = 100  # characters of a file's name, of which systems allow 255 bytes


def short_names(keys: Sequence[str]) -> dict[str, str]:
    """Return the shortest end of each dotted name that tells it from the others.

    >>> short_names(["merge.detail.sigmas", "registration.scale.find", "brightness.find"])
    {'merge.detail.sigmas': 'sigmas', 'registration.scale.find': 'scale.find', \
'brightness.find': 'brightness.find'}
    """
    ends = {key: _ends(key) for key in keys}
    return {
        key: next(
            (end for end in ends[key] if sum(end in others for others in ends.values()) == 1), key
        )
        for key in keys
    }


def _ends(key: str) -> list[str]:
    words = key.split(".")
    return [".".join(words[start:]) for start in reversed(range(len(words)))]


def settings(values: Mapping[str, str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return ``name=value`` for every key, with the short names."""
    return tuple(f"{names[key]}={value}" for key, value in values.items())


def file_name(number: int, of: int, said: Sequence[str], ending: str) -> str:
    """Return a name that any system takes, such as ``02_sigmas-1-2-4_auto_level-true.tiff``.

    Parameters
    ----------
    number, of
        The candidate's number, and the highest one.
    said
        ``name=value`` of every key.
    ending
        With its point.
    """
    words = (re.sub(r"[^\w.]+", "-", text).strip("-.") for text in said)
    stem = "_".join((str(number).zfill(max(2, len(str(of)))), *words))
    return stem[:_LONGEST].rstrip("-._") + ending
