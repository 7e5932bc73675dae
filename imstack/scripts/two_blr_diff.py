"""twoBlrDiff: how much detail an image has at each place.

A difference of two blurs, blurred: light where there is much detail, dark where there is
little (spec section 6).
"""

from __future__ import annotations

from pathlib import Path

from imstack.magick.command import Convert, convert
from imstack.magick.detail import BlurDifference
from imstack.magick.operators import AutoLevel, Depth, Gray, Read, Step, Write

Sigmas = tuple[float, float, float]
WHICH_PIX_SIGMAS: Sigmas = (4.0, 6.0, 6.0)


def two_blr_diff_command(
    image: Path,
    out: Path,
    sigmas: Sigmas = WHICH_PIX_SIGMAS,
    *,
    auto: bool = False,
    depth: int | None = None,
    allow_truncated: bool = False,
    plain: bool = False,
) -> Convert:
    """Return the command that makes the detail map of `image`.

    Parameters
    ----------
    image, out
        Files to read and to write; the map is gray.
    sigmas
        The two blurs and the last blur, in pixels.
    auto
        Stretch the map to the full range (``-auto-level -auto-gamma``).
    depth
        Bits per value of the written map; None keeps the depth of the source, as a BAT file
        does: 8 bits for a JPEG, which leaves a handful of gray levels.
    allow_truncated
        Take an image whose file ends too early.
    plain
        Blur by ImageMagick's own operators even where arrays give the same pixels sooner.
    """
    steps: list[Step] = [Read(image, allow_truncated), Gray(), BlurDifference(sigmas, plain)]
    if auto:
        steps.append(AutoLevel())
    if depth is not None:
        steps.append(Depth(depth))
    return convert(*steps, Write(out))


def two_blr_diff(
    image: Path, out: Path, sigmas: Sigmas = WHICH_PIX_SIGMAS, *, auto: bool = True
) -> Path:
    """Write the detail map of `image` to `out` and return its path (tbdOUTFILE).

    `auto` is on unless tbdAUTO is exactly 0; whichPix switches it off.

    Raises
    ------
    InputError, MagickError, OutputError
        The image cannot be read, measured, or the map cannot be written.
    """
    two_blr_diff_command(Path(image), Path(out), sigmas, auto=auto).run()
    return Path(out)
