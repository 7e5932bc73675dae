"""Layers of settings as trees: finding, taking out, laying one over the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imstack.recipe.keys import sections
from imstack.recipe.nodes import Entry, Node

if TYPE_CHECKING:
    from collections.abc import Iterator

Path: TypeAlias = tuple[str, ...]


def name_of(path: Path) -> str:
    """Return the dotted name of `path`; `?` when one of its words could not be a key's name."""
    return ".".join(path) if all(word and "." not in word for word in path) else "?"


def entry_at(root: Node, path: Path) -> Entry:
    """Return the entry at `path`, or the deepest one above it."""
    entry = Entry(root.mark, root)
    for part in path:
        if part not in entry.node.entries:
            return entry
        entry = entry.node.entries[part]
    return entry


def has(root: Node, path: Path) -> bool:
    """Return whether something is set at `path`."""
    for part in path:
        if part not in root.entries:
            return False
        root = root.entries[part].node
    return True


def without(root: Node, path: Path) -> Node:
    """Return `root` without the key at `path`."""
    if not path:
        return Node(root.mark, {})
    head, rest = path[0], path[1:]
    kept = dict(root.entries)
    if head in kept and rest:
        kept[head] = Entry(kept[head].mark, without(kept[head].node, rest))
    else:
        kept.pop(head, None)
    return Node(root.mark, kept)


def overlay(below: Node, above: Node, path: Path = ()) -> Node:
    """Return the settings of both, section by section; where both speak, `above` holds."""
    entries = dict(below.entries)
    for name, entry in above.entries.items():
        inside = (*path, name)
        if name in entries and ".".join(inside) in sections():
            node = overlay(entries[name].node, entry.node, inside)
            entries[name] = Entry(entry.mark, node)
        else:
            entries[name] = entry
    return Node(above.mark, entries)


def settings(root: Node, path: Path = ()) -> Iterator[tuple[str, Entry]]:
    """Yield every key below `root` that is no section, by its dotted name."""
    for name, entry in root.entries.items():
        inside = (*path, name)
        if ".".join(inside) in sections():
            yield from settings(entry.node, inside)
        else:
            yield ".".join(inside), entry
