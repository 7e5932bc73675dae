"""Merges that see all frames at once: what ImageMagick's operators cannot do, in numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imstack.magick.images import read_pixels
from imstack.magick.saving import save_pixels
from imstack.merge.merging import merge_frames
from imstack.pipeline.cover import Rectangle, covered_by
from imstack.pipeline.merge import Merge
from imstack.pipeline.opacity import filled, opaque_in
from imstack.pipeline.prepared import check_range
from imstack.pipeline.sources import Source
from imstack.pipeline.stage import FUSION
from imstack.warping.rawfile import SUFFIX, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from imstack.merge.settings import Fused
    from imstack.pipeline.methods import Files
    from imstack.pipeline.registration import Registration
    from imstack.pipeline.run import Run
    from imstack.pipeline.sources import Photo
    from imstack.results import Placement

FILTER_REACH = 3.0  # pixels; Lanczos filters look so far around a point
MERGED, INDEX, DEPTH = "merged.miff", "index.png", "depth.png"
WHITE = 65535


@dataclass(frozen=True, slots=True)
class FusionWork:
    """What a merge of all frames sees: its method, where the frames lie, which part is shown."""

    method: Fused
    kind: str
    placements: tuple[Placement, ...]
    size: tuple[int, int]
    shown: Rectangle
    lenient: bool


def merge_at_once(
    run: Run,
    photos: Sequence[Photo],
    aligned: Sequence[Source],
    registration: Registration,
    method: Fused,
    files: Files,
    part: Rectangle | None = None,
    opaque: Sequence[Source | None] = (),
) -> Merge:
    """Merge all frames by a method that sees them all.

    Parameters
    ----------
    aligned
        The frames on the canvas, or the same `part` of all of them.
    registration
        Says which pixels of each frame are real: others never win.
    part
        The part of the canvas that the frames show; None for all of it.
    opaque
        On the whole canvas, masks of what is there of each frame; None where all is.
    """
    masks = [mask for mask in opaque if mask is not None]
    width, height = photos[0].info.size
    shown = part or Rectangle(width, height, 0, 0)
    places = tuple(place.unlit for place in registration.placements)
    settings = FusionWork(method, method.name, places, (width, height), shown, files.lenient)
    reference = photos[registration.reference]

    def make(known: FusionWork, folder: Path) -> dict[str, object]:
        def load(number: int) -> NDArray[np.uint16]:
            path = aligned[number].path()
            pixels = _aligned_pixels(path, known)
            if part is None and path.suffix != SUFFIX:  # whole, and not looked at by the warp
                check_range(photos[number], int(pixels.max()))
            return pixels if not opaque or opaque[number] is None else filled(pixels, real(number))

        def coverage(number: int) -> NDArray[np.bool_]:
            """Return what a frame covers: the reference, filled, all, as merges need one."""
            if masks and number == registration.reference:
                return np.ones((known.shown.height, known.shown.width), np.bool_)
            return real(number)

        def real(number: int) -> NDArray[np.bool_]:
            place = known.placements[number]
            covered = covered_by(place, known.size, known.shown, FILTER_REACH)
            mask = opaque[number] if opaque else None
            if mask is None:
                return covered
            reach = 0 if place.is_identity else math.ceil(FILTER_REACH)
            return covered & opaque_in(mask.path(), known.shown, reach)

        run.watch.begin("merging", known.method.rounds * len(aligned))
        merged = merge_frames(
            len(aligned),
            load,
            coverage,
            known.method,
            progress=lambda share: run.watch.done("merging", f"{share:.0%}", cached=False),
            threads=run.resources.jobs,
        )
        like = reference.source.path()
        save_pixels(_gray_if_gray(merged.image), folder / MERGED, like=like)
        save_pixels(merged.index.astype(np.uint16), folder / INDEX)
        save_pixels(_as_gray(merged.depth, len(aligned)), folder / DEPTH)
        shares = np.bincount(merged.index.ravel(), minlength=len(aligned)) / merged.index.size
        return {
            "shares": shares.round(6).tolist(),
            "order": " ".join(map(str, merged.order.frames)),
        }

    work = run.work(
        FUSION,
        run.stem,
        [*aligned, reference.source, *masks],
        settings,
        [MERGED, INDEX, DEPTH],
        make,
        megapixels=shown.width * shown.height / 1e6 * len(aligned),
    )
    item = run.one(work)
    return Merge(
        Source.of(item, MERGED),
        index_map=Source.of(item, INDEX),
        depth_map=Source.of(item, DEPTH),
        item=item,
    )


def _aligned_pixels(path: Path, known: FusionWork) -> NDArray[np.uint16]:
    if path.suffix == SUFFIX:
        return read_rows(path, 0, known.shown.height)
    return read_pixels(path, "RGB", allow_truncated=known.lenient)


def _gray_if_gray(pixels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return (h, w) of pixels (h, w, 3) without colour, so that a gray stack stays gray."""
    red = pixels[..., :1]
    return pixels[..., 0] if bool((pixels == red).all()) else pixels


def _as_gray(depth: NDArray[np.float32], count: int) -> NDArray[np.uint16]:
    """Return a depth in frames as gray: black for the first frame, white for the last."""
    gray: NDArray[np.uint16] = np.rint(depth * (WHITE / max(1, count - 1))).astype(np.uint16)
    return gray
