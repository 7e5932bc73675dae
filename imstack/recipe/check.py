"""What is wrong with one layer of settings, in words that point and suggest.

pydantic finds the faults; the words come from the domain of the key concerned, so that a union
speaks once and every message says what would be right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from imstack.recipe.base import CLASH
from imstack.recipe.keys import join, keys, sections, subsections
from imstack.recipe.layers import Path, entry_at, name_of, without
from imstack.recipe.model import Recipe
from imstack.recipe.nodes import Entry, Node
from imstack.recipe.source import printable
from imstack.recipe.wording import SHOWN, found, unknown_key, wrong_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.errors import Fault


@dataclass(frozen=True, slots=True)
class Checked:
    """What one layer of settings is good for.

    Attributes
    ----------
    root
        The settings that are right, one by one.
    faults
        What is wrong with the others.
    doubtful
        Dotted names of keys and sections about which this layer wanted to say something, but
        nobody knows what.
    """

    root: Node
    faults: tuple[Fault, ...] = ()
    doubtful: frozenset[str] = frozenset()


def check_layer(root: Node) -> Checked:
    """Return the good part of the settings below `root`, and what is wrong with the rest.

    Keys that contradict each other are no concern here: another layer may settle it.
    """
    root = _fill_empty(root, ())
    try:
        Recipe.model_validate(root.plain())
    except ValidationError as error:
        places = _places(error, root)
    else:
        return Checked(root)
    faults = tuple(_fault(root, path, item) for path, item in places.items())
    good = root
    for path in places:
        good = without(good, path)
    return Checked(good, faults, frozenset(map(_doubtful, places)))


def _doubtful(path: Path) -> str:
    name = name_of(path)
    return name if name in keys() or name in sections() else name_of(path[:-1])


def _fill_empty(node: Node, path: Path) -> Node:
    """Take a section whose keys are all commented out as one without settings."""
    inner = subsections(sections()[".".join(path)])
    if node.value is None:
        return Node(node.mark, {})
    filled = {
        name: Entry(entry.mark, _fill_empty(entry.node, (*path, name))) if name in inner else entry
        for name, entry in node.entries.items()
    }
    return Node(node.mark, filled) if isinstance(node.value, dict) else node


def _places(error: ValidationError, root: Node) -> dict[Path, int | None]:
    """Return the wrong keys in the order of the text, each with the wrong item of its list."""
    wrong: dict[Path, int | None] = {}
    for one in error.errors(include_url=False, include_input=False):
        if one["type"] != CLASH:
            path, rest = _key_path(one["loc"])
            index = next((part for part in rest if isinstance(part, int)), None)
            wrong.setdefault(path, index)
    return dict(sorted(wrong.items(), key=lambda item: _order(root, item[0])))


def _key_path(loc: Sequence[str | int]) -> tuple[Path, Sequence[str | int]]:
    """Split pydantic's location into the key and what lies below it (items, kinds of a union)."""
    known = sections()
    for count, part in enumerate(loc):
        path = tuple(map(str, loc[: count + 1]))
        if name_of(path) not in known or not isinstance(part, str):
            return path, loc[count + 1 :]
    return tuple(map(str, loc)), ()


def _order(root: Node, path: Path) -> tuple[int, int]:
    mark = entry_at(root, path).mark
    return mark.line, mark.column


def _fault(root: Node, path: Path, item: int | None) -> Fault:
    name, entry = name_of(path), entry_at(root, path)
    if name in keys():
        node = entry.node
        if item is not None and isinstance(node.value, tuple) and item < len(node.value):
            node = node.value[item]
        return node.mark.fault(name, wrong_value(name, entry.node, item))
    if name in sections():
        inside = ", ".join(sections()[name].model_fields)
        message = f"must be a section with keys ({inside}), not {found(entry.node)}"
        return entry.node.mark.fault(name, message)
    shown = join(*path[:-1], printable(path[-1][:SHOWN]))
    return entry.mark.fault(shown, unknown_key(path))
