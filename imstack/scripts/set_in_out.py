"""setInOut: the names that every script derives from its input's name.

The helper itself is not in the seed; what it must set follows from how the scripts use it
(spec section 1).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from imstack.results import InOut


def set_in_out(infile: Path, prefix: str, *, tmpdir: Path | None = None) -> InOut:
    """Derive name parts, the default output and the temp folder from `infile`.

    Parameters
    ----------
    infile
        The script's first argument: a list or an image. It need not exist.
    prefix
        The script's own letters, such as ``fs`` or ``wp``.
    tmpdir
        Folder for temp files; by default the environment's TMPDIR, else the system's.

    Returns
    -------
    InOut
        `outfile` is ``<name>_<prefix><ending>`` beside the input. A list ending in ``.txt``
        (or nothing) gives ``.tiff``: literally it would be an image named ``.txt``.

    Examples
    --------
    >>> set_in_out(Path("photos/wall.txt"), "fs").outfile.as_posix()
    'photos/wall_fs.tiff'
    """
    infile = Path(infile)
    ending = infile.suffix
    image_ending = ".tiff" if ending.lower() in {"", ".txt", ".lis", ".lst"} else ending
    return InOut(
        infile=infile,
        inname=infile.stem,
        ext=ending,
        outfile=infile.with_name(f"{infile.stem}_{prefix}{image_ending}"),
        tmpdir=Path(tmpdir or os.environ.get("TMPDIR") or tempfile.gettempdir()),
    )
