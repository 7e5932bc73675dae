"""A part of the canvas: frames are aligned as a whole, and only this part of them is merged.

Looking at settings on a part is quick. A margin around it is merged too, as far as merges look
around a pixel. The running merge then gives the pixels of a whole run; merges that measure noise
or build pyramids give nearly those.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from imstack.errors import UsageError
from imstack.merge.layers import REACH
from imstack.merge.settings import Masks
from imstack.pipeline.commands import crop_command
from imstack.pipeline.cover import Rectangle
from imstack.pipeline.methods import Running
from imstack.pipeline.sources import Source
from imstack.pipeline.stage import REGION
from imstack.warping.rawfile import SUFFIX, read_rows, write_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from imstack.pipeline.methods import MergeMethod, Methods
    from imstack.pipeline.run import Run, Work

BLUR_REACH = 5  # sigmas; ImageMagick's kernels of 16-bit builds end before that
VOTE_REACH = 4  # sigmas
PYRAMID_REACH = 128  # pixels; two of the coarsest level of six
STEP = (
    64  # pixels; settings that differ little share their cropped frames, and pyramids begin alike
)

_GEOMETRY = re.compile(r"([1-9]\d{0,6})[xX]([1-9]\d{0,6})\+(\d{1,7})\+(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Region:
    """The part of the canvas that is wanted, and with its margin the part that is merged.

    Both in pixels of the whole canvas, which is the reference photo's.
    """

    wanted: Rectangle
    merged: Rectangle

    @classmethod
    def around(cls, wanted: Rectangle, canvas: tuple[int, int], margin: int) -> Self:
        """Return `wanted` with at least `margin` pixels around it, as far as the canvas reaches.

        The margin begins at whole steps, where pyramids of the whole canvas have a pixel.
        `canvas`: width and height in pixels.

        Raises
        ------
        UsageError
            `wanted` is not all on the canvas.
        """
        width, height = canvas
        right, bottom = wanted.left + wanted.width, wanted.top + wanted.height
        if right > width or bottom > height:
            message = f"{wanted} is not all on the canvas of {width}x{height} pixels"
            raise UsageError(message, hint="give it as WIDTHxHEIGHT+LEFT+TOP, in pixels")
        left = max(0, wanted.left - margin) // STEP * STEP
        top = max(0, wanted.top - margin) // STEP * STEP
        return cls(
            wanted,
            Rectangle(
                min(width, right + margin) - left, min(height, bottom + margin) - top, left, top
            ),
        )

    @property
    def kept(self) -> Rectangle:
        """The part of the merged picture that is wanted."""
        return Rectangle(
            self.wanted.width,
            self.wanted.height,
            self.wanted.left - self.merged.left,
            self.wanted.top - self.merged.top,
        )


def parse_rectangle(text: str) -> Rectangle:
    """Return the rectangle that a geometry such as ``600x400+1200+900`` states.

    Raises
    ------
    UsageError
        It is no such geometry.
    """
    found = _GEOMETRY.fullmatch(text.strip())
    if found is None:
        message = f"{text!r} is no part of a picture"
        raise UsageError(
            message, hint="write it as WIDTHxHEIGHT+LEFT+TOP, such as 600x400+1200+900"
        )
    return Rectangle(*map(int, found.groups()))


def margin_of(merge: MergeMethod) -> int:
    """Return how many pixels around a part its merge looks, in whole steps."""
    fine, coarse, spread = merge.sigmas
    reach = BLUR_REACH * (max(fine, coarse) + spread)
    if not isinstance(merge, Running):
        reach += VOTE_REACH * merge.reach
        if isinstance(merge, Masks):
            reach += BLUR_REACH * merge.transition
        reach = max(reach, PYRAMID_REACH)
        if merge.reblur:
            reach += REACH
    return STEP * math.ceil(reach / STEP)


def crop_frames(
    run: Run, frames: Sequence[Source], part: Rectangle, methods: Methods
) -> list[Source]:
    """Cut the same part out of every frame."""
    files, raw = methods.files, methods.raw

    def cut(number: int) -> Callable[[Rectangle, Path], dict[str, object]]:
        def make(known: Rectangle, folder: Path) -> dict[str, object]:
            rows = read_rows(frames[number].path(), known.top, known.top + known.height)
            columns = slice(known.left, known.left + known.width)
            write_frame(folder / f"part{SUFFIX}", rows[:, columns])
            return {}

        return make

    def work(number: int) -> Work:
        name = f"{run.stem}_{number}"
        if raw:
            return run.work(REGION, name, [frames[number]], part, [f"part{SUFFIX}"], cut(number))
        return run.making(
            REGION,
            name,
            [frames[number]],
            ["part.miff"],
            lambda ins, outs: crop_command(ins[0], part, outs[0], lenient=files.lenient),
        )

    return [Source.of(item) for item in run.each([work(number) for number in range(len(frames))])]
