"""Which keys have no say, because of what others say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.recipe.keys import value_of
from imstack.recipe.scalars import write

if TYPE_CHECKING:
    from imstack.recipe.model import Recipe

# A key or section, the key that decides about it, and the values of that key which silence it.
# The first row that holds for a key gives the reason.
IDLE: tuple[tuple[str, str, tuple[object, ...]], ...] = (
    ("registration.scale.find", "registration.method", ("none",)),
    ("registration.scale.min", "registration.method", ("joint", "none")),
    ("registration.scale.max", "registration.method", ("joint", "none")),
    ("registration.scale.steps", "registration.method", ("joint", "none")),
    ("registration.scale.precision", "registration.method", ("joint", "none")),
    ("registration.scale.on_dodgy", "registration.method", ("joint", "none")),
    ("registration.scale.min", "registration.scale.find", (False,)),
    ("registration.scale.max", "registration.scale.find", (False,)),
    ("registration.scale.steps", "registration.scale.find", (False,)),
    ("registration.scale.precision", "registration.scale.find", (False,)),
    ("registration.scale.on_dodgy", "registration.scale.find", (False,)),
    ("registration.translation", "registration.method", ("joint", "none")),
    ("registration.translation.on_dodgy", "registration.translation.find", (False,)),
    ("registration.joint", "registration.method", ("searches", "none")),
    ("warp", "registration.method", ("none",)),
    ("vp_mask.combine", "vp_mask.make", (False,)),
    ("merge.masks", "merge.method", ("running", "pyramid", "guided")),
    ("merge.pyramid", "merge.method", ("running", "masks")),
    ("merge.guided", "merge.method", ("running", "pyramid")),
    ("merge.reblur", "merge.method", ("running", "masks")),
    ("merge.detail.auto_level", "merge.method", ("masks", "pyramid", "guided")),
)


def idle_because(recipe: Recipe, key: str) -> str:
    """Return why `key` (dotted name) has no say in `recipe`; empty when it has.

    >>> from imstack.recipe.model import Recipe
    >>> idle_because(Recipe(), "registration.scale.min")
    'registration.method is joint'
    """
    for silent, decider, values in IDLE:
        if f"{key}.".startswith(f"{silent}.") and value_of(recipe, decider) in values:
            return f"{decider} is {write(value_of(recipe, decider))}"
    return ""
