"""What a run may use of the machine."""

from __future__ import annotations

import pytest

from imstack.errors import UsageError
from imstack.resources import FRAME, Resources, cores, free_memory, parse_memory


def test_by_default_a_run_takes_all_cores_and_half_of_what_is_free() -> None:
    usual = Resources.of()
    assert usual.jobs == cores() >= 1
    assert 0.3 * free_memory() < usual.memory < 0.7 * free_memory()


def test_what_is_asked_for_is_taken() -> None:
    assert Resources.of(3, "1.5G") == Resources(3, 1610612736, 1610612736)


@pytest.mark.parametrize(("memory", "count"), [(1, 1), (FRAME * 36_000_000 * 2, 2), (10**12, 8)])
def test_so_many_frames_as_memory_holds_are_worked_on(memory: int, count: int) -> None:
    assert Resources(8, memory).side_by_side(36.0) == count


@pytest.mark.parametrize("text", ["", "much", "-1G", "0", "12", "1X", "G"])
def test_what_is_no_amount_of_memory_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no amount of memory"):
        parse_memory(text)


@pytest.mark.parametrize("jobs", [0, -2])
def test_no_jobs_are_refused(jobs: int) -> None:
    with pytest.raises(UsageError, match="at least one frame"):
        Resources.of(jobs)
