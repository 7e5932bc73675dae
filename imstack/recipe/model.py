"""The one model of a recipe: names, types, units, ranges, defaults and meanings of all keys.

The YAML format, its checks, the JSON schema for editors and the reference text all come from
here. The defaults are those of the recipe ``imstack``; ``snibgo-2014`` states every key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from imstack.recipe.alignment import (
    JointSection,
    RegistrationSection,
    ScaleSection,
    TranslationSection,
)
from imstack.recipe.base import About, Clash, Section
from imstack.recipe.merging import (
    DetailSection,
    GuidedSection,
    MasksSection,
    MergeSection,
    PyramidSection,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "FORMAT",
    "BrightnessSection",
    "CropSection",
    "DetailSection",
    "Filter",
    "FramesSection",
    "GuidedSection",
    "JointSection",
    "MasksSection",
    "MergeSection",
    "OutputSection",
    "PyramidSection",
    "Recipe",
    "RegistrationSection",
    "ScaleSection",
    "Section",
    "TranslationSection",
    "VpMaskSection",
    "WarpSection",
]

FORMAT = 1  # rises when an old recipe would be misread

Filter = Literal[
    "default", "point", "box", "triangle", "hermite", "gaussian", "quadratic", "cubic", "catrom",
    "mitchell", "robidoux", "robidouxsharp", "spline", "lagrange", "sinc", "jinc", "hann",
    "hamming", "blackman", "kaiser", "welch", "parzen", "bohman", "bartlett", "cosine", "lanczos",
    "lanczossharp", "lanczos2", "lanczos2sharp", "lanczosradius",
]  # fmt: skip


def _one_line(text: str) -> str:
    if not text.isprintable():
        kind: Final = "one_line"
        raise PydanticCustomError(kind, "must be one line of printable text")
    return text


class FramesSection(Section):
    """Which photos are used, and how."""

    reference: Annotated[
        Literal["last", "first", "middle"] | Annotated[int, Field(ge=0, le=9999)],
        About("frame, from 0", "seed: the last photo is never resampled"),
    ] = "last"
    """The frame that stays as it is and that all others are laid on."""

    order: Annotated[Literal["auto", "given", "name", "time"], About("", "seed: as listed")] = (
        "auto"
    )
    """The order of the photos, which should be that of their focus: as `given`, by `name` (a
    folder always is, before anything else), or by the `time` in their EXIF. `auto` takes a folder
    by time where that is not the order of names, as when a camera's counter began anew; of a list
    it only says so."""

    exclude: Annotated[
        tuple[
            Annotated[int, Field(ge=0, le=9999)]
            | Annotated[str, Field(max_length=1000), AfterValidator(_one_line)],
            ...,
        ],
        Field(strict=False),  # YAML has lists, no tuples
        About("names, or frames from 0", "ours"),
    ] = ()
    """Photos that are left out, by file name or by number."""

    allow_truncated: Annotated[bool, About("", "ours")] = False
    """Use a photo whose file ends too early, instead of refusing it."""


class BrightnessSection(Section):
    """Whether differences of exposure between frames are evened out."""

    even: Annotated[bool, About("", "ours: the script takes exposures as equal")] = True
    """Give every frame the brightness of the reference."""

    channels: Annotated[Literal["each", "together"], About("", "ours")] = "each"
    """Fit red, green and blue each by itself where their drift is sure, or all by one factor."""


class WarpSection(Section):
    """How frames are resampled when they are laid on the reference."""

    virtual_pixel: Annotated[
        Literal["edge", "mirror", "black", "gray", "white"],
        About("", "seed: -virtual-pixel Edge, so that no hard border looks like detail"),
    ] = "edge"
    """What lies beyond the border of a photo (ImageMagick's -virtual-pixel)."""

    engine: Annotated[
        Literal["opencv", "imagemagick"], About("", "seed: ImageMagick's -distort SRT")
    ] = "opencv"
    """`opencv` resamples by a separable Lanczos filter: sharper, and several times as fast;
    `imagemagick` by `-distort SRT`."""

    filter: Annotated[Filter, About("", "seed: -distort SRT names none, so ImageMagick's own")] = (
        "lanczosradius"
    )
    """Resampling filter of engine `imagemagick` (its -filter); `default` leaves the choice to
    ImageMagick."""


class VpMaskSection(Section):
    """The virtual-pixel mask: white where real pixels lie, black where they were made up."""

    make: Annotated[bool, About("", "seed: fsMAKE_VP_MASK, off when exactly 0")] = True
    """Make the mask."""

    combine: Annotated[
        Literal["chain", "intersect"],
        About("", "ours: chain, as the script has one file name for all masks"),
    ] = "intersect"
    """`intersect` is white where every frame has pixels; `chain` warps one mask again for every
    frame, so that the transforms accumulate."""


class CropSection(Section):
    """Which part of the canvas is kept."""

    to: Annotated[Literal["covered", "none"], About("", "ours: the script does not crop")] = (
        "covered"
    )
    """`covered` keeps the largest rectangle that every frame covers; `none` the full canvas."""


class OutputSection(Section):
    """What is written, and in which form; the name's ending chooses the file format."""

    tiff_compression: Annotated[
        Literal["none", "zip", "lzw"], About("", "known: convert's own default is none")
    ] = "zip"
    """Compression of TIFF files; all of them lose nothing."""

    jpeg_quality: Annotated[int, Field(ge=1, le=100), About("", "known: convert's own default")] = (
        92
    )
    """Quality of JPEG files."""

    index_map: Annotated[bool, About("", "ours")] = False
    """Also write which frame won each pixel (16-bit PNG)."""

    depth_map: Annotated[bool, About("", "ours")] = False
    """Also write a smoothed depth map (16-bit PNG)."""

    masks: Annotated[bool, About("", "seed: wpDEBUG, set to 1 by focStack")] = False
    """Also keep the mask of every merge step (whichPix's wpDEBUG_MASK)."""

    keep_profiles: Annotated[bool, About("", "known: convert keeps them")] = True
    """Keep colour profile and EXIF of the reference photo."""


class Recipe(Section):
    """Everything that decides what a stack looks like."""

    recipe: Annotated[int, Field(ge=FORMAT, le=FORMAT), About("", "ours")] = FORMAT
    """Version of the recipe format; every recipe file must state it."""

    title: Annotated[str, Field(max_length=200), AfterValidator(_one_line), About("", "ours")] = ""
    """One line that says what the recipe is for; not inherited."""

    extends: Annotated[
        Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_one_line)] | None,
        About("", "ours"),
    ] = None
    """The recipe whose settings hold where this one is silent: a name, or a path relative to
    this file."""

    frames: FramesSection = FramesSection()
    """Which photos are used, and how."""

    registration: RegistrationSection = RegistrationSection()
    """How frames are laid on the reference frame."""

    brightness: BrightnessSection = BrightnessSection()
    """Whether differences of exposure between frames are evened out."""

    warp: WarpSection = WarpSection()
    """How frames are resampled when they are laid on the reference."""

    intermediate_depth: Annotated[
        Literal[16, "source"],
        About("bits", "seed: every temp file is written at the depth of the source"),
    ] = 16
    """Depth to which frames, detail maps and merged results are rounded between stages; `source`
    is that of the photos, 8 bits for JPEG."""

    vp_mask: VpMaskSection = VpMaskSection()
    """The virtual-pixel mask: white where real pixels lie, black where they were made up."""

    merge: MergeSection = MergeSection()
    """How the aligned frames become one picture."""

    crop: CropSection = CropSection()
    """Which part of the canvas is kept."""

    output: OutputSection = OutputSection()
    """What is written, and in which form; the name's ending chooses the file format."""

    def clashes(self) -> Iterator[Clash]:
        """Yield settings of different sections that contradict each other."""
        yield from _literal_limits(self)
        if self.crop.to == "covered":
            yield from _crop_needs_mask(self.vp_mask)


def _literal_limits(recipe: Recipe) -> Iterator[Clash]:
    """The literal stages can do no more than the scripts could."""
    if recipe.registration.method == "searches" and recipe.frames.reference != "last":
        yield Clash(
            ("frames.reference", "registration.method"),
            "must be last with registration.method: searches, which chains towards the last photo",
        )
    if recipe.merge.method == "running":
        for name in ("index_map", "depth_map"):
            if getattr(recipe.output, name):
                yield Clash(
                    (f"output.{name}", "merge.method"),
                    "must be false with merge.method: running, which keeps no index",
                )
    elif recipe.output.masks:
        yield Clash(
            ("output.masks", "merge.method"),
            "must be false unless merge.method is running; index_map shows the same",
        )


def _crop_needs_mask(vp_mask: VpMaskSection) -> Iterator[Clash]:
    """The covered area is read off the intersection of the masks."""
    if not vp_mask.make:
        yield Clash(("vp_mask.make", "crop.to"), "must be true with crop.to: covered")
    elif vp_mask.combine != "intersect":
        yield Clash(
            ("vp_mask.combine", "crop.to"),
            "must be intersect with crop.to: covered, as chain is not the area that frames cover",
        )
