"""The overall bar is about the whole run, from its beginning."""

from __future__ import annotations

import pytest

from imstack.cli.outlook import BELIEF, Outlook
from imstack.watch import Expected

PLAN = {"pair": Expected(4, 8.0), "aligned": Expected(4, 12.0), "cached": Expected(0, 0.0)}


def test_the_share_is_about_stages_that_have_not_begun_too() -> None:
    outlook = Outlook()
    outlook.expect(PLAN, 0.0)
    outlook.begin("pair", 4)
    assert outlook.share == 0
    for when in range(4):
        outlook.done("pair", float(when), cached=False)
    assert outlook.share == pytest.approx(8 / 20)


def test_time_left_is_as_planned_at_first_and_runs_down() -> None:
    outlook = Outlook()
    outlook.expect(PLAN, 100.0)
    assert outlook.left(100.0) == pytest.approx(20)
    assert outlook.left(105.0) == pytest.approx(15)
    assert outlook.left(1000.0) == 0


def test_time_left_follows_the_pace_of_the_run() -> None:
    """A run that takes three times as long as expected is foretold more and more rightly."""
    outlook = Outlook()
    outlook.expect({"pair": Expected(100, 1000.0)}, 0.0)
    factors = []
    for item in range(1, 100):
        outlook.done("pair", 30.0 * item, cached=False)
        left = outlook.left(30.0 * item)
        assert left is not None
        factors.append(left / (10.0 * (100 - item)))
    assert factors == sorted(factors)
    assert factors[0] == pytest.approx((30 + BELIEF) / (10 + BELIEF))
    assert factors[-1] == pytest.approx(3, abs=0.01)


def test_items_from_the_cache_count_nothing() -> None:
    outlook = Outlook()
    outlook.expect(PLAN, 0.0)
    outlook.done("cached", 0.0, cached=True)
    outlook.done("pair", 0.0, cached=True)
    assert outlook.share == 0
    assert outlook.left(0.0) == pytest.approx(20)


def test_a_better_expectation_takes_the_place_of_the_first() -> None:
    outlook = Outlook()
    outlook.expect(PLAN, 0.0)
    for _ in range(4):
        outlook.done("pair", 0.0, cached=False)
    outlook.expect({"aligned": Expected(1, 2.0)}, 8.0)
    assert outlook.share == pytest.approx(8 / 10)
    outlook.done("aligned", 10.0, cached=False)
    assert (outlook.share, outlook.left(10.0)) == (1, 0)


def test_nothing_to_make_leaves_no_time() -> None:
    outlook = Outlook()
    outlook.expect({}, 0.0)
    assert (outlook.share, outlook.left(0.0)) == (1, 0)


def test_runs_that_foresee_nothing_count_items() -> None:
    """A sweep: what is known is what has begun, and how long it takes nobody knows."""
    outlook = Outlook()
    outlook.begin("combination", 4)
    outlook.done("combination", 1.0, cached=False)
    assert outlook.share == pytest.approx(1 / 4)
    assert outlook.left(1.0) is None
