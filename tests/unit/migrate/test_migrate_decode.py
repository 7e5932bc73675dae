"""From bytes to text."""

from __future__ import annotations

import pytest

from imstack.errors import InputError
from imstack.migrate.decode import LONGEST, decode

TEXT = "call focStack Käfer_größe.txt"


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("cp850"), "console"),
        (TEXT.encode("cp1252"), "cp1252"),
        (b"\xef\xbb\xbf" + TEXT.encode(), ""),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16"),
    ],
)
def test_code_pages(data: bytes, note: str) -> None:
    got = decode(data, "c.bat")
    assert got.lines == (TEXT,)
    assert note in got.note
    assert bool(got.note) == bool(note)


@pytest.mark.parametrize("page", [437, 850, 1250, 1251, 1252, 65001])
def test_chcp(page: int) -> None:
    name = "Жук" if page == 1251 else "Größe"
    codec = "utf-8" if page == 65001 else f"cp{page}"
    got = decode(f"@chcp {page} >nul\r\ncall focStack {name}\r\n".encode(codec), "c.bat")
    assert got.lines == (f"@chcp {page} >nul", f"call focStack {name}")


def test_code_page_asked_for() -> None:
    assert decode(b"\x8e", "c.bat", "437").lines == ("Ä",)
    for wrong in ("99999", "utf-8", "hex", "²"):
        with pytest.raises(InputError, match="not known"):
            decode(b"a", "c.bat", wrong)
    with pytest.raises(InputError, match=r"c\.bat:2: the bytes are not utf-8"):
        decode(b"a\n\xff", "c.bat", "65001")


def test_line_ends() -> None:
    assert decode(b"a\r\nb\nc\rd\x1ae", "c.bat").lines == ("a", "b", "cd", "e")
    assert decode(b"a\n", "c.bat").lines == ("a",)
    assert decode(b"a\n\n", "c.bat").lines == ("a", "")
    assert decode(b"", "c.bat").lines == ("",)


def test_what_is_no_caller() -> None:
    with pytest.raises(InputError, match=r"c\.bat:2: a NUL"):
        decode(b"MZ\n\0", "c.bat")
    with pytest.raises(InputError, match="bytes"):
        decode(b" " * (LONGEST + 1), "c.bat")
    with pytest.raises(InputError, match="utf-16"):
        decode(b"\xff\xfea", "c.bat")
