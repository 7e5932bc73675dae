"""What the merges in numpy are asked for: one frozen value for each method.

A merge sees nothing else of a recipe, so the value is the merge's key in the cache, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from imstack.recipe.merging import MergeSection


@dataclass(frozen=True, slots=True)
class Masks:
    """The frame with most detail at each place, with soft transitions.

    Attributes
    ----------
    sigmas
        Two blurs whose difference is detail, and the blur that spreads it, in pixels.
    levels
        Of the pyramid; None for as many as suit the size.
    reach
        How far (sigma) the votes of a place count, in pixels.
    transition
        Width (sigma) of transitions between frames, in pixels.
    """

    sigmas: tuple[float, float, float]
    levels: int | None
    reach: float
    transition: float
    reblur = False
    name = "masks"
    rounds = 4

    @classmethod
    def of(cls, merge: MergeSection) -> Masks:
        """Read the value off the recipe's section `merge`."""
        return cls(*_common(merge), merge.masks.transition)


@dataclass(frozen=True, slots=True)
class Pyramid:
    """The strongest detail of every size.

    Attributes
    ----------
    sigmas, levels, reach
        As for `Masks`.
    reblur
        Correct the picture by how each frame blurs it.
    """

    sigmas: tuple[float, float, float]
    levels: int | None
    reach: float
    reblur: bool
    name = "pyramid"

    @classmethod
    def of(cls, merge: MergeSection) -> Pyramid:
        """Read the value off the recipe's section `merge`."""
        return cls(*_common(merge), merge.reblur)

    @property
    def rounds(self) -> int:
        """How often the merge goes through all frames."""
        return 3 + 2 * self.reblur


@dataclass(frozen=True, slots=True)
class Guided(Pyramid):
    """As `Pyramid`, among the frames that won something within `reach`."""

    name = "guided"


Fused: TypeAlias = Masks | Pyramid
"""A merge that sees all frames at once."""

METHODS: dict[str, Callable[[MergeSection], Fused]] = {
    "masks": Masks.of,
    "pyramid": Pyramid.of,
    "guided": Guided.of,
}


def fused_method(merge: MergeSection) -> Fused:
    """Return what the recipe's section `merge` asks for; its method must be one of `METHODS`."""
    return METHODS[merge.method](merge)


def _common(merge: MergeSection) -> tuple[tuple[float, float, float], int | None, float]:
    levels = merge.pyramid.levels
    return merge.detail.sigmas, None if levels == "auto" else levels, merge.guided.reach
