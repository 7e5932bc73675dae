"""Threads that do items side by side, and a caller that an interruption reaches at once.

ImageMagick's operations cannot be cut off, and on Windows a thread that waits for a lock hears
no Ctrl-C. So the caller waits in short turns, and when it is interrupted it leaves items that
are being made behind: they end with the process, or later in peace.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

T = TypeVar("T")
W = TypeVar("W")

_TURN = 0.1  # seconds


def in_order(
    works: Sequence[W], do: Callable[[W], T], *, threads: int, name: str = ""
) -> Generator[T]:
    """Yield what `do` makes of each work, in order; `threads` works at a time.

    Works that are not begun when the caller stops are not done.
    """
    with _pool(threads, name) as pool:
        futures = [pool.submit(do, work) for work in works]
        for future in futures:
            while not future.done():
                wait([future], timeout=_TURN)
            yield future.result()


@contextmanager
def _pool(threads: int, name: str) -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
    is_left = False
    try:
        yield pool
    except (KeyboardInterrupt, GeneratorExit):  # here, or where the results are used
        is_left = True
        raise
    finally:
        pool.shutdown(wait=not is_left, cancel_futures=True)
