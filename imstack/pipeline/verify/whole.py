"""The whole check of a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path  # noqa: TC003 - part of the public face
from typing import TYPE_CHECKING, Literal

from imstack import alive
from imstack.errors import InputError
from imstack.magick import library
from imstack.magick.tools import find_tools
from imstack.pipeline.driver import begin, open_stack, write_results
from imstack.pipeline.stages import make_stages
from imstack.pipeline.statement import TEMP, Facts, state_facts
from imstack.pipeline.verify.bench import Bench
from imstack.pipeline.verify.checker import Checker, How
from imstack.pipeline.verify.left import check_output, check_tmpdir
from imstack.pipeline.verify.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imstack.magick.tools import Tools
    from imstack.pipeline.methods import Methods
    from imstack.pipeline.names import Names
    from imstack.pipeline.statement import Statement
    from imstack.resources import Resources
    from imstack.watch import Watcher
    from imstack.workspace.record import Record
    from imstack.workspace.store import Store

Searches = Literal["auto", "all", "none"]
PATIENCE = 60.0  # seconds of translation searches that `auto` runs in full
RESULTS = "results"


@dataclass(frozen=True, slots=True)
class Verified:
    """What the checks showed, and with which program."""

    rows: tuple[Row, ...]
    version: str

    def count(self, state: str) -> int:
        """Return how many checks ended so."""
        return sum(row.state == state for row in self.rows)


def verify_run(
    named: Sequence[tuple[str, Path]],
    names: Names,
    methods: Methods,
    store: Store,
    watch: Watcher,
    *,
    check_picture: bool = False,
    searches: Searches = "auto",
    resources: Resources | None = None,
) -> Verified:
    """Make a run, or take it from the cache, and check it against real command lines.

    Parameters
    ----------
    named, methods, store, watch
        As for :func:`imstack.pipeline.driver.foc_stack`.
    names
        Files in `names.tmpdir` that an earlier run left are checked, too.
    check_picture
        So are `names.outfile` and what lies beside it.
    searches
        Run searches in full, not at all, or as far as that is quick.
    resources
        What the run may use of the machine; None leaves the choice to it.

    Raises
    ------
    InputError
        The photos cannot be stacked, or the picture to check is missing.
    LibraryError
        ImageMagick's programs are not found.
    MagickError
        A command line fails.
    """
    _check_left(names, check_picture=check_picture)
    build = library.load()
    tools = find_tools(build)
    for warning in tools.warnings(build):
        watch.warn(f"{warning}: differences need not be faults")
    photos = open_stack(named, methods.exclude)
    run = begin(photos, names, methods, store, watch, resources)
    made = make_stages(run, photos, methods)
    photos = made.registration.kept(photos)
    with alive.passing_folder("imstack-verify-") as folder:
        own, bench = _folders(folder, tools)
        write_results(_results_in(own, names), photos, methods, made, watch)
        landing = _results_in(TEMP / RESULTS, names)
        major = tools.convert.number[0]
        statement = state_facts(
            Facts(photos, landing, methods, made.registration, made.crop, major)
        )
        checker = Checker(bench, run.items, own, _how(searches, statement))
        rows = [*_check(checker, statement, watch), *_mended(store.record)]
        if names.tmpdir is not None:
            rows += check_tmpdir(bench, statement, names)
        if check_picture:
            rows += check_output(bench, statement, own, names.outfile)
    return Verified(tuple(rows), tools.convert.version)


def _folders(folder: Path, tools: Tools) -> tuple[Path, Bench]:
    """Make room for the pictures of the run, and for all that command lines make."""
    own, bench = folder / "own", Bench(folder / "bench", tools)
    own.mkdir()
    (bench.folder / RESULTS).mkdir(parents=True)
    return own, bench


def _check_left(names: Names, *, check_picture: bool) -> None:
    if check_picture and not names.outfile.is_file():
        message = f"{names.outfile}: no such file; verify checks a picture that is there"
        raise InputError(message, hint="without -o the run is checked without its picture")
    if names.tmpdir is not None and not names.tmpdir.is_dir():
        message = f"{names.tmpdir}: no such folder"
        raise InputError(message, hint="--tmpdir is where focStack left its temp files")


def _results_in(folder: Path, names: Names) -> Names:
    return replace(names, outfile=folder / names.outfile.name, tmpdir=None)


def _how(searches: Searches, statement: Statement) -> How:
    if searches == "none":
        return "none"
    quick = statement.search_seconds <= PATIENCE
    return "full" if quick or searches == "all" else "window"


def _check(checker: Checker, statement: Statement, watch: Watcher) -> Iterator[Row]:
    watch.begin("verify", len(statement.lines))
    for line in statement.lines:
        yield from checker.check(line)
        watch.done("verify", f"{line.stage} {line.label}", cached=False)
    if statement.ends_early:
        yield Row("merged", "picture", "not checked", statement.ends_early)


def _mended(record: Record) -> Iterator[Row]:
    """Yield what the run found damaged in its cache, and made again."""
    for entry in record.entries:
        if entry.how == "remade":
            remark = "it was damaged in the cache, and was made again"
            yield Row(entry.stage, entry.label, "differs", remark)
