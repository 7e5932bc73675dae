"""Bad input: one clear line, the right exit code, and nothing left behind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from imstack.magick.images import read_pixels

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.conftest import Said

LITERAL = ("--recipe", "snibgo-2014", "--quiet")


def check(said: Said, code: int, *parts: str) -> None:
    """Check the exit code, and that the first line of the error holds all `parts`."""
    assert said.code == code
    assert said.out == ""
    first = said.err.splitlines()[0]
    for part in parts:
        assert part in first
    assert "Traceback" not in said.err


def test_missing_list(cli: Callable[..., Said]) -> None:
    check(cli("focStack", "nix.txt"), 1, "Can't find INFILE [nix.txt]")
    check(cli("stack", "nix.txt", "-o", "x.tiff", "-q"), 4, "Can't find INFILE [nix.txt]")


def test_one_entry(cli: Callable[..., Said], tmp_path: Path, fixtures: Path) -> None:
    (tmp_path / "one.txt").write_text(f"{fixtures / 'odd' / 'frame_1.jpg'}\n")
    check(cli("focStack", "one.txt"), 1, "Need at least 2 entries in INFILE [one.txt]")


def test_missing_photo(cli: Callable[..., Said], tmp_path: Path, fixtures: Path) -> None:
    (tmp_path / "list.txt").write_text(f"{fixtures / 'odd' / 'frame_1.jpg'}\nnix.jpg\n")
    check(cli("focStack", "list.txt"), 1, "list.txt:2", "nix.jpg")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("text.jpg", "cannot be read as an image"),
        ("empty.jpg", "cannot be read as an image"),
        ("truncated.jpg", "damaged or cut short"),
        ("cmyk.jpg", "CMYK"),
        ("two_pages.tif", "2 pages"),
    ],
)
@pytest.mark.parametrize("recipe", ["snibgo-2014", "imstack"])
def test_bad_photo(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path, name: str, words: str, recipe: str
) -> None:
    good = fixtures / "odd" / "frame_1.jpg"
    bad = fixtures / "bad" / name
    said = cli("stack", good, bad, "-o", "x.tiff", "-r", recipe, "-q")
    check(said, 4, str(bad), words)
    assert not (tmp_path / "x.tiff").exists()


def test_truncated_is_allowed_on_demand(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path
) -> None:
    photos = [fixtures / "bad" / "truncated.jpg", fixtures / "odd" / "frame_2.jpg"]
    allow = "frames.allow_truncated=true"
    said = cli("stack", *photos, "-o", "x.tiff", *LITERAL, "--set", allow)
    assert (said.code, said.err) == (0, "")
    assert read_pixels(tmp_path / "x.tiff").shape == (121, 161, 3)
    # What was allowed once is still refused without the option.
    check(cli("stack", *photos, "-o", "y.tiff", *LITERAL), 4, "truncated.jpg")


def test_other_size_names_both(cli: Callable[..., Said], fixtures: Path) -> None:
    first, other = fixtures / "odd" / "frame_1.jpg", fixtures / "bad" / "other_size.jpg"
    said = cli("stack", first, other, "-o", "x.tiff", *LITERAL)
    check(said, 4, str(first), "161x121", str(other), "150x121")


def test_output_is_an_input(cli: Callable[..., Said], fixtures: Path, tmp_path: Path) -> None:
    copies = [tmp_path / f"frame_{number}.jpg" for number in (1, 2)]
    for copy in copies:
        copy.write_bytes((fixtures / "odd" / copy.name).read_bytes())
    before = copies[0].read_bytes()
    check(cli("stack", *copies, "-o", copies[0]), 8, "is one of the photos")
    assert copies[0].read_bytes() == before


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("nix/x.tiff", "folder"),
        (".", "is a folder"),
        ("x.unknown", "cannot write it"),
        ("x", "cannot write it"),
    ],
)
def test_output_cannot_be_written(
    cli: Callable[..., Said], fixtures: Path, output: str, words: str
) -> None:
    photos = [fixtures / "odd" / f"frame_{number}.jpg" for number in (1, 2)]
    check(cli("stack", *photos, "-o", output), 8, words)


@pytest.mark.parametrize("ending", ["tif", "TIFF", "jpeg", "Jpg", "png", "miff", "ppm", "webp"])
def test_endings_that_are_written(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path, ending: str
) -> None:
    photos = [fixtures / "odd" / f"frame_{number}.jpg" for number in (1, 2)]
    assert cli("stack", *photos, "-o", f"x.{ending}", *LITERAL).code == 0
    assert read_pixels(tmp_path / f"x.{ending}").shape == (121, 161, 3)


def test_recipe_with_faults(cli: Callable[..., Said], fixtures: Path) -> None:
    photos = [fixtures / "odd" / f"frame_{number}.jpg" for number in (1, 2)]
    said = cli("stack", *photos, "-o", "x.tiff", "--set", "merge.metod=masks")
    check(said, 3, "--set", "merge.metod", "did you mean 'method'?")


def test_missing_tmpdir(cli: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "nowhere")
    check(cli("focStack", "list.txt"), 1, "TMPDIR nowhere")


@pytest.mark.parametrize(
    "script",
    [
        "focStack",
        "whatScalePrec",
        "whatScale",
        "whatTrans",
        "mSRTdelta",
        "twoBlrDiff",
        "whichPix",
        "setInOut",
    ],
)
def test_usage_without_arguments(cli: Callable[..., Said], script: str) -> None:
    said = cli(script)
    assert said.code == 1
    assert said.out.startswith(f"Usage: imstack {script}")
    assert "Sets " in said.out


def test_too_few_arguments(cli: Callable[..., Said]) -> None:
    assert cli("whatTrans", "a.jpg").code == 1
    assert cli("stack", "-o", "x.tiff").code == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("stack", "a.jpg", "b.jpg", "-o", "x.png", "--record", "a.jpg"), 8),
        (("stack", "l.txt", "-o", "x.png", "--record", "l.txt"), 8),
        (("stack", "l.txt", "-o", "x.png", "-r", "r.yaml", "--record", "r.yaml"), 8),
        (("focStack", "l.txt", "x.png", "--env", "l.txt"), 1),
        (("whatTrans", "a.jpg", "b.jpg", "--env", "b.jpg"), 1),
        (("setInOut", "a.jpg", "fs", "--env", "a.jpg"), 1),
    ],
)
def test_side_outputs_never_overwrite_an_input(
    cli: Callable[..., Said], fixtures: Path, words: tuple[str, ...], code: int
) -> None:
    for name, number in (("a.jpg", 1), ("b.jpg", 2)):
        Path(name).write_bytes((fixtures / "odd" / f"frame_{number}.jpg").read_bytes())
    Path("l.txt").write_text("a.jpg\nb.jpg\n")
    Path("r.yaml").write_text("recipe: 1\n")
    before = {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    said = cli(*words)
    assert said.code == code
    assert "it is not replaced" in said.err
    after = {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    assert after == before


def test_variables_never_overwrite_the_picture(cli: Callable[..., Said], fixtures: Path) -> None:
    photos = [fixtures / "odd" / f"frame_{number}.jpg" for number in (1, 2)]
    said = cli("whichPix", *photos, "x.miff", "--env", "x.miff")
    assert said.code == 1
    assert "x.miff: is a file that holds no variables; it is not replaced" in said.err
    assert read_pixels(Path("x.miff")).shape == (121, 161, 3)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("x_depth.png", ("--set", "output.depth_map=true")),
        ("x_index.png", ("--set", "output.index_map=true")),
        ("x_vpmask.png", ("--set", "crop.to=none")),
        ("x_mask_1.png", ("-r", "snibgo-2014")),
    ],
)
def test_companions_never_overwrite_a_photo(
    cli: Callable[..., Said], fixtures: Path, name: str, settings: tuple[str, ...]
) -> None:
    data = (fixtures / "odd" / "frame_1.jpg").read_bytes()
    Path(name).write_bytes(data)
    said = cli("stack", name, fixtures / "odd" / "frame_2.jpg", "-o", "x.png", "-q", *settings)
    check(said, 8, name, "is one of the photos; inputs are never overwritten")
    assert Path(name).read_bytes() == data


def test_side_outputs_replace_their_own_kind(cli: Callable[..., Said], fixtures: Path) -> None:
    photos = [fixtures / "odd" / f"frame_{number}.jpg" for number in (1, 2)]
    Path("vars.txt").touch()
    for _ in range(2):
        assert cli("stack", *photos, "-o", "x.png", "--record", "run.jsonl").code == 0
        assert cli("mSRTdelta", photos[0], 1, 2, "--env", "vars.txt").code == 0
    assert Path("vars.txt").read_text().startswith("x0=80\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("stack", "", "-o", "x.png"), 4),
        (("stack", "a.jpg", "", "-o", "x.png"), 4),
        (("plan", ""), 4),
        (("stack", "a.jpg", "b.jpg", "-o", ""), 2),
        (("sweep", "a.jpg", "b.jpg", "--over", "crop.to=[none]", "-o", ""), 2),
        (("focStack", ""), 1),
        (("setInOut", "", "fs"), 1),
        (("whichPix", "a.jpg", ""), 1),
        (("migrate", ""), 2),
    ],
)
def test_empty_names(cli: Callable[..., Said], words: tuple[str, ...], code: int) -> None:
    """A variable that is not set must not mean the current folder."""
    said = cli(*words)
    assert said.code == code
    assert "is empty" in said.err
    assert "a variable in the command may not be set" in said.err


LONG = "x" * 300


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("stack", LONG, "-o", "x.png"), 4),
        (("stack", f"{LONG}.jpg", "a.jpg", "-o", "x.png"), 4),
        (("stack", "FRAMES", "-o", f"{LONG}.png"), 8),
        (("stack", "FRAMES", "-o", f"{LONG}/x.png"), 8),
        (("stack", "FRAMES", "-o", "x.png", "--tmpdir", LONG), 8),
        (("stack", "FRAMES", "-o", "x.png", "--write-commands", f"{LONG}.sh"), 8),
        (("verify", "FRAMES", "-o", f"{LONG}.png"), 4),
        (("focStack", LONG), 1),
    ],
)
def test_names_that_are_too_long(
    cli: Callable[..., Said], fixtures: Path, words: tuple[str, ...], code: int
) -> None:
    photos = [fixtures / "odd" / f"frame_{number}.jpg" for number in (1, 2)]
    at = words.index("FRAMES") if "FRAMES" in words else len(words)
    given = [*words[:at], *photos, *words[at + 1 :]] if at < len(words) else [*words]
    said = cli(*given)
    assert said.code == code
    assert LONG[:60] in said.err
    assert "internal error" not in said.err


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
@pytest.mark.parametrize("name", [b"a\nb.jpg", b"a\xff.jpg", b"a\x1b[1m.jpg"])
def test_odd_names_take_one_line(cli: Callable[..., Said], fixtures: Path, name: bytes) -> None:
    bad = Path.cwd() / os.fsdecode(name)
    bad.write_bytes(b"")
    said = cli("stack", fixtures / "odd" / "frame_1.jpg", bad, "-o", "x.png", "-q")
    assert said.code == 4
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(bad))
    expected = f"error: {shown}: cannot be read as an image: insufficient image data in file\n"
    assert said.err == expected


def test_camera_raw_files(cli: Callable[..., Said], tmp_path: Path) -> None:
    for name in ("a.CR2", "b.cr2"):
        (tmp_path / name).write_bytes(b"II*\0\x10\0\0\0CR\2\0" + bytes(200))
    said = cli("stack", tmp_path, "-o", "x.png", "-q")
    check(said, 4, "need at least 2 photos in the folder, found 0")
    assert "camera raw files (.cr2) must be developed to TIFF or JPEG first" in said.err
    said = cli("stack", tmp_path / "a.CR2", tmp_path / "b.cr2", "-o", "x.png", "-q")
    check(said, 4, "a.CR2: cannot be read as an image")
    assert "/magick-" not in said.err


def test_what_nobody_may_read(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told as it is; root may read anything, so the refusal is made up."""
    photos = [fixtures / "odd" / f"frame_{number}.jpg" for number in (1, 2)]
    opened = Path.open

    def refused(path: Path, *words: Any, **more: Any) -> Any:
        if path == photos[1]:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *words, **more)

    monkeypatch.setattr(Path, "open", refused)
    said = cli("stack", *photos, "-o", "x.png", "-q")
    check(said, 4, "frame_2.jpg: cannot be read: Permission denied")

    def forbidden(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_dir", forbidden)
    said = cli("stack", *photos, "-o", tmp_path / "x.png", "-q")
    assert said.code in {4, 8}
    assert "Permission denied" in said.err


def test_a_photo_that_is_named_twice(cli: Callable[..., Said], fixtures: Path) -> None:
    photos = [fixtures / "odd" / f"frame_{number}.jpg" for number in (1, 2)]
    said = cli("stack", *photos, photos[0], "-o", "x.png")
    assert said.code == 0
    assert f"warning: [{photos[0]}] is named 2 times" in said.err


def test_unrelated_images_are_too_dissimilar(cli: Callable[..., Said], tmp_path: Path) -> None:
    black, white = tmp_path / "black.ppm", tmp_path / "white.ppm"
    black.write_bytes(b"P6 64 64 255\n" + bytes(64 * 64 * 3))
    white.write_bytes(b"P6 64 64 255\n" + b"\xff" * (64 * 64 * 3))
    for script in (("whatTrans",), ("whatScale", 0.9, 1.1, 10)):
        name, *numbers = script
        said = cli(name, black, white, *numbers)
        check(said, 1, "black.ppm", "white.ppm", "too dissimilar")


def test_temp_files_never_overwrite_photos(
    cli: Callable[..., Said], fixtures: Path, tmp_path: Path
) -> None:
    photo = tmp_path / "tmp" / "wall_fs_0.miff"
    photo.write_bytes((fixtures / "odd" / "frame_1.jpg").read_bytes())
    before = photo.read_bytes()
    (tmp_path / "wall.txt").write_text(f"{photo}\n{fixtures / 'odd' / 'frame_2.jpg'}\n")
    check(cli("focStack", "wall.txt", "-q"), 1, str(photo), "is one of the photos")
    assert photo.read_bytes() == before


def test_scale_that_never_narrows(cli: Callable[..., Said], fixtures: Path) -> None:
    photos = [fixtures / "odd" / f"frame_{number}.jpg" for number in (1, 2)]
    check(cli("whatScalePrec", *photos, 0.9, 1.1, 4, 1.01), 1, "never narrow")
    check(cli("whatScalePrec", *photos, 1.1, 0.9, 10, 1.01), 1, "no scales to try")


def test_frames_too_small_to_register(cli: Callable[..., Said], tmp_path: Path) -> None:
    names = [tmp_path / f"{number}.pgm" for number in (1, 2)]
    for name in names:
        name.write_bytes(b"P5 1 50 255\n" + bytes(range(50)))
    check(cli("stack", *names, "-o", "x.png", "-q"), 4, "1.pgm", "1x50 pixels are too few")


def test_reference_that_is_not_there(cli: Callable[..., Said], fixtures: Path) -> None:
    photos = [fixtures / "odd" / f"frame_{number}.jpg" for number in (1, 2)]
    said = cli("stack", *photos, "-o", "x.png", "-q", "--set", "frames.reference=99")
    check(said, 2, "frames.reference is 99", "frames 0 to 1")
