"""The JSON schema of recipes, for editors: completion, ranges, and what each key means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from imstack.recipe.base import About
from imstack.recipe.keys import sections
from imstack.recipe.model import Recipe

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Json]:
    """Return the JSON schema (draft 2020-12) of a recipe file.

    Only ``recipe`` is required, as ``extends`` or the defaults give the rest.
    """
    made: dict[str, Json] = Recipe.model_json_schema()
    definitions = made["$defs"]
    for kind in sections().values():
        part = made if kind is Recipe else _part(definitions, kind.__name__)
        for name, info in kind.model_fields.items():
            _explain(_part(part["properties"], name), info)
    return {"$schema": _DRAFT, **made, "title": "imstack recipe", "required": ["recipe"]}


def schema_text() -> str:
    """Return the schema as it stands in ``recipes/recipe.schema.json``."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _part(within: Json, name: str) -> dict[str, Json]:
    """Return a member of a JSON object that is an object itself."""
    found = within[name] if isinstance(within, dict) else None
    if not isinstance(found, dict):
        message = f"the schema has no object {name}"
        raise TypeError(message)
    return found


def _explain(part: dict[str, Json], info: FieldInfo) -> None:
    """Make one key's schema speak: meaning, unit and source in one text, no titles, no null."""
    about = next((one for one in info.metadata if isinstance(one, About)), About("", ""))
    meaning = " ".join((info.description or "").split())
    unit = f" Unit: {about.unit}." if about.unit else ""
    source = f" Source: {about.source}." if about.source else ""
    part["description"] = f"{meaning}{unit}{source}"
    part.pop("title", None)
    if info.default is None:  # YAML's null is no way to set a key
        part.pop("default")
        (one,) = [kind for kind in _kinds(part.pop("anyOf")) if kind != {"type": "null"}]
        part.update(one)


def _kinds(any_of: Json) -> list[dict[str, Json]]:
    return [kind for kind in any_of if isinstance(kind, dict)] if isinstance(any_of, list) else []
