"""A part of the canvas, with the margin that its merge needs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.errors import UsageError
from imstack.pipeline.cover import Rectangle
from imstack.pipeline.methods import Methods
from imstack.pipeline.region import STEP, Region, margin_of, parse_rectangle
from imstack.recipe.load import load_recipe


def test_a_geometry_is_read_as_imagemagick_writes_it() -> None:
    assert parse_rectangle("600x400+1200+900") == Rectangle(600, 400, 1200, 900)


@given(st.tuples(*[st.integers(1, 9999)] * 2, *[st.integers(0, 9999)] * 2))
def test_geometries_survive_writing_and_reading(numbers: tuple[int, int, int, int]) -> None:
    assert parse_rectangle(str(Rectangle(*numbers))) == Rectangle(*numbers)


@pytest.mark.parametrize(
    "text", ["", "600x400", "600x400+1", "0x4+1+1", "600x400-5+5", "a", "1x1+1+1+1", "50%x50%+0+0"]
)
def test_what_is_no_geometry_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no part of a picture") as caught:
        parse_rectangle(text)
    assert "WIDTHxHEIGHT+LEFT+TOP" in caught.value.hint


def test_the_margin_ends_at_the_canvas() -> None:
    region = Region.around(Rectangle(100, 50, 20, 400), (640, 480), 64)
    assert region.merged == Rectangle(184, 160, 0, 320)  # 336 is no whole step
    assert region.kept == Rectangle(100, 50, 20, 80)


@pytest.mark.parametrize("wanted", [Rectangle(641, 10, 0, 0), Rectangle(10, 10, 0, 471)])
def test_a_part_beside_the_canvas_is_refused(wanted: Rectangle) -> None:
    with pytest.raises(UsageError, match="is not all on the canvas of 640x480 pixels"):
        Region.around(wanted, (640, 480), 64)


@given(
    st.tuples(st.integers(1, 100), st.integers(1, 100), st.integers(0, 100), st.integers(0, 100)),
    st.integers(0, 300),
)
def test_the_wanted_part_lies_in_the_merged_one(
    numbers: tuple[int, int, int, int], margin: int
) -> None:
    region = Region.around(Rectangle(*numbers), (200, 200), margin)
    for start, size, merged_start, merged_size in (
        (numbers[2], numbers[0], region.merged.left, region.merged.width),
        (numbers[3], numbers[1], region.merged.top, region.merged.height),
    ):
        assert 0 <= merged_start <= start
        assert start + size <= merged_start + merged_size <= 200
        assert min(margin, start) <= start - merged_start < margin + STEP
        assert merged_start % STEP == 0
        assert merged_start + merged_size >= min(200, start + size + margin)
    assert region.kept.left == numbers[2] - region.merged.left
    assert (region.kept.width, region.kept.height) == numbers[:2]


@pytest.mark.parametrize(
    ("settings", "margin"),
    [
        (("merge.detail.sigmas=[4, 6, 6]",), 64),
        (("merge.detail.sigmas=[0.5, 1, 2]",), 64),
        (("merge.detail.sigmas=[4, 10, 20]",), 192),
        (("merge.method=masks", "output.masks=false"), 128),
        (("merge.method=masks", "output.masks=false", "merge.masks.transition=20"), 192),
        (("merge.method=guided", "output.masks=false"), 192),
        (("merge.method=guided", "output.masks=false", "merge.reblur=false"), 128),
        (("merge.method=guided", "output.masks=false", "merge.guided.reach=100"), 576),
    ],
)
def test_the_margin_holds_what_merges_look_at(settings: tuple[str, ...], margin: int) -> None:
    assert margin_of(Methods.of(load_recipe("snibgo-2014", sets=settings).recipe).merge) == margin
