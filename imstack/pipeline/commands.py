"""The ``convert`` commands of the driver, one function each.

They are functions of file names and settings alone: the stages run them on files of the
cache, and ``--write-commands`` states them with the names that a BAT user knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.magick.command import Convert, convert
from imstack.magick.dressed import JPEG_ENDINGS, TIFF_ENDINGS, Orient, WriteDressed
from imstack.magick.operators import (
    AlphaOff,
    AutoOrient,
    Composite,
    Compress,
    Crop,
    Depth,
    DistortSRT,
    Gray,
    Multiply,
    Quality,
    Read,
    Step,
    Strip,
    WhiteOut,
    Write,
)
from imstack.results import NO_TINT
from imstack.scripts.two_blr_diff import two_blr_diff_command
from imstack.scripts.which_pix import which_pix_command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.magick.dressed import Dress
    from imstack.magick.operators import Channel
    from imstack.pipeline.cover import Rectangle
    from imstack.pipeline.methods import Files, RealPixels, Running, Warp
    from imstack.recipe.model import OutputSection

CONVERT_JPEG_QUALITY = 92  # what `convert` takes when nothing else is known


def scale_command(photo: Path, factor: str, out: Path, warp: Warp, files: Files) -> Convert:
    """Scale a photo about its centre by `factor`, a ratio as text."""
    return warp_command(photo, f"{factor},0", out, warp, files)


def warp_command(
    photo: Path,
    srt: str,
    out: Path,
    warp: Warp,
    files: Files,
    gains: tuple[float, float, float] = NO_TINT,
) -> Convert:
    """Warp a photo by the SRT arguments `srt`, R, G and B times `gains` (ratios) before."""
    steps: list[Step] = [Read(photo, files.lenient), *_brightening(gains)]
    steps.append(DistortSRT(srt, warp.virtual_pixel, warp.filter))
    if files.depth is not None:
        steps.append(Depth(files.depth))
    return convert(*steps, Write(out))


def _brightening(gains: tuple[float, float, float]) -> list[Step]:
    """Return the multiplications: of all channels at once where their gains are one and the same.

    One gain counts for whatever channels a photo has, gray ones too.
    """
    if len(set(gains)) > 1:
        channels: tuple[Channel, ...] = ("R", "G", "B")
        pairs = zip(gains, channels, strict=True)
        return [Multiply(f"{gain:.9g}", channel) for gain, channel in pairs if gain != 1.0]
    return [Multiply(f"{gains[0]:.9g}")] if gains[0] != 1.0 else []


def crop_command(image: Path, part: Rectangle, out: Path, *, lenient: bool = False) -> Convert:
    """Cut a part out of an image; `lenient` where that may be a truncated photo."""
    cut = Crop(part.width, part.height, part.left, part.top)
    return convert(Read(image, lenient), cut, Write(out))


def white_command(photo: Path, out: Path, masks: RealPixels, files: Files) -> Convert:
    """Make a white image of a photo's size, where the VP mask begins."""
    steps: list[Step] = [Read(photo, files.lenient), WhiteOut()]
    if masks.combine == "intersect":
        steps += [AlphaOff(), Gray()]
    return convert(*steps, Write(out))


def mask_command(white: Path, srt: str, out: Path) -> Convert:
    """Warp a white image onto black: what stays white comes from real pixels."""
    return convert(Read(white), DistortSRT(srt, "Black"), Write(out))


def intersect_command(masks: Sequence[Path], out: Path) -> Convert:
    """Keep the darkest of several masks at each pixel."""
    first, *others = masks
    darker: list[Step] = []
    for mask in others:
        darker += [Read(mask), Composite("Darken")]
    return convert(Read(first), *darker, Write(out))


def detail_command(image: Path, out: Path, merge: Running, files: Files) -> Convert:
    """Make the detail map of a frame or of the merged image."""
    return two_blr_diff_command(
        image,
        out,
        merge.sigmas,
        auto=merge.auto_level,
        depth=files.depth,
        allow_truncated=files.lenient,
        plain=merge.plain,
    )


def merge_command(
    details: tuple[Path, Path], images: tuple[Path, Path], out: Path, mask: Path, files: Files
) -> Convert:
    """Merge two images by their detail maps, and keep the mask."""
    return which_pix_command(
        *details, *images, out, mask, files.depth, allow_truncated=files.lenient
    )


def companion_command(
    source: Path, out: Path, crop: Rectangle | None, turned_from: int = 0
) -> Convert:
    """Convert a map or a mask to the file beside the output, cropped and turned like it.

    `turned_from` as `write_picture` returns it.
    """
    steps: list[Step] = [Read(source)]
    if crop is not None:
        steps.append(Crop(crop.width, crop.height, crop.left, crop.top))
    if turned_from:
        steps += [Orient(turned_from), AutoOrient()]
    return convert(*steps, Write(out))


def final_command(
    merged: Path,
    out: Path,
    output: OutputSection,
    crop: Rectangle | None,
    *,
    dress: Dress | None = None,
) -> Convert:
    """Convert the merged result to the output file, cropped if `crop` says so.

    With a `dress` it gets that EXIF and orientation, and pixels turned upright where the file
    cannot tell the orientation; the literal method leaves all that to ImageMagick.
    """
    steps: list[Step] = [Read(merged)]
    if crop is not None:
        steps.append(Crop(crop.width, crop.height, crop.left, crop.top))
    if not output.keep_profiles:
        steps.append(Strip())
    if dress is not None:
        steps.append(Orient(dress.orientation))
        if dress.turned(out):
            steps.append(AutoOrient())
    ending = out.suffix.lower()
    if ending in TIFF_ENDINGS and output.tiff_compression != "none":
        steps.append(Compress(output.tiff_compression))
    if ending in JPEG_ENDINGS and output.jpeg_quality != CONVERT_JPEG_QUALITY:
        steps.append(Quality(output.jpeg_quality))
    return convert(*steps, Write(out) if dress is None else WriteDressed(out, dress.exif))
