"""Placements form a group, and points agree with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.registration.algebra import apply, compose, corner_distance, inverse
from imstack.results import Placement

SIZE = (641, 480)
POINTS = np.array([(0.0, 0.0), (320.5, 240.0), (641.0, 11.0), (7.0, 480.0)])

placements = st.builds(
    Placement,
    scale=st.floats(0.5, 2.0),
    dx=st.floats(-200, 200),
    dy=st.floats(-200, 200),
    angle=st.floats(-180, 180),
    gain=st.floats(0.5, 2.0),
)


def same(one: Placement, other: Placement) -> bool:
    return corner_distance(one, other, SIZE) < 1e-6 and abs(one.gain - other.gain) < 1e-9


@given(placements, placements, placements)
def test_order_of_composition_does_not_matter(a: Placement, b: Placement, c: Placement) -> None:
    assert same(compose(compose(a, b), c), compose(a, compose(b, c)))


@given(placements)
def test_inverse_and_identity(a: Placement) -> None:
    assert same(compose(a, inverse(a)), Placement())
    assert same(compose(inverse(a), a), Placement())
    assert compose(Placement(), a) == a


@given(placements, placements)
def test_composition_moves_points_one_after_the_other(a: Placement, b: Placement) -> None:
    both = apply(compose(a, b), POINTS, SIZE)
    np.testing.assert_allclose(both, apply(a, apply(b, POINTS, SIZE), SIZE), atol=1e-6)


def test_a_point_lands_where_distort_srt_puts_it() -> None:
    # -distort SRT 320.5,240,2,90,321.5,237: right becomes down
    placed = Placement(scale=2.0, dx=1.0, dy=-3.0, angle=90.0)
    landed = apply(placed, np.array([(330.5, 240.0), (320.5, 250.0)]), SIZE)
    np.testing.assert_allclose(landed, [(321.5, 257.0), (301.5, 237.0)], atol=1e-9)


def test_corner_distance_is_in_pixels() -> None:
    assert corner_distance(Placement(dx=3.0, dy=4.0), Placement(), SIZE) == pytest.approx(5.0)
    grown = corner_distance(Placement(scale=1.01), Placement(), SIZE)
    assert grown == pytest.approx(0.01 * np.hypot(*SIZE) / 2)
