"""How two recipes differ, key by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.recipe.keys import keys, value_of

if TYPE_CHECKING:
    from imstack.recipe.resolved import Origin, ResolvedRecipe

_NAMES = ("title", "extends")  # they do not change a stack


@dataclass(frozen=True, slots=True)
class Difference:
    """A key that two recipes set differently: its value and where that stands, in each."""

    key: str
    left: object
    left_origin: Origin
    right: object
    right_origin: Origin


def differences(left: ResolvedRecipe, right: ResolvedRecipe) -> tuple[Difference, ...]:
    """Return the keys in which two resolved recipes differ, in the order of the model."""
    return tuple(
        Difference(
            key,
            value_of(left.recipe, key),
            left.origin(key),
            value_of(right.recipe, key),
            right.origin(key),
        )
        for key in keys()
        if key not in _NAMES and value_of(left.recipe, key) != value_of(right.recipe, key)
    )
