"""A second hearing for pairs that agree badly: other starts, and another judge.

Two frames of wide focus steps may share little detail, so that correlation says little even where
they lie right. Then features give starts, and the patches of the frame judge (`votes`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from imstack.registration.algebra import compose
from imstack.registration.features import feature_motions, motion_of
from imstack.registration.votes import votes
from imstack.registration.warp import Motion
from imstack.results import Placement

if TYPE_CHECKING:
    from imstack.registration.pair import Pair, PairFound
    from imstack.registration.votes import Votes

_MOST_PIXELS = 600_000
"""Size of the level on which features are looked for."""

_FEWEST = 10
_SURE = 1.5
"""The share of patches is taken this many standard deviations lower: few patches say little."""

_AGREE = 0.5
"""Trust that ends the search for other starts."""

_OFF = 1.5
"""Reduced pixels by which patches may miss the motion drawn from them."""

_STRAIGHT = 0.3
"""Degrees beyond which a start is no use where frames may not turn."""


def second_hearing(pair: Pair, found: PairFound, *, scan: bool) -> PairFound:
    """Return the best of `found` and what features lead to, judged by the patches.

    With `scan` false the place is known: only `found` itself is heard again.
    """
    heard = [_heard(pair, found)]
    if not scan or not pair.freedom.shift:
        return heard[0]
    free = pair
    if pair.turns:
        free = replace(pair, freedom=replace(pair.freedom, rotation=True), turns=False)
    for start in feature_starts(free):
        heard += [_drawn(free, found, start), _heard(free, free.found(start))]
    best = max(heard, key=lambda one: one.trust)
    if best.trust < _AGREE and pair.turns:
        best = max(best, _heard(free, free.found(None)), key=lambda one: one.trust)
    return best


def feature_starts(pair: Pair) -> list[Placement]:
    """Return the placements that features ask for, within the pair's freedom."""
    index = 0
    while pair.fixed.levels[index].size > _MOST_PIXELS and index < len(pair.fixed.levels) - 1:
        index += 1
    levels = pair.moving.levels[index], pair.fixed.levels[index]
    centre = pair.motion(Placement(), index).centre
    places = [
        motion.in_frame(pair.fixed.first + index) for motion in feature_motions(*levels, centre)
    ]
    if not pair.freedom.rotation:
        places = [replace(one, angle=0.0) for one in places if abs(one.angle) < _STRAIGHT]
    if not pair.freedom.scale:
        places = [replace(one, scale=1.0) for one in places]
    return places


def trust_of(polled: Votes) -> float:
    """Return the share of patches that were found where they are, as far as it is sure."""
    count = len(polled.moves)
    if count < _FEWEST:
        return 0.0
    share = polled.share()
    return max(0.0, share - _SURE * float(np.sqrt(share * (1 - share) / count)))


def _polled(pair: Pair, placement: Placement) -> Votes:
    return votes(pair.moving.levels[0], pair.fixed.levels[0], pair.motion(placement, 0))


def _heard(pair: Pair, found: PairFound) -> PairFound:
    """Return `found` with the trust of its patches where that is higher."""
    return replace(found, trust=max(found.trust, trust_of(_polled(pair, found.placement))))


def _drawn(pair: Pair, found: PairFound, start: Placement) -> PairFound:
    """Return the placement that the patches draw, from a start, twice."""
    placement = start
    for _ in range(2):
        polled = _polled(pair, placement)
        placement = _corrected(pair, placement, polled)
    polled = _polled(pair, placement)
    grow = pair.fixed.size[0] / polled.shape[1]
    here = polled.moves[polled.here]
    spread = float(np.sqrt(np.mean(here**2))) if len(here) else 1.0
    error = 2.0 * grow * spread / float(np.sqrt(max(1, len(here))))
    return replace(
        found,
        placement=pair.lit(placement),
        trust=trust_of(polled),
        error=error,
        overlap=float(pair.motion(placement, 0).covered(pair.fixed.levels[0].shape).mean()),
        turn=0.0,
    )


def _corrected(pair: Pair, placement: Placement, polled: Votes) -> Placement:
    """Return the placement moved as most of the patches want it."""
    if not (pair.freedom.scale and pair.freedom.rotation) or len(polled.moves) < _FEWEST:
        return placement
    there = polled.places - 0.5
    matrix, _ = cv2.estimateAffinePartial2D(
        there + polled.moves, there, method=cv2.RANSAC, ransacReprojThreshold=_OFF
    )
    if np.size(matrix) != 6:  # None where no motion was found
        return placement
    centre = polled.motion.centre
    more = motion_of(np.asarray(matrix, np.float64), centre)
    if more is None:
        return placement
    level = round(float(np.log2(pair.fixed.size[0] / 2.0 / centre[0])))
    moved = compose(more.placement, polled.motion.placement)
    return Motion(moved, centre).in_frame(level)
