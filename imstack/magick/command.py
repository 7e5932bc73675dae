"""A ``convert`` command line that can run itself through Wand, and state itself.

The steps mean what the words of a command line mean: read a file, work on the image list,
write. So one value serves for the work, for ``--write-commands`` and for the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.magick.images import pixels_of
from imstack.magick.operators import ImageList, Step, Write, close_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Convert:
    """One ``convert`` command: its steps, first to last."""

    steps: tuple[Step, ...]

    def run(self) -> None:
        """Do it. Raises InputError, MagickError or OutputError."""
        close_all(self._apply())

    def pixels(self, channels: str = "RGB") -> NDArray[np.uint16]:
        """Do it and return the first image's pixels: (h, w, len(channels)), 0..65535."""
        images = self._apply()
        try:
            return pixels_of(images[0], channels)
        finally:
            close_all(images)

    def _apply(self) -> ImageList:
        images: ImageList = []
        try:
            for step in self.steps:
                step.apply(images)
        except BaseException:
            close_all(images)
            raise
        return images

    def words(self) -> list[str]:
        """Return the arguments of ``convert``, one word each, unquoted.

        A last step that writes states the file's name alone, as people write it.
        """
        return list(self._words())

    def _words(self) -> Iterator[str]:
        *steps, last = self.steps
        for step in steps:
            yield from step.words()
        yield from last.words()[1:] if isinstance(last, Write) else last.words()


def convert(*steps: Step) -> Convert:
    """Return a command of these steps."""
    return Convert(steps)
