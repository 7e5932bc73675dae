"""The quick search: coarse to fine, with exact sums at every step of the way.

It finds the best offset whenever the best one at the coarse level lies near it, which holds for
photos, but not for every image: `search_full` and `imstack.search.bounds.search` are the ones
that promise it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from imstack.search.exact import best_of, squares
from imstack.search.fourier import full
from imstack.search.match import haystack, places

if TYPE_CHECKING:
    from imstack.search.match import Haystack, Match, Pixels, Samples

TOP = 64
"""Smaller side of the needle, in pixels, below which shrinking stops."""


def search_pyramid(big: Pixels, needle: Pixels, *, top: int = TOP, major: int = 6) -> Match:
    """Return a best offset of `needle` in `big`, by a walk down an image pyramid.

    Both are halved while the needle's smaller side stays at least `top` pixels, the smallest
    are searched in full, and at every finer level the match walks, one pixel at a time in any
    direction, as long as that makes it better.

    Parameters
    ----------
    big, needle
        uint16, shape (h, w, c); see `imstack.search.match.haystack`.
    top
        Smaller side, in pixels, of the smallest needle.
    major
        The ImageMagick that is followed: 6 or 7.

    Raises
    ------
    InputError
        When the needle does not fit in the big image.
    """
    return descend(haystack(big, needle, major), top)


def descend(stack: Haystack, top: int = TOP) -> Match:
    """Return `search_pyramid` of images already made comparable."""
    if min(stack.needle.shape[:2]) < 2 * top:
        return full(stack)
    coarse = descend(replace(stack, big=halved(stack.big), needle=halved(stack.needle)), top)
    return _walk(stack, 2 * coarse.x, 2 * coarse.y)


def halved(image: Samples) -> Pixels:
    """Return the means of 2x2 pixels, to whole numbers; an odd last row or column is left out."""
    height, width = (length // 2 * 2 for length in image.shape[:2])
    total = image[0:height:2, 0:width:2].astype(np.uint32)
    for top, left in ((0, 1), (1, 0), (1, 1)):
        total += image[top:height:2, left:width:2].astype(np.uint32)
    total += 2
    total >>= 2
    return total.astype(np.uint16)


def _walk(stack: Haystack, x: int, y: int) -> Match:
    most_x, most_y = stack.room
    place = min(x, most_x), min(y, most_y)
    known: dict[tuple[int, int], float] = {}
    while True:
        for near_x in range(max(0, place[0] - 1), min(most_x, place[0] + 1) + 1):
            for near_y in range(max(0, place[1] - 1), min(most_y, place[1] + 1) + 1):
                if (near_x, near_y) not in known:
                    known[near_x, near_y] = squares(stack, near_x, near_y)
        least = min(known.values())
        if known[place] == least:
            break
        place = min(known, key=lambda spot: known[spot])
    spots = places(*np.array(list(known)).T)
    return best_of(stack, spots, [known[x, y] for x, y in spots.tolist()])
