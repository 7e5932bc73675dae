"""A plan as YAML: an entry a line, what warnings are about in comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from imstack.migrate.texts import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from imstack.migrate.plan import Plain, Plan, Untranslated


def plan_text(plan: Plan) -> str:
    """Return the plan as YAML."""
    parts = [f"# Plan of {shown(plan.source)}, by imstack migrate\n"]
    if plan.params:
        parts.append(f"params: {flow([*plan.params])}\n")
    parts += _section("steps", ((step.plain(), "") for step in plan.steps))
    parts += _section("untranslated", ((item.plain(), _done(item)) for item in plan.untranslated))
    parts += _section("warnings", ((item.plain(), item.about) for item in plan.warnings))
    return "".join(parts)


def _done(item: Untranslated) -> str:
    return "scripts do it" if item.steps and not item.stop else ""


def _section(name: str, entries: Iterable[tuple[Mapping[str, Plain], str]]) -> list[str]:
    lines = [
        f"  - {flow(entry)}{'  # ' + shown(about) if about else ''}\n" for entry, about in entries
    ]
    return [f"{name}:\n", *lines] if lines else [f"{name}: []\n"]


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as one, with escapes."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Return the node of a text."""
        return self.represent_scalar("tag:yaml.org,2002:str", text, '"' if "\n" in text else None)


_Dumper.add_representer(str, _Dumper.represent_text)


def flow(value: object) -> str:
    """Return a value as YAML on one line."""
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=True,
        sort_keys=False,
        allow_unicode=True,
        width=float("inf"),
    )
    return text.removesuffix("...\n").rstrip("\n")
