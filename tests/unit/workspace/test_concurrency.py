"""Threads share a store, processes share a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from imstack.workspace import Item, Made, Record, Store, read_record

from .work import FILES, Stage, Warnings, assert_whole, content, take, task


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_threads_make_one_item_once(root: Path) -> None:
    stage = Stage()
    gate = threading.Barrier(8)

    def slow(folder: Path) -> Made:
        time.sleep(0.05)
        return stage(folder)

    def work(_: int) -> Item:
        gate.wait()
        return store.take_or_make(task(), slow)

    with Store(root) as store, ThreadPoolExecutor(8) as pool:
        items = list(pool.map(work, range(8)))
    assert stage.made == 1
    assert len({id(item) for item in items}) == 1


def test_threads_make_different_items_side_by_side(root: Path) -> None:
    together = threading.Barrier(2, timeout=20)

    def work(number: int) -> Item:
        def stage(folder: Path) -> Made:
            together.wait()  # passes only if both are being made at once
            return Stage(number)(folder)

        return store.take_or_make(task(number), stage)

    with Store(root) as store, ThreadPoolExecutor(2) as pool:
        for number, item in enumerate(pool.map(work, range(2))):
            assert_whole(item, number)


def test_threads_mend_one_item_once(root: Path) -> None:
    with Store(root) as store:
        take(store).file("frame.miff").write_bytes(b"")
    stage, warnings = Stage(), Warnings()
    gate = threading.Barrier(8)

    def work(_: int) -> bytes:
        gate.wait()
        return item.file("frame.miff").read_bytes()

    with Store(root, warn=warnings) as store, ThreadPoolExecutor(8) as pool:
        item = store.take_or_make(task(), stage)
        assert set(pool.map(work, range(8))) == {content(0, "frame.miff")}
    assert (stage.made, len(warnings)) == (1, 1)


def test_threads_with_a_small_limit_and_many_items(root: Path, tmp_path: Path) -> None:
    record = Record(tmp_path / "run.jsonl")

    def work(number: int) -> bool:
        item = take(store, number % 10)
        assert_whole(item, number % 10)
        return item.cached

    with Store(root, limit=5000, record=record) as store, ThreadPoolExecutor(6) as pool:
        assert not any(pool.map(work, range(60)))
    assert len(record.entries) == 10
    assert read_record(tmp_path / "run.jsonl") == record.entries


def test_two_stores_make_the_same_item(root: Path) -> None:
    """Two processes, in one: both are inside the stage when the first is done."""
    both = threading.Barrier(2, timeout=20)
    stage = Stage()

    def work(_: int) -> None:
        def slow(folder: Path) -> Made:
            both.wait()
            return stage(folder)

        warnings = Warnings()
        with Store(root, warn=warnings) as store:
            assert_whole(store.take_or_make(task(), slow))
        assert warnings == []

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert stage.made == 2
    assert len(list((root / "warp").iterdir())) == 1


def test_one_process_clears_what_another_uses(root: Path) -> None:
    with Store(root) as mine:
        item = take(mine)
        with Store(root) as theirs:
            take(theirs)
        shutil.rmtree(root / "warp")
        assert_whole(item)


def test_what_another_process_made_again_is_taken_over(root: Path) -> None:
    """Its bytes may differ, as a date in a file does; its pixels are the same."""
    with Store(root) as mine, Store(root, force=True) as theirs:
        item = take(mine, size=2000)
        take(theirs, size=3000)
        assert_whole(item, size=3000)
        assert [entry.how for entry in mine.record.entries] == ["made"]


def test_an_item_used_by_a_living_run_is_not_evicted_by_another(root: Path) -> None:
    with Store(root) as mine:
        take(mine, 0)
        with Store(root, limit=5000) as theirs:
            for number in range(1, 4):
                take(theirs, number)
        assert mine.has(task(0))
    with Store(root, limit=5000):
        pass
    assert len(list((root / "warp").iterdir())) == 1


PROCESS = """
import sys
from pathlib import Path
from imstack.workspace import Store
from tests.unit.workspace.work import FILES, Stage, content, task

sys.stdin.readline()
root, seed = Path(sys.argv[1]), int(sys.argv[2])
force = seed == 0
for turn in range(6):
    with Store(root, limit=30_000, force=force) as store:
        for step in range(8):
            number = (seed * 3 + step) % 8
            item = store.take_or_make(task(number), Stage(number))
            for name in FILES:
                assert item.read(Path.read_bytes, name) == content(number, name)
"""


def test_processes_share_a_folder(root: Path) -> None:
    """Four at once, one of which makes everything anew, all evicting: nobody sees a half item."""
    top = Path(__file__).parents[3]
    children = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(root), str(seed)],
            env={**os.environ, "PYTHONPATH": str(top)},
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in range(4)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        _, errors = child.communicate(timeout=120)
        assert child.returncode == 0, errors
    for hidden in (".making", ".running"):
        assert list((root / hidden).iterdir()) == []
    with Store(root) as store:
        for number in range(8):
            assert_whole(take(store, number), number)
    assert len(list(root.glob(f"warp/*/{FILES[0]}"))) == 8
