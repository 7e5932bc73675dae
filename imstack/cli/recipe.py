"""``imstack recipe``: list, show, check, compare and copy recipes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from imstack.cli.options import file_path
from imstack.cli.streams import write_document

if TYPE_CHECKING:
    from pathlib import Path

    from imstack.recipe.load import ResolvedRecipe

_SET = click.option(
    "--set", "sets", multiple=True, metavar="KEY=VALUE",
    help="Change one key, such as merge.detail.sigmas=[2,3,6]; may be given often.",
)  # fmt: skip


@click.group()
def recipe() -> None:
    """List, show, check, compare and copy recipes.

    A recipe holds every setting of a stack. NAME is one of the shipped recipes (see list), a
    file in the current folder without its .yaml, or a path.
    """


@recipe.command("list")
def list_recipes() -> None:
    """List the shipped recipes, each with its title."""
    from imstack.cli.show import show_table
    from imstack.recipe import shelf
    from imstack.recipe.load import load_recipe

    rows = [(name, load_recipe(name).recipe.title) for name in shelf.names()]
    show_table(rows, ("recipe", "what it is for"))


@recipe.command()
@click.argument("name")
@click.option("--resolved", is_flag=True, help="Every key, with where its value comes from.")
@_SET
def show(name: str, resolved: bool, sets: tuple[str, ...]) -> None:
    """Show the recipe NAME as it was written, with its comments."""
    from imstack.pipeline.use import idle_because
    from imstack.recipe.load import load_recipe
    from imstack.recipe.reader import read_as_written
    from imstack.recipe.text import resolved_yaml

    if resolved or sets:
        _yaml(resolved_yaml(load_recipe(name, sets=sets), idle_because))
    else:
        _yaml(read_as_written(name))


@recipe.command()
@click.argument("name", metavar="FILE")
@_SET
def check(name: str, sets: tuple[str, ...]) -> None:
    """Check a recipe: all faults at once, each with its place.

    Keys that are right but have no say, because of what others say, are named too.
    """
    from imstack.recipe.load import load_recipe

    resolved = load_recipe(name, sets=sets)
    click.echo(f"{name}: good")
    for reason, keys in _idle(resolved).items():
        click.echo(f"  not used, as {reason}: {', '.join(keys)}")


@recipe.command()
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
def diff(left: str, right: str) -> None:
    """Show the keys in which the recipes A and B differ."""
    from imstack.cli.show import show_table
    from imstack.recipe.compare import differences
    from imstack.recipe.load import load_recipe
    from imstack.recipe.scalars import write

    found = differences(load_recipe(left), load_recipe(right))
    if found:
        rows = [(one.key, write(one.left), write(one.right)) for one in found]
        show_table(rows, ("key", left, right))
    else:
        click.echo(f"{left} and {right} give the same settings")


@recipe.command()
def schema() -> None:
    """Print the JSON schema of recipes, for editors."""
    from imstack.recipe.schema import schema_text

    write_document(schema_text())


@recipe.command()
@click.option("--yaml", is_flag=True, help="As the recipe every-key, rather than as Markdown.")
def keys(yaml: bool) -> None:
    """Print the reference: every key with its range, default, meaning and source."""
    from imstack.recipe.reference import reference
    from imstack.recipe.tutorial import every_key

    write_document(every_key() if yaml else reference())


@recipe.command()
@click.argument("name")
@click.argument("target", metavar="FILE", type=file_path)
@click.option("--force", is_flag=True, help="Replace FILE when it is there already.")
def copy(name: str, target: Path, force: bool) -> None:
    """Copy the recipe NAME to FILE, to change it there."""
    from imstack.recipe import shelf
    from imstack.recipe.reader import place_of

    written = shelf.copy(place_of(name), target, force=force)
    click.echo(f"{written}: use it with --recipe {_as_path(written)}")


def _as_path(path: Path) -> str:
    """Return `path` so that it is taken for a path and not for a name."""
    return str(path) if path.suffix.lower() in (".yaml", ".yml") else f"./{path}"


def _idle(resolved: ResolvedRecipe) -> dict[str, list[str]]:
    """Return the keys that the recipe's own file or ``--set`` sets in vain, by reason."""
    from imstack.pipeline.use import idle_because

    own = (resolved.files[0], "--set")
    idle: dict[str, list[str]] = {}
    for key, origin in resolved.origins.items():
        reason = idle_because(resolved.recipe, key)
        if reason and origin.where in own:
            idle.setdefault(reason, []).append(key)
    return idle


def _yaml(text: str) -> None:
    if not sys.stdout.isatty():
        write_document(text)
        return
    from rich.console import Console
    from rich.syntax import Syntax

    Console().print(Syntax(text, "yaml", background_color="default", word_wrap=True))
