"""A sweep: one stack with many combinations of settings, to look at them side by side.

What the combinations share is made once, for the cache holds it: frames are aligned again only
where the settings that align them differ.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from imstack.errors import (
    DodgyError,
    InputError,
    MagickError,
    OutputError,
    UsageError,
)
from imstack.files import real
from imstack.pipeline import outputs
from imstack.pipeline.cover import Rectangle
from imstack.pipeline.driver import begin, open_stack
from imstack.pipeline.methods import Methods, Running
from imstack.pipeline.opacity import warn_of_translucency
from imstack.pipeline.picture import write_picture
from imstack.pipeline.region import Region, margin_of
from imstack.pipeline.stages import make_stages
from imstack.pipeline.sweeps.contact import Tile, write_contact_sheet
from imstack.pipeline.sweeps.judging import SMALLEST, Candidate, judge, within
from imstack.pipeline.sweeps.labels import file_name, settings, short_names
from imstack.pipeline.sweeps.once import Once
from imstack.pipeline.sweeps.outcome import Outcome, Swept
from imstack.pipeline.sweeps.table import write_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.pipeline.names import Names
    from imstack.pipeline.run import Run
    from imstack.pipeline.sources import Photo
    from imstack.pipeline.sweeps.judging import Judgement
    from imstack.recipe.trials import Trial
    from imstack.resources import Resources
    from imstack.watch import Watcher
    from imstack.workspace.store import Store

SHEET = "contact_sheet.png"
TABLE = "sweep.csv"
WIDEST = 6  # tiles side by side, when one key's values make up a row


def sweep(
    named: Sequence[tuple[str, Path]],
    names: Names,
    trials: Sequence[Trial],
    folder: Path,
    store: Store,
    watch: Watcher,
    *,
    wanted: Rectangle | None = None,
    ending: str = ".tiff",
    resources: Resources | None = None,
) -> Swept:
    """Stack photos with every combination; write pictures, a contact sheet and a table.

    Parameters
    ----------
    named
        The photos: each name as the user wrote it, and its file.
    names
        Names of the run; only the stem is used.
    trials
        The combinations.
    folder
        Where everything goes; made if it is missing.
    store
        Where finished stages are kept.
    watch
        Hears what happens.
    wanted
        The part of the canvas to merge and to show, in pixels of the reference photo; None for
        whole pictures, each cropped as its recipe says.
    ending
        Chooses the format of the pictures.
    resources
        What the run may use of the machine; None leaves the choice to it.

    Raises
    ------
    UsageError
        `wanted` is not on the canvas, or too small.
    InputError, DodgyError, MagickError
        No combination gave a picture; this is what the first one met.
    OutputError
        Something cannot be written.
    """
    photos = open_stack(named, trials[0].resolved.recipe.frames.exclude)
    if wanted is not None:
        _check_part(wanted, photos[0].info.size)
    short = short_names([*trials[0].values])
    outcomes = [
        Outcome(trial, said, folder / file_name(trial.number, len(trials), said, ending))
        for trial in trials
        for said in [settings(trial.values, short)]
    ]
    _make_folder(folder, photos)
    targets = [outcome.picture for outcome in outcomes]
    sources = [photo.path for photo in photos]
    outputs.check_outputs([*targets, folder / SHEET], sources)
    outputs.check_place(folder / TABLE, sources)
    listener = Once(watch)
    watch.begin("combination", len(trials))
    candidates: list[Candidate] = []
    for number, outcome in enumerate(outcomes):
        methods = Methods.of(outcome.trial.resolved.recipe)
        run = begin(photos, names, methods, store, listener, resources)
        started = time.perf_counter()
        try:
            candidates.append(_make(run, photos, outcome, wanted))
        except (InputError, DodgyError, MagickError) as error:
            watch.warn(f"{', '.join(outcome.said)}: {error.message}")
            outcomes[number] = replace(outcome, error=error)
        seconds = time.perf_counter() - started
        work = sum(item.meta.seconds for item in run.items.values())
        outcomes[number] = replace(outcomes[number], seconds=seconds, from_scratch=work)
        watch.done("combination", ", ".join(outcome.said), cached=False)
    return _compare(outcomes, candidates, photos[0].info.size, folder, watch)


def _check_part(wanted: Rectangle, canvas: tuple[int, int]) -> None:
    if min(wanted.width, wanted.height) < SMALLEST:
        message = f"{wanted} is too small: {SMALLEST}x{SMALLEST} pixels are needed to compare"
        raise UsageError(message)
    Region.around(wanted, canvas, 0)


def _make_folder(folder: Path, photos: Sequence[Photo]) -> None:
    if any(real(folder) == real(photo.path).parent for photo in photos):
        message = f"{folder}: is the folder of the photos, which results would be taken for"
        raise OutputError(message, hint="choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{folder}: cannot be made: {error.strerror or error}"
        raise OutputError(message) from error


def _make(
    run: Run, photos: Sequence[Photo], outcome: Outcome, wanted: Rectangle | None
) -> Candidate:
    """Make one combination's picture."""
    methods = Methods.of(outcome.trial.resolved.recipe)
    stretched = isinstance(methods.merge, Running) and methods.merge.auto_level
    if wanted is not None and stretched:
        run.watch.warn(
            "merge.detail.auto_level stretches to the contrast of the cropped part: whole "
            "pictures look different"
        )
    canvas = photos[0].info.size
    whole = Rectangle(*canvas, 0, 0)
    region = None if wanted is None else Region.around(wanted, canvas, margin_of(methods.merge))
    warn_of_translucency(run, photos, methods)
    made = make_stages(run, photos, methods, region)
    kept = made.registration.kept(photos)
    write_picture(made, kept, outcome.picture, methods, run.watch)
    return Candidate(
        picture=outcome.picture,
        shown=region.wanted if region else made.crop or whole,
        merge=made.merge,
        merged=region.merged if region else whole,
        registration=made.registration,
    )


def _compare(
    outcomes: Sequence[Outcome],
    candidates: Sequence[Candidate],
    canvas: tuple[int, int],
    folder: Path,
    watch: Watcher,
) -> Swept:
    """Measure what was made, and write the table and the contact sheet."""
    if not candidates:
        raise next(outcome.error for outcome in outcomes if outcome.error)
    judgement = judge(candidates, canvas)
    figures = dict(zip([one.picture for one in candidates], judgement.figures, strict=True))
    measured = tuple(
        replace(outcome, sharpness=found.sharpness, shares=found.shares)
        if (found := figures.get(outcome.picture))
        else outcome
        for outcome in outcomes
    )
    write_table(measured, folder / TABLE)
    made = {one.picture: one for one in candidates}
    tiles = [_tile(outcome, made.get(outcome.picture), judgement) for outcome in measured]
    if not write_contact_sheet(tiles, _columns(outcomes), folder / SHEET):
        watch.warn(f"no font was found: {SHEET} has numbers for labels, as {TABLE} has them")
    return Swept(measured, folder / SHEET, folder / TABLE, judgement.area)


def _tile(outcome: Outcome, made: Candidate | None, judgement: Judgement) -> Tile:
    first, *others = outcome.said
    number = outcome.trial.number
    figure = f"sharpness {outcome.sharpness:.4g}" if made else "failed"
    return Tile(
        number,
        (f"{number}: {first}", *others, figure),
        made.merge.result.path() if made else None,
        within(judgement.area, made.merged if made else judgement.area),
        within(judgement.close_up, made.merged) if made and judgement.close_up else None,
    )


def _columns(outcomes: Sequence[Outcome]) -> int:
    """Return how many tiles stand side by side: the values of the last key, if that looks well."""
    count = len(outcomes)
    *_, last = outcomes[0].trial.values
    values = len({outcome.trial.values[last] for outcome in outcomes})
    if len(outcomes[0].trial.values) > 1 and 1 < values <= WIDEST:
        return values
    return min(count, max(2, math.ceil(math.sqrt(count))))
