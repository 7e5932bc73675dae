"""What the joint fit of a pair is asked for: a frozen value, which is its key in the cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from imstack.recipe.alignment import RegistrationSection


@dataclass(frozen=True, slots=True)
class PairSettings:
    """How two frames are laid on each other.

    Attributes
    ----------
    scale, shift, rotation
        Which motions are sought; rotation `auto` where it is sure.
    stop_level
        How often the finest images compared are halved.
    iterations
        Most steps taken on each level.
    """

    scale: bool
    shift: bool
    rotation: Literal["auto"] | bool
    stop_level: Literal["auto"] | int
    iterations: int

    @classmethod
    def of(cls, wanted: RegistrationSection) -> PairSettings:
        """Read the value off the recipe's section `registration`."""
        joint = wanted.joint
        return cls(
            wanted.scale.find,
            wanted.translation.find,
            joint.rotation,
            joint.stop_level,
            joint.iterations,
        )
