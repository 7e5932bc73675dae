"""What a run would do, found out without touching a pixel.

The driver itself is run, with a :class:`PlanningRun` in place of a run: it takes from the cache
what is there, notes what is not, and stops where the next stage depends on numbers that nobody
has found yet.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from imstack.errors import ImstackError
from imstack.merge import rounds
from imstack.pipeline.run import Run, Work
from imstack.pipeline.stages import make_stages
from imstack.watch import Expected, NullWatcher
from imstack.workspace.item import Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from imstack.pipeline.sources import Photo
    from imstack.recipe.model import Recipe
    from imstack.workspace.keys import Task

# CPU seconds for a unit of `Task.work`, a megapixel of a frame, measured on ImageMagick 6.9.11;
# used for a stage that the cache has no experience of.
PACE = {
    "scale": 0.3, "scaled": 0.25, "translation": 0.3, "pair": 0.4, "refine": 0.4, "aligned": 0.7,
    "white": 0.05, "vpmask": 0.2, "cover": 0.3, "detail": 0.8, "merged": 0.1, "fusion": 0.5,
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
    photos
        What the run begins with.
    """

    stages: tuple[StagePlan, ...]
    complete: bool
    photos: tuple[Photo, ...] = field(repr=False, compare=False)

    @property
    def seconds(self) -> float:
        """About how long the run takes, in seconds on this machine."""
        return sum(stage.seconds for stage in self.stages)


@dataclass(frozen=True)
class PlanningRun(Run):
    """Takes what is cached, notes what is not, makes nothing."""

    noted: list[tuple[Task, bool]] = field(default_factory=list)

    def each(self, works: Sequence[Work], more: int = 0) -> Iterator[Item]:
        """Yield cached items, and promises of others; stop behind a stage that finds numbers."""
        del more
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
    later: list[StagePlan] = []
    try:
        make_stages(planning, photos, recipe)
    except Unknown:
        later = _later(run, {task.stage for task, _ in planning.noted}, len(photos), recipe)
    stages = [_summary(run, stage, notes) for stage, notes in _by_stage(planning.noted).items()]
    return Plan((*stages, *later), complete=not later, photos=tuple(photos))


def announce(run: Run, photos: Sequence[Photo], recipe: Recipe) -> bool:
    """Tell those who watch what the run is yet to make, and about how long it takes.

    What the run would refuse is left for the run to tell. Returns False when numbers that the
    run has yet to find would tell more.
    """
    try:
        plan = make_plan(run, photos, recipe)
    except ImstackError:
        return True
    steps = rounds(recipe.merge) * len(photos)
    told = {stage.stage: Expected(stage.to_make, stage.seconds) for stage in plan.stages}
    if (fusion := told.pop("fusion", None)) and fusion.items:
        told["merging"] = Expected(steps, fusion.seconds)  # the one item tells of its steps
    run.watch.expect(told)
    return plan.complete


def _by_stage(noted: Sequence[tuple[Task, bool]]) -> dict[str, list[tuple[Task, bool]]]:
    stages: dict[str, list[tuple[Task, bool]]] = {}
    for task, there in noted:
        stages.setdefault(task.stage, []).append((task, there))
    return stages


def _summary(run: Run, stage: str, notes: Sequence[tuple[Task, bool]]) -> StagePlan:
    cached = sum(there for _, there in notes)
    to_make = len(notes) - cached
    work = sum(task.work for task, there in notes if not there)
    return StagePlan(stage, to_make, cached, _seconds(run, stage, to_make, work))


def _seconds(run: Run, stage: str, count: int, work: float) -> float:
    if not count:
        return 0.0
    known = run.store.pace(stage)
    pace = PACE.get(stage, COMMON_PACE) if known is None else known
    side_by_side = min(run.threads, max(1, count))
    return pace * work / side_by_side


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
    work = {stage: run.megapixels * count for stage, count in counts.items()}
    work["fusion"] = run.megapixels * frames
    return [
        StagePlan(stage, count, 0, _seconds(run, stage, count, work[stage]))
        for stage, count in counts.items()
        if stage not in seen and count
    ]
