"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def _stacked(*options: Callable[[Any], Any]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


recipe_options = _stacked(
    click.option(
        "--recipe",
        "-r",
        "recipe_name",
        metavar="NAME|FILE",
        help="The recipe; see `imstack recipe list`.",
    ),
    click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="KEY=VALUE",
        help="Change one key of the recipe, such as merge.detail.sigmas=[2,3,6].",
    ),
)

photo_options = _stacked(
    click.option(
        "--map",
        "maps",
        multiple=True,
        metavar="C:=DIR",
        help="Where a Windows drive named in a list is found here.",
    ),
)

cache_options = _stacked(
    click.option("--force", is_flag=True, help="Make every stage again."),
    click.option("--no-cache", is_flag=True, help="Keep nothing, and use nothing kept."),
)

resource_options = _stacked(
    click.option("--jobs", "-j", type=int, help="Frames worked on side by side [one a core]."),
    click.option(
        "--memory", metavar="SIZE", help="What pixels may take, such as 2G [half of what is free]."
    ),
)

watch_options = _stacked(
    click.option("--quiet", "-q", is_flag=True, help="Print warnings and errors only."),
    click.option("--verbose", "-v", is_flag=True, help="Print every step."),
)


class FileName(click.Path):
    """A path; the empty name is none, and not the current folder as pathlib has it."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401
        """Return a Path."""
        if not str(value):
            self.fail("the name is empty; a variable in the command may not be set", param, ctx)
        return super().convert(value, param, ctx)


file_path = FileName(path_type=Path)
