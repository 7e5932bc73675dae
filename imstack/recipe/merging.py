"""The keys that say how frames become one picture: recipe section `merge`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from imstack.recipe.base import About, Clash, Section

if TYPE_CHECKING:
    from collections.abc import Iterator

Sigma = Annotated[float, Field(ge=0.1, le=200)]


class DetailSection(Section):
    """How much detail each frame has at each place (twoBlrDiff)."""

    sigmas: Annotated[
        tuple[Sigma, Sigma, Sigma],
        Field(strict=False),  # YAML has lists, no tuples
        About("pixels", "known: whichPix calls twoBlrDiff with 4 6 6"),
    ] = (0.5, 1.0, 2.0)
    """Two blurs whose difference is the detail, and the blur that spreads it (S1, S2, S3)."""

    auto_level: Annotated[bool, About("", "seed: whichPix sets tbdAUTO=0")] = False
    """Stretch each detail map to full contrast (tbdAUTO not 0); frames then lose their common
    measure."""

    def clashes(self) -> Iterator[Clash]:
        """Yield two equal blurs, whose difference is nothing."""
        fine, coarse, _ = self.sigmas
        if fine == coarse:
            yield Clash(("sigmas",), f"the first two must differ, and both are {fine:g}")


class MasksSection(Section):
    """How the mask of each frame is kept regular; for merge method `masks`."""

    transition: Annotated[float, Field(ge=0, le=100), About("pixels", "ours")] = 1.0
    """Width (sigma) of the soft transition between frames; 0 cuts hard."""


class PyramidSection(Section):
    """How levels of a Laplacian pyramid are chosen; for merge methods `pyramid` and `guided`."""

    levels: Annotated[
        Literal["auto"] | Annotated[int, Field(ge=1, le=16)], About("levels", "ours")
    ] = "auto"
    """Levels of the pyramid; `auto` makes six, or fewer on small pictures."""


class GuidedSection(Section):
    """Which frames a place may be taken from; for merge methods `guided` and `masks`."""

    reach: Annotated[float, Field(ge=1, le=200), About("pixels", "ours")] = 8.0
    """How far (sigma) around a place frames must have won something to be taken there; larger
    values follow edges of depth further out and let through more noise."""


class MergeSection(Section):
    """How the aligned frames become one picture."""

    method: Annotated[
        Literal["running", "masks", "pyramid", "guided"],
        About("", "seed: running is the chain of whichPix; the others are ours"),
    ] = "guided"
    """`running` merges the result so far with the next frame (whichPix); `masks` takes the frame
    with most detail at each place; `pyramid` takes the strongest detail of every size; `guided`
    is `pyramid` among the frames that won something near."""

    detail: DetailSection = DetailSection()
    """How much detail each frame has at each place (twoBlrDiff)."""

    masks: MasksSection = MasksSection()
    """How the mask of each frame is kept regular; for merge method `masks`."""

    pyramid: PyramidSection = PyramidSection()
    """How levels of a Laplacian pyramid are chosen; for merge methods `pyramid` and `guided`."""

    guided: GuidedSection = GuidedSection()
    """Which frames a place may be taken from; for merge methods `guided` and `masks`."""

    engine: Annotated[Literal["fast", "plain"], About("", "ours: the same pixels either way")] = (
        "fast"
    )
    """How method `running` makes detail maps: `fast` in arrays where the loaded ImageMagick was
    seen to give the very same pixels, `plain` by its own operators."""

    reblur: Annotated[bool, About("", "ours")] = True
    """Blur the finished picture as each frame does, and correct it by what the frames say
    otherwise: takes off most of what near things out of focus spread over far ones. Left out
    where blur does not explain how the frames differ. For merge methods `pyramid` and `guided`."""
