"""`imstack plan` foretells what a run does, and touches no pixel."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from imstack import api
from imstack.magick import images, saving
from imstack.magick.command import Convert
from imstack.photos.find import find_photos
from imstack.pipeline.driver import begin, open_stack
from imstack.pipeline.methods import Methods
from imstack.pipeline.names import names_for
from imstack.pipeline.planning import Plan, make_plan
from imstack.watch import NullWatcher
from imstack.workspace import Record, count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from imstack.watch import Expected
    from tests.e2e.conftest import Said

RECIPE = "snibgo-2014"
MADE = {"scale": 2, "scaled": 2, "translation": 2, "aligned": 2, "white": 1, "vpmask": 2,
        "detail": 4, "merged": 2}  # fmt: skip
LATER = "Later stages depend on numbers yet to be found"


@pytest.fixture
def wall(cli: Callable[..., Said], tmp_path: Path, fixtures: Path) -> Path:
    """Return a folder of three small photos; the cache is empty."""
    del cli  # sets the cache's place
    return shutil.copytree(
        fixtures / "odd", tmp_path / "wall", ignore=shutil.ignore_patterns("*.txt", "*.json")
    )


@pytest.fixture
def no_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it an error to read an image's pixels, or to run a command."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a pixel was touched")

    monkeypatch.setattr(images, "open_image", refuse)
    monkeypatch.setattr(saving, "save", refuse)
    monkeypatch.setattr(Convert, "run", refuse)
    monkeypatch.setattr(Convert, "pixels", refuse)


def foresee(wall: Path, *sets: str, keep: bool = True) -> Plan:
    """Return the plan for a folder of photos."""
    methods, watch = Methods.of(api.resolve(RECIPE, sets)), NullWatcher()
    photos = open_stack(find_photos(wall, (), watch))
    with api.open_store(watch, cache=keep) as store:
        run = begin(photos, names_for(wall, None), methods, store, watch)
        return make_plan(run, photos, methods)


def stack(wall: Path, *sets: str) -> Record:
    """Stack the photos of a folder; return the record."""
    record = Record()
    api.stack(wall, RECIPE, wall.parent / "out.png", sets=sets, record=record)
    return record


def to_make(plan: Plan) -> dict[str, int]:
    return {stage.stage: stage.to_make for stage in plan.stages if stage.to_make}


def cached(plan: Plan) -> dict[str, int]:
    return {stage.stage: stage.cached for stage in plan.stages if stage.cached}


@pytest.mark.usefixtures("no_pixels")
def test_before_the_first_run_all_stages_are_counted(wall: Path, tmp_path: Path) -> None:
    plan = foresee(wall)
    assert not plan.complete  # where frames go is found by the first stage
    assert to_make(plan) == MADE
    assert cached(plan) == {}
    assert plan.seconds > 0
    assert not any((tmp_path / "cache").glob("*/*/*"))


def test_after_a_run_nothing_is_left_to_do(wall: Path) -> None:
    assert count(stack(wall).entries, "made") == MADE
    plan = foresee(wall)
    assert plan.complete
    assert (to_make(plan), cached(plan), plan.seconds) == ({}, MADE, 0)


@pytest.mark.parametrize(
    "change",
    [
        "merge.detail.sigmas=[1,2,4]",
        "vp_mask.make=false",
        "output.jpeg_quality=50",
        "warp.virtual_pixel=mirror",
        "crop.to=none",
    ],
)
def test_a_plan_that_is_complete_is_what_a_run_does(wall: Path, change: str) -> None:
    stack(wall)
    plan = foresee(wall, change)
    assert foresee(wall, change) == plan  # planning changes nothing
    record = stack(wall, change)
    if plan.complete:
        assert count(record.entries, "made") == to_make(plan)
        assert count(record.entries, "cached") == cached(plan)
    else:
        assert change == "warp.virtual_pixel=mirror"  # translations are sought in warped frames
        foreseen, made = to_make(plan), count(record.entries, "made")
        assert all(made[stage] <= foreseen[stage] for stage in made)


def test_other_sigmas_are_known_to_need_no_search(
    wall: Path, request: pytest.FixtureRequest
) -> None:
    stack(wall)
    request.getfixturevalue("no_pixels")
    plan = foresee(wall, "merge.detail.sigmas=[1,2,4]")
    assert plan.complete
    assert to_make(plan) == {"detail": 4, "merged": 2}


def test_half_a_run_is_planned_as_half_a_run(wall: Path, tmp_path: Path) -> None:
    stack(wall)
    for stage in ("merged", "aligned"):
        shutil.rmtree(tmp_path / "cache" / stage)
    plan = foresee(wall)
    assert plan.complete
    assert to_make(plan) == {"aligned": 2, "merged": 2}
    assert count(stack(wall).entries, "made") == to_make(plan)


def test_without_the_cache_everything_is_to_be_made(wall: Path) -> None:
    stack(wall)
    plan = foresee(wall, keep=False)
    assert (to_make(plan), cached(plan)) == (MADE, {})


def test_the_command_shows_stages_and_settings_with_their_places(
    cli: Callable[..., Said], wall: Path, tmp_path: Path
) -> None:
    said = cli("plan", wall, "-r", RECIPE, "--set", "merge.detail.sigmas=[1,2,4]", "-o", "x.tif")
    assert said.code == 0
    rows = [line.split() for line in said.out.splitlines()]
    assert rows[0] == ["3", "photos,", "161x121,", "8", "bits"]
    assert ["result:", "x.tif"] in rows
    assert next(row for row in rows if row[:1] == ["detail"])[:3] == ["detail", "4", "0"]
    assert ["merge.detail.sigmas", "[1,", "2,", "4]", "--set"] in rows
    place = next(row for row in rows if row[:1] == ["registration.scale.min"])[-1]
    name, line = place.split(":")
    assert name == "snibgo-2014.yaml"
    assert int(line) > 1
    assert LATER in said.out
    assert not (tmp_path / "x.tif").exists()
    cli("stack", wall, "-r", RECIPE, "-o", tmp_path / "out.png", "-q")
    again = cli("plan", wall, "-r", RECIPE)
    assert LATER not in again.out
    assert next(line for line in again.out.splitlines() if line.startswith("all")).split()[1] == "0"


class Ear(NullWatcher):
    """Notes what a run expects to make, and what it makes."""

    def __init__(self) -> None:
        self.expected: list[dict[str, int]] = []
        self.made: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()
        self.begun: dict[str, int] = {}
        self.before: list[int] = []

    def expect(self, stages: Mapping[str, Expected]) -> None:
        self.expected.append({name: stage.items for name, stage in stages.items() if stage.items})
        self.before.append(self.made.total())
        assert all((stage.seconds > 0) == (stage.items > 0) for stage in stages.values())

    def begin(self, stage: str, total: int) -> None:
        assert self.begun.setdefault(stage, total) == total

    def done(self, stage: str, item: str, *, cached: bool) -> None:
        del item
        self.made[stage] += not cached
        self.seen[stage] += 1


@pytest.mark.parametrize("recipe", [RECIPE, "imstack"])
def test_a_run_tells_from_the_start_what_it_makes(wall: Path, recipe: str) -> None:
    def run(*sets: str) -> Ear:
        ear = Ear()
        api.stack(wall, recipe, "out.png", sets=sets, watch=ear)
        ear.made.pop("fusion", None)  # told by its steps
        assert ear.begun == {stage: ear.seen[stage] for stage in ear.begun}
        return ear

    ear = run()
    first, second = ear.expected
    assert ear.before[0] == 0
    assert first == +ear.made
    seeking = {"scale", "scaled", "translation", "pair", "refine"}
    assert second == {name: count for name, count in first.items() if name not in seeking}
    assert run().expected == [{}]
    changed = run("merge.detail.sigmas=[1,2,4]")
    merging = {"merging"} if recipe == "imstack" else {"detail", "merged"}
    assert changed.expected == [+changed.made]  # all is known at once
    assert set(+changed.made) == merging


def test_what_a_run_refuses_the_plan_refuses(
    cli: Callable[..., Said], wall: Path, fixtures: Path
) -> None:
    for name in ("nowhere/x.tif", "x.txt", wall / "frame_1.jpg"):
        said = cli("plan", wall, "-r", RECIPE, "-o", name)
        assert said.code == 8
        assert said.err.startswith(f"error: {name}: ")
    said = cli("plan", wall / "frame_1.jpg", "-r", RECIPE)
    assert said.code == 4
    assert said.err.startswith("error: need at least 2 photos, got 1\n")
    shutil.copy(fixtures / "bad" / "other_size.jpg", wall)
    said = cli("plan", wall, "-r", RECIPE)
    assert said.code == 4
    assert "all photos of a stack must have one size" in said.err
    assert "such as the result of an earlier run" in said.err
