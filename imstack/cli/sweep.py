"""``imstack sweep``: try combinations of settings and see them side by side."""

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
from imstack.cli.show import show_table

if TYPE_CHECKING:
    from pathlib import Path

    from imstack.pipeline.sweeps.outcome import Outcome, Swept


@click.command()
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO...|LIST|FOLDER")
@click.option(
    "--over",
    multiple=True,
    required=True,
    metavar="KEY=[V1,V2,...]",
    help="A key and the values to try, such as merge.detail.sigmas=[[4,6,6],[1,2,4]]; may be "
    "given often: every value of one is combined with every value of the others.",
)
@click.option(
    "--output", "-o", "folder", type=file_path, required=True, metavar="DIR",
    help="Folder for the pictures, the contact sheet and the table; made if it is missing.",
)  # fmt: skip
@click.option(
    "--crop",
    metavar="WxH+X+Y",
    help="Merge and show this part only, in pixels of the reference photo: quick.",
)
@click.option(
    "--format",
    "ending",
    type=click.Choice(["tiff", "png", "jpg"]),
    default="tiff",
    show_default=True,
    help="Of the pictures.",
)
@recipe_options
@photo_options
@cache_options
@resource_options
@watch_options
def sweep(
    photos: tuple[str, ...],
    over: tuple[str, ...],
    folder: Path,
    crop: str | None,
    ending: str,
    recipe_name: str | None,
    sets: tuple[str, ...],
    maps: tuple[str, ...],
    force: bool,
    no_cache: bool,
    jobs: int | None,
    memory: str | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Try combinations of settings and see them side by side.

    Each combination gives one picture. A contact sheet shows all of them with their settings, and
    a table says how sharp each is, which share of the pixels each frame gave, and what it took.
    Frames are aligned once, unless you try settings that align them.

    Sharpness counts every fine edge, be it noise, a halo or a doubled contour. Figures that are
    close say little: your eyes decide.

    A combination that cannot be made does not stop the others; the exit code tells.
    """
    from imstack import api
    from imstack.cli.progress import watching

    with watching(quiet=quiet, verbose=verbose) as watch:
        swept = api.sweep(
            photos,
            over,
            folder,
            recipe_name or api.DEFAULT_RECIPE,
            crop=crop,
            ending=f".{ending}",
            sets=sets,
            cache=not no_cache,
            jobs=jobs,
            memory=memory,
            force=force,
            maps=maps,
            watch=watch,
        )
    if not quiet:
        _show(swept)
    failed = [outcome.error for outcome in swept.outcomes if outcome.error]
    return failed[0].exit_code if failed else 0


def _show(swept: Swept) -> None:
    names = [words.partition("=")[0] for words in swept.outcomes[0].said]
    head = ["", *names, "sharpness", "shares, %", "seconds", "from scratch"]
    right = {0, *(len(head) - back for back in (4, 2, 1))}
    show_table([_row(outcome) for outcome in swept.outcomes], head, right=right)
    click.echo(f"compared in {swept.area}; shares: of each frame, the first one first")
    click.echo(f"{swept.sheet}")
    click.echo(f"{swept.table}")
    for outcome in swept.outcomes:
        if outcome.error is None:
            click.echo(f"{outcome.picture}")


def _row(outcome: Outcome) -> list[str]:
    return [
        str(outcome.trial.number),
        *outcome.trial.values.values(),
        "failed" if outcome.error else f"{outcome.sharpness:.4g}",
        " ".join(f"{share * 100:.0f}" for share in outcome.shares) or "-",
        f"{outcome.seconds:.1f}",
        f"{outcome.from_scratch:.1f}",
    ]
