"""Every key of the model with what a person wants to know about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from imstack.recipe.base import About, Section
from imstack.recipe.domain import Domain, domain
from imstack.recipe.model import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the recipe.

    Attributes
    ----------
    name
        Dotted name, such as ``registration.scale.min``.
    meaning, unit, source
        As the model states them; unit may be empty.
    domain
        What it may hold.
    default
        Its value in the recipe ``imstack``.
    """

    name: str
    meaning: str
    unit: str
    source: str
    domain: Domain
    default: object

    @property
    def section(self) -> str:
        """The dotted name of the section it stands in; empty at the top."""
        return self.name.rpartition(".")[0]


@cache
def subsections(section: type[Section]) -> Mapping[str, type[Section]]:
    """Return the sections within `section` by name."""
    return {
        name: info.annotation
        for name, info in section.model_fields.items()
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section)
    }


@cache
def sections() -> Mapping[str, type[Section]]:
    """Return every section by its dotted name, the recipe itself as the empty one, in order."""
    return dict(_sections(Recipe, ""))


def _sections(section: type[Section], name: str) -> Iterator[tuple[str, type[Section]]]:
    yield name, section
    for inner, kind in subsections(section).items():
        yield from _sections(kind, join(name, inner))


@cache
def keys() -> Mapping[str, Key]:
    """Return every key by its dotted name, in the order of the model."""
    return {key.name: key for key in _keys(Recipe, "")}


def _keys(section: type[Section], prefix: str) -> Iterator[Key]:
    inner = subsections(section)
    for name, info in section.model_fields.items():
        if name in inner:
            yield from _keys(inner[name], join(prefix, name))
        else:
            yield _key(join(prefix, name), info)


def _key(name: str, info: FieldInfo) -> Key:
    about = next((one for one in info.metadata if isinstance(one, About)), About("", ""))
    meaning = " ".join((info.description or "").split())
    return Key(name, meaning, about.unit, about.source, domain(info), info.default)


def values(recipe: Recipe) -> dict[str, object]:
    """Return the value of every key of `recipe` by dotted name."""
    return {name: value_of(recipe, name) for name in keys()}


def value_of(recipe: Recipe, name: str) -> object:
    """Return the value of one key of `recipe` by its dotted name."""
    found: object = recipe
    for part in name.split("."):
        found = getattr(found, part)
    return found


def join(*parts: str) -> str:
    """Return the dotted name of `parts`, leaving out empty ones."""
    return ".".join(part for part in parts if part)
