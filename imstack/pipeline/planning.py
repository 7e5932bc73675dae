"""What a run would do, found out without touching a pixel.

The driver itself is run, with a :class:`PlanningRun` in place of a run: it takes from the cache
what is there, notes what is not, and stops where the next stage depends on numbers that nobody
has found yet.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from imstack.pipeline.driver import make_stages
from imstack.pipeline.run import Run, Work
from imstack.watch import NullWatcher
from imstack.workspace.item import Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from imstack.pipeline.sources import Photo
    from imstack.recipe.model import Recipe
    from imstack.workspace.keys import Task

# CPU seconds for an item of one megapixel, measured on ImageMagick 6.9.11; used for a stage
# that the cache has no experience of.
PACE = {
    "scale": 0.3, "scaled": 0.25, "translation": 0.3, "pair": 0.4, "refine": 0.4, "aligned": 0.7,
    "white": 0.05, "vpmask": 0.2, "cover": 0.3, "detail": 0.8, "merged": 0.1, "fusion": 8.0,
    "crop": 0.05,
}  # fmt: skip
COMMON_PACE = 0.3


class Unknown(Exception):  # noqa: N818 - it is no error: the plan ends here
    """A stage needs numbers that have not been found yet."""


class Promised(Item):
    """An item that a run would make: its key is known, its content is not."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self.cached = False

    @property
    def key(self) -> str:
        """The key that the item will have."""
        return self._task.key

    @property
    def facts(self) -> NoReturn:
        """Raise Unknown: nobody has found them yet."""
        raise Unknown

    def file(self, name: str | None = None) -> Path:
        """Raise Unknown: the file is not there yet."""
        raise Unknown(name)


@dataclass(frozen=True, slots=True)
class StagePlan:
    """One stage of a plan: items to make, items in the cache, and about how long it takes."""

    stage: str
    to_make: int
    cached: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do.

    Attributes
    ----------
    stages
        In order, as far as they can be foreseen.
    complete
        False when later stages depend on numbers that the run has yet to find; these stages
        are then listed by the number of their items, all to be made.
    """

    stages: tuple[StagePlan, ...]
    complete: bool

    @property
    def seconds(self) -> float:
        """About how long the run takes, in seconds on this machine."""
        return sum(stage.seconds for stage in self.stages)


@dataclass(frozen=True)
class PlanningRun(Run):
    """Takes what is cached, notes what is not, makes nothing."""

    noted: list[tuple[Task, bool]] = field(default_factory=list)

    def each(self, works: Sequence[Work]) -> Iterator[Item]:
        """Yield cached items, and promises of others; stop behind a stage that finds numbers."""
        items = [self._look(work) for work in works]
        yield from items

    def one(self, work: Work) -> Item:
        """Return the cached item, or the promise of one."""
        return self._look(work)

    def _look(self, work: Work) -> Item:
        there = self.store.has(work.task)
        self.noted.append((work.task, there))
        return self.store.take_or_make(work.task, work.make) if there else Promised(work.task)


def make_plan(run: Run, photos: Sequence[Photo], recipe: Recipe) -> Plan:
    """Foresee a run; nothing is read but headers, digests and the cache.

    Raises
    ------
    ImstackError
        What a run would refuse at once, too.
    """
    planning = PlanningRun(
        run.store, NullWatcher(), run.magick, run.stem, run.megapixels, run.threads
    )
    complete = True
    try:
        make_stages(planning, photos, recipe)
    except Unknown:
        complete = False
    stages = [_summary(run, stage, notes) for stage, notes in _by_stage(planning.noted).items()]
    if not complete:
        stages += _later(run, {stage.stage for stage in stages}, len(photos), recipe)
    return Plan(tuple(stages), complete)


def _by_stage(noted: Sequence[tuple[Task, bool]]) -> dict[str, list[bool]]:
    stages: dict[str, list[bool]] = {}
    for task, there in noted:
        stages.setdefault(task.stage, []).append(there)
    return stages


def _summary(run: Run, stage: str, notes: Sequence[bool]) -> StagePlan:
    cached = sum(notes)
    to_make = len(notes) - cached
    return StagePlan(stage, to_make, cached, _seconds(run, stage, to_make))


def _seconds(run: Run, stage: str, count: int) -> float:
    known = run.store.pace(stage)
    pace = PACE.get(stage, COMMON_PACE) if known is None else known
    side_by_side = min(run.threads, max(1, count))
    return pace * run.megapixels * count / side_by_side


def _later(run: Run, seen: set[str], frames: int, recipe: Recipe) -> list[StagePlan]:
    """Return the stages that cannot be foreseen item by item."""
    counts = Counter[str]()
    if recipe.registration.method == "searches":
        counts += Counter(scale=frames - 1, scaled=frames - 1, translation=frames - 1)
    elif recipe.registration.method == "joint":
        counts += Counter(pair=frames - 1, refine=max(0, frames - 2))
    counts += Counter(aligned=frames - 1)
    if recipe.vp_mask.make:
        counts += Counter(white=1, vpmask=frames - 1)
        counts += Counter(cover=int(recipe.vp_mask.combine == "intersect"))
    if recipe.merge.method == "running":
        counts += Counter(detail=2 * frames - 2, merged=frames - 1)
    else:
        counts += Counter(fusion=1)
    counts += Counter(crop=int(recipe.crop.to == "covered"))
    return [
        StagePlan(stage, count, 0, _seconds(run, stage, count))
        for stage, count in counts.items()
        if stage not in seen and count
    ]
