"""The model used from Python, without YAML: strict, frozen, and free of contradictions."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from imstack.pipeline.use import idle_because
from imstack.recipe.compare import differences
from imstack.recipe.load import load_bytes, load_recipe
from imstack.recipe.model import (
    CropSection,
    DetailSection,
    FramesSection,
    Recipe,
    RegistrationSection,
    ScaleSection,
)


def test_values_cannot_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Recipe().crop.to = "none"


def test_equal_recipes_have_equal_hashes() -> None:
    assert hash(Recipe()) == hash(Recipe(crop=CropSection(to="covered")))


@pytest.mark.parametrize("steps", [True, "10", 10.0])
def test_a_switch_or_text_is_no_number(steps: object) -> None:
    with pytest.raises(ValidationError, match="valid integer"):
        ScaleSection(steps=steps)  # type: ignore[arg-type]


def test_a_whole_number_is_a_number() -> None:
    assert DetailSection(sigmas=(4, 6, 6)).sigmas == (4.0, 6.0, 6.0)


def test_contradictions_within_a_section() -> None:
    with pytest.raises(ValidationError, match=r"min: must be below max, which is 0\.5"):
        ScaleSection(min=0.9, max=0.5)


def test_contradictions_between_sections() -> None:
    with pytest.raises(ValidationError, match=r"frames\.reference: must be last with"):
        Recipe(
            frames=FramesSection(reference=3), registration=RegistrationSection(method="searches")
        )


def test_differences_name_values_and_places() -> None:
    left = load_recipe("snibgo-2014")
    right = load_bytes(b"recipe: 1\nextends: snibgo-2014\noutput: {jpeg_quality: 50}\n", "f.yaml")
    (found,) = differences(left, right)
    assert (found.key, found.left, found.right) == ("output.jpeg_quality", 92, 50)
    assert str(found.left_origin).startswith("snibgo-2014.yaml:")
    assert str(found.right_origin) == "f.yaml:3"


def test_a_recipe_does_not_differ_from_itself() -> None:
    assert differences(load_recipe("imstack"), load_recipe("every-key")) == ()


def test_idle_keys_say_why() -> None:
    literal = load_recipe("snibgo-2014").recipe
    assert idle_because(literal, "registration.joint.refine") == "registration.method is searches"
    assert idle_because(literal, "registration.scale.min") == ""
    aligned = load_recipe("aligned").recipe
    assert idle_because(aligned, "warp.filter") == "registration.method is none"
