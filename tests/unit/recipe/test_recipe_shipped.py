"""The recipes that ship: found, valid, complete, and in step with the model."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
import yaml

from imstack.pipeline.use import idle_because
from imstack.recipe import shelf
from imstack.recipe.keys import keys, sections, values
from imstack.recipe.load import load_recipe
from imstack.recipe.model import Recipe
from imstack.recipe.reference import reference
from imstack.recipe.schema import schema, schema_text
from imstack.recipe.text import resolved_yaml, to_yaml
from imstack.recipe.tutorial import every_key

NAMES = shelf.names()
OWN = {"title", "extends"}
VALIDATOR = jsonschema.Draft202012Validator(schema())


def as_written(name: str) -> str:
    return (shelf.folder() / f"{name}.yaml").read_text(encoding="utf-8")


def test_the_promised_recipes_are_there() -> None:
    promised = {
        "snibgo-2014",
        "imstack",
        "focus-wall",
        "macro",
        "microscope",
        "aligned",
        "every-key",
    }
    assert promised <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_good_and_has_a_title_and_a_schema_line(name: str) -> None:
    assert load_recipe(name).recipe.title
    text = as_written(name)
    assert text.startswith("# yaml-language-server: $schema=recipe.schema.json\n")
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("name", NAMES)
def test_each_fits_the_schema(name: str) -> None:
    # As an editor sees it: PyYAML's reading is the editor's here, as the recipes avoid the traps.
    assert list(VALIDATOR.iter_errors(yaml.safe_load(as_written(name)))) == []


@pytest.mark.parametrize("name", NAMES)
def test_each_sets_nothing_in_vain(name: str) -> None:
    if name in ("every-key", "imstack"):
        return  # these show keys of all methods
    resolved = load_recipe(name)
    own = [key for key, origin in resolved.origins.items() if origin.where == f"{name}.yaml"]
    assert [key for key in own if idle_because(resolved.recipe, key)] == []


@pytest.mark.parametrize("name", ["imstack", "every-key"])
def test_they_state_every_key_with_its_default(name: str) -> None:
    resolved = load_recipe(name)
    stated = {key for key, origin in resolved.origins.items() if origin.where == f"{name}.yaml"}
    assert set(keys()) - OWN - stated == set(), "keys of the model that the recipe lacks"
    ours, default = values(resolved.recipe), values(Recipe())
    assert {key: ours[key] for key in keys() if key not in OWN} == {
        key: default[key] for key in keys() if key not in OWN
    }


def test_every_key_is_made_from_the_model() -> None:
    assert as_written("every-key") == every_key(), "run: imstack recipe keys --yaml"


def test_the_literal_recipe_states_every_key_that_has_a_say() -> None:
    resolved = load_recipe("snibgo-2014")
    needed = {key for key in keys() if key not in OWN and not idle_because(resolved.recipe, key)}
    assert needed - set(resolved.origins) == set()


def test_the_literal_recipe_says_where_each_choice_comes_from() -> None:
    lines = as_written("snibgo-2014").splitlines()
    for key, origin in load_recipe("snibgo-2014").origins.items():
        if key != "title":
            assert re.search(r"# (seed|pinned|known|ours)[:;]", lines[origin.line - 1]), key


def test_the_literal_values() -> None:
    recipe = load_recipe("snibgo-2014").recipe
    literal = {
        "frames.reference": "last",
        "registration.method": "searches",
        "registration.scale.find": True,
        "registration.scale.min": 0.9,
        "registration.scale.max": 1.1,
        "registration.scale.steps": 10,
        "registration.scale.precision": "auto",
        "registration.scale.on_dodgy": "warn",
        "registration.translation.find": True,
        "registration.translation.on_dodgy": "warn",
        "brightness.even": False,
        "warp.virtual_pixel": "edge",
        "warp.filter": "default",
        "intermediate_depth": "source",
        "vp_mask.make": True,
        "vp_mask.combine": "chain",
        "merge.method": "running",
        "merge.detail.sigmas": (4.0, 6.0, 6.0),
        "merge.detail.auto_level": False,
        "crop.to": "none",
        "output.tiff_compression": "none",
        "output.jpeg_quality": 92,
    }
    found = values(recipe)
    assert {key: found[key] for key in literal} == literal


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_resolved_is_a_recipe_with_the_same_settings(name: str) -> None:
    resolved = load_recipe(name)
    for text in (resolved_yaml(resolved, idle_because), to_yaml(resolved.recipe)):
        assert list(VALIDATOR.iter_errors(yaml.safe_load(text))) == []


def test_the_schema_file_is_in_step() -> None:
    written = (shelf.folder() / shelf.SCHEMA).read_text(encoding="utf-8")
    assert written == schema_text(), "run: imstack recipe schema > recipes/recipe.schema.json"
    jsonschema.Draft202012Validator.check_schema(json.loads(written))


@pytest.mark.parametrize(
    "bad",
    [
        {}, {"recipe": 2}, {"recipe": 1, "scale": {}}, {"recipe": 1, "crop": {"to": "all"}},
        {"recipe": 1, "merge": {"detail": {"sigmas": [4, 6]}}},
        {"recipe": 1, "registration": {"scale": {"min": 11}}},
        {"recipe": 1, "registration": {"scale": {"precision": "aut"}}},
        {"recipe": 1, "vp_mask": {"make": "yes"}}, {"recipe": 1, "extends": None},
    ],
)  # fmt: skip
def test_the_schema_refuses(bad: object) -> None:
    assert not VALIDATOR.is_valid(bad)


def test_every_key_of_the_model_is_explained() -> None:
    for key in keys().values():
        assert key.meaning.endswith("."), key.name
        assert re.match(r"(seed|pinned|known|ours)\b", key.source), key.name
        assert key.domain.short(), key.name
        assert key.domain.numbers is None or key.domain.numbers.bounds(), key.name
    for section in sections().values():
        assert section.__doc__, section


def test_the_reference_has_a_row_for_every_key() -> None:
    text = reference()
    assert text.count("\n| `") == len(keys())
    row = next(line for line in text.splitlines() if line.startswith("| `precision` |"))
    assert row.startswith("| `precision` | auto, 1.000001 to 2 (ratio) | `auto` | Passes end when")
