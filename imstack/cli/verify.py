"""``imstack verify``: check a run against ImageMagick's command lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from imstack.cli.options import (
    cache_options,
    file_path,
    photo_options,
    recipe_options,
    resource_options,
    watch_options,
)

if TYPE_CHECKING:
    from pathlib import Path

    from imstack.pipeline.verify import Verified

DIFFERENT = 1


@click.command()
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO...|LIST|FOLDER")
@click.option("--output", "-o", type=file_path, help="A picture made before: checked, too.")
@recipe_options
@photo_options
@click.option("--tmpdir", type=file_path, help="Where focStack left its temp files: checked, too.")
@click.option(
    "--searches",
    type=click.Choice(["auto", "all", "none"]),
    default="auto",
    show_default=True,
    help="auto: where compare would take long to search translations, only around the place.",
)
@cache_options
@resource_options
@watch_options
def verify(
    photos: tuple[str, ...],
    output: Path | None,
    recipe_name: str | None,
    sets: tuple[str, ...],
    maps: tuple[str, ...],
    tmpdir: Path | None,
    searches: Literal["auto", "all", "none"],
    force: bool,
    no_cache: bool,
    jobs: int | None,
    memory: str | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Check a run against ImageMagick's command lines.

    Makes the run, or takes it from the cache; then runs the command lines that it equals, with
    ImageMagick's own programs, and compares every file pixel by pixel. The recipe is
    snibgo-2014 unless --recipe names another.

    Ends with 0 when nothing differs, with 1 when something does.
    """
    from imstack import api
    from imstack.cli.progress import watching

    recipe = api.resolve(recipe_name or api.LITERAL_RECIPE, sets)
    with watching(quiet=quiet, verbose=verbose) as watch:
        verified = api.verify(
            photos,
            recipe,
            output,
            tmpdir=tmpdir,
            maps=maps,
            searches=searches,
            cache=not no_cache,
            jobs=jobs,
            memory=memory,
            force=force,
            watch=watch,
        )
    _show(verified, only_differences=quiet)
    return DIFFERENT if verified.count("differs") else 0


def _show(verified: Verified, *, only_differences: bool) -> None:
    from imstack.cli.show import show_table

    rows = [
        (row.stage, row.item, row.result)
        for row in verified.rows
        if row.state == "differs" or not only_differences
    ]
    if rows:
        show_table(rows, ("stage", "item", "result"))
    differ = verified.count("differs")
    counts = [f"{verified.count('identical')} identical", f"{differ} differ{'s' * (differ == 1)}"]
    if unchecked := verified.count("not checked"):
        counts.append(f"{unchecked} not checked")
    click.echo(f"{', '.join(counts)}; command lines of {verified.version}")
