"""focStack: list, frames, scales, translations, warps, merge, outputs.

One driver for every recipe. It reads top to bottom as the data flows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.magick import library
from imstack.pipeline import outputs
from imstack.pipeline.fits import check_fits
from imstack.pipeline.opacity import warn_of_translucency
from imstack.pipeline.picture import write_picture
from imstack.pipeline.planning import announce
from imstack.pipeline.prepared import prepare
from imstack.pipeline.run import Run
from imstack.pipeline.sources import open_photos, without
from imstack.pipeline.stages import merge_stages, register
from imstack.resources import Resources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.pipeline.cover import Rectangle
    from imstack.pipeline.methods import Methods
    from imstack.pipeline.names import Names
    from imstack.pipeline.registration import Registration
    from imstack.pipeline.sources import Photo
    from imstack.pipeline.stages import Stages
    from imstack.watch import Watcher
    from imstack.workspace.store import Store

FEWEST = 2


@dataclass(frozen=True, slots=True)
class Stacked:
    """A finished stack.

    Attributes
    ----------
    outfile
        The picture.
    vp_mask
        The virtual-pixel mask's file; None where none was left.
    crop
        The part of the canvas that was kept, in pixels of the frames as they lie; None for all
        of it.
    registration
        Where every frame lies on the reference.
    companions
        Other files written beside the picture: maps and masks.
    photos, names, methods
        What the run began with; :mod:`imstack.pipeline.statement` needs them.
    """

    outfile: Path
    vp_mask: Path | None
    crop: Rectangle | None
    registration: Registration
    companions: tuple[Path, ...]
    photos: tuple[Photo, ...] = field(repr=False)
    names: Names = field(repr=False)
    methods: Methods = field(repr=False)


def foc_stack(
    named: Sequence[tuple[str, Path]],
    names: Names,
    methods: Methods,
    store: Store,
    watch: Watcher,
    resources: Resources | None = None,
) -> Stacked:
    """Stack photos by `methods`.

    Parameters
    ----------
    named
        The photos, nearest focus first (or last): each name as the user wrote it, and its file.
    names
        Where results go.
    methods
        What to do, as a recipe says it; `snibgo-2014` is the literal focStack.bat.
    store
        Where finished stages are kept.
    watch
        Hears what happens.
    resources
        What the run may use of the machine; None leaves the choice to it.

    Raises
    ------
    InputError, DodgyError
        The photos cannot be stacked.
    OutputError
        A result cannot be written; nothing half-written is left.
    MagickError, LibraryError
        ImageMagick refuses.
    """
    watch.say("Read the list of input photos.")
    for text, _ in named:
        watch.say(text)
    photos = open_stack(named, methods.exclude)
    outputs.check_targets(names, methods, photos)
    run = begin(photos, names, methods, store, watch, resources)
    warn_of_translucency(run, photos, methods)
    foreseen = announce(run, photos, methods)
    prepared = prepare(run, photos, methods)
    registration = register(run, prepared, methods)
    if not foreseen:
        announce(run, photos, methods)  # now it is known which of the other stages are cached
    made = merge_stages(run, registration.kept(prepared), registration, methods)
    return write_results(names, registration.kept(photos), methods, made, watch)


def open_stack(
    named: Sequence[tuple[str, Path]], exclude: Sequence[str | int] = ()
) -> tuple[Photo, ...]:
    """Check the photos of a stack by their headers, those to `exclude` left out.

    Raises
    ------
    InputError
        There are too few, or one is missing, no photo, or of another size.
    UsageError
        A photo to exclude is not among them.
    """
    named = without(named, exclude)
    if len(named) < FEWEST:
        message = f"need at least {FEWEST} photos, got {len(named)}"
        raise InputError(message)
    return open_photos(named)


def write_results(
    names: Names, photos: Sequence[Photo], methods: Methods, made: Stages, watch: Watcher
) -> Stacked:
    """Write the picture, its companions, and the temp files of the BAT file."""
    watch.say("Wrap up.")
    turned_from = write_picture(made, photos, names.outfile, methods, watch)
    mask = made.cover.combined if made.cover else None
    beside = mask if outputs.leaves_vp_mask_beside(names, methods) else None
    companions = outputs.write_companions(
        names, made.merge, beside, made.crop, methods.output, turned_from
    )
    if names.tmpdir is not None:
        outputs.publish(names, photos, made.aligned, mask, made.merge)
        if made.registration.literal is not None:
            outputs.dump_figures(names, photos, made.aligned, made.registration.literal)
    left = names.vp_mask if names.tmpdir else names.companion("vpmask") if beside else None
    return Stacked(
        names.outfile,
        left,
        made.crop,
        made.registration,
        companions,
        tuple(photos),
        names,
        methods,
    )


def begin(
    photos: Sequence[Photo],
    names: Names,
    methods: Methods,
    store: Store,
    watch: Watcher,
    resources: Resources | None = None,
) -> Run:
    """Return the run that all stages share, and say when it cannot be exact.

    Raises
    ------
    InputError
        The photos are too large for this machine, or for the recipe.
    """
    allowed = resources or Resources()
    check_fits(photos, methods, allowed)
    build = library.load()
    if methods.files.depth is None and not build.exact:
        watch.warn(
            f"{build.identity}: not the pixels of a Q16 command line: exact reproduction needs "
            "a build with 16 bits and without HDRI (see `imstack doctor`)"
        )
    width, height = photos[0].info.size
    megapixels = width * height / 1e6
    return Run(store, watch, build.identity, names.stem, megapixels, allowed)
