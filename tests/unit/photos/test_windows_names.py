"""Lists in a console's code page, and wildcards: what Windows shells leave to programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imstack.errors import InputError
from imstack.photos import listfile
from imstack.photos.gather import gather
from imstack.photos.listfile import read_list

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("K\u00e4fer 1.jpg", "K\u00e4fer 2.jpg", "\u00dcbergr\u00f6\u00dfe.jpg")


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text(name)


@pytest.mark.parametrize("page", ["cp437", "cp850", "cp1252", "cp852"])
def test_the_page_is_taken_with_which_the_names_are_there(tmp_path: Path, page: str) -> None:
    fill(tmp_path, *NAMES)
    (tmp_path / "list.txt").write_bytes("\r\n".join(NAMES).encode(page))
    notes: list[str] = []
    found = read_list("list.txt", cwd=tmp_path, note=notes.append, windows=True)
    assert [entry.text for entry in found] == list(NAMES)
    assert len(notes) == 1
    assert "not UTF-8, so read as Windows code page" in notes[0]


def test_cyrillic_names_from_a_russian_console(tmp_path: Path) -> None:
    names = ("\u0436\u0443\u043a 1.jpg", "\u0436\u0443\u043a 2.jpg")
    fill(tmp_path, *names)
    (tmp_path / "list.txt").write_bytes("\r\n".join(names).encode("cp866"))
    found = read_list("list.txt", cwd=tmp_path, note=lambda _: None)
    assert [entry.text for entry in found] == list(names)


def test_one_missing_photo_does_not_hide_the_page(tmp_path: Path) -> None:
    fill(tmp_path, *NAMES)
    (tmp_path / "list.txt").write_bytes("\r\n".join([*NAMES, "Fl\u00fcgel.jpg"]).encode("cp850"))
    with pytest.raises(InputError, match=r"list\.txt:4: can't find photo \[Fl\u00fcgel\.jpg\]"):
        read_list("list.txt", cwd=tmp_path, note=lambda _: None)


def test_the_console_is_asked_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of pages with which all names are there: byte 0xE1 is a sharp s and an a with acute."""
    fill(tmp_path, "\u00df.jpg", "\u00e1.jpg", "x.jpg")
    (tmp_path / "list.txt").write_bytes(b"\xe1.jpg\r\nx.jpg\r\n")
    notes: list[str] = []

    def first() -> str:
        return read_list("list.txt", cwd=tmp_path, note=notes.append)[0].text

    assert first() == "\u00e1.jpg"
    monkeypatch.setattr(listfile, "code_pages", lambda: (65001, 850, 1252))
    assert first() == "\u00df.jpg"
    assert [note.split()[-1] for note in notes] == ["1252", "850"]


def names(folder: Path, *given: str) -> list[str]:
    return [entry.path.name for entry in gather(given, cwd=folder, note=lambda _: None)]


def test_wildcards_are_expanded_in_the_order_of_a_folder(tmp_path: Path) -> None:
    fill(tmp_path, "IMG_010.JPG", "img_9.jpg", "IMG_011.jpg", "IMG_1.png", ".IMG_0.jpg", "x.txt")
    assert names(tmp_path, "IMG_0*.JPG") == ["IMG_010.JPG", "IMG_011.jpg"]
    assert names(tmp_path, "img_*.jpg") == ["img_9.jpg", "IMG_010.JPG", "IMG_011.jpg"]
    assert names(tmp_path, "IMG_01?.jpg", "IMG_1.png") == [
        "IMG_010.JPG", "IMG_011.jpg", "IMG_1.png",
    ]  # fmt: skip
    (tmp_path / "sub").mkdir()
    fill(tmp_path / "sub", "b.jpg", "a.jpg", "c")
    assert names(tmp_path, "sub/*.*") == ["a.jpg", "b.jpg", "c"]
    with pytest.raises(InputError, match=r"no file is called \[nope\*\.jpg\]"):
        names(tmp_path, "nope*.jpg")


def test_signs_of_other_patterns_are_letters(tmp_path: Path) -> None:
    fill(tmp_path, "a[1].jpg", "a[1]b.jpg", "a1.jpg")
    assert names(tmp_path, "a[1]*.jpg") == ["a[1].jpg", "a[1]b.jpg"]


def test_a_wildcard_that_means_one_list_is_that_list(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / "focStackList.txt").write_text("b.jpg\na.jpg\n")
    assert names(tmp_path, "foc*.txt") == ["b.jpg", "a.jpg"]
