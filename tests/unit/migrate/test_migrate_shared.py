"""The callers that came with the task, and the plans they should become."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from imstack.migrate import migrate
from imstack.migrate.emit_ps1 import ps1_script
from imstack.migrate.emit_recipe import recipe_text
from imstack.migrate.emit_sh import sh_script
from imstack.migrate.emit_yaml import plan_text
from imstack.recipe.load import load_bytes

ROOT = Path(__file__).parents[3]
CALLERS = sorted((ROOT.parent / "shared" / "callers").glob("*.bat"))
needs_callers = pytest.mark.skipif(not CALLERS, reason="needs ../shared/callers")
every_caller = pytest.mark.parametrize("caller", CALLERS, ids=lambda path: path.stem)


def alike(value: object) -> object:
    r"""Return a plan's part with all slashes alike, without what only explains it."""
    match value:
        case dict():
            value = dict(value)
            if "append" in value:
                value["stdout"] = f">>{value.pop('append')}"
            if "write" in value:
                value["stdout"] = value.pop("write")
            return {k: alike(v) for k, v in value.items() if k not in {"alternative", "note"}}
        case list():
            return [alike(item) for item in value]
        case str():
            return value.replace("\\", "/")
        case _:
            return value


def as_told(got: Any, expected: Any) -> Any:
    """Return what is got, without what the expectation leaves open about a part."""
    parts = [
        {key: value for key, value in part.items() if key in told}
        for part, told in zip(got["untranslated"], expected["untranslated"], strict=True)
    ]
    return {**got, "untranslated": parts}


@needs_callers
@every_caller
def test_plan(caller: Path) -> None:
    expected = yaml.safe_load(caller.with_suffix(".expect.yaml").read_text(encoding="utf-8"))
    got = migrate(caller.read_bytes(), caller.name)
    assert alike(as_told(yaml.safe_load(plan_text(got)), expected)) == alike(expected)


@needs_callers
@every_caller
def test_scripts_and_recipe(caller: Path) -> None:
    got = migrate(caller.read_bytes(), caller.name)
    load_bytes(recipe_text(got).encode(), "migrated.yaml")
    for script in (sh_script(got), ps1_script(got)):
        for item in got.untranslated:
            assert f"Line {item.line}, " in script
