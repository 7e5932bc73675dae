"""The reference of all recipe keys as Markdown, made from the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.recipe.keys import Key, keys, sections
from imstack.recipe.scalars import write

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = ("| key | values | default | meaning | source |", "| --- | --- | --- | --- | --- |")


def reference() -> str:
    """Return a Markdown table for each section: key, range and unit, default, meaning, source."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    for section, kind in sections().items():
        members = [key for key in keys().values() if key.section == section]
        if members:
            about = " ".join((kind.__doc__ or "").split())
            yield from (f"### {section or 'recipe'}", "", about, "", *_HEAD)
            yield from map(_row, members)
            yield ""


def _row(key: Key) -> str:
    unit = f" ({key.unit})" if key.unit else ""
    default = f"`{write(key.default)}`" if key.default not in (None, "") else ""
    name = key.name.rpartition(".")[2]
    cells = (f"`{name}`", key.domain.short() + unit, default, key.meaning, key.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
