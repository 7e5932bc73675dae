"""``imstack doctor``: which ImageMagick is used, and what it can do."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from imstack.magick.library import Build

CODERS = {
    "JPEG": "photos as cameras write them",
    "TIFF": "16-bit results",
    "PNG": "masks and maps",
    "MIFF": "temp files",
    "HEIC": "photos as phones write them",
    "WEBP": "pictures for the web",
}
NEEDED = ("JPEG", "TIFF", "PNG", "MIFF")
PROGRAMS = ("convert-im6.q16", "compare-im6.q16", "identify-im6.q16", "magick", "convert")


@click.command()
def doctor() -> int:
    """Show which ImageMagick library is used, its limits, and what is missing.

    Ends with 0 when photos can be stacked, else with 6.
    """
    from rich.console import Console
    from rich.table import Table

    from imstack.errors import LibraryError
    from imstack.magick import library

    build = library.load()
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row("library", build.version)
    table.add_row("loaded from", build.path)
    table.add_row("quantum depth", f"{build.quantum_depth} bits{', HDRI' if build.hdri else ''}")
    table.add_row("features", build.features)
    table.add_row("delegates", build.delegates)
    table.add_row("Wand", build.wand)
    table.add_row("exact reproduction", _exactness(build))
    table.add_section()
    for name, value in library.limits().items():
        table.add_row(f"limit: {name}", _amount(name, value))
    table.add_section()
    present = library.coders()
    for coder, purpose in CODERS.items():
        state = "yes" if coder in present else "MISSING"
        table.add_row(f"coder: {coder}", f"{state} ({purpose})")
    table.add_section()
    for program in PROGRAMS:
        found = shutil.which(program)
        if found:
            table.add_row(f"program: {program}", found)
    Console(soft_wrap=True, highlight=False).print(table)

    missing = [coder for coder in NEEDED if coder not in present]
    if missing:
        click.echo(f"error: this library cannot read or write {', '.join(missing)}", err=True)
        click.echo(f"hint: {library.INSTALL_HINT}", err=True)
        return LibraryError.exit_code
    return 0


def _exactness(build: Build) -> str:
    if build.exact:
        return "possible: the same pixels as this build's own command line"
    reason = "HDRI" if build.hdri else f"{build.quantum_depth}-bit quanta"
    return f"not possible with {reason}: install a Q16 build without HDRI"


def _amount(name: str, value: int) -> str:
    if name in {"memory", "map", "disk"}:
        return f"{value / 2**30:,.1f} GiB"
    if name == "area":
        return f"{value / 1e6:,.0f} megapixels"
    return f"{value:,}{' pixels' if name in {'width', 'height'} else ''}"
