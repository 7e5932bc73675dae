"""The recipe that holds a caller's settings."""

from __future__ import annotations

import pytest

from imstack.migrate.emit_recipe import recipe_text
from imstack.recipe.load import load_bytes
from tests.unit.migrate.bat import FOC, plan


def recipe(*lines: str) -> dict[str, object]:
    """Return the settings that differ from snibgo-2014's."""
    base = load_bytes(b"recipe: 1\nextends: snibgo-2014\n", "base.yaml").recipe.model_dump()
    mine = load_bytes(recipe_text(plan(*lines)).encode(), "migrated.yaml").recipe.model_dump()
    return dict(_differences("", base, mine))


def _differences(name: str, base: object, mine: object) -> list[tuple[str, object]]:
    if isinstance(base, dict) and isinstance(mine, dict):
        return [
            pair
            for key in base
            if key not in {"title", "extends"}
            for pair in _differences(f"{name}.{key}".strip("."), base[key], mine[key])
        ]
    return [] if base == mine else [(name, mine)]


def test_nothing_said() -> None:
    assert recipe(f"{FOC} l.txt") == {}
    assert "extends: snibgo-2014" in recipe_text(plan("echo a"))


def test_switches() -> None:
    assert recipe("set fsMAKE_VP_MASK=0", f"{FOC} l.txt") == {"vp_mask.make": False}
    assert recipe("set fsMAKE_VP_MASK=0 & rem", f"{FOC} l.txt") == {}
    assert recipe("set fsMAKE_VP_MASK=1", f"{FOC} l.txt") == {}
    assert recipe("set wpDEBUG=0", "call %PICTBAT%whichPix a b") == {"output.masks": False}
    assert recipe("set wpDEBUG=0", f"{FOC} l.txt") == {}  # focStack sets it to 1
    assert recipe("set tbdAUTO=1", "call %PICTBAT%twoBlrDiff a 4 6 6") == {
        "merge.detail.auto_level": True
    }


def test_variables_that_the_scripts_set_themselves_are_not_lost() -> None:
    lines = ["set tbdParams=2 3 3", "set MIN_SCALE=0.95", "set max_scale=1.05", "set PREC=1.001"]
    held = {
        "registration.scale.min": 0.95,
        "registration.scale.max": 1.05,
        "registration.scale.precision": 1.001,
        "merge.detail.sigmas": (2, 3, 3),
    }
    assert recipe(*lines, f"{FOC} l.txt") == held
    assert recipe(*lines, "call %PICTBAT%whichPix a b") == {"merge.detail.sigmas": (2, 3, 3)}
    assert recipe(*lines, "call %PICTBAT%whatTrans a b") == {}
    (warning,) = plan(*lines, f"{FOC} l.txt").warnings
    assert (warning.line, warning.code) == (5, "set-inside")
    for words in ("tbdParams=2 3 3: whichPix sets it itself", "MIN_SCALE=0.95", "PREC=1.001"):
        assert words in warning.about
    assert plan(*lines, "call %PICTBAT%whatScalePrec a b 0.9 1.1 10 %PREC%").warnings == ()


@pytest.mark.parametrize("value", ["%1", "4 6", "4 6 x", "a", "1.5 1 1"])
def test_variables_that_no_recipe_can_hold(value: str) -> None:
    lines = [f"set tbdParams={value}", f"set PREC={value}", f"{FOC} l.txt"]
    notes = [line for line in recipe_text(plan(*lines)).splitlines() if line.startswith("# Line 3")]
    assert any("tbdParams" in note for note in notes) or value == "1.5 1 1"
    assert any("PREC" in note for note in notes)


@pytest.mark.parametrize(
    ("setting", "noted"),
    [("tbdAUTO=1", True), ("tbdAUTO=0", False), ("wpDEBUG=0", True), ("wpDEBUG=1", False)],
)
def test_switches_that_focstack_sets_itself_are_noted(setting: str, noted: bool) -> None:
    assert recipe(f"set {setting}", f"{FOC} l.txt") == {}
    assert (setting in recipe_text(plan(f"set {setting}", f"{FOC} l.txt"))) == noted


def test_words() -> None:
    assert recipe("call whatScalePrec a b 0.95 1.05 20 1.0005") == {
        "registration.scale.min": 0.95,
        "registration.scale.max": 1.05,
        "registration.scale.steps": 20,
        "registration.scale.precision": 1.0005,
    }
    assert recipe("call whatScalePrec a b 0.9 1.1 10 %PREC%") == {}
    assert recipe("call twoBlrDiff a 2 3 4") == {"merge.detail.sigmas": (2, 3, 4)}
    assert recipe("call twoBlrDiff a 2 3") == {}


@pytest.mark.parametrize(
    ("check", "key"),
    [
        ('if "%wtDODGY%"=="1" exit /b 1', "registration.translation.on_dodgy"),
        ("if %wspDODGY% NEQ 0 exit /b 1", "registration.scale.on_dodgy"),
        ("if not %wtDODGY%==1 (echo a) else exit /b 1", "registration.translation.on_dodgy"),
    ],
)
def test_dodgy_results(check: str, key: str) -> None:
    lines = ["call whatScalePrec a b 0.9 1.1 10", "call whatTrans a b", check]
    assert recipe(*lines) == {key: "stop"}


def test_what_is_no_setting() -> None:
    lines = ["call whatTrans a b", "if not %wtDODGY%==1 exit /b 1", "if %wtX%==1 exit /b 1"]
    assert recipe(*lines) == {}


def test_what_a_recipe_cannot_hold_is_said_in_comments() -> None:
    text = recipe_text(
        plan(
            "set fsMAKE_VP_MASK=%1",
            f"{FOC} a.txt",
            "call whatScalePrec a b 5 2 0 x",
            "call twoBlrDiff a 2 3 4",
            "call twoBlrDiff a 4 6 6",
        )
    )
    assert "# Line 2, fsMAKE_VP_MASK=${fsMAKE_VP_MASK}: vp_mask.make - known only when" in text
    assert "registration.scale.steps - no recipe can hold it" in text
    assert "merge.detail.sigmas - line 4 says otherwise" in text
    load_bytes(text.encode(), "migrated.yaml")


def test_lines_are_said() -> None:
    text = recipe_text(plan("rem", "set fsMAKE_VP_MASK=0", f"{FOC} a.txt", f"{FOC} b.txt"))
    assert "  make: false # line 3: fsMAKE_VP_MASK=0\n" in text
    assert text.count("fsMAKE_VP_MASK") == 1
