"""The public face for Python programs: stacking, planning, sweeping and verifying photos."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from imstack.commandlines.file import check_command_file, write_command_file
from imstack.errors import UsageError
from imstack.photos.find import Photos, find_photos
from imstack.pipeline.driver import Stacked, begin, foc_stack, open_stack
from imstack.pipeline.methods import Methods
from imstack.pipeline.names import names_for
from imstack.pipeline.order import in_order
from imstack.pipeline.outputs import check_targets
from imstack.pipeline.planning import Plan, make_plan
from imstack.pipeline.region import parse_rectangle
from imstack.pipeline.statement import state
from imstack.pipeline.sweeps.sweep import sweep as run_sweep
from imstack.pipeline.use import idle_because
from imstack.pipeline.verify import Searches, Verified, verify_run
from imstack.recipe.load import ResolvedRecipe, load_recipe
from imstack.recipe.model import Recipe
from imstack.recipe.trials import Trial, trials
from imstack.resources import Resources
from imstack.watch import NullWatcher, Watcher
from imstack.workspace.place import default_limit, default_root
from imstack.workspace.record import Record
from imstack.workspace.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imstack.pipeline.sweeps.outcome import Swept

Over = Mapping[str, Sequence[object]] | Sequence[str] | str
DEFAULT_RECIPE = "imstack"
LITERAL_RECIPE = "snibgo-2014"


def stack(
    photos: Photos,
    recipe: str | Path | Recipe | ResolvedRecipe = DEFAULT_RECIPE,
    output: str | Path | None = None,
    *,
    sets: Sequence[str] = (),
    tmpdir: str | Path | None = None,
    cache: bool = True,
    force: bool = False,
    maps: Sequence[str] = (),
    record: Record | None = None,
    jobs: int | None = None,
    memory: str | int | None = None,
    watch: Watcher | None = None,
    write_commands: str | Path | None = None,
) -> Stacked:
    """Stack photos into one picture.

    Parameters
    ----------
    photos
        A list file, a folder, or the photos themselves; nearest focus first or last.
    recipe
        Name or file of a recipe, or a recipe.
    output
        The picture; its ending chooses the format. By default ``<name>_fs.tiff`` beside the
        list, or in the current folder.
    sets
        Changes of single keys, such as ``merge.detail.sigmas=[2,3,6]``.
    tmpdir
        Also leave there the temp files that focStack.bat leaves.
    cache
        Use and fill the cache of finished stages.
    force
        Make every stage again.
    maps
        Where Windows drives of a list are found, such as ``C:=/mnt/c``.
    record
        Notes what was made, and what came from the cache.
    jobs
        How many frames are worked on side by side; None for one a core.
    memory
        What arrays of pixels may take together, such as ``2G``; None for half of what is free.
    watch
        Hears what happens.
    write_commands
        Also write a script, ``.sh`` or ``.bat``, of the command lines that the run equals.

    Returns
    -------
    Stacked
        Where the picture is, and what was found.

    Raises
    ------
    ImstackError
        One of its kinds; see :mod:`imstack.errors`.
    """
    watcher = watch or NullWatcher()
    allowed = Resources.of(jobs, memory)
    methods = Methods.of(resolve(recipe, sets))
    found = find_photos(photos, maps, watcher, output)
    named = in_order(found, photos, methods.order, watcher)
    names = names_for(photos, output, tmpdir)
    if write_commands is not None:
        check_command_file(Path(write_commands), [path for _, path in named], names.outfile)
    with open_store(watcher, cache=cache, force=force, record=record) as store:
        stacked = foc_stack(named, names, methods, store, watcher, allowed)
    if write_commands is not None:
        _write_commands(Path(write_commands), stacked, watcher)
    return stacked


def _write_commands(path: Path, stacked: Stacked, watch: Watcher) -> None:
    statement = state(stacked)
    write_command_file(path, statement)
    if statement.ends_early:
        watch.warn(f"{path} does not make the picture: {statement.ends_early}")


def plan(
    photos: Photos,
    recipe: str | Path | Recipe | ResolvedRecipe = DEFAULT_RECIPE,
    output: str | Path | None = None,
    *,
    sets: Sequence[str] = (),
    cache: bool = True,
    force: bool = False,
    maps: Sequence[str] = (),
    jobs: int | None = None,
    memory: str | int | None = None,
    watch: Watcher | None = None,
) -> Plan:
    """Foresee what :func:`stack` would do with these arguments; no pixel is touched.

    Returns
    -------
    Plan
        The stages: how many items are to be made, how many are in the cache, and about how many
        seconds that takes.

    Raises
    ------
    ImstackError
        What a run would refuse at once, too.
    """
    watcher = watch or NullWatcher()
    allowed = Resources.of(jobs, memory)
    methods = Methods.of(resolve(recipe, sets))
    found = find_photos(photos, maps, watcher, output)
    named = open_stack(in_order(found, photos, methods.order, watcher), methods.exclude)
    names = names_for(photos, output)
    check_targets(names, methods, named)
    with open_store(watcher, cache=cache, force=force) as store:
        run = begin(named, names, methods, store, watcher, allowed)
        return make_plan(run, named, methods)


def sweep(
    photos: Photos,
    over: Over,
    folder: str | Path,
    recipe: str | Path = DEFAULT_RECIPE,
    *,
    crop: str | None = None,
    ending: str = ".tiff",
    sets: Sequence[str] = (),
    cache: bool = True,
    force: bool = False,
    maps: Sequence[str] = (),
    jobs: int | None = None,
    memory: str | int | None = None,
    watch: Watcher | None = None,
) -> Swept:
    """Stack photos with every combination of some settings, to see them side by side.

    Parameters
    ----------
    photos, sets, cache, force, maps, jobs, memory, watch
        As for :func:`stack`.
    over
        Values to try for each key, such as ``{"merge.method": ["masks", "pyramid"]}``; or texts
        such as ``merge.method=[masks,pyramid]``, or one such text.
    folder
        Where the pictures, the contact sheet and the table go; made if it is missing.
    recipe
        Name or file of a recipe.
    crop
        The part to merge and show, ``WxH+X+Y`` in pixels of the reference photo; None for all.
    ending
        Chooses the format of the pictures, such as ``.png``.

    Returns
    -------
    Swept
        What came of each combination. One that failed says why and does not stop the others.

    Raises
    ------
    ImstackError
        One of its kinds; see :mod:`imstack.errors`. Where no combination gave a picture, what
        the first one met.
    """
    watcher = watch or NullWatcher()
    allowed = Resources.of(jobs, memory)
    tried = trials(recipe, _said(over), sets=sets)
    if "frames.order" in tried[0].values:
        message = "--over: frames.order decides what all combinations have in common"
        raise UsageError(message, hint="run one sweep for each order, with --set frames.order=...")
    wanted = parse_rectangle(crop) if crop is not None else None
    with open_store(watcher, cache=cache, force=force) as store:
        _warn_of_idle(tried, watcher)
        found = find_photos(photos, maps, watcher)
        named = in_order(found, photos, tried[0].resolved.recipe.frames.order, watcher)
        names = names_for(photos, None)
        return run_sweep(
            named,
            names,
            tried,
            Path(folder),
            store,
            watcher,
            wanted=wanted,
            ending=ending,
            resources=allowed,
        )


def _said(over: Over) -> Sequence[str]:
    """Return the keys and values to try as a command line says them."""
    if isinstance(over, str):
        return [over]
    if isinstance(over, Mapping):
        return [f"{key}={json.dumps([*values])}" for key, values in over.items()]
    return over


def _warn_of_idle(tried: Sequence[Trial], watch: Watcher) -> None:
    """Say which keys have no say in any combination."""
    for key in tried[0].values:
        reasons = {idle_because(trial.resolved.recipe, key) for trial in tried}
        if all(reasons):
            watch.warn(f"--over: {key} changes nothing, as {' and '.join(sorted(reasons))}")


def verify(
    photos: Photos,
    recipe: str | Path | Recipe | ResolvedRecipe = LITERAL_RECIPE,
    output: str | Path | None = None,
    *,
    sets: Sequence[str] = (),
    tmpdir: str | Path | None = None,
    searches: Searches = "auto",
    cache: bool = True,
    force: bool = False,
    maps: Sequence[str] = (),
    jobs: int | None = None,
    memory: str | int | None = None,
    watch: Watcher | None = None,
) -> Verified:
    """Check a run, pixel by pixel, against the ImageMagick command lines that it equals.

    Parameters
    ----------
    photos, recipe, sets, cache, force, maps, jobs, memory, watch
        As for :func:`stack`.
    output
        A picture that an earlier run made, to be checked as well.
    tmpdir
        The folder where focStack left its temp files, to be checked as well.
    searches
        ``all`` runs every search of ``compare``, which takes hours for large frames; ``auto``
        searches there around the place only; ``none`` runs none.

    Returns
    -------
    Verified
        One row for each check.

    Raises
    ------
    ImstackError
        One of its kinds; see :mod:`imstack.errors`. LibraryError when ImageMagick's programs
        are not found.
    """
    watcher = watch or NullWatcher()
    allowed = Resources.of(jobs, memory)
    methods = Methods.of(resolve(recipe, sets))
    found = find_photos(photos, maps, watcher, output)
    named = in_order(found, photos, methods.order, watcher)
    names = names_for(photos, output, tmpdir)
    with open_store(watcher, cache=cache, force=force) as store:
        return verify_run(
            named,
            names,
            methods,
            store,
            watcher,
            check_picture=output is not None,
            searches=searches,
            resources=allowed,
        )


def resolve(recipe: str | Path | Recipe | ResolvedRecipe, sets: Sequence[str] = ()) -> Recipe:
    """Return the settings of a recipe, whichever way it is given.

    Raises
    ------
    RecipeError
        It has faults; all are told at once.
    """
    if isinstance(recipe, Recipe):
        return recipe
    if isinstance(recipe, ResolvedRecipe):
        return recipe.recipe
    return load_recipe(recipe, sets=sets).recipe


@contextmanager
def open_store(
    watch: Watcher, *, cache: bool = True, force: bool = False, record: Record | None = None
) -> Iterator[Store]:
    """Open the cache of finished stages, or a throw-away one."""
    kept = record or Record()
    if cache:
        store = Store(
            default_root(), limit=default_limit(), force=force, warn=watch.warn, record=kept
        )
    else:
        store = Store.throwaway(warn=watch.warn, record=kept)
    with store:
        yield store
