"""The command lines that a run says it equals, run by a shell, give the run's own files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.parity.compare import assert_same_image
from tests.parity.frames import SHARED, reduced_pcb
from tests.reference.programs import CONVERT, MISSING, available

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.conftest import Said

pytestmark = pytest.mark.skipif(not available(), reason=MISSING)

STACK = ("stack", "--recipe", "snibgo-2014", "--quiet")


@dataclass
class Script:
    """A script that was run: what it printed, and where it was run."""

    folder: Path
    out: str
    err: str


def run_script(script: Path, folder: Path, **variables: str) -> Script:
    """Run a script with `sh` in `folder`, with no TMPDIR but the one given."""
    folder.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name != "TMPDIR"}
    done = subprocess.run(
        ["sh", str(script)],
        cwd=folder,
        env=kept | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Script(folder, done.stdout, done.stderr)


def same_pictures(ours: Path, theirs: Path) -> set[str]:
    """Check every picture in `ours` against the one of that name, and return the names."""
    pictures = {path.name for path in ours.iterdir() if path.suffix in {".tiff", ".png", ".miff"}}
    for name in pictures:
        assert_same_image(ours / name, theirs / name)
    return pictures


def check_printed(script: Path, ran: Script) -> None:
    """What ImageMagick prints is what the script's remarks say that it prints."""
    promised = re.findall(r"^# prints (.*)$", script.read_text(), re.MULTILINE)
    figures = [line for line in promised if "=" in line]
    places = [line for line in promised if "@" in line]
    printed = [line for line in ran.out.splitlines() if "=" in line]
    assert " ".join(printed) == " ".join(figures)
    answers = ran.err.splitlines()
    assert len(answers) == len(places) > 0
    for answer, place in zip(answers, places, strict=True):
        assert answer == place or answer.endswith(place.removeprefix("..."))


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data")
@pytest.mark.parametrize("size", ["256x192", "320x241"])
def test_real_photos(cli: Callable[..., Said], tmp_path: Path, size: str) -> None:
    (tmp_path / "ours").mkdir()
    os.chdir(tmp_path / "ours")
    photos = reduced_pcb(tmp_path, size, 2)
    assert cli(*STACK, *photos, "-o", "r.tiff", "--write-commands", "../run.sh").code == 0
    ran = run_script(tmp_path / "run.sh", tmp_path / "theirs")
    same_pictures(tmp_path / "ours", tmp_path / "theirs")
    check_printed(tmp_path / "run.sh", ran)


@pytest.mark.parametrize("name", ["odd", "gray", "tiff16", "alpha"])
def test_same_pictures_as_the_run(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "ours").mkdir()
    os.chdir(tmp_path / "ours")
    photos = fixtures / name / "focStackList.txt"
    said = cli(*STACK, photos, "-o", "result.tiff", "--write-commands", "../run.sh")
    assert (said.code, said.err) == (0, "")
    ran = run_script(tmp_path / "run.sh", tmp_path / "theirs")
    made = same_pictures(tmp_path / "ours", tmp_path / "theirs")
    assert made == {f"result{e}" for e in (".tiff", "_vpmask.png", "_mask_1.png", "_mask_2.png")}
    check_printed(tmp_path / "run.sh", ran)
    assert os.access(tmp_path / "run.sh", os.X_OK)


def test_foc_stack_leaves_the_same_temp_files(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path
) -> None:
    said = cli(
        "focStack", fixtures / "odd" / "focStackList.txt", "result.tiff",
        "--write-commands", "run.sh", "--quiet",
    )  # fmt: skip
    assert said.code == 0
    theirs = tmp_path / "theirs"
    ran = run_script(tmp_path / "run.sh", theirs, TMPDIR=str(theirs))
    assert_same_image(tmp_path / "result.tiff", theirs / "result.tiff")
    left = same_pictures(tmp_path / "tmp", theirs)
    assert {f"focStackList_fs_{e}.miff" for e in ("0", "1", "out", "vpmask")} < left
    check_printed(tmp_path / "run.sh", ran)


def test_other_settings(cli: Callable[..., Said], fixtures: Path, tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    os.chdir(tmp_path / "ours")
    sets = (
        "intermediate_depth=16", "vp_mask.combine=intersect", "crop.to=covered",
        "warp.filter=lanczos", "warp.virtual_pixel=mirror", "merge.detail.auto_level=true",
        "merge.detail.sigmas=[1,2,3]", "registration.scale.precision=1.01",
        "registration.scale.steps=8", "output.tiff_compression=zip", "output.keep_profiles=false",
    )  # fmt: skip
    photos = fixtures / "odd" / "focStackList.txt"
    words = [word for text in sets for word in ("--set", text)]
    said = cli(*STACK, photos, *words, "-o", "r.tiff", "--write-commands", "../run.sh")
    assert (said.code, said.err) == (0, "")
    ran = run_script(tmp_path / "run.sh", tmp_path / "theirs")
    same_pictures(tmp_path / "ours", tmp_path / "theirs")
    check_printed(tmp_path / "run.sh", ran)


def test_without_searches_and_mask(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path
) -> None:
    (tmp_path / "ours").mkdir()
    os.chdir(tmp_path / "ours")
    sets = ("registration.scale.find=false", "registration.translation.find=false")
    words = [word for text in (*sets, "vp_mask.make=false") for word in ("--set", text)]
    photos = sorted((fixtures / "odd").glob("*.jpg"))[:2]
    said = cli(*STACK, *photos, *words, "-o", "r.png", "--write-commands", "../run.sh")
    assert (said.code, said.err) == (0, "")
    run_script(tmp_path / "run.sh", tmp_path / "theirs")
    assert same_pictures(tmp_path / "ours", tmp_path / "theirs") == {"r.png", "r_mask_1.png"}
    text = (tmp_path / "run.sh").read_text()
    assert "compare -metric" not in text
    assert "vpmask" not in text


HARD_NAMES = (
    ("a b.jpg", "it's.jpg", 'say "x" & $HOME `id`.jpg'),
    ("[1] *.jpg", "{a,b} 50%d.jpg", "two\nlines\\n!.jpg"),
    ("-o.jpg", "@x.jpg", "tiff:y %[fx:w].jpg"),
)


@pytest.mark.parametrize("names", HARD_NAMES)
def test_hard_names(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    folder = tmp_path / "it's a folder [of] $photos; 100%"
    folder.mkdir()
    for number, name in enumerate(names, start=1):
        shutil.copy(fixtures / "odd" / f"frame_{number}.jpg", folder / name)
    (tmp_path / "ours").mkdir()
    os.chdir(tmp_path / "ours")
    outname = names[2].replace(".jpg", ".tiff")
    photos = [folder / name for name in names]
    said = cli(*STACK, *photos, "--output", outname, "--write-commands", "../run.sh")
    assert (said.code, said.err) == (0, "")
    run_script(tmp_path / "run.sh", tmp_path / "theirs")
    made = same_pictures(tmp_path / "ours", tmp_path / "theirs")
    assert outname in made
    assert len(made) == 4


def test_output_name_like_an_option(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path
) -> None:
    (tmp_path / "ours").mkdir()
    os.chdir(tmp_path / "ours")
    photos = sorted((fixtures / "odd").glob("*.jpg"))[:2]
    said = cli(*STACK, *photos, "--output=-o.tiff", "--write-commands", "../run.sh")
    assert (said.code, said.err) == (0, "")
    run_script(tmp_path / "run.sh", tmp_path / "theirs")
    assert "-o.tiff" in same_pictures(tmp_path / "ours", tmp_path / "theirs")


def test_photos_named_like_temp_files_are_left_alone(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    photos = [folder / f"in_fs_{number}.miff" for number in (0, 1)]
    for number, photo in enumerate(photos, start=1):
        line = [CONVERT, str(fixtures / "odd" / f"frame_{number}.jpg"), str(photo)]
        subprocess.run(line, check=True)
    before = [photo.read_bytes() for photo in photos]
    said = cli(*STACK, *photos, "-o", "r.tiff", "--write-commands", "run.sh")
    assert (said.code, said.err) == (0, "")
    run_script(tmp_path / "run.sh", tmp_path / "theirs", TMPDIR=str(folder))
    assert_same_image(tmp_path / "r.tiff", tmp_path / "theirs" / "r.tiff")
    assert [photo.read_bytes() for photo in photos] == before


def test_a_script_says_what_is_missing(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path
) -> None:
    photos = sorted((fixtures / "odd").glob("*.jpg"))[:2]
    assert cli(*STACK, *photos, "-o", "r.tiff", "--write-commands", "run.sh").code == 0
    (tmp_path / "bin").mkdir()
    for name in ("mkdir", "grep"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    # A program of that name which is not ImageMagick's is not taken.
    (tmp_path / "bin" / "convert").write_text("#!/bin/sh\necho a converter of disks\n")
    (tmp_path / "bin" / "convert").chmod(0o755)
    done = subprocess.run(
        [str(shutil.which("sh")), "run.sh"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path / "bin"), "TMPDIR": str(tmp_path / "tmp")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no ImageMagick program convert" in done.stderr


MAGICK = """#!/bin/sh
case $1 in
identify | compare) program=$1; shift ;;
convert) program=convert; shift ;;
*) program=convert ;;
esac
exec FOLDER/$programBUILD "$@"
"""


def test_imagemagick_7_has_one_program_for_all(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = sorted((fixtures / "odd").glob("*.jpg"))[:2]
    assert cli(*STACK, *photos, "-o", "r.tiff", "--write-commands", "run.sh").code == 0
    folder, build = Path(str(shutil.which(CONVERT))).parent, CONVERT.removeprefix("convert")
    program = MAGICK.replace("FOLDER", str(folder)).replace("BUILD", build)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "magick").write_text(program)
    (tmp_path / "bin" / "magick").chmod(0o755)
    for name in ("sh", "mkdir", "grep"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    run_script(tmp_path / "run.sh", tmp_path / "theirs")
    said = cli("verify", *photos, "-q")
    monkeypatch.undo()
    assert (said.code, said.err) == (0, "")
    assert_same_image(tmp_path / "r.tiff", tmp_path / "theirs" / "r.tiff")


def test_a_bat_file_is_written_for_the_same_run(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path
) -> None:
    photos = sorted((fixtures / "odd").glob("*.jpg"))[:2]
    said = cli(*STACK, *photos, "-o", "r.tiff", "--write-commands", "run.bat")
    assert (said.code, said.err) == (0, "")
    data = (tmp_path / "run.bat").read_bytes()
    lines = data.decode("ascii").split("\r\n")
    assert "\n" not in "".join(lines)
    assert lines[0] == "@rem imstack commands"
    assert lines[-2:] == ["exit /B 0", ""]
    converts = sum("%IM%convert " in line for line in lines)
    assert converts > 10
    assert sum(line == "if ERRORLEVEL 1 exit /B 1" for line in lines) >= converts


REFUSED = [
    ("run.txt", 2, "the ending says nothing"),
    ("nix/run.sh", 8, "folder nix is missing"),
    ("caller.bat", 8, "a file that --write-commands did not write"),
    ("folder.sh", 8, "is a folder"),
]


@pytest.mark.parametrize(("name", "code", "text"), REFUSED)
def test_refused_before_the_run(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path, name: str, code: int, text: str
) -> None:
    (tmp_path / "caller.bat").write_text("call %PICTBAT%focStack list.txt\n")
    (tmp_path / "folder.sh").mkdir()
    photos = fixtures / "odd" / "focStackList.txt"
    said = cli(*STACK, photos, "-o", "r.tiff", "--write-commands", name)
    assert (said.code, said.out) == (code, "")
    assert text in said.err.splitlines()[0]
    assert not (tmp_path / "r.tiff").exists()
    assert (tmp_path / "caller.bat").read_text() == "call %PICTBAT%focStack list.txt\n"


def test_a_name_that_no_bat_file_can_hold(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path
) -> None:
    photos = [tmp_path / 'a "b".jpg', fixtures / "odd" / "frame_1.jpg"]
    shutil.copy(fixtures / "odd" / "frame_2.jpg", photos[0])
    said = cli(*STACK, *photos, "-o", "r.tiff", "--write-commands", "run.bat")
    assert said.code == 2
    assert "a BAT file cannot hold the name" in said.err
    assert not (tmp_path / "r.tiff").exists()


def test_a_script_that_makes_no_picture_says_so_and_fails(
    cli: Callable[..., Said], fixtures: Path
) -> None:
    photos = [fixtures / "odd" / f"frame_{number}.jpg" for number in (1, 2, 3)]
    said = cli("stack", *photos, "-o", "out.png", "--write-commands", "run.sh",
               "--set", "warp.engine=imagemagick")  # fmt: skip
    assert said.code == 0
    assert "run.sh does not make the picture" in said.err
    Path("out.png").unlink()
    text = Path("run.sh").read_text()
    assert "# They do not make the picture" in text.split("\n\n")[0]
    done = subprocess.run(["sh", "run.sh"], capture_output=True, text=True, check=False)
    assert (done.returncode, Path("out.png").exists()) == (1, False)
    assert "No more lines: merge.method" in done.stderr
