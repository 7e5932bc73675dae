"""What a recipe asks of each stage, as frozen values.

A stage's work receives such a value and never the recipe; the key of what it makes is made of
the same value. So what a stage can see is in its key, and a key of the recipe that no value was
made from has no say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from imstack.merge.settings import Fused, fused_method
from imstack.pipeline import stage as stages
from imstack.registration.settings import PairSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imstack.pipeline.stage import Stage
    from imstack.recipe.alignment import OnDodgy
    from imstack.recipe.model import OutputSection, Recipe


@dataclass(frozen=True, slots=True)
class Files:
    """How images are read and kept between stages.

    Attributes
    ----------
    lenient
        Take a photo whose file ends too early.
    depth
        Bits of intermediate files; None where the photos decide, as in the script.
    """

    lenient: bool
    depth: int | None

    @classmethod
    def of(cls, recipe: Recipe) -> Files:
        """Read the value off a recipe."""
        depth = recipe.intermediate_depth
        return cls(recipe.frames.allow_truncated, None if depth == "source" else depth)


@dataclass(frozen=True, slots=True)
class ScaleSearch:
    """whatScalePrec: candidates from `minimum` to `maximum`; `precision` None is PREC."""

    minimum: float
    maximum: float
    steps: int
    precision: float | None
    on_dodgy: OnDodgy

    @classmethod
    def of(cls, recipe: Recipe) -> ScaleSearch | None:
        """Read the value off a recipe; None where no scale is sought."""
        wanted = recipe.registration.scale
        if not wanted.find:
            return None
        finest = None if wanted.precision == "auto" else wanted.precision
        return cls(wanted.min, wanted.max, wanted.steps, finest, wanted.on_dodgy)


@dataclass(frozen=True, slots=True)
class TranslationSearch:
    """whatTrans."""

    on_dodgy: OnDodgy

    @classmethod
    def of(cls, recipe: Recipe) -> TranslationSearch | None:
        """Read the value off a recipe; None where no shift is sought."""
        wanted = recipe.registration.translation
        return cls(wanted.on_dodgy) if wanted.find else None


@dataclass(frozen=True, slots=True)
class Searches:
    """Registration by the script's two searches; None for one that is left out."""

    scale: ScaleSearch | None
    translation: TranslationSearch | None
    said = ""

    @classmethod
    def of(cls, recipe: Recipe) -> Searches:
        """Read the value off a recipe."""
        return cls(ScaleSearch.of(recipe), TranslationSearch.of(recipe))

    def foreseen(self, frames: int) -> Iterator[tuple[Stage, int]]:
        """Yield the stages and how many items each has."""
        if self.scale is not None:
            yield stages.SCALE, frames - 1
            yield stages.SCALED, frames - 1
        if self.translation is not None:
            yield stages.TRANSLATION, frames - 1


@dataclass(frozen=True, slots=True)
class Joint:
    """Registration by a joint fit: how a pair is fitted, and what is made of the fits."""

    pair: PairSettings
    refine: bool
    min_trust: float
    on_untrusted: Literal["stop", "skip", "warn"]
    said = "found in numpy, so only its results stand below"

    @classmethod
    def of(cls, recipe: Recipe) -> Joint:
        """Read the value off a recipe."""
        wanted = recipe.registration.joint
        pair = PairSettings.of(recipe.registration)
        return cls(pair, wanted.refine, wanted.min_trust, wanted.on_untrusted)

    def foreseen(self, frames: int) -> Iterator[tuple[Stage, int]]:
        """Yield the stages and how many items each has."""
        yield stages.PAIR, frames - 1
        if self.refine:
            yield stages.REFINE, max(0, frames - 2)


@dataclass(frozen=True, slots=True)
class InPlace:
    """No registration: the frames are aligned already."""

    said = "none"

    @classmethod
    def of(cls, recipe: Recipe) -> InPlace:
        """There is nothing to read off a recipe."""
        del recipe
        return cls()

    def foreseen(self, frames: int) -> Iterator[tuple[Stage, int]]:
        """Yield nothing: there is nothing to find."""
        del frames
        yield from ()


@dataclass(frozen=True, slots=True)
class Warp:
    """How a frame is resampled.

    Attributes
    ----------
    engine
        Who does it.
    virtual_pixel
        What lies beyond the border of a photo, as ImageMagick names it.
    filter
        ImageMagick's filter; "" for its own choice.
    """

    engine: Literal["opencv", "imagemagick"]
    virtual_pixel: str
    filter: str

    @classmethod
    def of(cls, recipe: Recipe) -> Warp:
        """Read the value off a recipe."""
        warp = recipe.warp
        chosen = "default" if warp.engine == "opencv" else warp.filter
        return cls(
            warp.engine, warp.virtual_pixel.capitalize(), "" if chosen == "default" else chosen
        )


@dataclass(frozen=True, slots=True)
class RealPixels:
    """How the masks of real pixels become one."""

    combine: Literal["chain", "intersect"]

    @classmethod
    def of(cls, recipe: Recipe) -> RealPixels | None:
        """Read the value off a recipe; None where no mask is made."""
        return cls(recipe.vp_mask.combine) if recipe.vp_mask.make else None


@dataclass(frozen=True, slots=True)
class Running:
    """The script's merge: the result so far with the next frame (whichPix, twoBlrDiff)."""

    sigmas: tuple[float, float, float]
    auto_level: bool
    plain: bool

    @classmethod
    def of(cls, recipe: Recipe) -> Running:
        """Read the value off a recipe."""
        detail = recipe.merge.detail
        return cls(detail.sigmas, detail.auto_level, recipe.merge.engine == "plain")


RegistrationMethod: TypeAlias = Searches | Joint | InPlace
MergeMethod: TypeAlias = Running | Fused

REGISTRATIONS: dict[str, Callable[[Recipe], RegistrationMethod]] = {
    "searches": Searches.of,
    "joint": Joint.of,
    "none": InPlace.of,
}


@dataclass(frozen=True, slots=True)
class Methods:
    """Everything that decides what a stack looks like.

    Attributes
    ----------
    title
        What the recipe says of itself.
    order
        In which order the photos are taken.
    exclude
        Photos left out, by file name or number.
    reference
        The frame that stays: a number from 0, ``first``, ``middle`` or ``last``.
    files, registration, even, even_tint, warp, real_pixels, merge
        What each stage is asked for; `warp` and `real_pixels` are None where there is none.
    cropped
        Only what every frame covers is kept.
    output
        What is written, and in which form.
    """

    title: str
    order: str
    exclude: tuple[str | int, ...]
    reference: int | str
    files: Files
    registration: RegistrationMethod
    even: bool
    even_tint: bool
    warp: Warp | None
    real_pixels: RealPixels | None
    merge: MergeMethod
    cropped: bool
    output: OutputSection

    @classmethod
    def of(cls, recipe: Recipe) -> Methods:
        """Read all values off a recipe."""
        method, merge = recipe.registration.method, recipe.merge
        in_place = method == "none"
        return cls(
            title=recipe.title,
            order=recipe.frames.order,
            exclude=recipe.frames.exclude,
            reference=recipe.frames.reference,
            files=Files.of(recipe),
            registration=REGISTRATIONS[method](recipe),
            even=recipe.brightness.even,
            even_tint=recipe.brightness.even and recipe.brightness.channels == "each",
            warp=None if in_place else Warp.of(recipe),
            real_pixels=RealPixels.of(recipe),
            merge=Running.of(recipe) if merge.method == "running" else fused_method(merge),
            cropped=recipe.crop.to == "covered",
            output=recipe.output,
        )

    def foreseen(self, frames: int) -> Iterator[tuple[Stage, int]]:
        """Yield every stage in its order, and how many items it has for so many frames."""
        yield from self.registration.foreseen(frames)
        if self.raw:
            yield stages.ALIGNED, frames
        elif self.warp is not None:
            yield stages.ALIGNED, frames - 1
        if self.real_pixels is not None:
            if not self.masks_reckoned:
                yield stages.WHITE, 1
                if self.warp is not None:
                    yield stages.VPMASK, frames - 1
            yield stages.COVER, int(self.real_pixels.combine == "intersect")
        if isinstance(self.merge, Running):
            yield stages.DETAIL, 2 * frames - 2
            yield stages.MERGED, frames - 1
        else:
            yield stages.FUSION, 1
        yield stages.CROP, int(self.cropped)

    @property
    def by_opencv(self) -> bool:
        """True where OpenCV lays the frames on the reference."""
        return self.warp is None or self.warp.engine == "opencv"

    @property
    def raw(self) -> bool:
        """True where aligned frames are kept as arrays, for a merge that reads parts of them."""
        return self.by_opencv and not self.literal

    @property
    def masks_reckoned(self) -> bool:
        """True where the area of real pixels is reckoned, and no white image is warped."""
        return (
            self.by_opencv
            and self.real_pixels is not None
            and self.real_pixels.combine == "intersect"
        )

    @property
    def literal(self) -> bool:
        """True where EXIF, orientation and alpha are left to ImageMagick, as the script does."""
        return isinstance(self.merge, Running)
