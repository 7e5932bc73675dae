"""Result variables as text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imstack.bat import envout
from imstack.bat.codepage import console_code_page, encode_for
from imstack.bat.envout import (
    check_names,
    env_file_bytes,
    plain_lines,
    sh_lines,
    write_env_file,
)
from imstack.errors import OutputError

FILE_NAMES = st.text(
    st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]), max_size=30
)
NASTY = [
    "",
    "a b",
    "$(touch x)",
    "`id`",
    "a'b\"c",
    "-n",
    "~",
    "a\nb",
    "!x!",
    "%PATH%",
    "\\",
    "*",
    "ä",
]


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@settings(max_examples=20, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(NASTY), FILE_NAMES), min_size=1, max_size=20))
def test_a_shell_gets_the_very_values_and_does_nothing_else(values: list[str]) -> None:
    variables = {f"v{i}": value for i, value in enumerate(values)}
    told = "".join(f'printf "%s\\0" "${name}"\n' for name in variables)
    script = f"eval \"$(cat <<'END_OF_LINES'\n{sh_lines(variables)}END_OF_LINES\n)\"\n{told}"
    ran = subprocess.run(["sh", "-s"], input=script.encode(), capture_output=True, check=True)
    assert ran.stdout.decode().split("\0")[:-1] == values
    assert ran.stderr == b""


def test_plain_lines() -> None:
    assert plain_lines({"wtX": "-8", "wtY": "1"}) == "wtX=-8\nwtY=1\n"


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z_]\w{0,8}", fullmatch=True).filter(str.isascii), FILE_NAMES
    )
)
def test_a_bat_file_reads_back_what_was_written(variables: dict[str, str]) -> None:
    data = env_file_bytes(variables, code_page=65001)
    lines = data.decode("utf-8").split("\r\n")
    assert lines.pop() == ""
    assert dict(line.split("=", 1) for line in lines) == variables


def test_the_code_page_decides_the_bytes() -> None:
    assert env_file_bytes({"x": "Käfer=1"}, 850) == b"x=K\x84fer=1\r\n"
    assert env_file_bytes({"x": "Käfer"}, 1252) == b"x=K\xe4fer\r\n"
    assert env_file_bytes({"x": "Käfer"}, None) == "x=Käfer\n".encode()


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names are bytes on Linux only")
def test_names_that_are_no_text_come_through() -> None:
    assert env_file_bytes({"x": os.fsdecode(b"a\xff.tiff")}, None) == b"x=a\xff.tiff\n"


@pytest.mark.parametrize("page", [437, 850, 1252])
def test_what_a_code_page_cannot_say(page: int) -> None:
    with pytest.raises(OutputError, match=rf"code page {page} .*x=Жук\.tiff") as caught:
        env_file_bytes({"y": "1", "x": "Жук.tiff"}, page)
    assert "chcp 65001" in caught.value.hint


def test_an_unknown_code_page() -> None:
    with pytest.raises(OutputError, match="code page 12345"):
        env_file_bytes({"x": "1"}, 12345)


def test_a_name_is_checked_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    check_names("Жук.tiff")
    monkeypatch.setattr(envout, "console_code_page", lambda: 850)
    check_names("Käfer.tiff", Path("x"))
    with pytest.raises(OutputError, match="850"):
        check_names("Käfer.tiff", Path("Жук.tiff"))


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b"])
def test_line_ends_cannot_be_said(value: str) -> None:
    with pytest.raises(OutputError, match="fsOUTFILE") as caught:
        plain_lines({"fsOUTFILE": value})
    assert "\n" not in caught.value.message
    with pytest.raises(OutputError):
        sh_lines({"x": "\0"})


def test_a_variable_needs_a_name() -> None:
    with pytest.raises(ValueError, match="no name"):
        sh_lines({"x;rm": "1"})


def test_the_file(tmp_path: Path) -> None:
    write_env_file(tmp_path / "set", {"x0": "3680"})
    assert (tmp_path / "set").read_text() == "x0=3680\n"
    with pytest.raises(OutputError, match="cannot be written"):
        write_env_file(tmp_path / "no/set", {"x0": "1"})


@pytest.mark.skipif(sys.platform == "win32", reason="there a console has a code page")
def test_no_code_page_off_windows() -> None:
    assert console_code_page() is None
    assert encode_for(932, "写真") == "写真".encode("cp932")


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names are bytes on Linux only")
@pytest.mark.parametrize("locale", ["C.UTF-8", "C", "POSIX"])
@pytest.mark.parametrize("form", [[], ["--env", "sh"]])
def test_any_name_comes_through_a_command(tmp_path: Path, form: list[str], locale: str) -> None:
    """A name may hold every byte but NUL and a slash; a terminal's escapes are none of ours."""
    left_out = b"/." if form else b"/.\n\r"
    odd = bytes(one for one in range(1, 256) if one not in left_out)
    name = b"d/" + odd[:120] + b"/" + odd[120:] + b"\x1b[31m.jpg"
    words: list[str | bytes] = [sys.executable, "-m", "imstack", "setInOut", name, "p_", *form]
    root = Path(__file__).parents[3]
    env = os.environ | {"LC_ALL": locale, "TMPDIR": str(tmp_path), "PYTHONPATH": str(root)}
    done = subprocess.run(words, capture_output=True, check=True, env=env)
    if form:
        script = b'eval "$(cat)"; printf %s "$INFILE"'
        told = subprocess.run(
            ["sh", "-c", script], input=done.stdout, capture_output=True, check=True, env=env
        )
        assert (told.stdout, told.stderr) == (name, b"")
    else:
        assert b"INFILE=" + name + b"\n" in done.stdout
