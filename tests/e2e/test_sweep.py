"""`imstack sweep`: what it writes, that it aligns once, and how it fails."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from imstack import api
from imstack.magick.command import convert
from imstack.magick.images import describe, read_pixels
from imstack.magick.operators import Crop, Read, Write
from imstack.photos.find import find_photos
from imstack.pipeline.cover import Rectangle
from imstack.pipeline.names import names_for
from imstack.pipeline.sweeps import contact
from imstack.pipeline.sweeps.sweep import sweep
from imstack.recipe.trials import trials
from imstack.watch import NullWatcher
from imstack.workspace import Record, count
from tests.e2e.conftest import FIXTURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from imstack.pipeline.sweeps.outcome import Swept
    from tests.e2e.conftest import Said

RECIPE = "snibgo-2014"
SIGMAS = "merge.detail.sigmas=[[4,6,6],[1,2,4]]"
LEVELS = "merge.detail.auto_level=[false,true]"


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of three small photos."""
    folder = tmp_path_factory.mktemp("photos") / "wall"
    ignore = shutil.ignore_patterns("*.txt", "*.json")
    return Path(shutil.copytree(FIXTURES / "odd", folder, ignore=ignore))


def rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, wall: Path) -> tuple[Swept, Record, Path]:
    """Return a sweep over two keys, its record, and its cache."""
    folder, record = tmp_path_factory.mktemp("sweep"), Record()
    watch = NullWatcher()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMSTACK_CACHE", str(folder / "cache"))
        with api.open_store(watch, record=record) as store:
            done = sweep(
                find_photos(wall, (), watch),
                names_for(wall, None),
                trials(RECIPE, [SIGMAS, LEVELS]),
                folder / "out",
                store,
                watch,
            )
    return done, record, folder / "cache"


def test_frames_are_aligned_once(swept: tuple[Swept, Record, Path]) -> None:
    made = count(swept[1].entries, "made")
    assert made == {
        "scale": 2, "scaled": 2, "translation": 2, "aligned": 2, "white": 1, "vpmask": 2,
        "detail": 4 * 4, "merged": 4 * 2,
    }  # fmt: skip


def test_a_picture_is_what_a_run_of_its_own_gives(
    swept: tuple[Swept, Record, Path],
    wall: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IMSTACK_CACHE", str(swept[2]))
    record, settings = Record(), ["merge.detail.sigmas=[1,2,4]", "merge.detail.auto_level=true"]
    out = tmp_path / "out.tiff"
    api.stack(wall, RECIPE, out, sets=settings, record=record)
    assert count(record.entries, "made") == {}
    picture = swept[0].outcomes[3].picture
    assert picture.name == "04_sigmas-1-2-4_auto_level-true.tiff"
    assert np.array_equal(read_pixels(out), read_pixels(picture))


def test_the_table_tells_everything(swept: tuple[Swept, Record, Path]) -> None:
    done, _, _ = swept
    table = rows(done.table)
    assert [*table[0]] == [
        "number", "merge.detail.sigmas", "merge.detail.auto_level", "sharpness",
        "share_0", "share_1", "share_2", "seconds", "seconds_from_scratch", "file", "error",
    ]  # fmt: skip
    assert [(row["merge.detail.sigmas"], row["merge.detail.auto_level"]) for row in table] == [
        ("[4, 6, 6]", "false"),
        ("[4, 6, 6]", "true"),
        ("[1, 2, 4]", "false"),
        ("[1, 2, 4]", "true"),
    ]
    for row in table:
        shares = [float(row[f"share_{number}"]) for number in range(3)]
        assert sum(shares) == pytest.approx(1, abs=1e-5)
        assert max(shares) < 1
        assert (done.table.parent / row["file"]).is_file()
        assert float(row["sharpness"]) > 0
        assert float(row["seconds"]) > 0
        assert float(row["seconds_from_scratch"]) > 0
    assert len({row["sharpness"] for row in table}) == 4


def test_the_sheet_shows_all_pictures_in_a_grid(swept: tuple[Swept, Record, Path]) -> None:
    done, _, _ = swept
    area = done.area
    factor = contact.CELL // max(area.width, area.height)
    sheet = read_pixels(done.sheet)
    assert sheet.shape[1] == 2 * area.width * factor + 3 * contact.GAP
    for number, outcome in enumerate(done.outcomes):
        whole = read_pixels(outcome.picture)
        part = whole[area.top : area.top + area.height, area.left : area.left + area.width]
        enlarged = np.kron(part, np.ones((factor, factor, 1), np.uint16))
        left = contact.GAP + number % 2 * (area.width * factor + contact.GAP)
        column = sheet[:, left : left + area.width * factor]
        tops = [
            top
            for top in range(len(sheet) - len(enlarged) + 1)
            if np.array_equal(column[top : top + len(enlarged)], enlarged)
        ]
        assert len(tops) == 1
        assert (tops[0] > len(sheet) // 2) == (number >= 2)


def test_the_command_prints_the_table(cli: Callable[..., Said], wall: Path, tmp_path: Path) -> None:
    words = ("sweep", wall, "-r", RECIPE, "--over", SIGMAS, "-o", tmp_path / "new" / "out")
    said = cli(*words, "--format", "png", "--crop", "40x30+60+50")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0].split() == [
        "sigmas", "sharpness", "shares,", "%", "seconds", "from", "scratch",
    ]  # fmt: skip
    assert lines[1].startswith("1  [4, 6, 6] ")
    assert lines[2].startswith("2  [1, 2, 4] ")
    assert lines[3].startswith("compared in 40x30+60+50")
    names = ("contact_sheet.png", "sweep.csv", "01_sigmas-4-6-6.png", "02_sigmas-1-2-4.png")
    assert lines[4:] == [str(tmp_path / "new" / "out" / name) for name in names]
    assert describe(tmp_path / "new" / "out" / "02_sigmas-1-2-4.png").size == (40, 30)
    assert "combination: 2" in said.err
    assert said.err.count("scale: 2") == 1
    assert cli(*words, "-q").out == ""


@pytest.fixture
def bricks(tmp_path: Path) -> list[Path]:
    """Return two photos of 320x260 pixels."""
    photos = []
    for number in (3, 4):
        photo = FIXTURES / "brick_wall" / f"frame_{number}.jpg"
        photos.append(tmp_path / photo.name)
        convert(Read(photo), Crop(320, 260, 250, 150), Write(photos[-1])).run()
    return photos


def both(cli: Callable[..., Said], *words: object) -> list[tuple[np.ndarray, np.ndarray]]:
    """Sweep whole and cropped; return the same part of each picture."""
    cli("sweep", *words, "-o", "whole", "-q")
    cli("sweep", *words, "-o", "part", "-q", "--crop", "60x50+140+130")
    return [
        (read_pixels(whole)[130:180, 140:200], read_pixels(Path("part") / whole.name))
        for whole in sorted(Path("whole").glob("*.tiff"))
    ]


def test_a_crop_has_the_pixels_of_a_whole_run(cli: Callable[..., Said], bricks: list[Path]) -> None:
    still = ("--set", "registration.method=none")
    pairs = both(cli, *bricks, "-r", RECIPE, *still, "--over", SIGMAS)
    assert len(pairs) == 2
    for whole, part in pairs:
        assert np.array_equal(whole, part)


def test_a_crop_of_merges_in_numpy(cli: Callable[..., Said], bricks: list[Path]) -> None:
    """All of them see the whole picture, faintly: masks choose alike, pyramids differ a little."""
    over = ("--over", "merge.method=[masks,pyramid,guided]")
    masks, *pyramids = both(cli, *bricks, "-r", "aligned", *over)
    whole_masks, part_masks = masks
    assert (whole_masks == part_masks).all(axis=2).mean() > 0.99
    for whole, part in pyramids:
        assert np.abs(whole.astype(int) - part).max() < 65535 / 255
    shares = [[float(row[f"share_{n}"]) for n in (0, 1)] for row in rows(Path("whole/sweep.csv"))]
    assert all(sum(each) == pytest.approx(1, abs=1e-5) for each in shares)


def test_a_crop_merges_that_part_only_and_makes_no_mask(
    cli: Callable[..., Said], wall: Path, tmp_path: Path
) -> None:
    said = cli(
        "sweep", wall, "-r", RECIPE, "--over", "merge.detail.sigmas=[[1,2,4]]",
        "-o", "out", "--crop", "20x20+10+10", "-v",
    )  # fmt: skip
    assert said.code == 0
    assert "region" in said.err
    assert "vpmask" not in said.err
    (mask,) = (tmp_path / "cache" / "merged").glob("wall_fs_2-*/*mask*")
    assert describe(mask).size == (20 + 10 + 64, 20 + 10 + 64)


def test_registration_can_be_swept_too(
    cli: Callable[..., Said], wall: Path, tmp_path: Path
) -> None:
    over = "registration.scale.find=[true,false]"
    said = cli("sweep", wall, "-r", RECIPE, "--over", over, "-o", "out")
    assert said.code == 0
    first, second = rows(tmp_path / "out" / "sweep.csv")
    assert first["sharpness"] != second["sharpness"]
    assert first["registration.scale.find"] == "true"


def test_a_failure_does_not_stop_the_others(
    cli: Callable[..., Said], wall: Path, tmp_path: Path
) -> None:
    narrow = ("--set", "registration.scale.min=1.05", "--set", "registration.scale.max=1.06")
    over = "registration.scale.on_dodgy=[stop,warn]"
    said = cli("sweep", wall, "-r", RECIPE, *narrow, "--over", over, "-o", "out", "--format", "png")
    assert said.code == 7
    stop, warn = rows(tmp_path / "out" / "sweep.csv")
    assert "is the first or the last one tried" in stop["error"]
    assert (stop["file"], stop["sharpness"], stop["share_0"]) == ("", "", "")
    assert (warn["file"], warn["error"]) == ("02_on_dodgy-warn.png", "")
    assert said.out.splitlines()[1].split()[:4] == ["1", "stop", "failed", "-"]
    assert not (tmp_path / "out" / "01_on_dodgy-stop.png").exists()
    assert (tmp_path / "out" / "contact_sheet.png").is_file()
    assert "warning: on_dodgy=stop: " in said.err


def test_when_all_fail_so_does_the_sweep(
    cli: Callable[..., Said], wall: Path, tmp_path: Path
) -> None:
    said = cli(
        "sweep", wall, "-r", RECIPE, "--set", "registration.scale.on_dodgy=stop",
        "--over", "registration.scale.min=[1.05,1.06]", "-o", "out",
    )  # fmt: skip
    assert said.code == 7
    assert "error: " in said.err
    assert not any((tmp_path / "out").iterdir())


def test_wrong_values_are_told_at_once_and_nothing_is_done(
    cli: Callable[..., Said], wall: Path, tmp_path: Path
) -> None:
    said = cli(
        "sweep", wall, "-r", RECIPE, "--over", "merge.detail.sigmas=[[4,4,6],[1,2]]",
        "--over", "warp.filter=[sinc,sink]", "-o", "out",
    )  # fmt: skip
    assert said.code == 3
    assert said.err.count("--over: ") == 3
    assert "--over: warp.filter: must be one of" in said.err
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("--crop", "40x30"), 2, "'40x30' is no part of a picture"),
        (("--crop", "40x30+150+0"), 2, "40x30+150+0 is not all on the canvas of 161x121 pixels"),
        (("--crop", "4x30+0+0"), 2, "4x30+0+0 is too small"),
        (("--format", "gif"), 2, "--format"),
    ],
)
def test_what_makes_no_sense(
    cli: Callable[..., Said],
    wall: Path,
    tmp_path: Path,
    words: tuple[str, ...],
    code: int,
    text: str,
) -> None:
    said = cli("sweep", wall, "-r", RECIPE, "--over", SIGMAS, "-o", "out", *words)
    assert said.code == code
    assert text in said.err
    assert not (tmp_path / "out").exists()


def test_results_never_go_among_the_photos(cli: Callable[..., Said], wall: Path) -> None:
    said = cli("sweep", wall, "-r", RECIPE, "--over", SIGMAS, "-o", wall)
    assert said.code == 8
    assert "is the folder of the photos" in said.err
    assert len([*wall.iterdir()]) == 3


def test_a_key_without_a_say_is_named(cli: Callable[..., Said], wall: Path) -> None:
    over = "merge.masks.transition=[1,2]"
    said = cli("sweep", wall, "-r", RECIPE, "--over", over, "-o", "out", "-q")
    assert said.code == 0
    text = "--over: merge.masks.transition changes nothing, as merge.method is running"
    assert said.err == f"warning: {text}\n"


def test_without_a_font_labels_are_numbers(
    cli: Callable[..., Said], wall: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact, "draw_text", lambda *_: None)
    said = cli("sweep", wall, "-r", RECIPE, "--over", SIGMAS, "-o", "out", "-q")
    assert said.code == 0
    assert "no font was found" in said.err
    assert (tmp_path / "out" / "contact_sheet.png").is_file()


def test_the_area_compared_is_what_all_frames_cover(swept: tuple[Swept, Record, Path]) -> None:
    area = swept[0].area
    assert area != Rectangle(161, 121, 0, 0)
    assert area.left >= 2
    assert area.top >= 2
