"""Runs that are killed (kill -9) at a chosen moment: a program for the tests of the cache.

::

    python -m tests.e2e.killed LIST RECIPE FOLDER STAGE...

For every stage and every moment a run is started with a cache of its own, ``FOLDER/STAGE-MOMENT``,
and kills itself there: ``before`` the stage, ``inside`` it (the first item's files are written,
and not yet kept), ``between`` its items (the first one is kept). Stage ``write`` is the writing of
the picture.

Each run is forked from this process, which has imported everything and has done nothing yet.
"""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from imstack import api
from imstack.pipeline.run import Run, Work

if TYPE_CHECKING:
    from imstack.workspace.item import Item

MOMENTS = ("before", "inside", "between")
WRITE = "write"

assert sys.platform != "win32"  # which has neither fork nor SIGKILL


def die() -> NoReturn:
    """End this process as kill -9 does."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


def lie_in_wait(stage: str, moment: str) -> None:
    """Change this process so that it dies at the moment."""
    take = Run._take

    def taken(run: Run, work: Work) -> Item:
        if work.task.stage != stage:
            return take(run, work)
        if moment == "before":
            die()
        if moment == "inside":
            return take(run, Work(work.task, partial(make_and_die, work)))
        take(run, work)
        die()

    Run._take = taken  # type: ignore[method-assign,assignment]


def make_and_die(work: Work, folder: Path) -> NoReturn:
    """Do the work, and tell nobody."""
    work.make(folder)
    die()


def lie_in_wait_for_writing(target: Path, moment: str) -> None:
    """Change this process so that it dies when the picture is put in its place."""
    put = Path.replace

    def replaced(path: Path, place: Path) -> Path:
        if Path(place) != target:
            return put(path, place)
        if moment == "before":
            path.unlink()
        if moment == "between":
            put(path, place)
        die()

    Path.replace = replaced  # type: ignore[method-assign,assignment]


def run_and_die(photos: Path, recipe: str, folder: Path, stage: str, moment: str) -> None:
    """Start a run, and see to its end."""
    os.environ["IMSTACK_CACHE"] = str(folder / "cache")
    if stage == WRITE:
        lie_in_wait_for_writing(folder / "out.png", moment)
    else:
        lie_in_wait(stage, moment)
    api.stack(photos, recipe, folder / "out.png")


def main(photos: str, recipe: str, folder: str, *stages: str) -> int:
    """Kill a run for every stage and moment; return 0 when each of them died as it should."""
    for stage in stages:
        for moment in MOMENTS:
            own = Path(folder, f"{stage}-{moment}")
            own.mkdir()
            child = os.fork()
            if child == 0:
                run_and_die(Path(photos), recipe, own, stage, moment)
                os._exit(1)  # it should have died
            _, status = os.waitpid(child, 0)
            if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
                print(f"{stage} {moment}: ended with status {status}", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
