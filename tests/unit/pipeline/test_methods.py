"""What a stage can see is its key: no setting is looked at behind the cache's back."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from imstack.pipeline import fusion, joint, literal, opacity, region, running, warps
from imstack.pipeline.methods import Methods
from imstack.pipeline.run import Run
from imstack.pipeline.stage import PAIR
from imstack.pipeline.use import ABOUT, idle_because, keys_read
from imstack.recipe.keys import keys, value_of
from imstack.recipe.load import load_recipe
from imstack.recipe.model import Recipe
from imstack.resources import Resources
from imstack.watch import NullWatcher
from imstack.workspace.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

REGISTRATIONS = ("joint", "searches", "none")
MERGES = ("guided", "pyramid", "masks", "running")
SAID_ONLY = ABOUT | {"title"}
"""Keys that tell something and decide nothing."""


def base(registration: str, merge: str) -> Recipe:
    """Return a recipe of these methods in which as many keys as possible have a say."""
    sets = [f"registration.method={registration}", f"merge.method={merge}", "crop.to=none"]
    sets.append(f"warp.engine={'imagemagick' if merge == 'running' else 'opencv'}")
    return load_recipe("imstack", sets=sets).recipe


def others(name: str, value: object) -> Iterator[object]:
    """Yield other values that a key may have."""
    domain = keys()[name].domain
    if domain.switch:
        yield not value
    yield from (word for word in domain.words if word != value)
    if domain.numbers is not None:
        low, high = domain.numbers.low, domain.numbers.high
        yield from (bound for bound in (low, high) if bound is not None and bound != value)
    if domain.items:
        assert isinstance(value, tuple)
        yield (*value[:-1], value[-1] + 1) if value else (1,)


def changed(recipe: Recipe, name: str, value: object) -> Recipe:
    """Return a recipe with another value of one key; its sections need not agree."""
    *sections, word = name.split(".")
    inner: BaseModel = recipe
    chain = [inner]
    for section in sections:
        inner = getattr(inner, section)
        chain.append(inner)
    made: Any = chain[-1].model_copy(update={word: value})
    for outer, section in zip(reversed(chain[:-1]), reversed(sections), strict=True):
        made = outer.model_copy(update={section: made})
    assert isinstance(made, Recipe)
    return made


@pytest.mark.parametrize(("registration", "merge"), list(product(REGISTRATIONS, MERGES)))
def test_a_change_of_a_key_changes_what_stages_see_or_nothing(
    registration: str, merge: str
) -> None:
    recipe = base(registration, merge)
    seen = Methods.of(recipe)
    for name in keys():
        if name in SAID_ONLY:
            continue
        for value in others(name, value_of(recipe, name)):
            other = Methods.of(changed(recipe, name, value))
            assert (other != seen) == (name in keys_read(recipe)), f"{name}={value}"


@pytest.mark.parametrize(
    ("sets", "key"),
    [
        (["merge.method=masks"], "merge.pyramid.levels"),
        (["merge.method=pyramid"], "merge.guided.reach"),
        (["registration.method=joint"], "registration.translation.find"),
    ],
)
def test_what_merges_and_fits_look_at_has_a_say(sets: list[str], key: str) -> None:
    assert idle_because(load_recipe("imstack", sets=sets).recipe, key) == ""


def test_no_module_of_a_stage_knows_the_recipe() -> None:
    stages = (fusion, joint, literal, opacity, region, running, warps)
    for module in stages:
        source = inspect.getsource(module)
        assert not re.search(r"imstack\.recipe|Methods\.of", source), module.__name__


def test_a_value_with_a_part_of_the_recipe_is_refused_as_a_key() -> None:
    @dataclass(frozen=True)
    class Sees:
        section: object

    with Store.throwaway() as store:
        run = Run(store, NullWatcher(), "", "x", 1.0, Resources())
        with pytest.raises(TypeError, match="cannot be kept"):
            run.finding(PAIR, "x", [], Sees(Recipe().merge), lambda _: {})


def test_every_key_has_a_say_somewhere() -> None:
    somewhere = frozenset[str]().union(
        *(keys_read(base(*pair)) for pair in product(REGISTRATIONS, MERGES))
    )
    assert set(keys()) - somewhere - SAID_ONLY == set()
