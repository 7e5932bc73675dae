"""``imstack shims``: BAT files of the old names that run imstack."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from imstack.bat.shimtext import PROGRAM
from imstack.cli.options import file_path

if TYPE_CHECKING:
    from pathlib import Path


@click.command("shims")
@click.argument("folder", metavar="DIR", type=file_path)
@click.option("--force", is_flag=True, help="Move other files of these names aside, to NAME.orig.")
@click.option(
    "--program",
    default=PROGRAM,
    show_default=True,
    help="What they run, unless the variable IMSTACK says otherwise when they run.",
)
def shims(folder: Path, force: bool, program: str) -> None:
    """Write BAT files with the old names that call imstack.

    They go into DIR. Callers go on as they are once PICTBAT names DIR, with a backslash at its
    end.
    """
    from imstack.bat.shims import write_shims

    done = write_shims(folder, program=program, force=force)
    for old, new in done.kept:
        click.echo(f"kept {old.name} as {new.name}")
    click.echo(f"wrote {', '.join(path.name for path in done.written)}")
    there = folder.absolute() if os.name == "nt" else "(its name on Windows)"
    click.echo(f"in the environment of the callers: set PICTBAT={there}\\")
