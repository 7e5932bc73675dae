"""Aligned frames in, one picture out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imstack.merge.defocus import Samples
from imstack.merge.depth import depth_map
from imstack.merge.focus_measure import measure_focus
from imstack.merge.frames import Stack, quantised
from imstack.merge.fusion import Fusion
from imstack.merge.masks import masked
from imstack.merge.nearest import nearest_frames
from imstack.merge.order import Order, focus_order
from imstack.merge.pool import Pool
from imstack.merge.pyramid import level_count
from imstack.merge.reblur import corrected
from imstack.merge.settings import Fused, Guided, Masks
from imstack.merge.votes import count_votes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imstack.merge.filters import Plane
    from imstack.merge.focus_measure import FocusMeasure, Index
    from imstack.merge.frames import Mask, Pixels
    from imstack.merge.votes import Candidates


@dataclass(frozen=True)
class Merged:
    """What a merge gives.

    Attributes
    ----------
    image
        The picture, uint16, (h, w, 3).
    index
        The frame that each pixel comes from, or is most like, counted from 0, (h, w); uint8 up
        to 256 frames, else uint16.
    depth
        The smoothed depth in frames, 0 for the first in the order of focus, float32, (h, w).
    covered
        Where every frame has real pixels, bool, (h, w).
    missing
        Where no frame has, bool, (h, w): the picture goes on smoothly there.
    order
        The order of the frames' focus, as it was found.
    """

    image: Pixels
    index: Index
    depth: Plane
    covered: Mask
    missing: Mask
    order: Order


def merge_frames(
    count: int,
    load: Callable[[int], Pixels],
    coverage: Callable[[int], Mask],
    settings: Fused,
    *,
    gains: Sequence[float] = (),
    progress: Callable[[float], None] = lambda _share: None,
    threads: int = 0,
) -> Merged:
    """Merge aligned frames into one picture that is sharp everywhere.

    The frames are loaded three or four times, one at a time and in order. What a frame shows
    where it has no real pixels never reaches the picture. The result does not depend on the
    number of threads.

    Parameters
    ----------
    count
        How many frames; in any order, though one that they were focused in is found sooner.
    load
        Gives frame i: uint16, (h, w, 3), all of one size.
    coverage
        Gives where frame i has real pixels: bool, (h, w); any mask.
    settings
        The method, and what it is asked for.
    gains
        Factors that make the frames equally bright; empty: they are.
    progress
        Told the share that is done, 0..1.
    threads
        How many threads to use; 0: one per processor.

    Raises
    ------
    ValueError
        There are no frames.
    """
    if count < 1:
        message = f"cannot merge {count} frames"
        raise ValueError(message)
    stack = Stack(count, load, coverage, gains)
    total = settings.rounds * count
    steps = iter(range(1, total + 1))

    def tick() -> None:
        progress(next(steps) / total)

    with Pool(threads) as pool:
        found = measure_focus(stack, settings.sigmas, pool, tick)
        order = focus_order(found.blocks, found.floor)
        if not order.as_given:
            stack = stack.in_order(order.frames)
            found = measure_focus(stack, settings.sigmas, pool, lambda: None)
        candidates = count_votes(found, count, settings.reach, pool)
        guide = candidates if isinstance(settings, Guided | Masks) else None
        samples = Samples(count, *found.index.shape) if settings.reblur else None
        planes = _fused(stack, found, guide, settings, samples, pool, tick)
        index = nearest_frames(stack, planes, found, candidates, pool, tick)
        depth = depth_map(found, index, count, pool)
        if isinstance(settings, Masks):
            planes = masked(stack, index, found.backing, settings.transition, pool, tick)
        if samples is not None:
            planes = corrected(stack, planes, index, depth, found, samples, pool, tick)
        if found.missing.any():
            np.copyto(planes, found.backing, where=found.missing)
        for left in steps:  # of a correction that was not to be made
            progress(left / total)
        return Merged(
            image=quantised(planes, pool),
            index=_as_given(index, order),
            depth=depth,
            covered=found.covered,
            missing=found.missing,
            order=order,
        )


def _as_given(index: Index, order: Order) -> Index:
    """Return an index of frames in the order of focus as their numbers as given."""
    numbers = np.asarray(order.frames)
    return (
        numbers.astype(np.uint8)[index]
        if index.dtype == np.uint8
        else (numbers.astype(np.uint16)[index])
    )


def _fused(
    stack: Stack,
    found: FocusMeasure,
    guide: Candidates | None,
    settings: Fused,
    samples: Samples | None,
    pool: Pool,
    tick: Callable[[], None],
) -> Plane:
    """Return the fusion of the frames' pyramids, (3, h, w), each frame where it is a candidate."""
    height, width = found.index.shape
    levels = level_count(height, width, settings.levels)
    fusion = Fusion((height, width), levels, found.noise, pool)
    planes: Plane | None = None
    for number in range(stack.count):
        planes, covered = stack.filled(number, found.backing, pool, planes)
        chance = None if guide is None else guide.levels(number, (height, width), levels, pool)
        if samples is not None:
            samples.add(planes, covered)
        fusion.add(planes, covered, chance)
        tick()
    return fusion.picture()
