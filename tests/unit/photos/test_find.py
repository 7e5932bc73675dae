"""What of a folder are photos, and what an earlier run left there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from imstack.photos.find import find_photos
from imstack.watch import NullWatcher

if TYPE_CHECKING:
    from pathlib import Path


class Warned(NullWatcher):
    """Keeps warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        """Keep it."""
        self.warnings.append(text)


def found(folder: Path, output: str | None, *names: str) -> tuple[list[str], list[str]]:
    """Make files, the first one first; return the photos among them, and the warnings."""
    for time, name in enumerate(names):
        (folder / name).touch()
        os.utime(folder / name, (time, time))
    watch = Warned()
    photos = find_photos(folder, (), watch, None if output is None else folder / output)
    return [text for text, _ in photos], [
        text.removeprefix(f"{folder}: ") for text in watch.warnings
    ]


def test_a_folder_of_several_kinds_gets_a_note(tmp_path: Path) -> None:
    assert found(tmp_path, None, "a.jpg", "b.jpg", "stacked.tiff") == (
        ["a.jpg", "b.jpg", "stacked.tiff"],
        ["all photos are taken, those ending in .jpg and in .tiff"],
    )


def test_results_count_for_no_kind(tmp_path: Path) -> None:
    """They are left out, however old the photos of another kind are."""
    assert found(tmp_path, "x.tiff", "x.tiff", "x_depth.png", "x_mask_1.png", "a.jpg", "b.jpg") == (
        ["a.jpg", "b.jpg"],
        ["3 results of an earlier run are left out"],
    )


@pytest.mark.parametrize(
    ("output", "is_photo"),
    [("IMG_2.JPG", True), ("near.jpg", True), ("img_0007.jpg", True), ("wall.jpg", False)],
)
def test_a_photo_is_no_result(tmp_path: Path, output: str, is_photo: bool) -> None:
    names = ["near.jpg", "IMG_1.JPG", "IMG_2.JPG", "IMG_3.JPG"]
    names += [output] if output not in names else []
    photos, warnings = found(tmp_path, output, *names)
    assert (output in photos) == is_photo
    assert len(warnings) == (not is_photo)
    assert {*photos} | {output} == {*names}
