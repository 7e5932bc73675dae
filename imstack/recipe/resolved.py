"""A recipe ready for use, in which every key knows where its value comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imstack.recipe.model import Recipe
    from imstack.recipe.source import Mark


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from.

    Attributes
    ----------
    where
        A recipe file, ``--set``, the name of an environment variable, or ``default``.
    line, column
        Where in the file, from 1; 0 for everything else.
    """

    where: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.where}:{self.line}" if self.line else self.where

    @classmethod
    def of(cls, mark: Mark) -> Origin:
        """Return the origin of what stands at `mark`."""
        if mark.source.numbered:
            return cls(mark.source.name, mark.line, mark.column)
        return cls(mark.source.name)


DEFAULT = Origin("default")


@dataclass(frozen=True)
class ResolvedRecipe:
    """A recipe with everything it builds on.

    Attributes
    ----------
    recipe
        The settings.
    name
        The recipe as it was asked for.
    files
        The files read: the recipe's own, the one it extends, and so on.
    origins
        Where each key that was set stands, by dotted name.
    """

    recipe: Recipe
    name: str
    files: tuple[str, ...]
    origins: Mapping[str, Origin]

    def origin(self, key: str) -> Origin:
        """Return where the value of `key` (dotted name) comes from."""
        return self.origins.get(key, DEFAULT)
