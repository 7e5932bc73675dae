"""Photos of one colour space: those that are of another one are converted before all else.

The literal method takes photos as the command lines do. For every other recipe each photo whose
header tells of other colours than the reference's, of a channel besides colour, or of floating
point values, is converted once, by a ``convert`` command; all other photos are taken as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.magick.command import Convert, convert
from imstack.magick.conversions import CODED_RGB, ForgetFile, Opaque, ToProfile, ToSRGB
from imstack.magick.floats import NEARLY, range_of
from imstack.magick.operators import AlphaOff, Depth, Read, Step, Write
from imstack.pipeline.opacity import is_translucent
from imstack.pipeline.registration import reference_of
from imstack.pipeline.sources import Source
from imstack.pipeline.stage import OPAQUE, PREPARED, VALUES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.magick.images import PhotoInfo
    from imstack.pipeline.methods import Files, Methods
    from imstack.pipeline.run import Run, Work
    from imstack.pipeline.sources import Photo

PLAIN = frozenset({"srgb", "gray"})
DEPTH = 16
FLOAT_HINT = "save it as a TIFF of 16 bits per channel, no floating point, first"
LEAST_BRIGHT = 256  # of 65535; an 8-bit file has nothing between black and 257


def prepare(run: Run, photos: Sequence[Photo], methods: Methods) -> tuple[Photo, ...]:
    """Return the photos with sources of the reference's colours, and masks of what is there.

    Raises
    ------
    InputError
        A photo cannot be converted, or holds floating point values beyond 0 to 1.
    """
    files = methods.files
    if files.depth is None:
        return tuple(photos)
    for photo in photos:
        if photo.info.floating:
            check_floats(run, photo, files)
    like = photos[reference_of(methods.reference, len(photos))]
    odd = [
        number
        for number, photo in enumerate(photos)
        if photo.info.floating or _steps(photo.info, like.info)
    ]
    _tell_of_profiles(run, photos, like)
    items = run.each([_work(run, photos[number], like, files) for number in odd])
    prepared = list(photos)
    for number, item in zip(odd, items, strict=True):
        prepared[number] = replace(photos[number], source=Source.of(item))
    for number, photo in enumerate(photos):
        if is_translucent(run, photo, files):
            opaque = Source.of(run.one(_opaque_work(run, photo, files)))
            prepared[number] = replace(prepared[number], opaque=opaque)
    return tuple(prepared)


def check_floats(run: Run, photo: Photo, files: Files) -> None:
    """Refuse a photo whose floating point values go beyond black (0) and white (1).

    Raises
    ------
    InputError
        They do: only who made the photo knows which of them is white.
    """

    def find(known: Files) -> dict[str, object]:
        low, high = range_of(
            photo.path, photo.info.depth, extra=photo.info.extra, allow_truncated=known.lenient
        )
        return {"low": low, "high": high}

    item = run.one(run.finding(VALUES, photo.path.name, [photo.source], files, find))
    if item.number("low") < -NEARLY or item.number("high") > 1 + NEARLY:
        message = (
            f"{photo.path}: holds floating point values that are not all within 0 (black) "
            "and 1 (white)"
        )
        raise InputError(message, hint=FLOAT_HINT)


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


def _tell_of_profiles(run: Run, photos: Sequence[Photo], like: Photo) -> None:
    """Say which photos are converted from their colour profile to the reference's."""
    others = [
        photo
        for photo in photos
        if any(isinstance(step, ToProfile) for step in _steps(photo.info, like.info))
        and photo.info.colorspace.lower() != "gray"  # nothing is converted
    ]
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        run.watch.warn(
            f"{others[0].path}{more}: not of the colour profile of {like.path}, so converted to "
            "it; a photo without a profile is taken as sRGB"
        )


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
    return convert(
        Read(paths[0], lenient),
        *_steps(photo.info, like.info),
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
