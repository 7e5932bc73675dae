"""``imstack stack``: stack photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


@click.command()
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO...|LIST|FOLDER")
@click.option(
    "--output", "-o", type=file_path, required=True, help="The picture: .tiff, .png, .jpg ..."
)
@recipe_options
@photo_options
@click.option("--tmpdir", type=file_path, help="Also leave the BAT file's temp files there.")
@click.option("--record", "record_file", type=file_path, help="Write what was done, JSON lines.")
@click.option(
    "--write-commands",
    type=file_path,
    metavar="FILE.sh|FILE.bat",
    help="Write the command lines that this run equals.",
)
@cache_options
@resource_options
@watch_options
def stack(
    photos: tuple[str, ...],
    output: Path,
    recipe_name: str | None,
    sets: tuple[str, ...],
    maps: tuple[str, ...],
    tmpdir: Path | None,
    record_file: Path | None,
    write_commands: Path | None,
    force: bool,
    no_cache: bool,
    jobs: int | None,
    memory: str | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Stack photos into one picture that is sharp throughout.

    Give the photos in the order of their focus, or a text file that lists them, or the folder
    they are in (taken in the order of their names).
    """
    from imstack import api
    from imstack.cli.progress import watching
    from imstack.workspace.record import Record

    record = Record(record_file)
    recipe = api.resolve(recipe_name or api.DEFAULT_RECIPE, sets)
    with watching(quiet=quiet, verbose=verbose) as watch:
        stacked = api.stack(
            photos,
            recipe,
            output,
            tmpdir=tmpdir,
            maps=maps,
            cache=not no_cache,
            jobs=jobs,
            memory=memory,
            force=force,
            record=record,
            watch=watch,
            write_commands=write_commands,
        )
    if not quiet:
        area = f", cropped to {stacked.crop}" if stacked.crop else ""
        click.echo(f"{stacked.outfile}{area}")
        for companion in stacked.companions:
            click.echo(str(companion))
