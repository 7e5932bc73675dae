from __future__ import annotations

import os
from pathlib import Path

import pytest

from imstack.errors import MagickError, OutputError
from imstack.workspace import Made, Record, Store
from tests.systems import dead_pid, is_root

from .work import FILES, Stage, Warnings, assert_whole, content, take, task


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_made_once_then_taken(root: Path) -> None:
    stage = Stage()
    with Store(root) as store:
        first = store.take_or_make(task(), stage)
        again = store.take_or_make(task(), stage)
    with Store(root) as store:
        later = store.take_or_make(task(), stage)
    assert stage.made == 1
    assert (first.cached, again.cached, later.cached) == (False, False, True)
    assert first.facts == later.facts
    assert first.commands == later.commands
    assert_whole(later)


def test_facts_are_the_same_when_made_and_when_taken(root: Path) -> None:
    for _ in range(2):
        with Store(root) as store:
            item = take(store)
            assert item.facts == {
                "scale": 0.979424792,
                "dx": -8,
                "dodgy": False,
                "name": "é",
                "list": [1, 2.5],
            }
            assert item.number("scale") == 0.979424792
            assert item.number("dx") == -8.0
            assert item.whole("dx") == -8
            assert item.flag("dodgy") is False
            assert item.text("name") == "é"


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("number", "dodgy"),
        ("number", "name"),
        ("whole", "scale"),
        ("whole", "dodgy"),
        ("flag", "dx"),
        ("text", "dx"),
    ],
)
def test_a_fact_of_another_type_is_a_mistake(root: Path, kind: str, fact: str) -> None:
    with Store(root) as store, pytest.raises(TypeError, match=fact):
        getattr(take(store), kind)(fact)


def test_a_stage_may_give_facts_alone(root: Path) -> None:
    with Store(root) as store:
        item = store.take_or_make(task(files=()), lambda _: {"dx": 1})
        assert item.whole("dx") == 1
        assert item.files == ()


def test_files_lie_under_speaking_names(root: Path) -> None:
    with Store(root) as store:
        path = take(store, 3).file("frame.miff")
    assert path == root / "warp" / f"wall_fs_3-{task(3).short_key}" / "frame.miff"
    assert path.read_bytes() == content(3, "frame.miff")


def test_the_only_file_needs_no_name(root: Path) -> None:
    def make(folder: Path) -> dict[str, object]:
        (folder / "a.txt").write_text("a")
        return {}

    with Store(root) as store:
        assert store.take_or_make(task(files=("a.txt",)), make).file().read_text() == "a"
        with pytest.raises(ValueError, match="unpack"):
            take(store).file()
        with pytest.raises(KeyError):
            take(store).file("other")


def test_commands_name_the_final_folder_even_after_a_move(root: Path) -> None:
    with Store(root) as store:
        item = take(store)
        assert item.commands == (("convert", "in.jpg", str(item.file("frame.miff"))),)
        assert Path(item.commands[0][2]).is_file()
    moved = root.rename(root.with_name("moved"))
    with Store(moved) as store:
        item = take(store)
        assert item.cached
        assert item.commands == (("convert", "in.jpg", str(item.file("frame.miff"))),)


def test_another_label_finds_the_same_item(root: Path) -> None:
    stage = Stage()
    for label in ("wall", "renamed"):
        with Store(root) as store:
            assert_whole(store.take_or_make(task(label=label), stage))
    assert stage.made == 1


def test_an_error_of_the_stage_passes_and_leaves_nothing(root: Path) -> None:
    def fail(folder: Path) -> dict[str, object]:
        (folder / "frame.miff").write_bytes(b"half")
        msg = "no"
        raise MagickError(msg)

    with Store(root) as store:
        with pytest.raises(MagickError, match="no"):
            store.take_or_make(task(), fail)
        assert list((root / ".making").iterdir()) == []
        assert not store.has(task())
        assert not take(store).cached


def test_ctrl_c_in_a_stage_leaves_nothing(root: Path) -> None:
    def interrupt(folder: Path) -> dict[str, object]:
        (folder / "frame.miff").write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Store(root) as store:
        store.take_or_make(task(), interrupt)
    assert list((root / ".making").iterdir()) == []
    assert list((root / ".running").iterdir()) == []


def test_a_stage_that_leaves_out_a_file_is_found_out(root: Path) -> None:
    def lazy(folder: Path) -> dict[str, object]:
        (folder / "frame.miff").write_bytes(b"x")
        return {}

    with Store(root) as store, pytest.raises(OutputError, match=r"mask\.png"):
        store.take_or_make(task(), lazy)


def test_facts_that_json_cannot_hold_are_a_mistake(root: Path) -> None:
    with Store(root) as store, pytest.raises(ValueError, match=r"warp/wall_fs_0\.score"):
        store.take_or_make(task(files=()), lambda _: {"score": float("nan")})


class TestForce:
    def test_everything_is_made_again_but_only_once(self, root: Path) -> None:
        stage = Stage()
        with Store(root) as store:
            store.take_or_make(task(), stage)
        with Store(root, force=True) as store:
            assert not store.has(task())
            item = store.take_or_make(task(), stage)
            assert not item.cached
            assert store.take_or_make(task(), stage) is item
            del item
            assert_whole(store.take_or_make(task(), stage))
            assert store.has(task())
        assert stage.made == 2

    def test_what_it_makes_replaces_what_was_there(self, root: Path) -> None:
        with Store(root) as store:
            take(store, size=2000)
        with Store(root, force=True) as store:
            take(store, size=3000)
        with Store(root) as store:
            item = take(store)
            assert item.cached
            assert_whole(item, size=3000)

    def test_a_failure_keeps_what_was_there(self, root: Path) -> None:
        def fail(_: Path) -> dict[str, object]:
            msg = "no"
            raise MagickError(msg)

        with Store(root) as store:
            take(store)
        with Store(root, force=True) as store, pytest.raises(MagickError):
            store.take_or_make(task(), fail)
        with Store(root) as store:
            assert take(store).cached


class TestThrowaway:
    def test_it_is_gone_at_the_end(self, tmp_path: Path) -> None:
        with Store.throwaway(tmp_path) as store:
            assert_whole(take(store))
            assert store.root.parent == tmp_path
        assert list(tmp_path.iterdir()) == []

    def test_it_is_gone_after_an_error(self, tmp_path: Path) -> None:
        def fail(folder: Path) -> Made:
            (folder / "frame.miff").write_bytes(b"half")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError), Store.throwaway(tmp_path) as store:
            store.take_or_make(task(1), fail)
        assert list(tmp_path.iterdir()) == []

    def test_nothing_comes_back_after_the_end(self, tmp_path: Path) -> None:
        with Store.throwaway(tmp_path) as store:
            item = take(store)
        with pytest.raises(RuntimeError, match="closed"):
            item.file("frame.miff")
        assert list(tmp_path.iterdir()) == []

    def test_the_next_one_sweeps_what_a_killed_one_left(self, tmp_path: Path) -> None:
        host = Store.throwaway(tmp_path).root.name.split("-")[2]
        dead = tmp_path / f"imstack-throwaway-{host}-{dead_pid()}-00000000"
        living = tmp_path / f"imstack-throwaway-{host}-{os.getppid()}-00000000"
        results = tmp_path / "imstack-throwaway-results"
        for folder in (dead, living, results):
            folder.mkdir()
            (folder / "x").touch()
            os.utime(folder, (0, 0)) if folder is results else None
        with Store.throwaway(tmp_path):
            assert not dead.exists()
            assert living.exists()
            assert results.exists()


class TestPeek:
    def test_it_tells_and_touches_nothing(self, root: Path) -> None:
        store = Store(root)
        assert store.peek(task()) is None
        assert not store.has(task())
        assert store.pace("warp") is None
        assert not root.exists()
        with store:
            take(store)
        os.utime(store.root / "warp" / task().folder_name / "meta.json", (5, 5))
        before = snapshot(root)
        meta = Store(root).peek(task())
        assert meta is not None
        assert meta.facts["dx"] == -8
        assert meta.seconds >= 0
        assert meta.size == 4000
        assert Store(root).has(task())
        assert snapshot(root) == before

    def test_it_misses_what_is_not_whole(self, root: Path) -> None:
        with Store(root) as store:
            take(store).file("mask.png").write_bytes(b"")
            assert store.peek(task()) is None
            assert not store.has(task())

    def test_pace_is_the_median_per_unit_of_work(self, root: Path) -> None:
        with Store(root) as store:
            for number, work in enumerate([1.0, 2.0, 4.0, 0.0]):
                store.take_or_make(task(number, work=work), Stage(number))
            metas = [store.peek(task(number)) for number in range(3)]
            paces = sorted(meta.seconds / meta.work for meta in metas if meta)
            assert store.pace("warp") == paces[1]


def snapshot(root: Path) -> dict[Path, tuple[int, int]]:
    return {path: (s := path.stat()) and (s.st_size, s.st_mtime_ns) for path in root.rglob("*")}


class TestRecord:
    def test_it_says_what_was_done(self, root: Path) -> None:
        for hows in (["made", "made"], ["cached", "cached"]):
            with Store(root, record=Record()) as store:
                take(store, 0)
                take(store, 1)
                take(store, 0)
            assert [entry.how for entry in store.record.entries] == hows
        entry = store.record.entries[0]
        assert (entry.stage, entry.label, entry.key) == ("warp", "wall_fs_0", task().key)
        assert dict(entry.files) == dict.fromkeys(FILES, 2000)
        assert entry.facts["dx"] == -8
        assert entry.command_lines == (f"convert in.jpg {entry.folder}/frame.miff",)

    def test_damage_is_in_it(self, root: Path) -> None:
        with Store(root) as store:
            take(store).file("frame.miff").unlink()
        with Store(root) as store:
            take(store).file("frame.miff")
        assert [entry.how for entry in store.record.entries] == ["cached", "remade"]


class TestFolder:
    def test_other_peoples_folder_is_refused(self, root: Path) -> None:
        root.mkdir()
        (root / "thesis.tex").write_text("years of work")
        with Store(root) as store, pytest.raises(OutputError, match=r"thesis\.tex"):
            take(store)
        assert [path.name for path in root.iterdir()] == ["thesis.tex"]

    def test_an_empty_folder_is_taken(self, root: Path) -> None:
        root.mkdir()
        with Store(root) as store:
            take(store)
        text = (root / "CACHEDIR.TAG").read_text()
        assert text.startswith("Signature: 8a477f597d28d172789f06886806bc55\n")

    def test_a_lost_marker_is_written_again(self, root: Path) -> None:
        with Store(root) as store:
            take(store)
        (root / "CACHEDIR.TAG").unlink()
        with Store(root) as store:
            assert take(store).cached
        assert (root / "CACHEDIR.TAG").exists()

    @pytest.mark.skipif(is_root(), reason="root may write anywhere")
    def test_a_read_only_cache_still_gives_what_it_has(self, root: Path) -> None:
        with Store(root) as store:
            take(store)
        root.chmod(0o500)
        (root / ".running").chmod(0o500)
        (root / ".making").chmod(0o500)
        try:
            with Store(root) as store:
                assert_whole(take(store))
                with pytest.raises(OutputError, match=str(root)):
                    take(store, 1)
        finally:
            for path in (root, root / ".running", root / ".making"):
                path.chmod(0o700)

    def test_a_file_in_the_folders_place_is_one_clear_error(self, root: Path) -> None:
        root.write_text("a file")
        with Store(root) as store, pytest.raises(OutputError, match=str(root)) as caught:
            take(store)
        assert "\n" not in caught.value.message
        assert "--no-cache" in caught.value.hint

    def test_a_folder_that_cannot_be_made_is_one_clear_error(self) -> None:
        root = Path("/proc/imstack/cache")
        with Store(root) as store, pytest.raises(OutputError, match=str(root)):
            take(store)


def test_items_of_stages_build_on_each_other(root: Path) -> None:
    """What a driver does: a second stage reads the first one's file when it has to."""

    def run(store: Store, factor: int) -> bytes:
        base = take(store)

        def scale(folder: Path) -> Made:
            (folder / "out.txt").write_bytes(base.file("frame.miff").read_bytes() * factor)
            return Made({})

        wanted = task(
            stage="scale", settings={"factor": factor}, inputs=(base.key,), files=("out.txt",)
        )
        return store.take_or_make(wanted, scale).file().read_bytes()

    warnings = Warnings()
    with Store(root) as store:
        first = run(store, 2)
    (root / "warp" / task().folder_name / "frame.miff").unlink()
    with Store(root, warn=warnings) as store:
        assert run(store, 2) == first
        assert [entry.how for entry in store.record.entries] == ["cached", "cached"]
        assert warnings == []
        assert run(store, 3) == content(0, "frame.miff") * 3
        assert len(warnings) == 1
