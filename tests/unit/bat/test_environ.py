"""Environment variables of the BAT files become settings, by the exact texts of the scripts."""

from __future__ import annotations

import pytest

from imstack.bat.environ import SWITCHES, variables
from imstack.recipe.keys import keys
from imstack.recipe.load import load_recipe


@pytest.mark.parametrize(
    ("text", "make"),
    [(None, True), ("", True), ("0", False), ("1", True), ("00", True), (" 0", True)],
)
def test_the_mask_is_off_when_exactly_0(text: str | None, make: bool) -> None:
    environment = {} if text is None else {"fsMAKE_VP_MASK": text}
    resolved = load_recipe("snibgo-2014", variables=variables("focStack", environment))
    assert resolved.recipe.vp_mask.make is make
    source = "fsMAKE_VP_MASK" if text else "snibgo-2014.yaml"
    assert resolved.origin("vp_mask.make").where == source


@pytest.mark.parametrize(("text", "auto"), [(None, True), ("", True), ("0", False), ("1", True)])
def test_detail_maps_are_stretched_unless_exactly_0(text: str | None, auto: bool) -> None:
    environment = {} if text is None else {"tbdAUTO": text}
    recipe = load_recipe("snibgo-2014", variables=variables("twoBlrDiff", environment)).recipe
    assert recipe.merge.detail.auto_level is auto


@pytest.mark.parametrize(
    ("text", "kept"), [(None, False), ("0", False), ("1", True), ("11", False)]
)
def test_the_mask_of_whichpix_is_kept_when_exactly_1(text: str | None, kept: bool) -> None:
    environment = {} if text is None else {"wpDEBUG": text}
    recipe = load_recipe("snibgo-2014", variables=variables("whichPix", environment)).recipe
    assert recipe.output.masks is kept


def test_foc_stack_sets_the_others_itself() -> None:
    environment = {"tbdAUTO": "1", "wpDEBUG": "0", "fsMAKE_VP_MASK": "1"}
    recipe = load_recipe("snibgo-2014", variables=variables("focStack", environment)).recipe
    assert recipe == load_recipe("snibgo-2014").recipe


def test_the_table_names_keys_that_exist() -> None:
    assert {switch.key for switch in SWITCHES} <= set(keys())
