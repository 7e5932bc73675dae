from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from imstack.alive import STALE_AFTER, is_stale, owned_name, sweep
from imstack.errors import UsageError
from imstack.workspace import Store
from imstack.workspace.limits import Total, by_stage, choose, clear, evict, holdings
from tests.systems import dead_pid

from .work import Stage, Warnings, take, task

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 100_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A cache of four items of 200 kB; item 0 was used longest ago."""
    root = tmp_path / "cache"
    with Store(root) as store:
        for number in range(4):
            take(store, number, SIZE)
    for number in range(4):
        age(root, number, days=10 - number)
    return root


def age(root: Path, number: int, days: float) -> None:
    meta = root / "warp" / task(number).folder_name / "meta.json"
    then = time.time() - days * 86400
    os.utime(meta, (then, then))


def kept(root: Path) -> set[int]:
    return {number for number in range(10) if Store(root).has(task(number))}


def test_the_least_recently_used_go_first(root: Path) -> None:
    with Store(root, limit=5 * SIZE) as store:
        take(store, 0)
        assert kept(root) == {0, 1, 2, 3}
    assert kept(root) == {0, 3}


def test_adding_beyond_the_limit_removes_at_once(root: Path) -> None:
    with Store(root, limit=7 * SIZE) as store:
        take(store, 4, SIZE)
        assert kept(root) == {2, 3, 4}


def test_no_limit_keeps_everything(root: Path) -> None:
    with Store(root, limit=None) as store:
        take(store, 4, SIZE)
    assert kept(root) == {0, 1, 2, 3, 4}


def test_what_a_run_uses_stays_and_is_spoken_of(root: Path) -> None:
    warnings = Warnings()
    with Store(root, limit=SIZE, warn=warnings) as store:
        for number in range(6):
            take(store, number, SIZE)
    assert kept(root) == {0, 1, 2, 3, 4, 5}
    assert len(warnings) == 1
    assert "97.7 KiB" in warnings[0]
    assert "1.1 MiB" in warnings[0]
    with Store(root, limit=SIZE, warn=warnings):
        pass
    assert kept(root) == set()
    assert len(warnings) == 1


def test_figures_go_after_images(root: Path) -> None:
    """What a search found is small and took long; images are large and quickly made again."""
    figures = task(stage="search", files=())
    with Store(root) as store:
        store.take_or_make(figures, lambda _: {"scale": 0.97})
    os.utime(root / "search" / figures.folder_name / "meta.json", (1, 1))
    with Store(root, limit=3 * SIZE):
        pass
    assert kept(root) == {3}
    assert Store(root).has(figures)
    with Store(root, limit=0):
        pass
    assert not Store(root).has(figures)


def test_taking_counts_as_use(root: Path) -> None:
    with Store(root) as store:
        take(store, 0)
    with Store(root, limit=3 * SIZE):
        pass
    assert kept(root) == {0}


def test_marks_of_dead_runs_protect_nothing(root: Path) -> None:
    program = "import os, sys, pathlib\nfrom imstack.workspace import Store\n"
    program += "Store(pathlib.Path(sys.argv[1])).__enter__()\nos._exit(0)\n"
    subprocess.run([sys.executable, "-c", program, str(root)], check=True)
    assert len(list((root / ".running").iterdir())) == 1
    for number in range(4):
        age(root, number, days=0)
    size = sum(item.size for item in holdings(root))
    assert evict(root, 0, lambda _: False) == Total(4, size)


def test_holdings_and_totals(root: Path) -> None:
    with Store(root) as store:
        store.take_or_make(task(stage="mask"), Stage(0, 10))
    (root / "warp" / "notes").mkdir()
    (root / "warp" / "notes.txt").touch()
    totals = by_stage(holdings(root))
    assert list(totals) == ["mask", "warp"]
    assert totals["warp"].items == 4
    assert 4 * 2 * SIZE < totals["warp"].size < 4 * (2 * SIZE + 5000)


class TestClear:
    def test_everything(self, root: Path) -> None:
        removed = clear(root, choose(root))
        assert removed.items == 4
        assert removed.size > 8 * SIZE
        assert sorted(path.name for path in root.iterdir()) == [
            ".making",
            ".running",
            "CACHEDIR.TAG",
        ]

    def test_one_stage(self, root: Path) -> None:
        with Store(root) as store:
            store.take_or_make(task(stage="mask"), Stage())
        assert clear(root, choose(root, stage="mask")).items == 1
        assert kept(root) == {0, 1, 2, 3}
        assert not (root / "mask").exists()

    def test_long_unused(self, root: Path) -> None:
        assert clear(root, choose(root, unused_days=8.5)).items == 2
        assert kept(root) == {2, 3}

    def test_damaged_items_go_too(self, root: Path) -> None:
        (root / "warp" / task(0).folder_name / "meta.json").unlink()
        assert clear(root, choose(root)).items == 4

    def test_what_is_not_ours_stays(self, root: Path) -> None:
        strange = [root / "notes.txt", root / "warp" / "notes.txt", root / "my photos" / "a.jpg"]
        strange[2].parent.mkdir()
        for path in strange:
            path.write_text("mine")
        assert clear(root, choose(root)).items == 4
        assert all(path.read_text() == "mine" for path in strange)

    def test_links_are_not_followed(self, root: Path, tmp_path: Path) -> None:
        mine = tmp_path / "mine"
        inside = mine / f"photos-{'0' * 16}"
        inside.mkdir(parents=True)
        (inside / "a.jpg").touch()
        (root / "linked").symlink_to(mine)
        (root / "warp" / f"linked-{'0' * 16}").symlink_to(inside)
        clear(root, choose(root))
        assert (inside / "a.jpg").exists()

    @pytest.mark.parametrize("marker", [None, b"", b"Signature: other", b"\xff\xfe imstack cache"])
    def test_a_folder_without_our_marker_is_refused(self, root: Path, marker: bytes | None) -> None:
        (root / "CACHEDIR.TAG").unlink()
        if marker is not None:
            (root / "CACHEDIR.TAG").write_bytes(marker)
        with pytest.raises(UsageError, match="is no imstack cache"):
            choose(root)
        assert kept(root) == {0, 1, 2, 3}

    def test_another_programs_cache_is_refused(self, tmp_path: Path) -> None:
        signature = "Signature: 8a477f597d28d172789f06886806bc55\n# made by another program\n"
        (tmp_path / "CACHEDIR.TAG").write_text(signature)
        with pytest.raises(UsageError):
            choose(tmp_path)

    def test_missing_and_empty_folders_hold_nothing(self, tmp_path: Path) -> None:
        assert choose(tmp_path) == []
        assert choose(tmp_path / "missing") == []

    def test_living_runs_keep_their_scratch_folders(self, root: Path) -> None:
        mine = root / ".making" / owned_name()
        mine.mkdir()
        clear(root, choose(root))
        assert mine.exists()


class TestStale:
    def test_own_and_foreign_names(self, tmp_path: Path) -> None:
        own = tmp_path / owned_name()
        foreign = tmp_path / "elsewhere-1-00000000"
        strange = tmp_path / "anything"
        for path in (own, foreign, strange):
            path.mkdir()
        assert [is_stale(path) for path in (own, foreign, strange)] == [False] * 3
        old = time.time() - STALE_AFTER - 10
        for path in (own, foreign, strange):
            os.utime(path, (old, old))
        assert [is_stale(path) for path in (own, foreign, strange)] == [True, True, False]
        (own / "just written").touch()
        os.utime(own, (old, old))
        assert not is_stale(own)
        sweep(tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted([own.name, "anything"])

    def test_a_dead_process_of_this_host(self, tmp_path: Path) -> None:
        host, _, random = owned_name().rsplit("-", 2)
        left = tmp_path / f"{host}-{dead_pid()}-{random}"
        left.touch()
        assert is_stale(left)
        sweep(tmp_path)
        assert not left.exists()


def test_a_run_whose_mark_is_removed_still_keeps_its_own_items(root: Path) -> None:
    with Store(root, limit=SIZE) as store:
        take(store, 4, SIZE)
        shutil.rmtree(root / ".running")
        take(store, 5, SIZE)
        assert kept(root) == {4, 5}
