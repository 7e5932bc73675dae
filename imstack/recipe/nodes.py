"""YAML as a tree in which every key and value knows its line and column.

Built on PyYAML's events, so that no tag is ever obeyed, no alias can recurse or explode, and
keys that stand twice are seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

import yaml
from yaml import events

from imstack.recipe.scalars import Plain, resolve
from imstack.recipe.source import Mark, Source, printable, unprintable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imstack.errors import Fault

_DEEPEST = 16  # levels; a recipe has four
_LARGEST = 5000  # nodes with all aliases written out
_NAME = 60  # characters shown of a key

_KINDER = (  # what PyYAML says; what we say; True to point at where the trouble began
    (r"found character '\\t'", "a tab cannot be used here; indent with spaces", False),
    (r"mapping values are not", "a second ': ' on one line; is the indentation right?", False),
    (r"could not find expected ':'", "this line has no ': ' between key and value", True),
    (r"expected <block end>.*'(<|\?)", "is not indented like the lines before it", False),
    (r"expected <block end>", "nothing more can stand on this line", False),
    (r"expected ',' or", "this bracket is not closed, or a ',' is missing in it", True),
    (r"found unexpected end of stream", "these quotes are not closed", True),
    (r"found character", "text that starts with this character needs quotes", False),
)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a recipe.

    Attributes
    ----------
    mark
        Where it starts.
    value
        A scalar, a tuple of nodes, or a mapping of names to entries.
    raw
        The text of a scalar as it stands in the recipe, without quotes.
    size
        Nodes in this tree, itself included.
    """

    mark: Mark
    value: Plain | tuple[Node, ...] | Mapping[str, Entry]
    raw: str = ""
    size: int = 1

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The entries of a mapping; nothing for other nodes."""
        return self.value if isinstance(self.value, dict) else {}

    def plain(self) -> object:
        """Return the tree as dictionaries, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: entry.node.plain() for key, entry in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its place, and its value."""

    mark: Mark
    node: Node


class _Hopeless(Exception):  # noqa: N818 - not an error for people: the fault is already noted
    """Nothing after this place can be understood."""


@dataclass
class _Builder:
    """Turns PyYAML's events into nodes, and notes what is wrong on the way."""

    source: Source
    stream: Iterator[events.Event]
    faults: list[Fault] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)

    def document(self) -> Node | None:
        """Return the one document's root; None when there is none."""
        root = None
        for event in self.stream:
            if isinstance(event, events.DocumentStartEvent):
                if root is not None:
                    self._note(event, "a recipe is one document; this is a second one")
                    break
                root = self._node(next(self.stream), 0)
        return root

    def _node(self, event: events.Event, depth: int) -> Node:
        if depth > _DEEPEST:
            self._give_up(event, f"is nested more than {_DEEPEST} levels deep")
        if isinstance(event, events.AliasEvent):
            return self._alias(event)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._note(event, f"tags such as {printable(tag[:_NAME])} have no meaning in a recipe")
        node = self._fresh(event, depth)
        if node.size > _LARGEST:
            self._give_up(event, f"holds more than {_LARGEST} values with all aliases written out")
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self.anchors[anchor] = node
        return node

    def _fresh(self, event: events.Event, depth: int) -> Node:
        mark = self._mark(event)
        if isinstance(event, events.ScalarEvent):
            value = resolve(event.value) if event.implicit[0] else event.value
            return Node(mark, value, raw=event.value)
        if isinstance(event, events.SequenceStartEvent):
            items = tuple(self._items(events.SequenceEndEvent, depth))
            return Node(mark, items, size=1 + sum(item.size for item in items))
        return self._mapping(mark, depth)

    def _items(self, end: type[events.Event], depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self.stream), end):
            yield self._node(event, depth + 1)

    def _mapping(self, mark: Mark, depth: int) -> Node:
        entries: dict[str, Entry] = {}
        pairs = self._items(events.MappingEndEvent, depth)
        size = 1
        for key, node in zip(pairs, pairs, strict=True):
            size += key.size + node.size
            name = self._name(key, entries)
            if name is not None:
                entries[name] = Entry(key.mark, node)
        return Node(mark, entries, size=size)

    def _name(self, key: Node, taken: Mapping[str, Entry]) -> str | None:
        """Return a key's name, or note why it has none."""
        if isinstance(key.value, dict | tuple):
            self.faults.append(key.mark.fault("", "a key must be a plain word"))
        elif key.raw == "<<":
            message = "'<<' has no meaning in a recipe; to build on another one use extends"
            self.faults.append(key.mark.fault("", message))
        elif key.raw in taken:
            line = taken[key.raw].mark.line
            name = printable(key.raw[:_NAME])
            self.faults.append(key.mark.fault("", f"'{name}' is already set on line {line}"))
        else:
            return key.raw
        return None

    def _alias(self, event: events.AliasEvent) -> Node:
        name = str(event.anchor)
        if name not in self.anchors:
            self._give_up(event, f"'*{name}' is not defined before this place")
        return self.anchors[name]

    def _mark(self, event: events.Event) -> Mark:
        mark = event.start_mark
        return Mark(self.source, mark.line + 1, mark.column + 1) if mark else _top(self.source)

    def _note(self, event: events.Event, message: str) -> None:
        self.faults.append(self._mark(event).fault("", message))

    def _give_up(self, event: events.Event, message: str) -> NoReturn:
        self._note(event, message)
        raise _Hopeless


def _top(source: Source) -> Mark:
    return Mark(source, 1, 1)


def parse(source: Source, start: int = 0) -> tuple[Node | None, tuple[Fault, ...]]:
    """Return the tree of a recipe's text, and what is wrong with it as YAML.

    Characters before `start` are no YAML and taken as blanks. A syntax error ends the reading,
    and the tree is None then; keys that stand twice, tags and merge keys are noted and left out.
    An empty text gives None and no fault.
    """
    unreadable = unprintable(source)
    if unreadable:
        return None, unreadable
    text = " " * start + source.text[start:]
    stream = yaml.parse(text, Loader=yaml.SafeLoader)
    builder = _Builder(source, stream)
    root = None
    try:
        root = builder.document()
    except _Hopeless:
        pass
    except yaml.MarkedYAMLError as error:
        builder.faults.append(_syntax(source, error))
    except (ValueError, OverflowError):  # PyYAML on "\\UFFFFFFFF" and on endless version numbers
        builder.faults.append(_top(source).fault("", "cannot be read as YAML"))
    return root, tuple(builder.faults)


def _syntax(source: Source, error: yaml.MarkedYAMLError) -> Fault:
    for number, line in enumerate(source.lines, start=1):
        if re.match(r"(<{7}|>{7}) ", line):
            return Mark(source, number, 1).fault("", "a merge conflict was left in this file")
    problem = str(error.problem or error.context)
    said, at_start = next(
        ((said, at_start) for theirs, said, at_start in _KINDER if re.match(theirs, problem)),
        (printable(problem), False),
    )
    marks = (error.problem_mark, error.context_mark)
    mark = next((mark for mark in (marks[::-1] if at_start else marks) if mark), None)
    place = Mark(source, mark.line + 1, mark.column + 1) if mark else _top(source)
    return place.fault("", said)
