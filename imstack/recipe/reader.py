"""From files to layers of settings: a recipe, the one it extends, and so on."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from imstack.errors import Fault, RecipeError
from imstack.files import contents
from imstack.recipe import shelf
from imstack.recipe.layers import without
from imstack.recipe.nodes import Node, parse
from imstack.recipe.shelf import Place
from imstack.recipe.source import LARGEST, Mark, Source, decode, printable
from imstack.recipe.wording import found

if TYPE_CHECKING:
    from imstack.recipe.nodes import Entry


MOST_EXTENDED = 20  # recipes below one; two or three are usual


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings of one file, of one variable, or of one ``--set``.

    Attributes
    ----------
    source
        The text they come from.
    root
        The settings; None when the text cannot be understood.
    faults
        What is wrong with the text as such; the settings are checked later.
    complete
        False when more settings belong here that could not be read.
    """

    source: Source
    root: Node | None
    faults: tuple[Fault, ...] = ()
    complete: bool = True


def place_of(asked: str) -> Place:
    """Return where the recipe `asked` (a name or a path) should be.

    Raises
    ------
    RecipeError
        When no recipe has that name.
    """
    place = shelf.find(asked)
    if place is None:
        raise RecipeError(faults=(Fault(printable(asked), 0, 0, "", shelf.missing(asked)),))
    return place


def read_as_written(asked: str) -> str:
    """Return the text of the recipe `asked`, faults and comments and all.

    Raises
    ------
    RecipeError
        When there is none, or it cannot be shown.
    """
    layer = read_file(place_of(asked))
    if layer.faults and not layer.source.text:
        raise RecipeError(faults=layer.faults)
    return layer.source.text


def read_chain(asked: str) -> tuple[Layer, ...]:
    """Return the layers of the recipe `asked` (a name or a path): its own first.

    Raises
    ------
    RecipeError
        When no recipe has that name; other faults are noted in the layers.
    """
    place = place_of(asked)
    return _chain(place, read_file(place), ())


def read_chain_of(name: str, data: bytes) -> tuple[Layer, ...]:
    """Return the layers of the recipe whose text is `data`, as if it stood in a file `name`."""
    return _chain(Place(Path(name), name), read_layer(name, data), ())


def read_file(place: Place) -> Layer:
    """Return the layer of one recipe file."""
    try:
        data = contents(place.path, LARGEST)
    except OSError as error:
        fault = Fault(printable(place.shown), 0, 0, "", f"cannot be read: {error.strerror}")
        return Layer(Source(place.shown, ""), None, (fault,), complete=False)
    return read_layer(place.shown, data)


def read_layer(name: str, data: bytes) -> Layer:
    """Return the layer that stands in `data`; `name` is how faults call it."""
    source, faults = decode(name, data)
    if faults:
        return Layer(source, None, faults, complete=False)
    root, faults = parse(source)
    if root is None or not isinstance(root.value, dict):
        return Layer(source, None, faults or (_no_recipe(source, root),), complete=False)
    if "recipe" not in root.entries and not faults:
        message = "is missing; a recipe file says which format it has: recipe: 1"
        faults = (root.mark.fault("recipe", message),)
    return Layer(source, root, faults)


def _no_recipe(source: Source, root: Node | None) -> Fault:
    if root is None or root.value is None:
        return Mark(source, 1, 1).fault("", "is empty; the shortest recipe is: recipe: 1")
    return root.mark.fault("", f"must be lines of 'key: value', not {found(root)}")


def _chain(place: Place, layer: Layer, below: tuple[Place, ...]) -> tuple[Layer, ...]:
    """Return `layer`, which is the text of `place`, and all that it extends.

    `below` are the recipes that led here. An ``extends`` that is no text is left to the model's
    checks; one that was followed is taken out.
    """
    entry = layer.root.entries.get("extends") if layer.root else None
    if entry is not None and entry.node.value is None:
        return (_refuse(layer, entry, "names no recipe; take the line out, or name one"),)
    if layer.root is None or entry is None or not isinstance(entry.node.value, str):
        return (layer,)
    own = replace(layer, root=without(layer.root, ("extends",)))
    parent = shelf.find(entry.node.value, place)
    if parent is None:
        return (_refuse(own, entry, shelf.missing(entry.node.value)),)
    read = read_file(parent)
    if not read.source.text:
        return (_refuse(own, entry, f"{parent.shown} {read.faults[0].message}"),)
    line = (*below, place)
    if len(line) > MOST_EXTENDED:
        message = f"a recipe may build on {MOST_EXTENDED} others, one above the other, and no more"
        return (_refuse(own, entry, message),)
    if _real(parent) in map(_real, line):
        way = " -> ".join(one.shown for one in (*line, parent))
        return (_refuse(own, entry, f"goes round in a circle: {way}"),)
    return (own, *_chain(parent, read, line))


def _refuse(layer: Layer, entry: Entry, message: str) -> Layer:
    """Note that a recipe cannot be built on; what this one adds to it is not complete then."""
    fault = entry.node.mark.fault("extends", printable(message))
    return replace(layer, faults=(*layer.faults, fault), complete=False)


def _real(place: Place) -> str:
    return os.path.realpath(place.path)
