"""What a finished run knows, and the names that its statement gives to files.

ImageMagick's command line gives a meaning to some characters of file names: it takes ``[1]`` and
``*`` for patterns even where a file of that very name exists, and writes ``%d`` as a number. Files
of such names are copied or moved under a plain one.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from imstack.pipeline.methods import Searches
from imstack.pipeline.names import Names
from imstack.pipeline.statement.line import TEMP

if TYPE_CHECKING:
    from imstack.pipeline.cover import Rectangle
    from imstack.pipeline.methods import Methods
    from imstack.pipeline.registration import Registration
    from imstack.pipeline.sources import Photo

_PATTERN = re.compile(r"[*?\[\]{}]")
_UNPLAIN_OUTPUT = re.compile(r"[%:*?\[\]{}]|\A[-@~+(]")
_UNPLAIN_STEM = re.compile(r'["\\/\x00-\x1f\x7f\ud800-\udfff]|\A\Z')
_PLAIN_ENDING = re.compile(r"\.[A-Za-z0-9]+")
ANY_STEM = "stack"


@dataclass(frozen=True)
class Facts:
    """What a finished run knows.

    Attributes
    ----------
    photos, names, methods
        What it began with.
    registration, crop
        What it found.
    major
        ImageMagick's major version.
    """

    photos: tuple[Photo, ...]
    names: Names
    methods: Methods
    registration: Registration
    crop: Rectangle | None
    major: int = 6

    @property
    def stem(self) -> str:
        """How the run names its items."""
        return self.names.stem

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of every frame, in pixels."""
        return self.photos[0].info.size

    @property
    def searches(self) -> Searches:
        """The searches of the registration; none where it was found another way."""
        method = self.methods.registration
        return method if isinstance(method, Searches) else Searches(None, None)

    @property
    def warped_by_opencv(self) -> bool:
        """True where no command line makes the aligned frames."""
        return self.methods.warp is not None and self.methods.by_opencv

    @cached_property
    def temp(self) -> Names:
        """Names of temp files, as focStack.bat forms them, below `TEMP`."""
        inname = self.names.inname
        unplain = _UNPLAIN_OUTPUT.search(inname) or _UNPLAIN_STEM.search(inname)
        temp = Names(ANY_STEM if unplain else inname, self.names.outfile, TEMP)
        if any(photo.path.name.startswith(temp.stem) for photo in self.photos):
            return Names(f"{temp.inname}_run", temp.outfile, TEMP)  # a photo is no temp file
        return temp

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """The photos as the lines read them."""
        return tuple(
            self.temp.temporary(f"photo_{number}{_ending(path)}") if misread(path) else path
            for number, path in enumerate(self.originals)
        )

    @cached_property
    def originals(self) -> tuple[Path, ...]:
        """The photos by their absolute names; links stay as they are."""
        return tuple(Path(os.path.abspath(photo.path)) for photo in self.photos)  # noqa: PTH100

    @cached_property
    def scaled(self) -> tuple[Path, ...]:
        """The frames as the translation searches read them."""
        if self.registration.literal is None or self.searches.scale is None:
            return self.paths
        return (*(self.temp.frame(number) for number in range(len(self.paths) - 1)), self.paths[-1])

    @cached_property
    def aligned(self) -> tuple[Path, ...]:
        """The frames as the merge reads them."""
        moved = {move.number for move in self.registration.moves}
        return tuple(
            self.temp.frame(number) if number in moved else path
            for number, path in enumerate(self.paths)
        )


def misread(photo: Path) -> bool:
    """Tell whether ImageMagick would take a photo's absolute name for a pattern."""
    return _PATTERN.search(str(photo)) is not None


def miswritten(out: Path) -> bool:
    """Tell whether ImageMagick would write a file of another name than `out`."""
    _, name = os.path.splitdrive(out)
    return _UNPLAIN_OUTPUT.search(name) is not None


def _ending(path: Path) -> str:
    return path.suffix if _PLAIN_ENDING.fullmatch(path.suffix) else ""
