"""``imstack doctor``: which ImageMagick is used, and what it can do."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from imstack.cli.show import show_table

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@click.command()
def doctor() -> int:
    """Show which ImageMagick library is used, its limits, and what is missing.

    Ends with 0 when photos can be stacked, else with 6.
    """
    from imstack.errors import LibraryError
    from imstack.magick import library

    build = library.load()
    present = library.coders()
    show_table(
        [
            ("library", build.version),
            ("loaded from", build.path),
            ("looked for", os.environ.get(library.SUFFIX, "").replace(";", ", ")),
            ("quantum depth", f"{build.quantum_depth} bits{', HDRI' if build.hdri else ''}"),
            ("features", build.features),
            ("delegates", build.delegates),
            ("Wand", build.wand),
            ("exact reproduction", _exactness(build)),
            *((f"limit: {name}", _amount(name, n)) for name, n in library.limits().items()),
            *((f"coder: {name}", _state(name, present)) for name in CODERS),
            *_programs(build),
        ]
    )
    missing = [coder for coder in NEEDED if coder not in present]
    if missing:
        click.echo(f"error: this library cannot read or write {', '.join(missing)}", err=True)
        click.echo(f"hint: {library.INSTALL_HINT}", err=True)
        return LibraryError.exit_code
    return 0


def _state(coder: str, present: frozenset[str]) -> str:
    return f"{'yes' if coder in present else 'MISSING'} ({CODERS[coder]})"


def _exactness(build: Build) -> str:
    if build.exact:
        return "possible: the same pixels as this build's own command line"
    reason = "HDRI" if build.hdri else f"{build.quantum_depth}-bit quanta"
    return f"not possible with {reason}: install a Q16 build without HDRI"


def _programs(build: Build) -> Iterator[tuple[str, str]]:
    """Yield the programs that ``imstack verify`` would run."""
    from imstack.errors import LibraryError
    from imstack.magick.tools import PROGRAMS, find_tools

    try:
        tools = find_tools(build)
    except LibraryError as error:
        yield "programs", f"only for imstack verify: {error.message}"
        return
    for name in PROGRAMS:
        tool = getattr(tools, name)
        fit = f"ANOTHER BUILD: {tool.version}" if tool.unlike(build) else "of the library's build"
        yield f"program: {name}", f"{' '.join(tool.command)} ({fit})"


def _amount(name: str, value: int) -> str:
    if name in {"memory", "map", "disk"}:
        return f"{value / 2**30:,.1f} GiB"
    if name == "area":
        return f"{value / 1e6:,.0f} megapixels"
    return f"{value:,}{' pixels' if name in {'width', 'height'} else ''}"
