"""From neighbours to the reference: products of scales and sums of shifts, down from the last."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from imstack.numerals import fx9

if TYPE_CHECKING:
    from collections.abc import Sequence


def cumulative_scales(scales: Sequence[str]) -> tuple[str, ...]:
    """Return each frame's scale against the last frame, as text of nine digits.

    `scales` are those of each frame against the next, one fewer than frames. Every product is
    printed with nine digits before the next is made from it, as the script does.

    >>> cumulative_scales(["0.979424792", "0.980764083"])
    ('0.960584658', '0.980764083', '1')
    """
    products = accumulate(
        reversed(scales), lambda next_one, own: fx9(float(next_one) * float(own)), initial="1"
    )
    return tuple(reversed(tuple(products)))


def cumulative_shifts(shifts: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return each frame's shift against the last frame, in pixels.

    >>> cumulative_shifts([(-8, 1), (9, -12)])
    ((1, -11), (9, -12), (0, 0))
    """
    sums = accumulate(
        reversed(shifts), lambda total, own: (total[0] + own[0], total[1] + own[1]), initial=(0, 0)
    )
    return tuple(reversed(tuple(sums)))
