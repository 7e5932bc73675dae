"""Which keys have a say in a recipe, found by watching which of them the methods are read off."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, cast

from imstack.pipeline.methods import Methods
from imstack.recipe.base import Section
from imstack.recipe.keys import join, keys, value_of
from imstack.recipe.scalars import write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imstack.recipe.model import Recipe

ABOUT = frozenset({"recipe", "extends"})
"""Keys about the recipe itself."""

FEW = 8
"""Words among which a method is chosen; longer lists only name values."""


class _Read:
    """A section that notes which of its keys are read, and may answer for some of them."""

    def __init__(
        self, section: Section, name: str, noted: set[str], instead: Mapping[str, object]
    ) -> None:
        self._section, self._name, self._noted, self._instead = section, name, noted, instead

    def __getattr__(self, word: str) -> object:
        name = join(self._name, word)
        value = getattr(self._section, word)
        if isinstance(value, Section):
            return _Read(value, name, self._noted, self._instead)
        self._noted.add(name)
        return self._instead.get(name, value)


def keys_read(recipe: Recipe, instead: Mapping[str, object] | None = None) -> frozenset[str]:
    """Return the keys that the methods of `recipe` are read off, by dotted name.

    `instead` has other values for some of the keys.
    """
    noted: set[str] = set()
    Methods.of(cast("Recipe", _Read(recipe, "", noted, instead or {})))
    return frozenset(noted | ABOUT | {key for key in keys() if key.startswith("output.")})


def idle_because(recipe: Recipe, key: str) -> str:
    """Return why `key` (dotted name) has no say in `recipe`; empty when it has.

    >>> from imstack.recipe.model import Recipe
    >>> idle_because(Recipe(), "registration.scale.min")
    'registration.method is joint'
    """
    if key in keys_read(recipe):
        return ""
    for others in _other_choices(recipe):
        if key in keys_read(recipe, others):
            decider = next(iter(others))
            return f"{decider} is {write(value_of(recipe, decider))}"
    message = f"no choice gives {key} a say"
    raise AssertionError(message)


def _other_choices(recipe: Recipe) -> Iterator[dict[str, object]]:
    """Yield what else could be chosen: one other choice, then two."""
    choices = {
        name: [value for value in _choices(name) if value != value_of(recipe, name)]
        for name in keys()
        if _choices(name)
    }
    for count in (1, 2):
        for names in combinations(choices, count):
            for values in product(*(choices[name] for name in names)):
                yield dict(zip(names, values, strict=True))


def _choices(name: str) -> tuple[object, ...]:
    """Return the values of a key that others may hang on: a switch, or a few words."""
    domain = keys()[name].domain
    if domain.switch:
        return (True, False)
    return domain.words if domain.numbers is None and len(domain.words) <= FEW else ()
