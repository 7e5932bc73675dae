"""The recipe that shows every key, with what the model says about it as comments."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from imstack.recipe.keys import keys, sections
from imstack.recipe.scalars import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imstack.recipe.keys import Key

_WIDTH = 100
_INDENT = "  "
_HEAD = """\
# yaml-language-server: $schema=recipe.schema.json
#
# Every key there is, with its default: the value it has in the recipe imstack. Above each stands
# what it means, what it may be, and where it comes from: seed (snibgo's page), known (of the
# scripts and of ImageMagick), ours. Copy it and throw out what you do not change:
#
#   imstack recipe copy every-key mine.yaml
#
# Made from the program's own model by: imstack recipe keys --yaml
"""
_OWN = {"title": "Every key with its default, explained", "extends": "imstack"}


def every_key() -> str:
    """Return the text of the recipe ``every-key``."""
    return _HEAD + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    shown = [""]
    for key in keys().values():
        parts = key.section.split(".") if key.section else []
        for depth in range(len(parts)):
            section = ".".join(parts[: depth + 1])
            if section not in shown:
                shown.append(section)
                about = " ".join((sections()[section].__doc__ or "").split())
                yield from ("", *_comment(about, depth), f"{_INDENT * depth}{parts[depth]}:")
        yield from _key(key, len(parts))


def _key(key: Key, depth: int) -> Iterator[str]:
    unit = f" ({key.unit})" if key.unit else ""
    if depth == 0:
        yield ""
    yield from _comment(key.meaning, depth)
    yield from _comment(f"May be: {key.domain.short()}{unit}. Source: {key.source}.", depth)
    value = write(_OWN.get(key.name, key.default))
    yield f"{_INDENT * depth}{key.name.rpartition('.')[2]}: {value}"


def _comment(text: str, depth: int) -> list[str]:
    lead = f"{_INDENT * depth}# "
    return textwrap.wrap(text, _WIDTH, initial_indent=lead, subsequent_indent=lead)
