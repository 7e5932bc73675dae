"""The settings of a caller, as a recipe.

What the caller says by variables (fsMAKE_VP_MASK ..), by words for whatScalePrec and twoBlrDiff,
and by ending when a result is dodgy. Everything else is as in ``snibgo-2014``, which it extends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from imstack.bat.environ import SWITCHES
from imstack.errors import RecipeError
from imstack.migrate.emit_yaml import flow
from imstack.migrate.plan import Call, Choice, End, Untranslated
from imstack.migrate.texts import shown
from imstack.recipe.load import load_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imstack.migrate.plan import Plan, Step

_BASE: Final = "snibgo-2014"
_SCALE_KEYS = ("min", "max", "steps", "precision")
_DODGY = {
    "wspdodgy": "registration.scale.on_dodgy",
    "wsdodgy": "registration.scale.on_dodgy",
    "wtdodgy": "registration.translation.on_dodgy",
}
_LONGEST_TITLE = 200

Setting = bool | int | float | str | list[float]


@dataclass(frozen=True, slots=True)
class _Said:
    """A setting, and where the caller says it; a `value` of None cannot be told."""

    key: str
    value: Setting | None
    line: int
    words: str


def recipe_text(plan: Plan) -> str:
    """Return the recipe as YAML; what cannot be held in it stands in comments."""
    held: dict[str, _Said] = {}
    notes: list[str] = []
    for said in _settings(plan):
        before = held.get(said.key)
        if before is not None and before.value == said.value:
            continue
        if before is not None:
            notes.append(_note(said, f"line {before.line} says otherwise; that one is held"))
        elif said.value is None:
            notes.append(_note(said, "known only when the caller runs"))
        elif not _is_valid([*held.values(), said]):
            notes.append(_note(said, "no recipe can hold it"))
        else:
            held[said.key] = said
    calls = [item for item in _reached(plan) if isinstance(item, Call)]
    notes += dict.fromkeys(note for call in calls for note in _of_ignored(call))
    title = shown(f"Settings of {plan.source}")[:_LONGEST_TITLE]
    lines = [
        "# Written by imstack migrate.",
        *(f"# {note}" for note in notes),
        *_document(title, list(held.values())),
    ]
    return "\n".join(lines) + "\n"


def _note(said: _Said, why: str) -> str:
    return shown(f"Line {said.line}, {said.words}: {said.key} - {why}.")


def _is_valid(held: list[_Said]) -> bool:
    """Return True when the recipe loads; settings may also contradict each other."""
    try:
        load_bytes("\n".join(_document("", held)).encode(), "migrated.yaml")
    except RecipeError:
        return False
    return True


def _document(title: str, held: list[_Said]) -> list[str]:
    """Return the lines of a recipe that holds settings, sections in their own order."""
    lines = ["recipe: 1", f"title: {flow(title)}", f"extends: {_BASE}"]
    open_sections: list[str] = []
    for said in sorted(held, key=lambda said: said.key.split(".")[:-1]):
        *sections, name = said.key.split(".")
        shared = 0
        while (
            shared < len(sections)
            and sections[shared : shared + 1] == open_sections[shared : shared + 1]
        ):
            shared += 1
        lines += [f"{'  ' * d}{sections[d]}:" for d in range(shared, len(sections))]
        open_sections = sections
        lines.append(
            f"{'  ' * len(sections)}{name}: {flow(said.value)} # line {said.line}: "
            f"{shown(said.words)}"
        )
    return lines


def _reached(plan: Plan) -> Iterator[Step]:
    """Yield steps that run whatever happens, checks, and the rounds of loops."""
    waiting = list(reversed(plan.items))
    while waiting:
        yield (item := waiting.pop())
        if isinstance(item, Untranslated) and not any(isinstance(s, Choice) for s in item.steps):
            waiting += reversed(item.steps)


def _settings(plan: Plan) -> Iterator[_Said]:
    for item in _reached(plan):
        if isinstance(item, Call):
            yield from _of_switches(item)
            yield from _of_inner(item)
            if item.script == "whatScalePrec":
                yield from _of_scale(item)
            elif item.script == "twoBlrDiff":
                yield from _of_sigmas(item)
        elif isinstance(item, Untranslated) and item.guard:
            yield from _of_guard(item)


def _of_switches(step: Call) -> Iterator[_Said]:
    env = dict(step.env)
    for switch in SWITCHES:
        text = env.get(switch.variable)
        if text is not None and switch.script == step.script:
            value: bool | None = None
            if text.literal is not None:
                value = switch.means if text.literal == switch.exactly else not switch.means
            yield _Said(switch.key, value, step.line, f"{switch.variable}={text.plan}")


def _of_inner(step: Call) -> Iterator[_Said]:
    """Yield what the scripts set themselves, as callers that say it mean it."""
    for inner, text in step.inner:
        numbers = [_number(word) for word in (text.literal or "").split()]
        sigmas = [number for number in numbers if number is not None]
        value: Setting | None = None
        if len(sigmas) == len(numbers) == 3 and inner.key.endswith("sigmas"):
            value = [*sigmas]
        elif len(sigmas) == len(numbers) == 1:
            value = sigmas[0]
        yield _Said(inner.key, value, step.line, f"{inner.variable}={text.plan}")


def _of_ignored(step: Call) -> Iterator[str]:
    """Yield notes about switches that a script sets itself, and that say something else."""
    for switch in SWITCHES:
        text = dict(step.env).get(switch.variable)
        differs = text is not None and text.literal != switch.exactly
        if step.script == "focStack" and switch.script != "focStack" and text and differs:
            said = f"Line {step.line}, {switch.variable}={text.plan}: {switch.key} - "
            yield f"{said}not held: focStack sets it to {switch.exactly}, whatever its caller says."


def _of_scale(step: Call) -> Iterator[_Said]:
    words = f"{step.script} .. {' '.join(word.text.plan for word in step.args[2:])}"
    for key, word in zip(_SCALE_KEYS, step.args[2:], strict=False):
        value = _number(word.text.literal)
        if value is not None:  # a precision that was calculated is what `auto` means
            yield _Said(f"registration.scale.{key}", value, step.line, words)


def _of_sigmas(step: Call) -> Iterator[_Said]:
    numbers = [_number(word.text.literal) for word in step.args[1:4]]
    sigmas = [number for number in numbers if number is not None]
    if len(sigmas) == len(numbers) == 3:
        words = f"{step.script} .. {' '.join(word.text.plan for word in step.args[1:])}"
        yield _Said("merge.detail.sigmas", [*sigmas], step.line, words)


def _of_guard(item: Untranslated) -> Iterator[_Said]:
    """``if %wtDODGY%==1 exit /B 1``."""
    guard = item.guard
    if guard is None or guard.test.left.only is None:
        return
    test = guard.test
    key = _DODGY.get(guard.test.left.only.name.lower())
    stops = any(isinstance(step, End) for step in guard.then) != test.condition.negated
    asks_one = test.condition.operator in {"==", "equ"} and test.right.literal == "1"
    asks_not_zero = test.condition.operator == "neq" and test.right.literal == "0"
    if key and stops and (asks_one or asks_not_zero):
        yield _Said(key, "stop", item.line, item.text.split("\n")[0])


def _number(text: str | None) -> int | float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return int(value) if value.is_integer() and abs(value) < 1e9 else value
