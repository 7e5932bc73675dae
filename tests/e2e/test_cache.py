"""Nothing is done twice, and whatever happened to the cache, the pixels are the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from imstack import api
from imstack.magick.command import convert
from imstack.magick.images import read_pixels
from imstack.magick.operators import Multiply, Read, Write
from imstack.watch import NullWatcher
from imstack.workspace import Entry, Record, count
from tests.e2e import killed
from tests.e2e.conftest import FIXTURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from imstack.workspace.record import How

RECIPE = "snibgo-2014"
FUSED = "aligned"  # its merge is made by one stage, in numpy
STAGES = ("scale", "scaled", "translation", "aligned", "white", "vpmask", "detail", "merged")


@dataclass(frozen=True)
class Ran:
    """A finished run: its pixels, what it did, and the warnings it gave."""

    pixels: NDArray[np.uint16]
    entries: tuple[Entry, ...]
    warnings: tuple[str, ...]

    def made(self) -> dict[str, int]:
        """Return how many items of each stage were made."""
        return count(self.entries, "made")

    def labels(self, *how: How) -> set[str]:
        """Return ``stage number`` of the items that were made, or cached, or remade."""
        return {
            f"{entry.stage} {entry.label.removeprefix('wall_fs_')}"
            for entry in self.entries
            if entry.how in how
        }


class Warnings(NullWatcher):
    """Collects warnings."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def warn(self, text: str) -> None:
        self.said.append(text)


def run(
    photos: Path,
    cache: Path,
    *sets: str,
    recipe: str = RECIPE,
    keep: bool = True,
    force: bool = False,
) -> Ran:
    """Stack the photos that a list names, with a cache."""
    record, watch, out = Record(), Warnings(), photos.with_name("out.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMSTACK_CACHE", str(cache))
        api.stack(
            photos, recipe, out, sets=sets, cache=keep, force=force, record=record, watch=watch
        )
    return Ran(read_pixels(out), record.entries, tuple(watch.said))


@pytest.fixture
def wall(tmp_path: Path) -> Path:
    """Return a list of three small photos in a folder of their own."""
    for number in (1, 2, 3):
        shutil.copy(FIXTURES / "odd" / f"frame_{number}.jpg", tmp_path)
    photos = tmp_path / "wall.txt"
    photos.write_text("frame_1.jpg\nframe_2.jpg\nframe_3.jpg\n")
    return photos


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return the folder of a cache that is not there yet."""
    return tmp_path / "cache"


def test_the_same_run_again_makes_nothing(wall: Path, cache: Path) -> None:
    first, second = run(wall, cache), run(wall, cache)
    assert set(first.made()) == set(STAGES)
    assert first.labels("cached") == set()
    assert second.made() == {}
    assert second.labels("cached") == first.labels("made")
    assert np.array_equal(first.pixels, second.pixels)


def test_other_sigmas_repeat_no_search_and_no_warp(wall: Path, cache: Path) -> None:
    first = run(wall, cache)
    other = run(wall, cache, "merge.detail.sigmas=[1,2,4]")
    assert other.made() == {"detail": 4, "merged": 2}
    assert not np.array_equal(first.pixels, other.pixels)
    assert np.array_equal(
        other.pixels, run(wall, cache, "merge.detail.sigmas=[1,2,4]", keep=False).pixels
    )


def test_the_same_for_the_recipe_of_every_day(wall: Path, cache: Path) -> None:
    first = run(wall, cache, recipe="imstack")
    assert {"pair", "aligned", "fusion"} <= set(first.made())
    again = run(wall, cache, recipe="imstack")
    assert again.made() == {}
    assert np.array_equal(first.pixels, again.pixels)
    for change in ("merge.guided.reach=4", "merge.method=masks"):
        assert run(wall, cache, change, recipe="imstack").made() == {"fusion": 1}
    darken(wall.with_name("frame_1.jpg"))
    other = run(wall, cache, recipe="imstack")
    assert {"pair 0", "aligned 0"} <= other.labels("made")
    assert "pair 1" in other.labels("cached")
    fresh = run(wall, cache, recipe="imstack", keep=False)
    assert np.array_equal(other.pixels, fresh.pixels)


@pytest.mark.parametrize(
    "settings",
    ["output.jpeg_quality=50", "output.tiff_compression=zip", "output.masks=false"],
)
def test_settings_of_the_output_repeat_no_stage(wall: Path, cache: Path, settings: str) -> None:
    run(wall, cache)
    assert run(wall, cache, settings).made() == {}


def darken(photo: Path) -> None:
    convert(Read(photo), Multiply("0.98"), Write(photo)).run()


@pytest.mark.parametrize(
    ("number", "kept", "redone"),
    [
        (
            1,
            {"scale 1", "scaled 1", "translation 1", "aligned 1", "detail 1", "detail 2"},
            {"scale 0", "scaled 0", "translation 0", "aligned 0", "detail 0", "merged 1"},
        ),
        (2, {"detail 2", "vpmask 1"}, {"scale 0", "scale 1", "aligned 1", "detail 1"}),
        (3, {"scale 0", "white wall_fs"}, {"scale 1", "translation 1", "detail 2", "merged 2"}),
    ],
)
def test_another_photo_redoes_what_depends_on_it(
    wall: Path, cache: Path, number: int, kept: set[str], redone: set[str]
) -> None:
    run(wall, cache)
    darken(wall.with_name(f"frame_{number}.jpg"))
    again = run(wall, cache)
    assert kept - {"vpmask 1"} <= again.labels("cached")
    assert redone | {"merged 2"} <= again.labels("made")
    assert np.array_equal(again.pixels, run(wall, cache, keep=False).pixels)


def test_time_and_place_of_the_photos_and_the_name_of_the_list_do_not_matter(
    wall: Path, cache: Path, tmp_path: Path
) -> None:
    first = run(wall, cache)
    for photo in tmp_path.glob("*.jpg"):
        os.utime(photo, (1, 1))
    moved = tmp_path / "elsewhere"
    shutil.copytree(tmp_path, moved, ignore=shutil.ignore_patterns("cache"))
    again = run((moved / wall.name).rename(moved / "renamed.txt"), cache)
    assert again.made() == {}
    assert np.array_equal(first.pixels, again.pixels)


def test_force_makes_everything_again_and_no_cache_leaves_nothing(wall: Path, cache: Path) -> None:
    without = run(wall, cache, keep=False)
    assert not cache.exists()
    first, forced = run(wall, cache), run(wall, cache, force=True)
    assert without.labels("made") == first.labels("made") == forced.labels("made")
    assert np.array_equal(without.pixels, first.pixels)
    assert np.array_equal(without.pixels, forced.pixels)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES: dict[str, Callable[[Path], None]] = {"flip": flip, "cut": cut, "remove": Path.unlink}


def damage(files: Iterable[Path], how: str) -> int:
    """Damage some files; return how many."""
    count = 0
    for path in files:
        DAMAGES[how](path)
        count += 1
    return count


def images_in(cache: Path) -> list[Path]:
    """Return the frames and pictures of a cache, as ImageMagick's files and as arrays."""
    return [*cache.glob("*/*/*.miff"), *cache.glob("*/*/*.npy")]


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("recipe", [RECIPE, FUSED])
def test_damage_of_everything_changes_no_pixel(
    wall: Path, cache: Path, recipe: str, how: str
) -> None:
    first = run(wall, cache, recipe=recipe)
    assert damage(images_in(cache), how) >= 3
    again = run(wall, cache, recipe=recipe)
    assert again.labels("remade")
    assert again.warnings
    assert all("made again" in warning for warning in again.warnings)
    assert np.array_equal(first.pixels, again.pixels)
    assert np.array_equal(first.pixels, run(wall, cache, recipe=recipe, keep=False).pixels)
    assert run(wall, cache, recipe=recipe).labels("made", "remade") == set()


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("stage", STAGES)
def test_damage_of_a_stage_is_mended_where_it_is_needed(
    wall: Path, whole: tuple[Path, Ran], cache: Path, stage: str, how: str
) -> None:
    """Every file and every meta.json of a stage is damaged; then a later stage needs them."""
    shutil.copytree(whole[0], cache)
    assert damage((cache / stage).glob("*/*"), how) > 0
    again = run(wall, cache)
    assert {label.split()[0] for label in again.labels("made", "remade")} <= {stage}
    assert np.array_equal(whole[1].pixels, again.pixels)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """Return the cache of an uninterrupted run, and the run."""
    folder = tmp_path_factory.mktemp("whole")
    for number in (1, 2, 3):
        shutil.copy(FIXTURES / "odd" / f"frame_{number}.jpg", folder)
    photos = folder / "wall.txt"
    photos.write_text("frame_1.jpg\nframe_2.jpg\nframe_3.jpg\n")
    return folder / "cache", run(photos, folder / "cache")


needs_kill = pytest.mark.skipif(os.name == "nt", reason="needs fork and SIGKILL")


def kill_runs(photos: Path, recipe: str, folder: Path, *stages: str) -> Path:
    """Kill a run at every stage and moment, each in a folder within `folder`, with the photos."""
    words = [sys.executable, "-m", "tests.e2e.killed", photos, recipe, folder, *stages]
    done = subprocess.run([*map(str, words)], cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == 0
    for own in folder.iterdir():
        for file in (photos, *photos.parent.glob("*.jpg")):
            shutil.copy(file, own)
    return folder


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory, whole: tuple[Path, Ran]) -> Path:
    """Return a folder of killed runs."""
    photos = whole[0].with_name("wall.txt")
    return kill_runs(photos, RECIPE, tmp_path_factory.mktemp("dead"), *STAGES, killed.WRITE)


@needs_kill
@pytest.mark.parametrize("moment", killed.MOMENTS)
@pytest.mark.parametrize("stage", [*STAGES, killed.WRITE])
def test_a_killed_run_is_taken_up_where_it_stopped(
    deaths: Path, whole: tuple[Path, Ran], stage: str, moment: str
) -> None:
    folder = deaths / f"{stage}-{moment}"
    left = folder / "out.png"
    assert left.exists() == (stage == killed.WRITE and moment == "between")
    again = run(folder / "wall.txt", folder / "cache")
    assert np.array_equal(again.pixels, whole[1].pixels)
    assert again.warnings == ()
    before = {"scale", "scaled", "translation", "aligned", "white", "vpmask"}
    if stage in before:
        before = set(STAGES[: STAGES.index(stage)])
    assert before.isdisjoint(again.made())
    if moment == "between":
        assert any(label.startswith(stage) for label in again.labels("cached")) or stage == "write"
    if stage == killed.WRITE:
        assert again.made() == {}


@needs_kill
def test_a_killed_merge_in_numpy_is_made_again(wall: Path, cache: Path, tmp_path: Path) -> None:
    first = run(wall, cache, recipe=FUSED)
    dead = tmp_path / "dead"
    dead.mkdir()
    for folder in kill_runs(wall, FUSED, dead, "fusion").iterdir():
        again = run(folder / "wall.txt", folder / "cache", recipe=FUSED)
        assert np.array_equal(first.pixels, again.pixels)
        kept = {"white", "cover"} | ({"fusion"} if folder.name.endswith("between") else set())
        assert kept.isdisjoint(again.made())


@pytest.mark.slow
def test_benchmark_the_same_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints how long the second of two identical runs takes, as a share of the first."""
    folder = shutil.copytree(FIXTURES / "brick_wall", tmp_path / "wall")
    seconds = []
    for _ in range(2):
        begun = time.perf_counter()
        run(folder / "focStackList.txt", tmp_path / "cache")
        seconds.append(time.perf_counter() - begun)
    with capsys.disabled():
        share = seconds[1] / seconds[0]
        print(f"\nfirst {seconds[0]:.2f} s, again {seconds[1]:.2f} s: {share:.1%}")
