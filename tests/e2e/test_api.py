"""imstack as a Python module: what the commands can do, as functions."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import imstack

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.conftest import Said

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def photos(cli: Callable[..., Said], tmp_path: Path, fixtures: Path) -> Path:
    """Return a folder of three small photos, in the current folder; the cache is empty."""
    del cli  # sets the cache's place
    return shutil.copytree(
        fixtures / "odd", tmp_path / "photos", ignore=shutil.ignore_patterns("*.txt", "*.json")
    )


@pytest.mark.usefixtures("photos")
def test_the_example_of_the_readme(capfd: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    said = capfd.readouterr().out
    assert re.match(r"3 photos, about \d+ seconds\nbeetle.tiff ", said)
    assert Path("beetle.tiff").exists()
    assert len(list(Path("try").glob("*.tiff"))) == 2
    assert Path("try", "contact_sheet.png").exists()


def test_a_plan_foresees_a_run(photos: Path) -> None:
    before = imstack.plan(photos, "snibgo-2014")
    assert isinstance(before, imstack.Plan)
    assert [photo.path.name for photo in before.photos] == [f"frame_{n}.jpg" for n in (1, 2, 3)]
    assert before.seconds > 0
    imstack.stack(photos, "snibgo-2014", "out.png")
    assert imstack.plan(photos, "snibgo-2014", "out.png").seconds == 0
    changed = imstack.plan(photos, "snibgo-2014", sets=["merge.detail.sigmas=[1,2,4]"])
    assert [stage.stage for stage in changed.stages if stage.to_make] == ["detail", "merged"]
    for again in (
        imstack.plan(photos, "snibgo-2014", force=True),
        imstack.plan(photos, "snibgo-2014", cache=False),
    ):
        assert [(stage.stage, stage.to_make) for stage in again.stages] == [
            (stage.stage, stage.to_make) for stage in before.stages
        ]


@pytest.mark.parametrize(
    "over",
    [
        {"merge.detail.sigmas": [[4, 6, 6], [1, 2, 4]], "crop.to": ["none"]},
        ["merge.detail.sigmas=[[4,6,6],[1,2,4]]", "crop.to=[none]"],
        "merge.detail.sigmas=[[4,6,6],[1,2,4]]",
    ],
)
def test_a_sweep(photos: Path, over: dict[str, list[object]] | list[str] | str) -> None:
    swept = imstack.sweep(
        photos, over, "try", "snibgo-2014", crop="80x60+20+20", ending=".png",
        sets=["output.masks=false"],
    )  # fmt: skip
    assert isinstance(swept, imstack.Swept)
    assert [outcome.trial.values["merge.detail.sigmas"] for outcome in swept.outcomes] == [
        "[4, 6, 6]",
        "[1, 2, 4]",
    ]
    assert all(outcome.picture.exists() for outcome in swept.outcomes)
    assert all(outcome.error is None and outcome.sharpness > 0 for outcome in swept.outcomes)


def test_errors_are_of_one_kind(photos: Path) -> None:
    for call in (
        lambda: imstack.plan("nowhere"),
        lambda: imstack.sweep(photos, {"merge.metod": ["masks"]}, "try"),
        lambda: imstack.sweep(photos, {}, "try"),
        lambda: imstack.sweep(photos, [], "try"),
        lambda: imstack.sweep(photos, {"merge.method": ["masks"]}, "try", crop="here"),
        lambda: imstack.plan(photos, "no such recipe"),
    ):
        with pytest.raises(imstack.ImstackError):
            call()
