"""Photos given as a list, a folder or one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.errors import InputError
from imstack.photos.gather import gather, natural_key

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def gathered(cwd: Path, *names: str) -> tuple[list[str], list[str]]:
    notes: list[str] = []
    return [entry.text for entry in gather(names, cwd=cwd, note=notes.append)], notes


def test_a_folder_is_sorted_as_people_count(tmp_path: Path) -> None:
    make(tmp_path / "pics", "IMG_10.JPG", "IMG_9.jpg", "img_1.jpg", ".IMG_2.jpg", "._IMG_9.jpg")
    make(tmp_path / "pics", "Thumbs.db", "list.txt", "IMG_3.CR2", "sub.jpg/IMG_4.jpg")
    assert gathered(tmp_path, "pics") == (["img_1.jpg", "IMG_9.jpg", "IMG_10.JPG"], [])


def test_photos_keep_their_order(tmp_path: Path) -> None:
    make(tmp_path, "b.jpg", "a.jpg", "c")
    entries = gather(["b.jpg", str(tmp_path / "a.jpg"), "c"], cwd=tmp_path, note=print)
    assert [e.path for e in entries] == [tmp_path / n for n in ("b.jpg", "a.jpg", "c")]
    assert [e.line for e in entries] == [1, 2, 3]


@pytest.mark.parametrize("name", ["list.txt", "list", "list.lst"])
def test_any_other_file_alone_is_a_list(tmp_path: Path, name: str) -> None:
    make(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / name).write_text("b.jpg\na.jpg\n")
    assert gathered(tmp_path, name)[0] == ["b.jpg", "a.jpg"]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], "need at least 2 photos, got 0"),
        (["a.jpg"], "need at least 2 photos, got 1"),
        (["a.jpg", "no.jpg"], r"can't find photo \[no.jpg\]"),
        (["no.jpg"], r"can't find photo \[no.jpg\]"),
        (["no.txt"], r"Can't find INFILE \[no.txt\]"),
        (["a.jpg", "pics"], "pics is a folder"),
        (["a.jpg", "l.txt"], "l.txt is a list"),
        (["pics"], "at least 2 photos in the folder, found 1"),
    ],
)
def test_refusals(tmp_path: Path, names: list[str], told: str) -> None:
    make(tmp_path, "a.jpg", "l.txt", "pics/x.jpg")
    with pytest.raises(InputError, match=told):
        gather(names, cwd=tmp_path, note=print)


@given(st.lists(st.integers(0, 10**30), unique=True, min_size=2))
def test_numbers_sort_by_value(numbers: list[int]) -> None:
    names = sorted((f"IMG_{n}.jpg" for n in numbers), key=natural_key)
    assert names == [f"IMG_{n}.jpg" for n in sorted(numbers)]


@given(st.lists(st.text(max_size=20)), st.randoms(use_true_random=False))
def test_any_names_have_one_order(names: list[str], random: Random) -> None:
    shuffled = random.sample(names, len(names))
    assert sorted(shuffled, key=natural_key) == sorted(names, key=natural_key)
