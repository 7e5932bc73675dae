"""What a run would do, found out without touching a pixel.

The driver itself is run, with a :class:`PlanningRun` in place of a run: it takes from the cache
what is there, notes what is not, and stops where the next stage depends on numbers that nobody
has found yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from imstack.errors import ImstackError
from imstack.pipeline.methods import Running
from imstack.pipeline.run import Run, Work
from imstack.pipeline.stage import FUSION, STAGES, Stage
from imstack.pipeline.stages import make_stages
from imstack.watch import Expected, NullWatcher
from imstack.workspace.item import Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from imstack.pipeline.methods import Methods
    from imstack.pipeline.sources import Photo
    from imstack.workspace.keys import Task


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


def make_plan(run: Run, photos: Sequence[Photo], methods: Methods) -> Plan:
    """Foresee a run; nothing is read but headers, digests and the cache.

    Raises
    ------
    ImstackError
        What a run would refuse at once, too.
    """
    planning = PlanningRun(
        run.store, NullWatcher(), run.magick, run.stem, run.megapixels, run.resources
    )
    later: list[StagePlan] = []
    try:
        make_stages(planning, photos, methods)
    except Unknown:
        later = _later(run, {task.stage for task, _ in planning.noted}, len(photos), methods)
    stages = [_summary(run, stage, notes) for stage, notes in _by_stage(planning.noted).items()]
    return Plan((*stages, *later), complete=not later, photos=tuple(photos))


def announce(run: Run, photos: Sequence[Photo], methods: Methods) -> bool:
    """Tell those who watch what the run is yet to make, and about how long it takes.

    What the run would refuse is left for the run to tell. Returns False when numbers that the
    run has yet to find would tell more.
    """
    try:
        plan = make_plan(run, photos, methods)
    except ImstackError:
        return True
    told = {stage.stage: Expected(stage.to_make, stage.seconds) for stage in plan.stages}
    fusion = told.pop(FUSION.name, None)
    if fusion and fusion.items and not isinstance(methods.merge, Running):
        steps = methods.merge.rounds * len(photos)
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
    return StagePlan(stage, to_make, cached, _seconds(run, STAGES[stage], to_make, work))


def _seconds(run: Run, stage: Stage, count: int, work: float) -> float:
    if not count:
        return 0.0
    known = run.store.pace(stage.name)
    pace = stage.pace if known is None else known
    side_by_side = min(run.threads, max(1, count))
    return pace * work / side_by_side


def _later(run: Run, seen: set[str], frames: int, methods: Methods) -> list[StagePlan]:
    """Return the stages that cannot be foreseen item by item."""
    return [
        StagePlan(stage.name, count, 0, _seconds(run, stage, count, run.megapixels * items))
        for stage, count in methods.foreseen(frames)
        if stage.name not in seen and count
        for items in [frames if stage is FUSION else count]
    ]
