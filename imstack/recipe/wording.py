"""The words of faults: what was wanted, what was found, and what may have been meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from imstack.recipe.keys import join, keys, sections
from imstack.recipe.model import FORMAT
from imstack.recipe.scalars import resolve
from imstack.recipe.source import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.recipe.domain import Domain
    from imstack.recipe.nodes import Node

SHOWN = 40  # characters shown of a wrong key or value
_SUGGESTED = 8  # with more words than this, a suggestion replaces the list of all


def wrong_value(name: str, node: Node, item: int | None) -> str:
    """Say what the key `name` must be and what it is instead: `node`, or that item of its list."""
    domain = keys()[name].domain
    if name == "recipe":
        but = _but(domain, node, None) + _quotes(domain, node)
        return f"must be {FORMAT}, the format this imstack reads, {but}"
    meant = _quotes(domain, node) or _meant(domain, node)
    many = len(domain.words) > _SUGGESTED and meant
    wanted = f"one of {len(domain.words)} words" if many else domain.sentence()
    return f"must be {wanted}, {_but(domain, node, item)}{meant}"


def _but(domain: Domain, node: Node, item: int | None) -> str:
    """Say what was found instead."""
    if node.value is None:
        return "and nothing stands here"
    if not domain.items or not isinstance(node.value, tuple):
        return f"not {found(node)}"
    if not domain.many and len(node.value) != len(domain.items):
        return f"and this one has {len(node.value)}"
    if item is None:
        return f"not {found(node)}"
    one = node.value[item]
    return f"and item {item + 1} is {found(one)}{_quotes(domain.items[0], one)}"


def found(node: Node) -> str:
    """Name what stands in the recipe."""
    match node.value:
        case dict():
            return "a section"
        case tuple():
            return "a list"
        case None:
            return "nothing"
        case str():
            cut = "..." if len(node.raw) > SHOWN else ""
            return f"text '{printable(node.raw[:SHOWN])}{cut}'"
        case bool():
            return f"{node.raw} ({'true' if node.value else 'false'})"
        case _:
            cut = "..." if len(node.raw) > SHOWN else ""
            return node.raw[:SHOWN] + cut


def _quotes(domain: Domain, node: Node) -> str:
    """Say that quotes make the difference, where they do."""
    if domain.text and isinstance(node.value, bool | int | float):
        return "; put it in quotes"
    word = node.raw in map(str, domain.words) and node.raw not in domain.words
    if isinstance(node.value, bool) and node.raw in domain.words:
        return "; put it in quotes"
    if isinstance(node.value, str) and (word or _reads_as(domain, node.raw)):
        return "; take the quotes away"
    return ""


def _reads_as(domain: Domain, raw: str) -> bool:
    value = resolve(raw)
    if isinstance(value, bool):
        return domain.switch
    return domain.numbers is not None and isinstance(value, int | float)


def _meant(domain: Domain, node: Node) -> str:
    if not isinstance(node.value, str):
        return ""
    return _did_you_mean(node.raw, domain.choices())


def _did_you_mean(word: str, choices: Sequence[str]) -> str:
    by_lower = {choice.lower(): choice for choice in choices}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean '{by_lower[close[0]]}'?" if close else ""


def unknown_key(path: Sequence[str]) -> str:
    """Say what may have been meant by a key that does not exist: here, elsewhere, or at all."""
    section, word = ".".join(path[:-1]), path[-1][:SHOWN]
    here = tuple(sections()[section].model_fields)
    if "." in word and join(section, word) in (*sections(), *keys()):
        nested = ": ".join(word.split("."))
        return f"unknown key; write it as sections, one inside the other: {nested}"
    everywhere = [name for name in (*sections(), *keys()) if name.split(".")[-1] == word != ""]
    elsewhere = f"; did you mean '{everywhere[0]}'?" if everywhere else ""
    meant = _did_you_mean(word, here) or elsewhere
    return "unknown key" + (meant or f"; the keys here are {', '.join(here)}")
