"""Settings from outside a recipe: ``--set``, ``--over`` and environment variables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imstack.recipe.nodes import Entry, Node, parse
from imstack.recipe.reader import Layer
from imstack.recipe.scalars import write
from imstack.recipe.source import Mark, Source, printable

if TYPE_CHECKING:
    from imstack.recipe.scalars import Plain


@dataclass(frozen=True, slots=True)
class Variable:
    """What an environment variable says about a key.

    Attributes
    ----------
    name, text
        The variable and what it holds.
    key
        Dotted name of the recipe key.
    value
        What the key becomes.
    """

    name: str
    text: str
    key: str
    value: Plain


def read_variable(variable: Variable) -> Layer:
    """Return the layer of one environment variable."""
    source = Source(variable.name, f"{variable.name}={variable.text}", numbered=False)
    node = Node(Mark(source, 1, 1), variable.value, raw=write(variable.value))
    words = [(word, 0) for word in variable.key.split(".")]
    return Layer(source, _nested(source, words, node))


def read_set(text: str) -> Layer:
    """Return the layer of one ``--set``, such as ``merge.detail.sigmas=[2,3,6]``.

    The value is read as in a recipe, so that it may be a list or a whole section.
    """
    source = Source("--set", text, numbered=False)
    read = _read(source)
    if isinstance(read, Layer):
        return read
    words, node = read
    return Layer(source, _nested(source, words, node))


def read_over(text: str) -> tuple[str, tuple[Layer, ...]]:
    """Return the key of one ``--over``, such as ``merge.detail.sigmas=[[4,6,6],[1,2,4]]``.

    With it one layer for each value; when there are none, a single one that says so.
    """
    source = Source("--over", text, numbered=False)
    read = _read(source)
    if isinstance(read, Layer):
        return "", (read,)
    words, node = read
    key = ".".join(word for word, _ in words)
    if not isinstance(node.value, tuple) or not node.value:
        fault = node.mark.fault(printable(key), "must be a list of values to try, such as [1, 2]")
        return key, (Layer(source, None, (fault,), complete=False),)
    return key, tuple(Layer(source, _nested(source, words, one)) for one in node.value)


def _read(source: Source) -> tuple[list[tuple[str, int]], Node] | Layer:
    """Return the words of the key, each with where it starts, and the value; or what is wrong."""
    key, sign, _ = source.text.partition("=")
    if not sign:
        fault = Mark(source, 1, 1).fault("", "must be key=value, and there is no '='")
        return Layer(source, None, (fault,), complete=False)
    if key == "extends":
        fault = Mark(source, 1, 1).fault(key, "can only stand in a recipe file")
        return Layer(source, None, (fault,), complete=False)
    node, faults = parse(source, start=len(key) + 1)
    if faults:
        named = tuple(replace(fault, key=fault.key or printable(key)) for fault in faults)
        return Layer(source, None, named, complete=False)
    words, column = [], 0
    for word in key.split("."):
        words.append((word, column))
        column += len(word) + 1
    return words, node or Node(Mark(source, 1, len(source.text) + 1), None)


def _nested(source: Source, words: list[tuple[str, int]], node: Node) -> Node:
    """Return `node` within the sections that `words` name, each with where it starts."""
    for word, start in reversed(words):
        mark = Mark(source, 1, start + 1)
        node = Node(mark, {word: Entry(mark, node)})
    return node
