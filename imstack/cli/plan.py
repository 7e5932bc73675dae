"""``imstack plan``: what a run would do, before any pixel is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from imstack.cli.options import file_path, photo_options, recipe_options, resource_options
from imstack.cli.show import show_table

if TYPE_CHECKING:
    from pathlib import Path

    from imstack.pipeline.planning import Plan
    from imstack.recipe.resolved import ResolvedRecipe


@click.command()
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO...|LIST|FOLDER")
@click.option("--output", "-o", type=file_path, help="The picture, as you would name it.")
@recipe_options
@photo_options
@click.option("--no-cache", is_flag=True, help="Plan as if nothing were cached.")
@resource_options
def plan(
    photos: tuple[str, ...],
    output: Path | None,
    recipe_name: str | None,
    sets: tuple[str, ...],
    maps: tuple[str, ...],
    no_cache: bool,
    jobs: int | None,
    memory: str | None,
) -> None:
    """Show what a run would do, before any pixel is touched.

    Which stages are cached and which would be made, how long that should take, and which
    settings apply, with the file and line that they come from.
    """
    from imstack import api
    from imstack.magick.library import load
    from imstack.pipeline.names import names_for
    from imstack.recipe.load import load_recipe

    resolved = load_recipe(recipe_name or api.DEFAULT_RECIPE, sets=sets)
    foreseen = api.plan(
        photos, resolved, output, maps=maps, cache=not no_cache, jobs=jobs, memory=memory
    )
    info = foreseen.photos[0].info
    click.echo(f"{len(foreseen.photos)} photos, {info.width}x{info.height}, {info.depth} bits")
    click.echo(f"{load().version}")
    click.echo(f"result: {names_for(photos, output).outfile}")
    _show_stages(foreseen)
    _show_settings(resolved)


def _show_stages(foreseen: Plan) -> None:
    rows = [
        (
            stage.stage,
            str(stage.to_make),
            str(stage.cached),
            _duration(stage.seconds) if stage.to_make else "-",
        )
        for stage in foreseen.stages
    ]
    to_make = sum(stage.to_make for stage in foreseen.stages)
    cached = sum(stage.cached for stage in foreseen.stages)
    rows.append(("all", str(to_make), str(cached), _duration(foreseen.seconds)))
    show_table(rows, ("stage", "to make", "cached", "about"), right={1, 2, 3})
    if not foreseen.complete:
        click.echo("Later stages depend on numbers yet to be found; some may be cached after all.")


def _show_settings(resolved: ResolvedRecipe) -> None:
    from imstack.pipeline.use import idle_because
    from imstack.recipe.keys import keys, value_of
    from imstack.recipe.scalars import write

    rows = [
        (key, write(value_of(resolved.recipe, key)), str(resolved.origin(key)))
        for key in keys()
        if not idle_because(resolved.recipe, key)
    ]
    show_table(rows, ("setting", "value", "from"))


def _duration(seconds: float) -> str:
    if seconds < 1:
        return "under 1 s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
