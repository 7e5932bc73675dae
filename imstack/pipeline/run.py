"""One run: its cache, its threads, and who listens."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from imstack.pipeline.pool import in_order
from imstack.workspace.keys import Task
from imstack.workspace.meta import Made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from dataclasses import Field

    from imstack.magick.command import Convert
    from imstack.pipeline.sources import Source
    from imstack.pipeline.stage import Stage
    from imstack.resources import Resources
    from imstack.watch import Watcher
    from imstack.workspace.item import Item
    from imstack.workspace.keys import Facts
    from imstack.workspace.store import Store


class Settings(Protocol):
    """A frozen dataclass: all that a stage's work sees beside its inputs."""

    __dataclass_fields__: ClassVar[dict[str, Field[object]]]


S = TypeVar("S", bound=Settings)


@dataclass(frozen=True, slots=True)
class Work:
    """A task, and how it is done."""

    task: Task
    make: Callable[[Path], Facts | Made]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a command line."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """What all stages of a run share.

    Attributes
    ----------
    store
        Takes items from the cache, or makes them.
    watch
        Hears what happens.
    magick
        Identity of the ImageMagick build.
    stem
        How the files of this run begin, such as ``wall_fs``.
    megapixels
        Size of a frame, to foretell how long things take.
    resources
        What the run may use of the machine.
    items
        What was taken or made so far, by stage and label.
    """

    store: Store
    watch: Watcher
    magick: str
    stem: str
    megapixels: float
    resources: Resources
    items: dict[tuple[str, str], Item] = field(default_factory=dict)

    @property
    def threads(self) -> int:
        """How many items are made side by side; as many as memory allows."""
        return self.resources.side_by_side(self.megapixels)

    def each(self, works: Sequence[Work], more: int = 0) -> Iterator[Item]:
        """Take or make items side by side, and yield them in order.

        `more` items of the stage are to come one by one.
        """
        if not works:
            return
        stage = works[0].task.stage
        self.watch.begin(stage, len(works) + more)
        yield from in_order(works, self._take, threads=self.threads, name=stage)

    def one(self, work: Work) -> Item:
        """Take or make one item that stands alone, or is a link of a chain."""
        (item,) = in_order([work], self._take, threads=1, name=work.task.stage)
        return item

    def _take(self, work: Work) -> Item:
        item = self.store.take_or_make(work.task, work.make)
        self.items[work.task.stage, work.task.label] = item
        self.watch.done(work.task.stage, work.task.label, cached=item.cached)
        return item

    def finding(
        self,
        stage: Stage,
        label: str,
        sources: Sequence[Source],
        settings: S,
        find: Callable[[S], Facts],
    ) -> Work:
        """Return work that finds numbers and writes no file.

        `find` gets `settings` and nothing else of the recipe: they are its key.
        """
        return self.work(stage, label, sources, settings, (), lambda known, _: find(known))

    def work(
        self,
        stage: Stage,
        label: str,
        sources: Sequence[Source],
        settings: S,
        files: Sequence[str],
        make: Callable[[S, Path], Facts | Made],
        megapixels: float | None = None,
    ) -> Work:
        """Return work that writes `files` into the folder it is given.

        `make` gets `settings`, of which the key is made. `megapixels` is how much work it is,
        by default one frame.
        """
        task = Task(
            stage.name,
            stage.version,
            {type(settings).__name__: asdict(settings)},
            tuple(source.key for source in sources),
            self.magick,
            tuple(files),
            label,
            self.megapixels if megapixels is None else megapixels,
        )
        return Work(task, lambda folder: make(settings, folder))

    def making(
        self,
        stage: Stage,
        label: str,
        sources: Sequence[Source],
        files: Sequence[str],
        build: Callable[[Sequence[Path], Sequence[Path]], Convert],
    ) -> Work:
        """Return work that one ``convert`` command does: `build` gets its inputs and outputs.

        The command's own words, with stand-ins for the file names, are the settings that make
        up the key: whatever changes the command changes the key.
        """
        stand_ins = [Path(f"input-{number}") for number in range(len(sources))]
        words = build(stand_ins, [Path(name) for name in files]).words()

        def make(_: Words, folder: Path) -> Made:
            command = build([s.path() for s in sources], [folder / name for name in files])
            command.run()
            return Made({}, [["convert", *command.words()]])

        return self.work(stage, label, sources, Words(tuple(words)), files, make)
