"""The area in common: what rectangles share, and what a warped frame covers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.pipeline.cover import Rectangle, covered_by
from imstack.pipeline.sweeps.common import inner_rectangle, overlap
from imstack.results import Placement

rectangles = st.builds(
    Rectangle, st.integers(1, 12), st.integers(1, 12), st.integers(0, 8), st.integers(0, 8)
)


def pixels(rectangle: Rectangle) -> set[tuple[int, int]]:
    return {
        (rectangle.left + x, rectangle.top + y)
        for x in range(rectangle.width)
        for y in range(rectangle.height)
    }


@given(st.lists(rectangles, min_size=1, max_size=4))
def test_overlap_is_what_all_have(several: list[Rectangle]) -> None:
    found = overlap(several)
    expected = set.intersection(*map(pixels, several))
    assert (pixels(found) if found else set()) == expected


def test_a_frame_that_stays_covers_the_canvas() -> None:
    assert inner_rectangle(Placement(), (640, 480)) == Rectangle(640, 480, 0, 0)


def test_an_enlarged_frame_covers_the_canvas() -> None:
    assert inner_rectangle(Placement(scale=1.1), (640, 480)) == Rectangle(640, 480, 0, 0)


def test_a_shrunk_and_shifted_frame_leaves_borders() -> None:
    # 640 x 0.5 is 320, from 160 to 480, moved by 10; two pixels at each side are mixed.
    found = inner_rectangle(Placement(scale=0.5, dx=10, dy=-20), (640, 480))
    assert found == Rectangle(316, 236, 172, 102)


def test_a_frame_shifted_away_covers_nothing() -> None:
    assert inner_rectangle(Placement(dx=700), (640, 480)).width <= 0


@given(
    st.floats(0.8, 1.2),
    st.floats(-30, 30),
    st.floats(-30, 30),
    st.floats(-5, 5),
    st.integers(50, 200),
    st.integers(50, 200),
)
def test_every_corner_comes_from_within_the_frame(
    scale: float, dx: float, dy: float, angle: float, width: int, height: int
) -> None:
    placement = Placement(scale, dx, dy, angle)
    found = inner_rectangle(placement, (width, height))
    if found.width <= 0 or found.height <= 0:
        return
    assert covered_by(placement, (width, height), found, 0).all()
    turn = math.radians(angle)
    for x in (found.left, found.left + found.width):
        for y in (found.top, found.top + found.height):
            ahead, down = x - width / 2 - dx, y - height / 2 - dy
            back_x = (math.cos(turn) * ahead + math.sin(turn) * down) / scale + width / 2
            back_y = (math.cos(turn) * down - math.sin(turn) * ahead) / scale + height / 2
            assert -1e-9 <= back_x <= width + 1e-9
            assert -1e-9 <= back_y <= height + 1e-9


@pytest.mark.parametrize("angle", [0.0, 1e-9, 4.0])
def test_what_a_frame_covers_is_where_its_pixels_lie(angle: float) -> None:
    placement, part = Placement(0.9, 3.25, -2.5, angle), Rectangle(90, 150, 5, 7)
    found = covered_by(placement, (100, 160), part, 2.0)
    turn = math.radians(angle)
    for row, column in ((0, 0), (3, 20), (63, 1), (64, 1), (100, 89), (141, 40), (149, 89)):
        ahead = part.left + column + 0.5 - 50 - placement.dx
        down = part.top + row + 0.5 - 80 - placement.dy
        back_x = (math.cos(turn) * ahead + math.sin(turn) * down) / placement.scale
        back_y = (math.cos(turn) * down - math.sin(turn) * ahead) / placement.scale
        assert found[row, column] == (abs(back_x) <= 48 and abs(back_y) <= 78)
    assert found.shape == (150, 90)
    assert found.any()
    assert not found.all()
