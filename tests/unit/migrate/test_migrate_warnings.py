"""Warnings: each code, on the line it is about, and not where nothing is wrong."""

from __future__ import annotations

import pytest

from imstack.migrate import migrate
from tests.unit.migrate.bat import FOC, codes, env, plan


def test_trailing_space() -> None:
    lines = [f"set fsMAKE_VP_MASK=0 & {FOC} l.txt"]
    assert codes(*lines) == [(1, "trailing-space")]
    assert env(*lines) == {"fsMAKE_VP_MASK": "0 "}
    assert codes("set A=1 ", "set B=1\t", "(set C=1 )") == [
        (1, "trailing-space"), (2, "trailing-space"), (3, "trailing-space"),
    ]  # fmt: skip
    assert codes('set "A=1" & echo a', 'set "B=1 "', "set C=1&echo b", "set D=") == []


def test_space_before_equals() -> None:
    lines = ["set fsMAKE_VP_MASK =0", f"{FOC} l.txt"]
    assert codes(*lines) == [(1, "space-before-equals")]
    assert env(*lines) == {}
    assert codes("set A= 1") == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("%IM%convert a.tif -resize 50% b.jpg", ["a.tif", "-resize", "50", "b.jpg"]),
        ("%IM%convert a -resize 50% -quality 80% b", ["a", "-resize", "50", "b"]),
        ("%IM%convert a -resize 50%x50% b", ["a", "-resize", "50", "b"]),
        ('%IM%identify -format "%w x %h" a.tif', ["-format", "h", "a.tif"]),
        ('%IM%identify -format "%wx%h" a.tif', ["-format", "h", "a.tif"]),
        ('%IM%identify -format "%[fx:w]" a.tif', ["-format", "w]", "a.tif"]),
    ],
)
def test_lone_percent(line: str, words: list[str]) -> None:
    assert codes(line) == [(1, "lone-percent")]
    assert plan(line).steps[0].plain()["args"] == words


def test_no_lone_percent() -> None:
    assert codes("rem 50% of it", ":: 50%", "echo 50%%", "echo %OTHER%", "goto x", "echo 5%") == []


def test_call_double_percent() -> None:
    assert codes(f"{FOC} l.txt", "call echo %%fsOUTFILE%%") == [(2, "call-double-percent")]
    got = plan(f"{FOC} l.txt out_50%%.tiff")
    assert got.steps[0].plain()["args"] == ["l.txt", "out_50.tiff"]
    assert [warning.code for warning in got.warnings] == ["call-double-percent"]
    assert codes("echo %%A%%") == []


def test_no_call() -> None:
    assert codes("%PICTBAT%whichPix a b") == [(1, "no-call")]
    assert codes("other.bat a") == codes("%PICTBAT%other a") == [(1, "no-call")]
    assert codes("call other.bat", "exiftool a", "%IM%convert a b") == []


@pytest.mark.parametrize(
    "line",
    [
        "set SRC=\\pictures\\a.jpg",
        "set SRC=D:\\a.jpg",
        'set "SRC=d:/a.jpg"',
        "set SRC=x;\\\\server\\share\\a.jpg",
        f"{FOC} E:\\l.txt",
        f'{FOC} "C:\\My Photos\\l.txt" o.tiff',
        "%IM%convert a.tif tiff:D:\\b.tif",
        "%IM%convert /photos/a.tif b.tif",
        "%IM%convert a.tif info: > C:\\log.txt",
    ],
)
def test_absolute_path(line: str) -> None:
    assert codes(line) == [(1, "absolute-path")]


def test_no_absolute_path() -> None:
    lines = [
        "set PICTBAT=C:\\bat\\",
        "set IM=C:\\im\\",
        "C:\\im\\convert a.tif b.tif",
        'call "C:\\my bat\\focStack.bat" l.txt',
        "%IM%identify -format \"%%w\\n%%h\" a.tif",
        f"{FOC} photos\\l.txt ..\\o.tiff",
        "echo C:\\x",
    ]  # fmt: skip
    assert codes(*lines) == []
    assert codes("set D=C:\\x", f"{FOC} %D%\\l.txt") == [(1, "absolute-path")]


def test_bom() -> None:
    text = f"set fsMAKE_VP_MASK=0\r\n{FOC} l.txt\r\n"
    got = migrate(b"\xef\xbb\xbf" + text.encode(), "c.bat")
    assert [warning.plain() for warning in got.warnings] == [{"line": 1, "code": "bom"}]
    assert got.steps[0].plain()["env"] == {}
    assert [item.plain() for item in got.untranslated] == [
        {"line": 1, "reason": "other-command", "text": "set fsMAKE_VP_MASK=0"}
    ]


def test_what_never_runs_is_not_warned_of() -> None:
    assert codes("exit /b", "set A=1 ", "%IM%convert a -resize 50% b", "focStack D:\\l.txt") == []
