"""The search of whatScale: one row in a stack of rows as wide as itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.errors import InputError
from imstack.search.exact import best_of, squares_at
from imstack.search.match import haystack, places

if TYPE_CHECKING:
    from imstack.search.match import Match, Pixels


def search_rows(big: Pixels, needle: Pixels, *, major: int = 6) -> Match:
    """Return the row of `big` where `needle` fits best, as ``compare`` finds it, exactly.

    Every row is measured: right for a needle with room to move in one direction only.

    Parameters
    ----------
    big
        uint16, shape (rows, w, c).
    needle
        uint16, shape (h, w, c), as wide as `big`; one row high for whatScale.
    major
        The ImageMagick that is followed: 6 or 7.

    Raises
    ------
    InputError
        When the widths differ or the needle is higher than `big`.
    """
    stack = haystack(big, needle, major)
    across, down = stack.room
    if across:
        message = f"the needle is {across} pixels narrower than the stack of rows"
        raise InputError(message)
    rows = np.arange(down + 1)
    spots = places(np.zeros_like(rows), rows)
    return best_of(stack, spots, squares_at(stack, spots))
