"""Where every frame lies on the reference frame, whichever way it was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.errors import UsageError
from imstack.results import NO_TINT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.pipeline.sources import Photo
    from imstack.results import Placement, ScaleFound, TranslationFound

STAY = "1,0"  # SRT arguments that leave a frame where it is


@dataclass(frozen=True, slots=True)
class LiteralFigures:
    """The figures of the BAT files' arrays: what ``fsFILES[n].*`` held, as text where printed.

    `scales` and `translations` have one entry for each frame but the last; the cumulative ones
    one for every frame.
    """

    precision: str
    scales: tuple[ScaleFound, ...]
    cumulative_scales: tuple[str, ...]
    translations: tuple[TranslationFound, ...]
    cumulative_shifts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A frame that is resampled: its number, its SRT arguments, its gains (ratios for R, G, B)."""

    number: int
    srt: str
    gains: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Registration:
    """How each frame is laid on the reference.

    Attributes
    ----------
    placements
        One for each frame.
    warps
        The SRT arguments for each frame; None for a frame that stays as it is.
    reference
        Which frame the others are laid on, from 0.
    literal
        The figures of the literal searches, where these were used.
    left_out
        Which photos were left out, from 0: nothing spoke for them. All else here counts the
        photos that are left.
    """

    placements: tuple[Placement, ...]
    warps: tuple[str | None, ...]
    reference: int
    literal: LiteralFigures | None = None
    left_out: tuple[int, ...] = ()

    def kept(self, photos: Sequence[Photo]) -> tuple[Photo, ...]:
        """Return the photos that were not left out."""
        out = set(self.left_out)
        return tuple(photo for number, photo in enumerate(photos) if number not in out)

    def by_photo(self, shares: Sequence[float]) -> tuple[float, ...]:
        """Return a share for every photo, 0 for those left out; empty where there are none."""
        if not shares:
            return ()
        numbers = iter(shares)
        count = len(shares) + len(self.left_out)
        return tuple(0.0 if one in self.left_out else next(numbers) for one in range(count))

    @property
    def moves(self) -> tuple[Move, ...]:
        """The frames that do not stay as they are."""
        both = zip(self.warps, self.placements, strict=True)
        return tuple(
            Move(number, warp or STAY, placement.gains)
            for number, (warp, placement) in enumerate(both)
            if warp is not None or placement.gains != NO_TINT
        )


def reference_of(named: int | str, count: int) -> int:
    """Return which of `count` frames is the reference, from 0.

    Raises
    ------
    UsageError
        The recipe names a frame that the stack has not.
    """
    if isinstance(named, int):
        if named >= count:
            message = f"frames.reference is {named}, but the stack has frames 0 to {count - 1}"
            raise UsageError(message, hint="frames are counted from 0")
        return named
    return {"first": 0, "middle": count // 2, "last": count - 1}[named]
