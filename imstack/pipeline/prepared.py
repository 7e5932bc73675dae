"""Photos of one colour space: those that are of another one are converted before all else.

The literal method takes photos as the command lines do. For every other recipe each photo whose
header tells of other colours than the reference's, or of a channel besides colour, is converted
once, by a ``convert`` command; all other photos are taken as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.magick.command import Convert, convert
from imstack.magick.conversions import CODED_RGB, ForgetFile, Opaque, ToProfile, ToSRGB
from imstack.magick.operators import AlphaOff, Depth, Read, Step, Write
from imstack.pipeline.opacity import is_translucent
from imstack.pipeline.registration import reference_of
from imstack.pipeline.sources import Source
from imstack.pipeline.stage import OPAQUE, PREPARED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.magick.images import PhotoInfo
    from imstack.pipeline.methods import Files, Methods
    from imstack.pipeline.run import Run, Work
    from imstack.pipeline.sources import Photo

PLAIN = frozenset({"srgb", "gray"})
DEPTH = 16
LEAST_BRIGHT = 256  # of 65535; an 8-bit file has nothing between black and 257


def prepare(run: Run, photos: Sequence[Photo], methods: Methods) -> tuple[Photo, ...]:
    """Return the photos with sources of the reference's colours, and masks of what is there.

    Raises
    ------
    InputError
        A photo cannot be converted, or holds floating point values.
    """
    files = methods.files
    if files.depth is None:
        return tuple(photos)
    _check_values(photos)
    like = photos[reference_of(methods.reference, len(photos))]
    odd = [number for number, photo in enumerate(photos) if _steps(photo.info, like.info)]
    items = run.each([_work(run, photos[number], like, files) for number in odd])
    prepared = list(photos)
    for number, item in zip(odd, items, strict=True):
        prepared[number] = replace(photos[number], source=Source.of(item))
    for number, photo in enumerate(photos):
        if is_translucent(run, photo, files):
            opaque = Source.of(run.one(_opaque_work(run, photo, files)))
            prepared[number] = replace(prepared[number], opaque=opaque)
    return tuple(prepared)


def _check_values(photos: Sequence[Photo]) -> None:
    """Refuse photos whose values have no range that is known.

    Raises
    ------
    InputError
        A photo holds floating point values.
    """
    for photo in photos:
        if photo.info.floating:
            message = f"{photo.path}: holds floating point values, whose range nobody can tell"
            raise InputError(message, hint="save it as a TIFF of 16 bits per channel first")


def check_range(photo: Photo, brightest: int) -> None:
    """Refuse a photo of which 16-bit values were meant to be 8-bit ones.

    Raises
    ------
    InputError
        Its brightest value, of 65535, is one of 8 bits.
    """
    if 0 < brightest < LEAST_BRIGHT:
        message = (
            f"{photo.path}: is all but black: no value is above {brightest} of 65535, as when "
            "8-bit values are saved in a 16-bit file"
        )
        raise InputError(message, hint="convert it first: convert FILE -evaluate Multiply 257 NEW")


def _steps(info: PhotoInfo, like: PhotoInfo) -> list[Step]:
    """Return what makes a photo one like the reference; nothing where it is one."""
    steps: list[Step] = []
    space = info.colorspace.lower()
    if space not in PLAIN:
        steps.append(ToSRGB())
    profile = info.profile if space in PLAIN | CODED_RGB else ""
    wanted = like.profile if like.colorspace.lower() in PLAIN | CODED_RGB else ""
    if profile != wanted:
        steps.append(ToProfile(like.path))
    if info.extra:
        steps.append(AlphaOff())
    return steps


def prepare_command(
    photo: Photo, like: Photo, paths: tuple[Path, Path], *, lenient: bool
) -> Convert:
    """Convert a photo: `paths` are the photo's and the new one's."""
    steps = _steps(photo.info, like.info)
    return convert(
        Read(paths[0], lenient),
        *steps,
        ForgetFile(),
        Depth(DEPTH),
        Write(paths[1]),
    )


def _work(run: Run, photo: Photo, like: Photo, files: Files) -> Work:
    return run.making(
        PREPARED,
        photo.path.name,
        [photo.source, like.source],
        ["photo.miff"],
        lambda ins, outs: prepare_command(
            photo,
            replace(like, info=replace(like.info, path=ins[1])),
            (ins[0], outs[0]),
            lenient=files.lenient,
        ),
    )


def _opaque_work(run: Run, photo: Photo, files: Files) -> Work:
    return run.making(
        OPAQUE,
        photo.path.name,
        [photo.source],
        ["opaque.miff"],
        lambda ins, outs: convert(Read(ins[0], files.lenient), Opaque(), Depth(8), Write(outs[0])),
    )
