"""whichPix: which of two images holds more detail at each pixel, and both merged.

The mask is white where the second image has more detail, black where the first has, and black
at ties (spec section 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imstack import alive
from imstack.magick.command import Convert, convert
from imstack.magick.operators import (
    AlphaOff,
    Composite,
    Depth,
    Read,
    Step,
    Swap,
    WhiteUnlessBlack,
    Write,
)
from imstack.scripts.frames import check_same_size
from imstack.scripts.two_blr_diff import WHICH_PIX_SIGMAS, Sigmas, two_blr_diff_command


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged image (wpOUTFILE) and the name of its mask (wpDEBUG_MASK).

    The mask's name is set even when no mask was written, as the script sets it.
    """

    outfile: Path
    debug_mask: Path


def which_pix_command(
    detail1: Path,
    detail2: Path,
    image1: Path,
    image2: Path,
    out: Path,
    mask: Path | None = None,
    depth: int | None = None,
    *,
    allow_truncated: bool = False,
) -> Convert:
    """Return the command that compares two detail maps and merges their images.

    Parameters
    ----------
    detail1, detail2
        Detail maps of the two images (twoBlrDiff).
    image1, image2
        The images: destination and source of the masked Over.
    out
        The merged image to write.
    mask
        Also write the mask there.
    depth
        Bits per value of the result; None keeps the depth of `image1`.
    allow_truncated
        Take images whose files end too early.
    """
    steps: list[Step] = [
        Read(detail1),
        Read(detail2),
        Composite("MinusDst"),
        WhiteUnlessBlack(),
    ]
    if mask is not None:
        steps.append(Write(mask))
    steps += [Read(image2, allow_truncated), Read(image1, allow_truncated)]
    steps += [Swap(0, 2), AlphaOff(), Composite("Over")]
    if depth is not None:
        steps.append(Depth(depth))
    return convert(*steps, Write(out))


def mask_name(image1: Path) -> Path:
    """Return the name of the debug mask of `image1`: ``<name>_wp_mask_dbg<ending>``."""
    return image1.with_name(f"{image1.stem}_wp_mask_dbg{image1.suffix}")


def which_pix(
    image1: Path,
    image2: Path,
    out: Path,
    *,
    debug: bool = False,
    sigmas: Sigmas = WHICH_PIX_SIGMAS,
    tmpdir: Path | None = None,
) -> Merged:
    """Merge two images of the same size into `out`, the sharper pixels of each.

    Parameters
    ----------
    image1, image2
        The images.
    out
        The merged image.
    debug
        Also write the mask beside `image1` (wpDEBUG exactly 1).
    sigmas
        Blurs of the detail maps, in pixels.
    tmpdir
        Folder for the two detail maps while it works.

    Raises
    ------
    InputError
        An image cannot be read, or the sizes differ.
    MagickError, OutputError
        As they say.
    """
    image1, image2, out = Path(image1), Path(image2), Path(out)
    check_same_size(image1, image2)
    mask = mask_name(image1)
    with alive.passing_folder("wp_", tmpdir) as folder:
        details = [folder / f"{number}_tbd.miff" for number in (1, 2)]
        for image, detail in zip((image1, image2), details, strict=True):
            two_blr_diff_command(image, detail, sigmas).run()
        written = mask if debug else None
        which_pix_command(details[0], details[1], image1, image2, out, written).run()
    return Merged(out, mask)
