"""What is Windows' own, played on any system: held files, code pages, readers that leave."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path

import pytest

from imstack import windows
from imstack.alive import is_stale, owned_name
from imstack.bat.envout import sh_lines
from imstack.cli.streams import settle_streams, write_document
from imstack.drafts import check_writable, draft_of, draft_prefix, write_bytes
from imstack.errors import OutputError
from imstack.magick import installed
from imstack.magick.installed import Installation, choose
from imstack.magick.library import install_hint
from imstack.windows import long_path_hint, patiently, reader_has_gone
from tests.systems import dead_pid

HELD = 32  # sharing violation


class HeldError(PermissionError):
    """What Windows raises for a file that another program holds."""

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "the file is used by another process")
        self.winerror = HELD


class Clock:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def held_until(clock: Clock, end: float) -> str:
    if clock.now < end:
        raise HeldError
    return "done"


def test_a_file_that_is_held_for_a_moment_is_waited_for() -> None:
    clock = Clock()
    assert patiently(lambda: held_until(clock, 1.9), sleep=clock.sleep, clock=clock) == "done"
    assert clock.now == pytest.approx(1.9, abs=0.1)


def test_a_file_that_stays_held_is_given_up_after_two_seconds() -> None:
    clock = Clock()
    with pytest.raises(HeldError):
        patiently(lambda: held_until(clock, 60), sleep=clock.sleep, clock=clock)
    assert clock.now == pytest.approx(2, abs=0.1)


def test_other_refusals_are_not_waited_for() -> None:
    clock = Clock()

    def fail() -> None:
        raise PermissionError(errno.EACCES, "no")  # as POSIX says it: it will not change

    with pytest.raises(PermissionError):
        patiently(fail, sleep=clock.sleep, clock=clock)
    assert clock.now == 0


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let nothing take the place of a file that is there, as if a viewer held it."""
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.exists():
            raise HeldError
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(windows, "PATIENCE", 0.1)
    return monkeypatch


@pytest.mark.usefixtures("held")
def test_a_result_whose_place_is_held_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.tiff"
    path.write_text("before")
    for number, name in enumerate(["out.new.tiff", "out.new2.tiff"]):
        with pytest.raises(OutputError, match=r"open in another program; the result is in") as told:
            write_bytes(path, b"result", str(number).encode())
        assert told.value.message.endswith(name)
        assert (tmp_path / name).read_text() == f"result{number}"
    assert path.read_text() == "before"
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "out.new.tiff", "out.new2.tiff", "out.tiff",
    ]  # fmt: skip


@pytest.mark.usefixtures("held")
def test_half_a_result_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.tiff"
    path.write_text("before")

    def write_half() -> None:
        with draft_of(path) as draft:
            draft.write_text("half")
            raise HeldError

    with pytest.raises(OutputError, match="cannot be written"):
        write_half()
    assert list(tmp_path.iterdir()) == [path]


def test_whether_a_folder_can_be_written_is_tried(tmp_path: Path) -> None:
    check_writable(tmp_path / "x.tiff")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OutputError, match="cannot be written"):
        check_writable(tmp_path / "none" / "x.tiff")


def test_a_dead_process_is_told_from_a_living_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows by asking it, and not by a signal, which would end the process."""
    mine = tmp_path / (draft_prefix(tmp_path / "x") + owned_name())
    asked: list[int] = []

    def has_ended(pid: int) -> bool:
        asked.append(pid)
        return True

    if sys.platform == "win32":
        assert windows.process_has_ended(dead_pid())
        assert not windows.process_has_ended(os.getpid())
    monkeypatch.setattr(windows, "IS_WINDOWS", True)
    monkeypatch.setattr(windows, "process_has_ended", has_ended)
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a signal ends the process there"))
    assert is_stale(mine, draft_prefix(tmp_path / "x"))
    assert asked == [os.getpid()]


def test_a_reader_that_leaves() -> None:
    assert reader_has_gone(BrokenPipeError(), windows=False)
    q = OSError(errno.EINVAL, "Invalid argument")
    assert reader_has_gone(q, windows=True)
    assert not reader_has_gone(q, windows=False)
    assert not reader_has_gone(OSError(errno.EINVAL, "Invalid argument", "a:b"), windows=True)
    assert not reader_has_gone(OSError(errno.ENOSPC, "full"), windows=True)


def test_names_that_are_too_long_get_a_hint() -> None:
    long = Path("/", *["folder" * 5] * 9, "x.tiff")
    assert "Windows takes 259" in long_path_hint(long, windows=True)
    assert long_path_hint(long, windows=False) == ""
    assert long_path_hint(Path("/x.tiff"), windows=True) == ""


@pytest.mark.parametrize(
    ("page", "environ", "written"),
    [
        (850, {}, "K\u00e4fer \\u0436".encode("cp850")),
        (65001, {}, "K\u00e4fer \u0436".encode()),
        (850, {"PYTHONUTF8": "1"}, "K\u00e4fer \\u0436".encode("latin-1")),  # the stream's own
        (0, {}, "K\u00e4fer \\u0436".encode("latin-1")),
    ],
)
def test_every_letter_can_be_printed(page: int, environ: dict[str, str], written: bytes) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="latin-1", newline="")
    settle_streams(page, environ, stream)
    print("K\u00e4fer \u0436", end="", file=stream, flush=True)
    assert raw.getvalue() == written


@pytest.mark.skipif(os.name == "nt", reason="names are bytes elsewhere only")
def test_a_name_that_is_no_text_is_printed_as_its_bytes() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8")
    settle_streams(0, {}, stream)
    print(b"a\xff".decode("utf-8", "surrogateescape"), "\ud800", end="", file=stream, flush=True)
    assert raw.getvalue() == b"a\xff \\ud800"


def test_files_on_standard_output_keep_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the stream makes of line ends and letters."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="cp437", newline="\r\n"))
    write_document("\ufeff" + sh_lines({"fsOUTFILE": "\u0436 x.tiff"}))
    assert raw.getvalue() == "\ufefffsOUTFILE='\u0436 x.tiff'\n".encode()


HDRI = Installation((7, 1, 2), 16, True, Path("hdri"))
Q16 = Installation((7, 1, 1), 16, False, Path("q16"))
OLD = Installation((6, 9, 13), 16, False, Path("old"))
Q8 = Installation((7, 1, 2), 8, False, Path("q8"))


@pytest.mark.parametrize(
    ("known", "chosen"),
    [([HDRI, OLD, Q16, Q8], Q16), ([HDRI, OLD], OLD), ([HDRI, Q8], HDRI), ([Q8], None), ([], None)],
)
def test_q16_without_hdri_is_chosen(known: list[Installation], chosen: Installation | None) -> None:
    assert choose(known) == chosen


def test_the_registry_is_read_as_installers_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hdri, plain, gone = tmp_path / "IM-7.1.2-Q16-HDRI", tmp_path / "IM-7.1.1-Q16", tmp_path / "gone"
    hdri.mkdir()
    plain.mkdir()
    keys: list[tuple[str, dict[str, object]]] = [
        ("", {}),
        ("Current", {"LibPath": str(hdri), "QuantumDepth": 16, "Version": "7.1.2-3"}),
        (r"7.1.2", {}),
        (r"7.1.2\Q:16", {"LibPath": str(hdri), "BinPath": str(hdri)}),
        (r"7.1.1\Q:16", {"BinPath": str(plain), "QuantumDepth": 16}),
        (r"6.9.3\Q:16", {"LibPath": str(gone)}),
    ]
    monkeypatch.setattr(installed, "_registry", lambda: keys)
    found = installed.installations()
    assert [(one.number[:3], one.hdri, one.quantum_depth, one.folder) for one in found] == [
        ((7, 1, 2), True, 16, hdri), ((7, 1, 2), True, 16, hdri), ((7, 1, 1), False, 16, plain),
    ]  # fmt: skip
    assert choose(found) == found[2]


def test_hints_name_what_the_system_has() -> None:
    assert "apt-get" not in install_hint(windows=True)
    assert "Q16-x64-dll.exe" in install_hint(windows=True)
    assert "apt-get" in install_hint(windows=False)
