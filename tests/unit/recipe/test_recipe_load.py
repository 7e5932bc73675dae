"""Layers: what a recipe extends, overrides, and where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imstack.errors import RecipeError
from imstack.recipe.load import ResolvedRecipe, Variable, load_bytes, load_recipe
from imstack.recipe.model import Recipe
from imstack.recipe.resolved import Origin
from tests.systems import is_root

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str, *sets: str, variables: tuple[Variable, ...] = ()) -> ResolvedRecipe:
    return load_bytes(text.encode(), "mine.yaml", sets=sets, variables=variables)


def faults(text: str, *sets: str, variables: tuple[Variable, ...] = ()) -> str:
    with pytest.raises(RecipeError) as caught:
        read(text, *sets, variables=variables)
    return str(caught.value)


def test_the_shortest_recipe_is_the_model() -> None:
    assert read("recipe: 1").recipe == Recipe()


def test_a_section_without_keys_changes_nothing() -> None:
    assert read("recipe: 1\nmerge:\n  detail:\n    # sigmas: [1, 2, 3]\n").recipe == Recipe()


def test_what_is_extended_lies_below() -> None:
    resolved = read("recipe: 1\nextends: snibgo-2014\nmerge: {detail: {sigmas: [1, 2, 3]}}\n")
    literal = load_recipe("snibgo-2014")
    assert resolved.recipe.merge.detail.sigmas == (1.0, 2.0, 3.0)
    assert resolved.recipe.registration == literal.recipe.registration
    assert resolved.recipe.title == ""
    assert resolved.recipe.extends is None
    assert resolved.files == ("mine.yaml", "snibgo-2014.yaml")
    assert resolved.origin("merge.detail.sigmas") == Origin("mine.yaml", 3, 26)
    assert resolved.origin("registration.method") == literal.origin("registration.method")
    assert str(resolved.origin("merge.method")).startswith("snibgo-2014.yaml:")


def test_a_chain_is_followed_relative_to_each_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "top.yaml").write_text("recipe: 1\nextends: below/middle.yaml\ncrop: {to: none}\n")
    (tmp_path / "below/middle.yaml").write_text(
        "recipe: 1\nextends: base\noutput: {jpeg_quality: 7}\n"
    )
    (tmp_path / "below/base.yml").write_text(
        "recipe: 1\ncrop: {to: covered}\noutput: {jpeg_quality: 3, masks: no}\n"
    )
    monkeypatch.chdir(tmp_path)
    resolved = load_recipe("top")
    assert resolved.files == ("top.yaml", "below/middle.yaml", "below/base.yml")
    assert (resolved.recipe.crop.to, resolved.recipe.output.jpeg_quality) == ("none", 7)
    assert resolved.origin("output.masks") == Origin("below/base.yml", 3, 34)
    assert resolved.origin("output.index_map") == Origin("default")


def test_the_order_is_file_variable_set_and_later_set() -> None:
    variable = Variable("fsMAKE_VP_MASK", "0", "vp_mask.make", value=False)
    text = "recipe: 1\ncrop: {to: none}\nvp_mask: {make: true}\n"
    by_variable = read(text, variables=(variable,))
    assert by_variable.recipe.vp_mask.make is False
    assert str(by_variable.origin("vp_mask.make")) == "fsMAKE_VP_MASK"
    by_set = read(text, "vp_mask.make=no", "vp_mask.make=yes", variables=(variable,))
    assert by_set.recipe.vp_mask.make is True
    assert str(by_set.origin("vp_mask.make")) == "--set"


def test_set_takes_lists_and_whole_sections() -> None:
    resolved = read(
        "recipe: 1\nregistration: {scale: {min: 0.8}}\n",
        "merge.detail.sigmas=[2,3,6]",
        "registration.scale={max: 1.2, steps: 5}",
        "frames.reference= 3 ",
        "title='a = b'",
    )
    scale = resolved.recipe.registration.scale
    assert resolved.recipe.merge.detail.sigmas == (2.0, 3.0, 6.0)
    assert (scale.min, scale.max, scale.steps) == (0.8, 1.2, 5)
    assert resolved.recipe.frames.reference == 3
    assert resolved.recipe.title == "a = b"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "merge.detail.sigma=[2,3,6]",
            "--set: merge.detail.sigma: unknown key; did you mean 'sigmas'?\n"
            "        merge.detail.sigma=[2,3,6]\n"
            "                     ^",
        ),
        (
            "merge.detail.sigmas=[2,3",
            "--set: merge.detail.sigmas: this bracket is not closed, or a ',' is missing in it\n"
            "        merge.detail.sigmas=[2,3\n"
            "                            ^",
        ),
        (
            "crop.to=",
            "--set: crop.to: must be covered or none, and nothing stands here\n"
            "        crop.to=\n"
            "                ^",
        ),
        (
            "crop.to",
            "--set: must be key=value, and there is no '='\n        crop.to\n        ^",
        ),
        (
            "extends=imstack",
            "--set: extends: can only stand in a recipe file\n        extends=imstack\n        ^",
        ),
        (
            "crop=3",
            "--set: crop: must be a section with keys (to), not 3\n        crop=3\n             ^",
        ),
    ],
)
def test_faults_of_set_point_into_it(text: str, said: str) -> None:
    assert faults("recipe: 1", text) == said


def test_faults_of_all_layers_come_at_once() -> None:
    variable = Variable("fsMAKE_VP_MASK", "0", "vp_mask.make", value=False)
    said = faults(
        "recipe: 1\ncrop: {too: none}\n", "merge.methud=masks", "x", variables=(variable,)
    )
    assert "mine.yaml:2:8: crop.too: unknown key; did you mean 'to'?" in said
    assert "--set: merge.methud: unknown key; did you mean 'method'?" in said
    assert "--set: must be key=value" in said


def test_a_variable_that_clashes_with_the_recipe_is_named() -> None:
    variable = Variable("fsMAKE_VP_MASK", "0", "vp_mask.make", value=False)
    assert faults("recipe: 1", variables=(variable,)) == (
        "fsMAKE_VP_MASK: vp_mask.make: must be true with crop.to: covered\n"
        "        fsMAKE_VP_MASK=0\n"
        "        ^"
    )


def test_a_clash_within_a_file_may_be_settled_above_it() -> None:
    text = "recipe: 1\nregistration: {scale: {min: 1.2}}\n"
    assert "min: must be below max" in faults(text)
    assert read(text, "registration.scale.max=1.5").recipe.registration.scale.min == 1.2


def test_a_bad_value_is_told_even_where_another_layer_replaces_it() -> None:
    assert "crop.to: must be" in faults("recipe: 1\ncrop: {to: all}\n", "crop.to=none")


def test_a_name_with_a_slip_is_guessed() -> None:
    with pytest.raises(RecipeError, match=r"^snibgo2014: no recipe has this name; did you mean"):
        load_recipe("snibgo2014")


@pytest.mark.parametrize(
    "name", ["", "none-such", "\0", "a\0b.yaml", "x" * 5000, "../none/such.yaml"]
)
def test_a_recipe_that_is_not_there(name: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(name)
    assert len(caught.value.faults) == 1
    assert caught.value.exit_code == 3


def test_a_folder_is_no_recipe(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(RecipeError, match=r"folder\.yaml: cannot be read: Is a directory"):
        load_recipe(tmp_path / "folder.yaml")


@pytest.mark.skipif(is_root(), reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text("recipe: 1\n")
    path.chmod(0)
    with pytest.raises(RecipeError, match="Permission denied"):
        load_recipe(path)


def test_a_recipe_knows_itself_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("recipe: 1\nextends: ./two.yaml\n")
    (tmp_path / "two.yaml").symlink_to("one.yaml")
    with pytest.raises(RecipeError, match="goes round in a circle"):
        load_recipe(tmp_path / "one.yaml")
