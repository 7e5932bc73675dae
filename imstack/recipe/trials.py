"""Combinations of settings to try: every value of each ``--over`` with all of the others."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from imstack.errors import Fault, RecipeError, UsageError
from imstack.recipe.check import check_layer
from imstack.recipe.layers import entry_at
from imstack.recipe.load import load_recipe
from imstack.recipe.overrides import read_over
from imstack.recipe.scalars import write
from imstack.recipe.source import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from imstack.recipe.reader import Layer
    from imstack.recipe.resolved import ResolvedRecipe

MOST = 200
"""More combinations than anybody can look at."""

_HINT = "a value that is a list needs brackets of its own: --over KEY=[[4,6,6],[1,2,4]]"


@dataclass(frozen=True, slots=True)
class Trial:
    """One combination.

    Attributes
    ----------
    number
        From 1, in the order of the values; those of the last ``--over`` change fastest.
    values
        The value of each key that is tried out, as a recipe states it, by dotted name.
    resolved
        All settings.
    """

    number: int
    values: Mapping[str, str]
    resolved: ResolvedRecipe


def trials(
    asked: str | Path, over: Sequence[str], *, sets: Sequence[str] = ()
) -> tuple[Trial, ...]:
    """Return all combinations of the values that `over` states, on top of a recipe.

    Parameters
    ----------
    asked
        Name or file of the recipe.
    over
        Keys and the values to try, such as ``merge.detail.sigmas=[[4,6,6],[1,2,4]]``.
    sets
        Changes of single keys that hold for all combinations.

    Raises
    ------
    RecipeError
        Holds every fault of all combinations at once, each of them once.
    UsageError
        There are too many combinations, or there is nothing to try.
    """
    if not over:
        message = "a sweep needs a key and values to try, and none is given"
        raise UsageError(message, hint="such as merge.method=[masks,pyramid]")
    axes = [read_over(text) for text in over]
    count = 1
    for _, layers in axes:
        count *= len(layers)
    if count > MOST:
        message = f"--over: {count} combinations; a sweep tries at most {MOST}"
        raise UsageError(message, hint="try fewer values, or one key after the other")
    faults: list[Fault] = []
    found = []
    for number, layers in enumerate(product(*(layers for _, layers in axes)), start=1):
        try:
            resolved = load_recipe(asked, sets=sets, above=layers)
        except RecipeError as error:
            faults += error.faults
        else:
            keys = (key for key, _ in axes)
            values = {key: _value(layer, key) for key, layer in zip(keys, layers, strict=True)}
            found.append(Trial(number, values, resolved))
    faults += _repeated(over, [key for key, _ in axes])
    if faults:
        raise _refusal(faults, [layer for _, layers in axes for layer in layers])
    return tuple(found)


def _refusal(faults: Sequence[Fault], layers: Sequence[Layer]) -> RecipeError:
    """Return every fault once: the recipe's, then those of the values in order, then clashes."""
    own = [fault for layer in layers if layer.root for fault in check_layer(layer.root).faults]
    order = {fault: number for number, fault in enumerate(own)}
    once = sorted(
        dict.fromkeys(faults),
        key=lambda fault: (fault.file == "--over", order.get(fault, len(order))),
    )
    brackets = any(fault in order and "must be a list" in fault.message for fault in once)
    return RecipeError(faults=tuple(once), hint=_HINT if brackets else "")


def _repeated(over: Sequence[str], keys: Sequence[str]) -> list[Fault]:
    message = "stands in two --over; give all its values in one list"
    return [
        Fault("--over", 0, 0, printable(key), message, f"        {printable(text)}")
        for number, (key, text) in enumerate(zip(keys, over, strict=True))
        if key and key in keys[:number]
    ]


def _value(layer: Layer, key: str) -> str:
    if layer.root is None:
        message = f"{key} has no value"
        raise ValueError(message)
    return write(entry_at(layer.root, tuple(key.split("."))).node.plain())
