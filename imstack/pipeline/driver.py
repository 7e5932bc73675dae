"""focStack: list, frames, scales, translations, warps, merge, outputs.

One driver for every recipe. It reads top to bottom as the data flows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imstack.errors import InputError
from imstack.magick import library
from imstack.pipeline import outputs
from imstack.pipeline.opacity import warn_of_translucency
from imstack.pipeline.picture import write_picture
from imstack.pipeline.planning import announce
from imstack.pipeline.run import Run
from imstack.pipeline.sources import open_photos, without
from imstack.pipeline.stages import merge_stages, register

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.pipeline.cover import Rectangle
    from imstack.pipeline.names import Names
    from imstack.pipeline.registration import Registration
    from imstack.pipeline.sources import Photo
    from imstack.pipeline.stages import Stages
    from imstack.recipe.model import Recipe
    from imstack.watch import Watcher
    from imstack.workspace.store import Store

FEWEST = 2
THREADS = 2  # ImageMagick works a frame on one core: two frames at a time


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
    photos, names, recipe
        What the run began with; :mod:`imstack.pipeline.statement` needs them.
    """

    outfile: Path
    vp_mask: Path | None
    crop: Rectangle | None
    registration: Registration
    companions: tuple[Path, ...]
    photos: tuple[Photo, ...] = field(repr=False)
    names: Names = field(repr=False)
    recipe: Recipe = field(repr=False)


def foc_stack(
    named: Sequence[tuple[str, Path]],
    names: Names,
    recipe: Recipe,
    store: Store,
    watch: Watcher,
) -> Stacked:
    """Stack photos as `recipe` says.

    Parameters
    ----------
    named
        The photos, nearest focus first (or last): each name as the user wrote it, and its file.
    names
        Where results go.
    recipe
        What to do; `snibgo-2014` is the literal focStack.bat.
    store
        Where finished stages are kept.
    watch
        Hears what happens.

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
    photos = open_stack(named, recipe.frames.exclude)
    outputs.check_targets(names, recipe, photos)
    run = begin(photos, names, recipe, store, watch)
    warn_of_translucency(run, photos, recipe)
    foreseen = announce(run, photos, recipe)
    registration = register(run, photos, recipe)
    if not foreseen:
        announce(run, photos, recipe)  # now it is known which of the other stages are cached
    photos = registration.kept(photos)
    made = merge_stages(run, photos, registration, recipe)
    return write_results(names, photos, recipe, made, watch)


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
    names: Names, photos: Sequence[Photo], recipe: Recipe, made: Stages, watch: Watcher
) -> Stacked:
    """Write the picture, its companions, and the temp files of the BAT file."""
    watch.say("Wrap up.")
    turned_from = write_picture(made, photos, names.outfile, recipe, watch)
    mask = made.cover.combined if made.cover else None
    beside = mask if outputs.leaves_vp_mask_beside(names, recipe) else None
    companions = outputs.write_companions(
        names, made.merge, beside, made.crop, recipe.output, turned_from
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
        recipe,
    )


def begin(
    photos: Sequence[Photo], names: Names, recipe: Recipe, store: Store, watch: Watcher
) -> Run:
    """Return the run that all stages share, and say when it cannot be exact."""
    build = library.load()
    if recipe.intermediate_depth == "source" and not build.exact:
        watch.warn(
            f"{build.identity}: not the pixels of a Q16 command line: exact reproduction needs "
            "a build with 16 bits and without HDRI (see `imstack doctor`)"
        )
    width, height = photos[0].info.size
    return Run(store, watch, build.identity, names.stem, width * height / 1e6, THREADS)
