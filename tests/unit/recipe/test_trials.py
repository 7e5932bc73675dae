"""Combinations to try: which there are, and how all that is wrong with them is told at once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imstack.errors import RecipeError, UsageError
from imstack.recipe.scalars import write
from imstack.recipe.trials import MOST, trials

SIGMAS = "merge.detail.sigmas=[[4,6,6],[1,2,4]]"
LEVELS = "merge.detail.auto_level=[no, true]"


def told(*over: str, asked: str = "snibgo-2014", sets: tuple[str, ...] = ()) -> list[str]:
    """Return what is wrong with these combinations, line by line."""
    with pytest.raises(RecipeError) as caught:
        trials(asked, over, sets=sets)
    return caught.value.message.splitlines()


def test_every_value_meets_every_other() -> None:
    found = trials("snibgo-2014", [SIGMAS, LEVELS])
    assert [(trial.number, *trial.values.values()) for trial in found] == [
        (1, "[4, 6, 6]", "false"),
        (2, "[4, 6, 6]", "true"),
        (3, "[1, 2, 4]", "false"),
        (4, "[1, 2, 4]", "true"),
    ]
    detail = found[2].resolved.recipe.merge.detail
    assert (detail.sigmas, detail.auto_level) == ((1.0, 2.0, 4.0), False)
    assert str(found[2].resolved.origin("merge.detail.sigmas")) == "--over"


def test_over_is_stronger_than_set() -> None:
    (trial,) = trials("snibgo-2014", ["warp.filter=[sinc]"], sets=["warp.filter=box"])
    assert trial.resolved.recipe.warp.filter == "sinc"


def test_a_value_may_be_a_section() -> None:
    (trial,) = trials("snibgo-2014", ["merge=[{method: running, detail: {sigmas: [1,2,3]}}]"])
    assert trial.resolved.recipe.merge.detail.sigmas == (1.0, 2.0, 3.0)
    assert trial.values == {"merge": "{method: running, detail: {sigmas: [1, 2, 3]}}"}


def test_all_faults_are_told_at_once_and_each_of_them_once() -> None:
    assert told(
        "merge.detail.sigmas=[4,[1,2,3]]",
        "merge.detail.autolevel=[no, true]",
        "merge.detail.auto_level=[1,true,maybe]",
        sets=("warp.filtre=sinc",),
    ) == [
        "--set: warp.filtre: unknown key; did you mean 'filter'?",
        "        warp.filtre=sinc",
        "             ^",
        "--over: merge.detail.sigmas: must be a list of 3 numbers from 0.1 to 200, not 4",
        "        merge.detail.sigmas=[4,[1,2,3]]",
        "                             ^",
        "--over: merge.detail.autolevel: unknown key; did you mean 'auto_level'?",
        "        merge.detail.autolevel=[no, true]",
        "                     ^",
        "--over: merge.detail.auto_level: must be true or false, not 1",
        "        merge.detail.auto_level=[1,true,maybe]",
        "                                 ^",
        "--over: merge.detail.auto_level: must be true or false, not text 'maybe'",
        "        merge.detail.auto_level=[1,true,maybe]",
        "                                        ^",
    ]


def test_what_some_combinations_contradict_is_pointed_at() -> None:
    assert told("output.index_map=[false, true]") == [
        "--over: output.index_map: must be false with merge.method: running, which keeps no index",
        "        output.index_map=[false, true]",
        "                                 ^",
    ]
    lines = told("merge.method=[running, masks]", "output.masks=[true, false]")
    assert lines[0].startswith("--over: output.masks: must be false unless merge.method is running")


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ("merge.method", "--over: must be key=value, and there is no '='"),
        ("merge.method=running", "--over: merge.method: must be a list of values to try"),
        ("merge.method=", "--over: merge.method: must be a list of values to try"),
        ("merge.method=[]", "--over: merge.method: must be a list of values to try"),
        ("merge.method=[a, b", "--over: merge.method: this bracket is not closed"),
        ("extends=[macro]", "--over: extends: can only stand in a recipe file"),
        ("=[1]", "--over: unknown key; the keys here are recipe,"),
    ],
)
def test_what_is_no_list_of_values_for_a_key(over: str, message: str) -> None:
    assert told(over)[0].startswith(message)


def test_a_key_stands_in_one_over_only() -> None:
    lines = told("merge.method=[running]", LEVELS, "merge.method=[running]")
    assert lines[:2] == [
        "--over: merge.method: stands in two --over; give all its values in one list",
        "        merge.method=[running]",
    ]


def test_the_hint_is_about_brackets_where_they_are_missing() -> None:
    with pytest.raises(RecipeError) as caught:
        trials("snibgo-2014", ["merge.detail.sigmas=[4,6,6]"])
    assert "--over KEY=[[4,6,6],[1,2,4]]" in caught.value.hint
    with pytest.raises(RecipeError) as caught:
        trials("snibgo-2014", ["merge.method=[walking]"])
    assert caught.value.hint == ""


def test_a_sweep_has_an_end() -> None:
    qualities = f"output.jpeg_quality={list(range(1, 101))}"
    with pytest.raises(UsageError, match="300 combinations"):
        trials("snibgo-2014", [qualities, "registration.scale.steps=[8, 9, 10]"])
    assert MOST < 300


@settings(max_examples=25)
@given(st.lists(st.tuples(*[st.floats(0.1, 200)] * 3).filter(lambda s: s[0] != s[1]), min_size=1,
                max_size=4))  # fmt: skip
def test_values_are_stated_as_a_recipe_states_them(values: list[tuple[float, ...]]) -> None:
    found = trials("snibgo-2014", [f"merge.detail.sigmas={write(values)}"])
    assert [trial.resolved.recipe.merge.detail.sigmas for trial in found] == values
    assert [trial.values["merge.detail.sigmas"] for trial in found] == [*map(write, values)]
