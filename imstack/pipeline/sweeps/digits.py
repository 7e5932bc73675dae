"""Whole numbers as pixels, for machines without a font."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEIGHT = 5

# Five rows of three pixels a digit, each row an octal digit.
_ROWS = ("75557", "26227", "71747", "71717", "55711", "74717", "74757", "71122", "75757", "75717")


def draw_number(number: int, height: int) -> NDArray[np.uint16]:
    """Return a number (0 or more), white on black: shape (h, w), 0..65535, h at most `height`."""
    blank = np.zeros((HEIGHT, 1), np.uint16)
    columns: list[NDArray[np.uint16]] = [blank]
    for digit in str(number):
        columns += [_digit(digit), blank]
    enlarge = max(1, (height - 2) // HEIGHT)
    return np.pad(np.kron(np.hstack(columns), np.ones((enlarge, enlarge), np.uint16)), 1)


def _digit(digit: str) -> NDArray[np.uint16]:
    rows = [[int(row, 8) >> shift & 1 for shift in (2, 1, 0)] for row in _ROWS[int(digit)]]
    return np.array(rows, np.uint16) * np.uint16(65535)
