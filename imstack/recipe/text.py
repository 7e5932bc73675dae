"""Recipes as YAML text: every key in the order of the model, readable again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.recipe.keys import keys, value_of
from imstack.recipe.scalars import write
from imstack.recipe.source import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imstack.recipe.model import Recipe
    from imstack.recipe.resolved import ResolvedRecipe

_INDENT = "  "
_WORDS = ("title", "extends")  # free text: may be long, and is left out when empty


def to_yaml(recipe: Recipe, remark: Callable[[str], str] | None = None) -> str:
    """Return `recipe` with all its keys; reading the text gives `recipe` again.

    Parameters
    ----------
    recipe
        What to write. An empty title and no ``extends`` are left out.
    remark
        Gives the comment behind a key, by its dotted name.
    """
    lines = [*_lines(recipe)]
    if remark is None:
        return "".join(f"{text}\n" for _, text in lines)
    width = max(len(text) for name, text in lines if name not in ("", *_WORDS))
    return "".join(
        f"{text:{width}}  # {remark(name)}\n" if name else f"{text}\n" for name, text in lines
    )


def resolved_yaml(resolved: ResolvedRecipe, idle_because: Callable[[Recipe, str], str]) -> str:
    """Return every key of a resolved recipe with where its value comes from as a comment.

    `idle_because` tells why a key has no say; empty when it has.
    """

    def remark(key: str) -> str:
        idle = idle_because(resolved.recipe, key)
        note = f"; not used, as {idle}" if idle else ""
        return printable(f"{resolved.origin(key)}{note}")

    return to_yaml(resolved.recipe, remark)


def _lines(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Yield each line with the dotted name of its key; section lines have none."""
    open_sections: list[str] = []
    for name in keys():
        value = value_of(recipe, name)
        if name in _WORDS and not value:
            continue
        *sections, word = name.split(".")
        for depth, section in enumerate(sections):
            if open_sections[depth : depth + 1] != [section]:
                del open_sections[depth:]
                open_sections.append(section)
                yield "", f"{_INDENT * depth}{section}:"
        del open_sections[len(sections) :]
        yield name, f"{_INDENT * len(sections)}{word}: {write(value)}"
