"""Merges that see all frames at once: what ImageMagick's operators cannot do, in numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.magick.images import read_pixels
from imstack.magick.saving import save_pixels
from imstack.merge import merge_frames, rounds
from imstack.pipeline.cover import Rectangle, covered_by
from imstack.pipeline.merge import Merge
from imstack.pipeline.run import Work
from imstack.pipeline.sources import Source
from imstack.recipe.keys import keys, value_of
from imstack.recipe.use import idle_because
from imstack.workspace.keys import Task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from imstack.pipeline.registration import Registration
    from imstack.pipeline.run import Run
    from imstack.pipeline.sources import Photo
    from imstack.recipe.model import Recipe

FUSION_VERSION = 3  # rises when a merge makes other pixels from the same settings
FILTER_REACH = 3.0  # pixels; Lanczos filters look so far around a point
MERGED, INDEX, DEPTH = "merged.miff", "index.png", "depth.png"
WHITE = 65535
_NAMES = 12  # photos that a warning names


def merge_at_once(
    run: Run,
    photos: Sequence[Photo],
    aligned: Sequence[Source],
    registration: Registration,
    recipe: Recipe,
    part: Rectangle | None = None,
) -> Merge:
    """Merge all frames by the recipe's method.

    Parameters
    ----------
    aligned
        The frames on the canvas, or the same `part` of all of them.
    registration
        Says which pixels of each frame are real: others never win.
    part
        The part of the canvas that the frames show; None for all of it.
    """
    width, height = photos[0].info.size
    shown = part or Rectangle(width, height, 0, 0)
    task = Task(
        stage="fusion",
        version=FUSION_VERSION,
        settings={
            "merge": _settings_with_a_say(recipe),
            "placements": [
                [place.scale, place.dx, place.dy, place.angle] for place in registration.placements
            ],
            "part": str(shown),
            "allow_truncated": recipe.frames.allow_truncated,
        },
        inputs=(*(frame.key for frame in aligned), photos[registration.reference].source.key),
        magick=run.magick,
        files=(MERGED, INDEX, DEPTH),
        label=run.stem,
        work=shown.width * shown.height / 1e6 * len(aligned),
    )

    def make(folder: Path) -> dict[str, object]:
        def load(number: int) -> NDArray[np.uint16]:
            lenient = recipe.frames.allow_truncated
            return read_pixels(aligned[number].path(), "RGB", allow_truncated=lenient)

        def coverage(number: int) -> NDArray[np.bool_]:
            place = registration.placements[number]
            return covered_by(place, (width, height), shown, FILTER_REACH)

        run.watch.begin("merging", rounds(recipe.merge) * len(aligned))
        merged = merge_frames(
            len(aligned),
            load,
            coverage,
            recipe.merge,
            progress=lambda share: run.watch.done("merging", f"{share:.0%}", cached=False),
            threads=run.threads,
        )
        like = photos[registration.reference].path
        save_pixels(_gray_if_gray(merged.image), folder / MERGED, like=like)
        save_pixels(merged.index.astype(np.uint16), folder / INDEX)
        save_pixels(_as_gray(merged.depth, len(aligned)), folder / DEPTH)
        shares = np.bincount(merged.index.ravel(), minlength=len(aligned)) / merged.index.size
        return {
            "shares": shares.round(6).tolist(),
            "order": " ".join(map(str, merged.order.frames)),
        }

    item = run.one(Work(task, make))
    _warn_of_order(run, photos, item.text("order"))
    return Merge(
        Source.of(item, MERGED),
        index_map=Source.of(item, INDEX),
        depth_map=Source.of(item, DEPTH),
    )


def _warn_of_order(run: Run, photos: Sequence[Photo], order: str) -> None:
    """Say which order the photos are in by their focus, when it is not the given one."""
    numbers = [int(number) for number in order.split()]
    if numbers == sorted(numbers):
        return
    names = [photos[number].path.name for number in numbers]
    shown = names if len(names) <= _NAMES else [*names[: _NAMES - 1], "...", names[-1]]
    run.watch.warn(
        "the photos are not in the order of their focus: merged, and the depth map counted, as "
        + ", ".join(shown)
    )


def _settings_with_a_say(recipe: Recipe) -> dict[str, object]:
    """Return the merge's settings without those that its method does not look at."""
    names = [name for name in keys() if name.startswith("merge.")]
    return {name: value_of(recipe, name) for name in names if not idle_because(recipe, name)}


def _gray_if_gray(pixels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return (h, w) of pixels (h, w, 3) without colour, so that a gray stack stays gray."""
    red = pixels[..., :1]
    return pixels[..., 0] if bool((pixels == red).all()) else pixels


def _as_gray(depth: NDArray[np.float32], count: int) -> NDArray[np.uint16]:
    """Return a depth in frames as gray: black for the first frame, white for the last."""
    gray: NDArray[np.uint16] = np.rint(depth * (WHITE / max(1, count - 1))).astype(np.uint16)
    return gray
