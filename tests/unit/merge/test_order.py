"""The order of the frames' focus is found, not taken for granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imstack.merge.order import block_detail, focus_order
from tests.unit.merge.stacks import bar_before_wall, merged, slope, texture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.unit.merge.stacks import Pixels

    Table: TypeAlias = NDArray[np.float64]


def details(places: Table, blocks: int = 200) -> Table:
    """Return the detail of blocks at many depths in frames focused at `places`."""
    rng = np.random.default_rng(5)
    depth = rng.uniform(places.min(), places.max(), blocks)
    strength = rng.uniform(0.005, 0.05, blocks)
    away = np.abs(depth - places[:, None])
    table: Table = strength / (1 + np.square(away)) + np.abs(rng.normal(0, 2e-4, away.shape))
    return table


@given(st.permutations(range(9)))
@settings(deadline=None, max_examples=40)
def test_any_order_is_put_right(shuffled: list[int]) -> None:
    table = details(np.arange(9.0) * 1.3)
    found = focus_order(table[shuffled], 1e-4)
    frames = [shuffled[number] for number in found.frames]
    assert frames in (sorted(frames), sorted(frames, reverse=True))
    assert found.confidence > 0.8


@pytest.mark.parametrize("count", [40, 120])
def test_deep_stacks_are_put_right(count: int) -> None:
    shuffled = np.random.default_rng(7).permutation(count)
    found = focus_order(details(np.arange(float(count)) * 0.3)[shuffled], 1e-4)
    frames = shuffled[list(found.frames)]
    assert abs(np.corrcoef(frames, np.arange(count))[0, 1]) > 0.999


def test_a_frame_shot_again_lies_beside_its_twin() -> None:
    places = np.array([0.0, 1, 2, 3, 4, 5, 1])
    assert focus_order(details(places), 1e-4).frames in (
        (0, 1, 6, 2, 3, 4, 5),
        (0, 6, 1, 2, 3, 4, 5),
    )


def test_frames_that_differ_by_chance_keep_their_order() -> None:
    table = np.random.default_rng(8).uniform(0.01, 0.02, (12, 300))
    assert focus_order(table, 1e-4).as_given
    assert focus_order(np.ones((5, 40)), 1e-4).as_given
    assert focus_order(np.full((5, 40), np.nan), 1e-4).as_given
    assert focus_order(table[:2], 1e-4).as_given


def test_blocks_that_are_not_covered_say_nothing() -> None:
    covered = np.ones((70, 100), np.bool_)
    covered[:5, 40:50] = False
    found = block_detail(np.ones((70, 100), np.float32), covered)
    assert found.shape == (2 * 3,)
    np.testing.assert_array_equal(np.isnan(found), [False, True, False, False, False, False])
    np.testing.assert_array_equal(found[~np.isnan(found)], 1)


def psnr(one: Pixels, two: Pixels) -> float:
    return float(-10 * np.log10(np.square((one.astype(float) - two) / 65535).mean()))


@pytest.mark.parametrize(
    "shuffled", [[3, 0, 4, 2, 1, 5], [2, 3, 4, 5, 0, 1], [0, 2, 1, 3, 4, 5], [5, 4, 3, 2, 1, 0]]
)
def test_a_shuffled_stack_is_as_good_as_a_sorted_one(shuffled: list[int]) -> None:
    """By less than 0.1 dB; and the index names the frames as they were given."""
    truth, frames = slope(np.arange(6, dtype=np.float64) * 1.2)
    best = merged(frames, "guided")
    found = merged([frames[number] for number in shuffled], "guided")
    assert psnr(found.image, truth) > psnr(best.image, truth) - 0.1
    same = np.asarray(shuffled)[found.index] == best.index
    assert same.mean() > 0.98
    order = [shuffled[number] for number in found.order.frames]
    assert order in (sorted(order), sorted(order, reverse=True))


def test_a_slice_appended_again_does_no_harm() -> None:
    truth, frames = bar_before_wall()
    best = psnr(merged(frames, "guided").image, truth)
    assert psnr(merged([*frames, frames[1]], "guided").image, truth) > best - 0.3


def test_frames_of_other_things_keep_their_order() -> None:
    frames = [texture(seed) for seed in range(5)]
    assert merged(frames, "guided").order.as_given
