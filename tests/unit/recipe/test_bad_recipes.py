"""The table of bad recipes: `bad/NAME.yaml`, and the exact text of its faults in `NAME.txt`."""

from __future__ import annotations

from pathlib import Path

import pytest

from imstack.errors import RecipeError
from imstack.recipe.load import load_recipe

BAD = Path(__file__).parent / "bad"


@pytest.mark.parametrize("name", sorted(path.stem for path in BAD.glob("*.yaml")))
def test_says_exactly_what_is_wrong(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    with pytest.raises(RecipeError) as caught:
        load_recipe(f"{name}.yaml")
    expected = (BAD / f"{name}.txt").read_text(encoding="utf-8")
    assert f"{caught.value}\n" == expected
    assert caught.value.faults
    assert all(fault.line for fault in caught.value.faults) or name in ("utf-16",)
