"""One run: its cache, its threads, and who listens."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from imstack.pipeline.pool import in_order
from imstack.workspace.keys import Task
from imstack.workspace.meta import Made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from imstack.magick.command import Convert
    from imstack.pipeline.sources import Source
    from imstack.watch import Watcher
    from imstack.workspace.item import Item
    from imstack.workspace.keys import Facts
    from imstack.workspace.store import Store

STAGE_VERSION = 3  # rises when stages make other pixels or facts from the same settings


@dataclass(frozen=True, slots=True)
class Work:
    """A task, and how it is done."""

    task: Task
    make: Callable[[Path], Facts | Made]


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
    threads
        How many items are made side by side.
    items
        What was taken or made so far, by stage and label.
    """

    store: Store
    watch: Watcher
    magick: str
    stem: str
    megapixels: float
    threads: int
    items: dict[tuple[str, str], Item] = field(default_factory=dict)

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
        stage: str,
        label: str,
        sources: Sequence[Source],
        settings: Mapping[str, object],
        find: Callable[[], Facts],
    ) -> Work:
        """Return work that finds numbers and writes no file."""
        keys = tuple(source.key for source in sources)
        task = Task(stage, STAGE_VERSION, settings, keys, self.magick, (), label, self.megapixels)
        return Work(task, lambda _: find())

    def making(
        self,
        stage: str,
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
        keys = tuple(source.key for source in sources)
        task = Task(
            stage,
            STAGE_VERSION,
            {"words": words},
            keys,
            self.magick,
            tuple(files),
            label,
            self.megapixels,
        )

        def make(folder: Path) -> Made:
            command = build([s.path() for s in sources], [folder / name for name in files])
            command.run()
            return Made({}, [["convert", *command.words()]])

        return Work(task, make)
