"""The picture of a run, and what it tells about the reference photo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imstack.exif import ExifFault
from imstack.magick.dressed import Dress, exif_for, exif_of, orientation_of
from imstack.pipeline.commands import final_command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.pipeline.methods import Methods
    from imstack.pipeline.sources import Photo
    from imstack.pipeline.stages import Stages
    from imstack.recipe.model import OutputSection
    from imstack.watch import Watcher

NAMES = 12  # photos that a warning names


def write_picture(
    made: Stages, photos: Sequence[Photo], out: Path, methods: Methods, watch: Watcher
) -> int:
    """Write the merged picture in the format of the name, with the reference photo's EXIF.

    EXIF that is damaged, or finds no room, costs a warning and not the picture. The literal
    method leaves EXIF and orientation to ImageMagick.

    Returns
    -------
    int
        From which orientation, 1 to 8 as EXIF numbers it, the pixels were turned upright; 0
        where they lie as they were.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    _warn_of_order(made.merge.order, photos, watch)
    reference = photos[made.registration.reference].path
    dress = None if methods.literal else _dress_of(reference, out, methods.output, watch)

    def write() -> None:
        merged = made.merge.result.path()
        final_command(merged, out, methods.output, made.crop, dress=dress).run()

    try:
        write()
    except ExifFault as fault:
        watch.warn(f"{out}: written without EXIF: {fault}")
        dress = dress and replace(dress, exif=None)
        write()
    return dress.orientation if dress and dress.turned(out) else 0


def _warn_of_order(order: Sequence[int], photos: Sequence[Photo], watch: Watcher) -> None:
    """Say which order the photos are in by their focus, when it is not the given one."""
    if list(order) == sorted(order):
        return
    names = [photos[number].path.name for number in order]
    shown = names if len(names) <= NAMES else [*names[: NAMES - 1], "...", names[-1]]
    watch.warn(
        "the photos are not in the order of their focus: merged, and the depth map counted, as "
        + ", ".join(shown)
    )


def _dress_of(photo: Path, out: Path, output: OutputSection, watch: Watcher) -> Dress:
    exif = None
    try:
        exif = exif_of(photo)
    except ExifFault as fault:
        watch.warn(f"{photo}: its EXIF is damaged, so the picture has none: {fault}")
    orientation = orientation_of(photo, exif)
    if exif is None or not output.keep_profiles:
        return Dress(None, orientation)
    if exif.damaged:
        watch.warn(f"{photo}: damaged EXIF tags are left out: {exif.damaged}")
    kept = exif_for(exif, out)
    if kept is None or len(kept.block) < len(exif.block):
        lost = "EXIF is" if kept is None else "maker notes are"
        watch.warn(f"{out}: the {lost} larger than a JPEG can hold, and left out")
    return Dress(kept, orientation)
