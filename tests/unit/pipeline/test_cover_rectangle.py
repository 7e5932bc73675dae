"""The largest rectangle in areas of any shape, against trying all of them."""

from __future__ import annotations

import numpy as np
import pytest

from imstack.pipeline.cover import Rectangle, largest_rectangle


def by_trying(covered: np.ndarray) -> int:
    """Return the area of the largest rectangle of True, found by trying every one."""
    height, width = covered.shape
    return max(
        (
            (bottom - top) * (right - left)
            for top in range(height)
            for bottom in range(top + 1, height + 1)
            for left in range(width)
            for right in range(left + 1, width + 1)
            if covered[top:bottom, left:right].all()
        ),
        default=0,
    )


@pytest.mark.parametrize("seed", range(25))
def test_any_area(seed: int) -> None:
    random = np.random.default_rng(seed)
    shape = random.integers(1, 9, 2)
    covered = random.random(tuple(shape)) < random.choice([0.3, 0.7, 0.95])
    found = largest_rectangle(covered)
    if found is None:
        assert not covered.any()
        return
    part = covered[found.top : found.top + found.height, found.left : found.left + found.width]
    assert part.all()
    assert part.size == found.width * found.height == by_trying(covered)


def test_a_hole_is_no_part_of_it() -> None:
    covered = np.ones((40, 60), bool)
    covered[18:22, 50:53] = False
    assert largest_rectangle(covered) == Rectangle(50, 40, 0, 0)


def test_nothing() -> None:
    assert largest_rectangle(np.zeros((3, 4), bool)) is None
