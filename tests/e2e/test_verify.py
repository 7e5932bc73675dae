"""``imstack verify``: nothing differs, or the stage that does is named."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from imstack.magick import library, tools
from imstack.pipeline import stages
from imstack.pipeline.merge import Merge
from imstack.pipeline.statement import TEMP, Search
from imstack.pipeline.verify import whole
from imstack.pipeline.verify.bench import Bench
from imstack.pipeline.verify.searches import search_fully, search_window
from imstack.scripts.compare import SubimageSearch
from tests.reference.programs import CONVERT, MISSING, available

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.conftest import Said

needs_programs = pytest.mark.skipif(not available(), reason=MISSING)


def change_a_pixel(path: Path) -> None:
    """Paint one pixel gray; nothing else changes."""
    paint = ["-fill", "gray(45%)", "-draw", "point 7,9", "-alpha", "off"]
    subprocess.run([CONVERT, str(path), *paint, str(path)], check=True)


def differing(said: Said) -> list[tuple[str, str]]:
    """Return stage and result of the rows that differ."""
    rows = [line.split(maxsplit=1) for line in said.out.splitlines() if "DIFFERS: " in line]
    return [(stage, rest.partition("DIFFERS: ")[2]) for stage, rest in rows]


@pytest.fixture
def photos(tmp_path: Path, fixtures: Path) -> list[Path]:
    """Two frames whose names begin the temp files' names with `in`."""
    folder = tmp_path / "in"
    folder.mkdir()
    made = [folder / f"frame {number}.jpg" for number in (1, 2)]
    for number, path in enumerate(made, start=1):
        shutil.copy(fixtures / "odd" / f"frame_{number}.jpg", path)
    return made


@needs_programs
@pytest.mark.parametrize("name", ["odd", "alpha"])
def test_nothing_differs(cli: Callable[..., Said], fixtures: Path, name: str) -> None:
    said = cli("verify", fixtures / name / "focStackList.txt", "--quiet")
    assert (said.code, said.err) == (0, "")
    assert " 0 differ; " in said.out
    assert "not checked" not in said.out


@needs_programs
@pytest.mark.parametrize("order", [1, -1])
def test_a_truncated_photo(cli: Callable[..., Said], fixtures: Path, order: int) -> None:
    stack = [fixtures / "bad" / "truncated.jpg", fixtures / "odd" / "frame_1.jpg"][::order]
    said = cli("verify", *stack, "--set", "frames.allow_truncated=true", "-q")
    assert (said.code, said.err) == (0, "")
    assert " 0 differ; " in said.out


@needs_programs
def test_every_kind_of_file_is_compared(cli: Callable[..., Said], photos: list[Path]) -> None:
    said = cli("verify", *photos)
    assert said.code == 0
    stages = [line.split()[0] for line in said.out.splitlines()[1:-1]]
    for stage, least in {
        "white": 1, "scale": 3, "scaled": 1, "translation": 1, "aligned": 2, "vpmask": 1,
        "detail": 2, "merged": 2, "result": 3,
    }.items():  # fmt: skip
        assert stages.count(stage) >= least, stage


@needs_programs
def test_a_changed_pixel_in_what_a_run_left(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text("".join(f"{photo}\n" for photo in photos))
    assert cli("focStack", "list.txt", "r.tiff", "-q").code == 0
    verify = ("verify", "list.txt", "-o", "r.tiff", "--tmpdir", "tmp", "--searches", "none", "-q")
    assert cli(*verify).code == 0
    for name, stage in {
        "tmp/list_fs_0.miff": "aligned",
        "tmp/list_fs_vpmask.miff": "vpmask",
        "tmp/list_fs_0_wp_mask_dbg.miff": "merged",
        "tmp/list_fs_out.miff": "merged",
        "r.tiff": "result",
    }.items():
        whole_file = (tmp_path / name).read_bytes()
        change_a_pixel(tmp_path / name)
        said = cli(*verify)
        (tmp_path / name).write_bytes(whole_file)
        assert said.code == 1
        ((found, result),) = differing(said)
        assert found == stage
        assert result.startswith("1 of 19481 pixels differs, by up to ")
        assert name in said.out


@needs_programs
def test_a_changed_pixel_in_the_cache(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path
) -> None:
    verify = ("verify", *photos, "--searches", "none", "-q")
    assert cli(*verify).code == 0
    for name, stage in {
        "in_fs_0-*/scaled.miff": "scaled",
        "in_fs_1-*/detail.miff": "detail",
    }.items():
        (path,) = (tmp_path / "cache").rglob(name)
        whole_file = bytearray(path.read_bytes())
        whole_file[-100] ^= 0x10
        path.write_bytes(whole_file)
        said = cli(*verify)
        assert said.code == 1
        ((found, result),) = differing(said)
        assert found == stage
        assert result.startswith("1 of 19481 pixels differs, ")
        whole_file[-100] ^= 0x10
        path.write_bytes(whole_file)


@needs_programs
def test_a_file_that_the_run_must_mend_is_told(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path
) -> None:
    verify = ("verify", *photos, "--searches", "none", "-q")
    assert cli(*verify).code == 0
    (path,) = (tmp_path / "cache").rglob("in_fs_1-*/merged.miff")
    path.write_bytes(path.read_bytes()[:-1])
    said = cli(*verify)
    assert said.code == 1
    assert ("merged", "it was damaged in the cache, and was made again") in differing(said)
    assert cli(*verify).code == 0


@needs_programs
def test_other_pixels_of_ours_are_found(
    cli: Callable[..., Said], photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in an operator of ours shows in its own stage first."""
    from imstack.magick.operators import Blur

    own = Blur.apply
    monkeypatch.setattr(Blur, "apply", lambda self, images: own(Blur(self.sigma + 0.25), images))
    # What was found before the fault would let another way blur.
    monkeypatch.setattr("imstack.magick.detail.is_exact", lambda _: False)
    said = cli("verify", *photos, "--searches", "none")
    assert said.code == 1
    assert differing(said)[0][0] == "detail"
    assert {stage for stage, _ in differing(said)} <= {"detail", "merged", "result"}


@needs_programs
def test_a_wrong_search_of_ours_is_found(
    cli: Callable[..., Said], photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from imstack.pipeline import literal
    from imstack.scripts.what_trans import find_translation

    monkeypatch.setattr(
        literal,
        "find_translation",
        lambda *words: replace(find_translation(*words), dx=find_translation(*words).dx + 1),
    )
    said = cli("verify", *photos)
    assert said.code == 1
    ((stage, result),) = differing(said)
    assert stage == "translation"
    assert result.startswith("compare finds ")


@needs_programs
def test_large_searches_are_windowed(
    cli: Callable[..., Said], photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "PATIENCE", 0.0)
    said = cli("verify", *photos)
    assert said.code == 0
    (row,) = (line for line in said.out.splitlines() if line.startswith("translation"))
    assert "identical (windowed" in row
    said = cli("verify", *photos, "--searches", "all")
    (row,) = (line for line in said.out.splitlines() if line.startswith("translation"))
    assert row.endswith("identical")
    said = cli("verify", *photos, "--searches", "none")
    assert said.code == 0
    assert "2 not checked" in said.out


@needs_programs
def test_a_merge_in_numpy_is_checked_against_itself(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Any picture will do for one that no command line makes.
    monkeypatch.setattr(stages, "merge_at_once", lambda *given: Merge(given[1][0].source))
    sets = ("merge.method=pyramid", "output.masks=false", "registration.method=none")
    words = [word for text in sets for word in ("--set", text)]
    recipe = ("--recipe", "snibgo-2014", *words)
    said = cli("stack", *photos, *recipe, "-o", "r.tiff", "-q", "--write-commands", "run.sh")
    assert said.code == 0
    assert "run.sh does not make the picture: merge.method pyramid is done in numpy" in said.err
    said = cli("verify", *photos, *recipe, "-o", "r.tiff")
    assert said.code == 0
    assert "not checked (merge.method pyramid is done in numpy" in said.out
    assert "identical (with the run; no command line makes it)" in said.out
    change_a_pixel(tmp_path / "r.tiff")
    said = cli("verify", *photos, *recipe, "-o", "r.tiff")
    assert said.code == 1
    assert [stage for stage, _ in differing(said)] == ["result"]


@needs_programs
def test_what_compare_refuses_is_told(tmp_path: Path) -> None:
    for name in ("black", "white"):
        line = [CONVERT, "-size", "6x4", f"xc:{name}", str(tmp_path / f"{name}.png")]
        subprocess.run(line, check=True)
    bench = Bench(tmp_path, tools.find_tools(library.load()))
    black, white = TEMP / "black.png", TEMP / "white.png"
    found = Search(black, white, (6, 4), (6, 4), x=0, y=0)
    words = SubimageSearch(black, white).words()
    refusal = "compare gives no place: images too dissimilar"
    assert search_fully(bench, words, found) == refusal
    assert search_window(bench, found) == refusal
    same = Search(black, black, (6, 4), (6, 4), x=0, y=0, score=0.0)
    assert search_fully(bench, SubimageSearch(black, black).words(), same) == ""
    assert search_window(bench, same) == ""


@needs_programs
def test_what_is_not_there(cli: Callable[..., Said], photos: list[Path], tmp_path: Path) -> None:
    assert cli("verify", *photos, "-o", "nix.tiff").code == 4
    assert cli("verify", *photos, "--tmpdir", "nix").code == 4
    (tmp_path / "empty").mkdir()
    said = cli("verify", *photos, "--tmpdir", "empty", "--searches", "none")
    assert said.code == 0
    assert "not checked (no such file)" in said.out


def test_missing_programs(
    cli: Callable[..., Said], photos: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    said = cli("verify", *photos)
    assert (said.code, said.out) == (6, "")
    assert said.err.splitlines()[0] == "error: ImageMagick's program convert is not found"
    assert "apt-get install imagemagick" in said.err

    other = tmp_path / "bin" / "convert"
    other.write_text("#!/bin/sh\necho a converter of disks\n")
    other.chmod(0o755)
    said = cli("verify", *photos)
    assert said.code == 6
    assert f"({other} is another program)" in said.err

    monkeypatch.setenv("CONVERT", str(other))
    said = cli("verify", *photos)
    assert said.code == 6
    assert f"CONVERT={other}: no program of ImageMagick" in said.err


@needs_programs
def test_programs_of_another_build_are_told(
    cli: Callable[..., Said], photos: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "convert"
    version = "Version: ImageMagick 7.1.1-43 Q16-HDRI x86_64 22550 https://imagemagick.org"
    script = f'[ "$1" = -version ] && echo "{version}" && exit\nexec {CONVERT} "$@"\n'
    other.write_text(f"#!/bin/sh\n{script}")
    other.chmod(0o755)
    monkeypatch.setenv("CONVERT", str(other))
    said = cli("verify", *photos, "--searches", "none", "-q")
    assert said.code == 0
    assert f"{other} is ImageMagick 7.1.1-43 Q16-HDRI x86_64 22550, but the library is" in said.err


@needs_programs
def test_tools_say_what_they_are() -> None:
    build = library.load()
    found = tools.find_tools(build)
    assert found.warnings(build) == ()
    assert found.convert.number == build.number
    assert found.run("convert", ["-size", "1x1", "xc:white", "-format", "%w", "info:"]).out == "1"
