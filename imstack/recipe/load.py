"""From a recipe's name to settings that are right, each with the place it comes from."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from imstack.errors import RecipeError
from imstack.recipe.check import Checked, check_layer
from imstack.recipe.clashes import Clashes
from imstack.recipe.layers import overlay, settings, without
from imstack.recipe.model import Recipe
from imstack.recipe.nodes import Node
from imstack.recipe.overrides import Variable, read_set, read_variable
from imstack.recipe.reader import Layer, read_chain, read_chain_of
from imstack.recipe.resolved import Origin, ResolvedRecipe
from imstack.recipe.source import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["ResolvedRecipe", "Variable", "load_bytes", "load_recipe"]


def load_recipe(
    asked: str | Path,
    *,
    sets: Sequence[str] = (),
    variables: Sequence[Variable] = (),
    above: Sequence[Layer] = (),
) -> ResolvedRecipe:
    """Return the recipe `asked`: a name or a file, with overrides on top.

    What a recipe extends lies below it; environment variables lie above it, ``--set`` above
    them, and `above` on top; of two ``--set`` for one key the later holds.

    Parameters
    ----------
    asked
        Name of a shipped recipe, of a file in the current folder without its ending, or a path.
    sets
        Overrides such as ``merge.detail.sigmas=[2,3,6]``.
    variables
        Overrides that come from environment variables.
    above
        Overrides that were read already.

    Raises
    ------
    RecipeError
        Holds every fault of all of them at once.
    """
    overrides = (*map(read_variable, variables), *map(read_set, sets), *above)
    return _resolve(str(asked), read_chain(str(asked)), overrides)


def load_bytes(
    data: bytes, name: str, *, sets: Sequence[str] = (), variables: Sequence[Variable] = ()
) -> ResolvedRecipe:
    """Return the recipe whose file would hold `data` and be called `name`; see `load_recipe`.

    Raises
    ------
    RecipeError
        Holds every fault of all of them at once.
    """
    overrides = (*map(read_variable, variables), *map(read_set, sets))
    return _resolve(name, read_chain_of(name, data), overrides)


def _resolve(asked: str, chain: Sequence[Layer], above: Sequence[Layer]) -> ResolvedRecipe:
    files, overrides = [*map(_check, chain)], [*map(_check, above)]
    faults = [fault for checked in (*files, *overrides) for fault in checked.faults]
    inherited = [without(checked.root, ("title",)) for checked in files[1:]]
    stack = [*reversed(inherited), files[0].root, *(checked.root for checked in overrides)]
    root = reduce(overlay, stack)
    if all(layer.complete for layer in (*chain, *above)):
        doubtful = {name for checked in (*files, *overrides) for name in checked.doubtful}
        faults += Clashes([node.mark.source for node in stack], doubtful).find(root)
    if faults:
        raise RecipeError(faults=tuple(faults))
    return ResolvedRecipe(
        recipe=Recipe.model_validate(root.plain()),
        name=asked,
        files=tuple(layer.source.name for layer in chain),
        origins={name: Origin.of(entry.node.mark) for name, entry in settings(root)},
    )


def _check(layer: Layer) -> Checked:
    """Return what is right in a layer, and all that is wrong with its text and its settings."""
    if layer.root is None:
        return Checked(Node(Mark(layer.source, 1, 1), {}), layer.faults)
    checked = check_layer(layer.root)
    return replace(checked, faults=(*layer.faults, *checked.faults))
