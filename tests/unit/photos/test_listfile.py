"""List files as Windows people have them."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imstack.errors import InputError, UsageError
from imstack.photos.drives import DriveMap, parse_map
from imstack.photos.listfile import ListEntry, read_list

if TYPE_CHECKING:
    from pathlib import Path

needs_posix = pytest.mark.skipif(os.name == "nt", reason="Windows reads its own names itself")
Read = Callable[..., tuple[ListEntry, ...]]


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def read(tmp_path: Path, notes: list[str]) -> Read:
    """Write `content` to lists/l.txt, read it with tmp_path/work as current folder."""
    (tmp_path / "work").mkdir()
    (tmp_path / "lists").mkdir()

    def read(content: str | bytes, *maps: DriveMap, windows: bool = False) -> tuple[ListEntry, ...]:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / "lists/l.txt").write_bytes(data)
        return read_list(
            "../lists/l.txt", cwd=tmp_path / "work", note=notes.append, maps=maps, windows=windows
        )

    return read


def make(folder: Path, *names: str, content: str = "") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content or name, encoding="utf-8")


def texts(entries: tuple[ListEntry, ...]) -> list[str]:
    return [entry.text for entry in entries]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)
def test_every_line_end_in_every_encoding(
    read: Read, notes: list[str], tmp_path: Path, end: str, encoding: str, bom: bytes
) -> None:
    make(tmp_path / "work", "a.jpg", "Käfer größe.jpg")
    found = read(bom + f"a.jpg{end}{end}Käfer größe.jpg{end}".encode(encoding))
    assert [(e.text, e.line) for e in found] == [("a.jpg", 1), ("Käfer größe.jpg", 3)]
    assert [e.path for e in found] == [tmp_path / "work" / e.text for e in found]
    assert notes == []


def test_other_bytes_are_code_page_1252_with_a_note(
    read: Read, notes: list[str], tmp_path: Path
) -> None:
    make(tmp_path / "work", "Käfer.jpg", "5€.jpg")
    assert texts(read("Käfer.jpg\r\n5€.jpg\r\n".encode("cp1252"))) == ["Käfer.jpg", "5€.jpg"]
    assert notes == ["../lists/l.txt: not UTF-8, so read as Windows code page 1252"]


def test_what_is_cut_and_what_is_passed_over(read: Read, tmp_path: Path) -> None:
    make(tmp_path / "work", "a b.jpg", "c.jpg", "d;.jpg", " e.jpg", "N\x85L\u2028.jpg")
    listed = (
        '\r\n ; remark\r\n;a b.jpg\r\n \t a b.jpg \t\r\n"c.jpg" \r\nd;.jpg\r\n'
        '" e.jpg"\r\n\t\r\nN\x85L\u2028.jpg\r\n\x1a'
    )
    found = read(listed)
    assert texts(found) == ["a b.jpg", "c.jpg", "d;.jpg", " e.jpg", "N\x85L\u2028.jpg"]
    assert [e.line for e in found] == [4, 5, 6, 7, 9]


def test_only_one_pair_of_quotes_is_cut(read: Read, tmp_path: Path) -> None:
    make(tmp_path / "work", '"a.jpg"', "b.jpg")
    assert texts(read('""a.jpg""\n"b.jpg"\n')) == ['"a.jpg"', "b.jpg"]


def test_current_folder_then_beside_the_list(read: Read, tmp_path: Path) -> None:
    make(tmp_path / "work", "here.jpg", "both.jpg")
    make(tmp_path / "lists", "beside.jpg", "both.jpg")
    full = tmp_path / "lists/beside.jpg"
    found = read(f"here.jpg\nbeside.jpg\nboth.jpg\n{full}\n")
    assert [e.path.resolve() for e in found] == [
        tmp_path / "work/here.jpg", full, tmp_path / "work/both.jpg", full,
    ]  # fmt: skip


def test_two_different_files_of_one_name_are_refused(read: Read, tmp_path: Path) -> None:
    make(tmp_path / "work", "a.jpg", "b.jpg", content="one")
    make(tmp_path / "lists", "b.jpg", content="other")
    with pytest.raises(InputError) as caught:
        read("a.jpg\nb.jpg\n")
    message = caught.value.message
    assert message.startswith("../lists/l.txt:2: [b.jpg] is both ")
    assert str(tmp_path / "work/b.jpg") in message
    assert str(tmp_path / "work/../lists/b.jpg") in message


@needs_posix
def test_backslashes(read: Read, notes: list[str], tmp_path: Path) -> None:
    make(tmp_path / "work", "pics/a.jpg", "pics/b.jpg", "c\\d.jpg")
    found = read("pics\\a.jpg\n.\\pics\\b.jpg\nc\\d.jpg\n")
    assert texts(found) == ["pics\\a.jpg", ".\\pics\\b.jpg", "c\\d.jpg"]
    assert [e.path.name for e in found] == ["a.jpg", "b.jpg", "c\\d.jpg"]
    assert notes == ["../lists/l.txt: backslashes are read as slashes (2 of 3 names)"]


@needs_posix
@pytest.mark.parametrize("drive", ["C:", "c:", "c:\\", "C:/"])
def test_drives_by_map(read: Read, notes: list[str], tmp_path: Path, drive: str) -> None:
    make(tmp_path / "disc", "pics/a.jpg", "pics/b.jpg")
    found = read("C:\\pics\\a.jpg\nc:/pics/b.jpg\n", DriveMap(drive, str(tmp_path / "disc")))
    assert [e.path for e in found] == [tmp_path / "disc/pics" / n for n in ("a.jpg", "b.jpg")]
    assert len(notes) == 1
    assert "--map" in notes[0]


@needs_posix
def test_the_longest_map_wins_and_shares_have_maps_too(read: Read, tmp_path: Path) -> None:
    make(tmp_path, "disc/a.jpg", "photos/a.jpg", "nas/b.jpg", content="same")
    maps = (
        DriveMap("D:", str(tmp_path / "disc")),
        DriveMap("D:\\Photos", str(tmp_path / "photos")),
        DriveMap(r"\\nas\share", str(tmp_path / "nas")),
    )
    found = read("d:\\photos\\a.jpg\n\\\\NAS\\share\\b.jpg\nD:\\a.jpg\n", *maps)
    assert [e.path.parent.name for e in found] == ["photos", "nas", "disc"]


@needs_posix
@pytest.mark.parametrize("name", ["D:\\a.jpg", "d:/a.jpg", r"\\nas\share\a.jpg"])
def test_a_drive_without_a_map(read: Read, name: str) -> None:
    with pytest.raises(
        InputError, match=r"^\.\./lists/l\.txt:1: can't find photo .*--map"
    ) as caught:
        read(f"{name}\nb.jpg\n", DriveMap("C:", "/mnt/c"))
    assert "--map" in caught.value.hint


@needs_posix
def test_a_name_relative_to_a_drive(read: Read) -> None:
    with pytest.raises(InputError, match="no folder on it"):
        read("C:a.jpg\nb.jpg\n", DriveMap("C:", "/mnt/c"))


@needs_posix
def test_case_is_ignored_when_there_is_one_match(
    read: Read, notes: list[str], tmp_path: Path
) -> None:
    make(tmp_path / "work", "Pics/IMG_1.JPG", "img_2.jpg", "IMG_2.jpg")
    found = read("pics\\img_1.jpg\nIMG_2.jpg\n")
    assert [e.path for e in found] == [
        tmp_path / "work/Pics/IMG_1.JPG",
        tmp_path / "work/IMG_2.jpg",
    ]
    assert notes == [
        "../lists/l.txt: backslashes are read as slashes (1 of 2 names)",
        "../lists/l.txt: names are matched without regard to case (1 of 2 names)",
    ]
    with pytest.raises(
        InputError, match=r"l\.txt:1: \[Img_2.jpg\] could be .*IMG_2.jpg or .*img_2"
    ):
        read("Img_2.jpg\nIMG_2.jpg\n")


@needs_posix
def test_two_different_matches_in_other_case_are_refused(read: Read, tmp_path: Path) -> None:
    make(tmp_path / "work", "A.JPG", "b.jpg", content="one")
    make(tmp_path / "lists", "A.jpg", content="other")
    with pytest.raises(InputError, match=r"is both .*A\.JPG and .*A\.jpg, and they differ"):
        read("a.jpg\nb.jpg\n")


def test_on_windows_names_are_taken_as_written(read: Read, tmp_path: Path) -> None:
    make(tmp_path / "work", "pics/a.jpg", "b.jpg")
    with pytest.raises(InputError, match=r"can't find photo \[B.jp\]"):
        read("b.jpg\nB.jp\n", windows=True)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("*.jpg", "no wildcards"),
        ("img_00?.jpg", "no wildcards"),
        (r"%SRCDIR%\a.jpg", "no variables"),
        ("%ProgramFiles(x86)%", "no variables"),
        ('""', "empty"),
        ("a\x01.jpg", "control character in [a\\x01.jpg]"),
        ("none.jpg", "can't find photo [none.jpg]"),
        ("n" * 5000, "can't find photo [nnn"),
        ("/", "can't find photo"),
        ("\\", "can't find photo"),
        ("..", "can't find photo"),
    ],
)
def test_refused_names_say_where_they_stand(
    read: Read, tmp_path: Path, name: str, told: str
) -> None:
    make(tmp_path / "work", "a.jpg")
    with pytest.raises(InputError) as caught:
        read(f"a.jpg\n\n{name}\n")
    assert caught.value.message.startswith("../lists/l.txt:3: ")
    assert told in caught.value.message
    assert caught.value.hint
    assert len(caught.value.message) < 500


def test_a_percent_sign_is_no_variable(read: Read, tmp_path: Path) -> None:
    make(tmp_path / "work", "100% fun.jpg", "50%_and_100%.jpg")
    assert len(read("100% fun.jpg\n50%_and_100%.jpg\n")) == 2


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01", 1),
        ("a.jpg\nb.jpg\n".encode("utf-16-le"), 1),
        (b"a.jpg\nb\x81\xff.jpg", 2),
        (codecs.BOM_UTF8 + b"a.jpg\r\n\r\nb\xff.jpg", 3),
        (codecs.BOM_UTF16_LE + "a.jpg\r\nb.jpg".encode("utf-16-le") + b"\0", 2),
        (codecs.BOM_UTF16_BE + "a.jpg\n".encode("utf-16-be") + b"\xd8\x00\x00\x41", 2),
    ],
)
def test_what_is_no_text_is_said_to_be_none(
    read: Read, notes: list[str], data: bytes, line: int
) -> None:
    with pytest.raises(InputError, match=rf"^\.\./lists/l\.txt:{line}: "):
        read(data)
    assert notes == []


def test_the_old_messages(read: Read, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_list("no.txt", cwd=tmp_path, note=print)
    assert caught.value.message == "Can't find INFILE [no.txt]"
    with pytest.raises(InputError) as caught:
        read("; nothing\r\nonly_one.jpg\r\n")
    assert caught.value.message == "Need at least 2 entries in INFILE [../lists/l.txt]"
    with pytest.raises(InputError, match="is a folder, not a list"):
        read_list(".", cwd=tmp_path, note=print)


@pytest.mark.parametrize("text", ["C:", "=x", "C:=", "C: = ", "/=x", ""])
def test_a_map_needs_both_sides(text: str) -> None:
    with pytest.raises(UsageError, match="--map"):
        parse_map(text)


def test_a_map() -> None:
    assert parse_map("C:=/mnt/a=b") == DriveMap("C:", "/mnt/a=b")
    assert DriveMap("C:", "/").apply("c:\\x\\y") == "/x/y"
    assert DriveMap("C:", "/").apply("c:") == "/"
    assert DriveMap("C:\\photos", "/p").apply("C:\\photos2\\x") is None


NASTY = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=80).map(lambda s: s.encode("utf-8", "replace")),
    st.text(max_size=80).map(lambda s: codecs.BOM_UTF16_LE + s.encode("utf-16-le", "replace")),
    st.lists(
        st.sampled_from(
            ["a.jpg", "A.JPG", "b.jpg", ' "a.jpg" ', ";x", "C:\\a.jpg", "sub\\a.jpg", "..\\", "\\",
             "%X%", "*", "", "\\\\n\\s", "C:", "./a.jpg", "SUB/../b.jpg", '"', "\x1a", "a.jpg/"]
        ),
        max_size=6,
    ).map(lambda lines: "\r\n".join(lines).encode()),
)  # fmt: skip


@pytest.fixture(scope="module")
def photo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    make(folder, "a.jpg", "b.jpg", "sub/a.jpg")
    return folder


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=NASTY, windows=st.booleans())
def test_any_bytes_give_entries_or_one_clear_error(
    photo_folder: Path, data: bytes, windows: bool
) -> None:
    (photo_folder / "l.txt").write_bytes(data)
    notes: list[str] = []
    maps = (DriveMap("C:", str(photo_folder)),)
    try:
        found = read_list("l.txt", cwd=photo_folder, note=notes.append, maps=maps, windows=windows)
    except InputError as error:
        told = [error.message, error.hint]
    else:
        told = [f"l.txt: {len(found)}"]
        assert len(found) >= 2
        assert all(e.path.is_file() and e.text and e.line >= 1 for e in found)
    assert "l.txt" in told[0]
    assert all(line.isprintable() for line in (*told, *notes))
    assert len(notes) <= 4
