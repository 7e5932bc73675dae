"""From neighbours to the reference, and against the reference itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.registration.algebra import between, compose, corner_distance, inverse
from imstack.results import Placement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.registration.pair import PairFound

LEAST_ERROR = 0.01
"""Pixels; no fit is surer than that, whatever it says."""

_LEAST_TRUST = 0.05

FAR = 3.0
"""A direct fit further from the chain than this many times both errors is about something else."""


@dataclass(frozen=True, slots=True)
class Chained:
    """A frame's placement on the reference by way of its neighbours, and its error in pixels."""

    placement: Placement
    error: float


def chain(pairs: Sequence[PairFound], reference: int) -> tuple[Chained, ...]:
    """Return the placement of every frame on frame `reference`.

    Parameters
    ----------
    pairs
        Of each frame on the next one; one fewer than frames.
    reference
        Which frame stays, from 0.
    """
    found = {reference: Chained(Placement(), 0.0)}
    for number in range(reference - 1, -1, -1):
        found[number] = linked(found[number + 1], pairs[number].placement, doubt(pairs[number]))
    for number in range(reference + 1, len(pairs) + 1):
        pair = pairs[number - 1]
        found[number] = linked(found[number - 1], inverse(pair.placement), doubt(pair))
    return tuple(found[number] for number in range(len(pairs) + 1))


def doubt(pair: PairFound) -> float:
    """Return the error of a pair, in pixels, and more of it the less both frames show the same.

    What only one of them shows (sharp things, and what they hide) moves the fit as a whole, of
    which the disagreement of the parts tells nothing.
    """
    return pair.error / max(pair.trust, _LEAST_TRUST)


def linked(near: Chained, link: Placement, error: float) -> Chained:
    """Return where a frame lies whose `link` leads to one that is placed; `error` of the link."""
    # Added up as they are: what a slanted scene does to one pair, it does to the next one too.
    return Chained(compose(near.placement, link), near.error + error)


def refined(
    chained: Chained, direct: PairFound, size: tuple[int, int], min_trust: float
) -> Placement:
    """Return the mean of both ways, each counting by its certainty: by its error and its trust.

    A direct fit that does not trust itself, or lies too far from the chain to be about the same
    thing, is left out.
    """
    error = max(doubt(direct), LEAST_ERROR)
    gap = corner_distance(chained.placement, direct.placement, size)
    if direct.trust < min_trust or gap > max(1.0, FAR * (error + chained.error)):
        return chained.placement
    own = max(chained.error, LEAST_ERROR) ** -2
    share = own / (own + error**-2)
    return between(chained.placement, direct.placement, share)
