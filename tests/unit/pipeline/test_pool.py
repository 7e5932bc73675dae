"""Items side by side: in order, no more than needed, and left at once when interrupted."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from imstack.pipeline.pool import in_order


def test_results_come_in_order() -> None:
    def slow(number: int) -> int:
        time.sleep(0.02 * (5 - number))
        return number * number

    assert list(in_order(range(5), slow, threads=3)) == [0, 1, 4, 9, 16]


def test_an_error_is_raised_where_its_item_is_due_and_nothing_more_is_begun() -> None:
    begun: list[int] = []

    def fail_at_two(number: int) -> int:
        begun.append(number)
        time.sleep(0.01)
        if number == 2:
            raise ValueError(number)
        return number

    found = in_order(range(100), fail_at_two, threads=1)
    assert [next(found), next(found)] == [0, 1]
    with pytest.raises(ValueError, match="2"):
        next(found)
    assert len(begun) < 20


def test_who_wants_no_more_results_does_not_wait() -> None:
    """As when an interruption reaches the caller elsewhere."""
    done = threading.Event()
    found = in_order([0, 20, 20], done.wait, threads=2)
    assert next(found) is False
    begun = time.monotonic()
    found.close()
    assert time.monotonic() - begun < 10
    done.set()


def test_an_interruption_does_not_wait() -> None:
    done = threading.Event()
    timer = threading.Timer(0.1, signal.raise_signal, (signal.SIGINT,))
    timer.start()
    begun = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            list(in_order([20], done.wait, threads=1))
        assert time.monotonic() - begun < 10
    finally:
        done.set()
        timer.join()
