"""The keys that say how frames are laid on the reference: recipe section `registration`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from imstack.recipe.base import About, Clash, Section

if TYPE_CHECKING:
    from collections.abc import Iterator

OnDodgy = Literal["warn", "stop"]
Ratio = Annotated[float, Field(ge=0.1, le=10)]


class ScaleSection(Section):
    """How the scale of each photo against the next is found (whatScalePrec)."""

    find: Annotated[bool, About("", "ours: the script always searches")] = True
    """Search for the scale; false where focusing does not change it, as in a microscope."""

    min: Annotated[Ratio, About("ratio", "seed: focStack MIN_SCALE")] = 0.9
    """Smallest scale tried."""

    max: Annotated[Ratio, About("ratio", "seed: focStack MAX_SCALE")] = 1.1
    """Largest scale tried."""

    steps: Annotated[
        int, Field(ge=5, le=1000), About("", "seed: 10, the fifth word for whatScalePrec")
    ] = 10
    """Steps from the smallest to the largest scale in each pass, which tries one scale more; the
    next pass spans four of them, so that fewer than 5 would never get nearer."""

    precision: Annotated[
        Literal["auto"] | Annotated[float, Field(ge=1.000001, le=2)],
        About("ratio", "seed: focStack PREC"),
    ] = "auto"
    """Passes end when neighbouring scales differ by no more than this ratio; `auto` is one pixel
    along the longer side, 1 + 1/max(width, height), in six digits."""

    on_dodgy: Annotated[OnDodgy, About("", "ours: the script prints DODGY=1 and goes on")] = "warn"
    """What to do when the best scale of a pair is the first or the last one tried."""

    def clashes(self) -> Iterator[Clash]:
        """Yield an empty range, and a precision that no pass can reach."""
        if self.min >= self.max:
            yield Clash(("min", "max"), f"must be below max, which is {self.max:g}")


class TranslationSection(Section):
    """How the shift of each scaled frame against the next is found (whatTrans)."""

    find: Annotated[bool, About("", "ours: the script always searches")] = True
    """Search for the shift; false for frames that only differ in scale."""

    on_dodgy: Annotated[OnDodgy, About("", "ours: the script goes on")] = "warn"
    """What to do when the best shift of a pair lies at the edge of the search area."""


class JointSection(Section):
    """How scale and shift are found together, to a fraction of a pixel."""

    rotation: Annotated[Literal["auto"] | bool, About("", "ours: the script assumes none")] = "auto"
    """Find a rotation too; `auto` takes it up in pairs where it is sure, up to 10 degrees."""

    stop_level: Annotated[
        Literal["auto"] | Annotated[int, Field(ge=0, le=6)],
        About("halvings", "ours: measured"),
    ] = "auto"
    """How often the finest images compared are halved; 0 compares at full size, `auto` at half
    size or less, where no more than 3.2 million pixels are left."""

    iterations: Annotated[int, Field(ge=1, le=1000), About("", "ours")] = 40
    """Most steps taken on each level of the image pyramid."""

    refine: Annotated[bool, About("", "ours")] = True
    """Check every frame against the reference at the end, so that errors do not add up."""

    min_trust: Annotated[float, Field(ge=0, le=1), About("share", "ours: measured")] = 0.3
    """How far a pair must trust itself to be used. Neighbours of a stack reach 0.8 and more;
    unrelated photos, and frames without detail, less than 0.2."""

    on_untrusted: Annotated[Literal["stop", "skip", "warn"], About("", "ours")] = "stop"
    """What to do with a pair that trusts itself less than `min_trust`: `skip` leaves out frames
    that nothing speaks for; `warn` does that too, but keeps a pair of half that trust."""


class RegistrationSection(Section):
    """How frames are laid on the reference frame."""

    method: Annotated[Literal["joint", "searches", "none"], About("", "ours")] = "joint"
    """`joint` finds scale and shift together; `searches` is the literal pair whatScalePrec and
    whatTrans; `none` takes the frames as they are: already aligned."""

    scale: ScaleSection = ScaleSection()
    """How the scale of each photo against the next is found (whatScalePrec)."""

    translation: TranslationSection = TranslationSection()
    """How the shift of each scaled frame against the next is found (whatTrans)."""

    joint: JointSection = JointSection()
    """How scale and shift are found together, to a fraction of a pixel."""
