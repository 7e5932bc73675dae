"""Work on bands of rows, several at a time: numpy lets go of the interpreter while it computes.

Every band is computed by itself and written to its own rows, so results do not depend on how
many threads there are.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import TypeVar

    Item = TypeVar("Item")

WIDE_ROWS = 512
"""Rows of a band for compiled filters, which block by themselves; halos cost little then."""

ROWS = 64
"""Rows of a band: at a few thousand pixels a row, a band's planes stay in the cache."""


class Pool:
    """A pool of threads; 0 threads: as many as there are processors. One works on the spot."""

    def __init__(self, threads: int = 0) -> None:
        self.threads = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self.threads) if self.threads > 1 else None

    def __enter__(self) -> Self:
        """Return the pool itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what is begun; begin nothing more."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def bands(self, height: int, work: Callable[[int, int], None], rows: int = ROWS) -> None:
        """Call ``work(top, bottom)`` for bands that together are all rows."""
        self.each(range(0, height, rows), lambda top: work(top, min(top + rows, height)))

    def each(self, items: Iterable[Item], work: Callable[[Item], None]) -> None:
        """Call `work` for every item; the first error is raised here."""
        for _ in map(work, items) if self._pool is None else self._pool.map(work, items):
            pass


ALONE = Pool(1)
"""For work that is itself one of a pool's items: a pool that waits for itself would wait on."""
