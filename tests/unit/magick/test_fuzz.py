"""Damaged and disguised photos: one line for people, nothing started, nothing left."""

from __future__ import annotations

import os
import random
import sys
import time
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import pytest

from imstack.errors import ImstackError, OutputError
from imstack.exif import ExifFault, parse, taken
from imstack.magick.command import convert
from imstack.magick.dressed import exif_of
from imstack.magick.images import check_photo, describe, read_pixels
from imstack.magick.operators import Read, Write
from tests.e2e.conftest import FIXTURES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USUAL = ("jpg", "png", "tiff", "webp", "gif", "bmp", "miff")
KINDS = (*USUAL, "ppm", "pam", "pfm", "tga", "psd", "dpx", "hdr", "exr", "jp2", "heic")
ENDINGS = (*USUAL, "JPG", "txt", "ppm", "tga", "", "svg", "mvg", "ps")
NAMES = ("a", "-size", "@list", "a:b", "a%d", "a[0]", "a\nb", "jpeg:x", "\udcff", "a b", "~", "a*")
STARTERS = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.system")
LONGEST = 10.0  # seconds that one case may take
started: list[str] = []
watching = False


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if watching and event in STARTERS:
        started.append(f"{event} {arguments!r:.200}")


sys.addaudithook(_hear)


@cache
def _samples() -> dict[str, bytes]:
    """Return one small photo of each kind."""
    import tempfile
    from pathlib import Path

    samples = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            out = Path(folder, f"a.{kind}")
            with suppress(OutputError):  # builds differ in what they write
                convert(Read(FIXTURES / "odd/frame_1.jpg"), Write(out)).run()
                samples[kind] = out.read_bytes()
    assert set(USUAL) <= set(samples)
    return samples


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return `data` damaged in one of the ways that files are."""
    out, head = bytearray(data), min(len(data), 200)
    way = chance.randrange(6)
    if way == 0:
        return data[: chance.randrange(len(data))]
    if way == 1:  # sizes and offsets stand at the beginning
        place = chance.randrange(head - 4)
        out[place : place + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
    elif way == 2:
        for _ in range(chance.randrange(1, 30)):
            out[chance.randrange(len(out))] = chance.randrange(256)
    elif way == 3:
        for _ in range(chance.randrange(1, 6)):
            out[chance.randrange(head)] = chance.randrange(256)
    elif way == 4:
        place = chance.randrange(len(out))
        out[place:place] = chance.randbytes(chance.randrange(1, 60))
    else:
        place = chance.randrange(len(out))
        del out[place : place + chance.randrange(1, 300)]
    return bytes(out)


def _look(path: Path) -> None:
    check_photo(describe(path))
    read_pixels(path)


def _time_of(path: Path) -> None:
    try:
        exif = exif_of(path)
    except ExifFault:
        return
    if exif:
        taken(exif)


@pytest.fixture
def nothing_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Watch for processes, and for files in TMPDIR."""
    global watching  # noqa: PLW0603 - a hook stays for ever, and must know when it is meant
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    for name in ("TMPDIR", "MAGICK_TMPDIR", "MAGICK_TEMPORARY_PATH"):
        monkeypatch.setenv(name, str(temporary))
    _samples()
    started.clear()
    watching = True
    yield
    watching = False
    assert started == []
    assert list(temporary.iterdir()) == []


def fuzz(folder: Path, cases: int, seed: int) -> None:
    chance = random.Random(seed)
    told: list[str] = []
    for case in range(cases):
        kind, ending = chance.choice(list(_samples())), chance.choice(ENDINGS)
        data = mutated(_samples()[kind], chance)
        name = chance.choice(NAMES) + (f".{ending}" if ending else "")
        path = folder / name
        path.write_bytes(data)
        for read in (_look, _time_of):
            began = time.monotonic()
            try:
                read(path)
            except ImstackError as error:
                told.append(error.message.replace(str(path), ""))
            except Exception as error:
                error.add_note(f"seed {seed}, case {case}: {kind} as {name!a}")
                raise
            assert time.monotonic() - began < LONGEST, f"case {case}: {kind} as {name!a}"
        assert not any("\n" in line for line in told), f"case {case}: {told[-2:]}"
        assert path.read_bytes() == data
        path.unlink()
    children = f"/proc/self/task/{os.getpid()}/children"
    if os.path.exists(children):  # noqa: PTH110
        with open(children) as file:  # noqa: PTH123
            assert file.read() == ""


@pytest.mark.skipif(os.name == "nt", reason="names that Windows has not")
@pytest.mark.usefixtures("nothing_started")
def test_a_few_hundred_damaged_photos(tmp_path: Path) -> None:
    fuzz(tmp_path, 300, seed=1)


@pytest.mark.skipif(os.name == "nt", reason="names that Windows has not")
@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("nothing_started")
def test_ten_thousand_damaged_photos(tmp_path: Path) -> None:
    fuzz(tmp_path, 10_000, seed=2)


def test_exif_blocks() -> None:
    chance = random.Random(3)
    whole = b"II*\0\x08\0\0\0\x02\0" + bytes.fromhex("0f010200040000004142430069870400010000002600")
    whole += bytes(6) + b"\x01\0" + bytes.fromhex("0390020014000000380000000000000000000000")
    whole += b"2026:05:01 12:00:00\0"
    for _ in range(2000):
        try:
            exif = parse(mutated(whole, chance))
        except ExifFault:
            continue
        assert exif is None or isinstance(taken(exif), str)
