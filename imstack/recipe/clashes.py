"""Keys that are right one by one and contradict each other, wherever each was set."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

from pydantic import ValidationError

from imstack.recipe.keys import join
from imstack.recipe.layers import entry_at, has, without
from imstack.recipe.model import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imstack.errors import Fault
    from imstack.recipe.base import Clash
    from imstack.recipe.nodes import Node
    from imstack.recipe.source import Source


@dataclass
class Clashes:
    """Looks for contradictions in settings whose every value is right.

    Attributes
    ----------
    order
        The sources of the settings, the strongest one last: of the keys concerned the one that
        was set last is pointed at.
    doubtful
        Keys and sections whose value is not known because of other faults; what contradicts a
        default that would not have been used is no news.
    """

    order: Sequence[Source]
    doubtful: set[str] = field(default_factory=set)

    def find(self, root: Node) -> Iterator[Fault]:
        """Yield every contradiction among the settings below `root`.

        The model stops at contradictions within a section before it sees those between
        sections; so the keys of each one found are put aside and the model is asked again.
        """
        while found := _ask(root):
            for names, message in found:
                if not any(self._unknown(root, name) for name in names):
                    yield self._fault(root, names, message)
            self.doubtful.update(name for names, _ in found for name in names)
            aside = {tuple(name.split(".")) for names, _ in found for name in names}
            if not any(has(root, path) for path in aside):
                return
            root = reduce(without, aside, root)

    def _unknown(self, root: Node, name: str) -> bool:
        if name in self.doubtful:
            return True
        parts = name.split(".")
        above = {".".join(parts[:count]) for count in range(len(parts))}
        return not has(root, tuple(parts)) and not above.isdisjoint(self.doubtful)

    def _fault(self, root: Node, names: Sequence[str], message: str) -> Fault:
        paths = [tuple(name.split(".")) for name in names]
        nodes = [entry_at(root, path).node for path in paths if has(root, path)]
        last = max(nodes, key=lambda node: self.order.index(node.mark.source))
        return last.mark.fault(names[0], message)


def _ask(root: Node) -> list[tuple[list[str], str]]:
    """Return the dotted names and the message of each contradiction that the model sees."""
    try:
        Recipe.model_validate(root.plain())
    except ValidationError as error:
        return [*_named(error)]
    return []


def _named(error: ValidationError) -> Iterator[tuple[list[str], str]]:
    for one in error.errors(include_url=False, include_input=False):
        section = join(*map(str, one["loc"]))
        clashes: tuple[Clash, ...] = one["ctx"]["clashes"]
        for clash in clashes:
            yield [join(section, key) for key in clash.keys], clash.message
