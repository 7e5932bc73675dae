"""The commands named after the BAT scripts: messages, variables, files."""

from __future__ import annotations

import os
import shlex
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest

import imstack
from imstack.magick.images import open_image, read_pixels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.conftest import Said


def variables(text: str) -> dict[str, str]:
    """Return ``NAME=value`` lines as a dictionary."""
    return dict(line.split("=", 1) for line in text.splitlines())


@pytest.fixture
def photos(fixtures: Path, tmp_path: Path) -> list[Path]:
    """Return copies of three small frames, listed in ``wall.txt``."""
    copies = []
    for number in (1, 2, 3):
        copy = tmp_path / f"frame_{number}.jpg"
        copy.write_bytes((fixtures / "odd" / copy.name).read_bytes())
        copies.append(copy)
    (tmp_path / "wall.txt").write_text("".join(f"{copy.name}\n" for copy in copies))
    return copies


def test_foc_stack(cli: Callable[..., Said], photos: list[Path], tmp_path: Path) -> None:
    inputs = [photo.read_bytes() for photo in photos]
    said = cli("focStack", "wall.txt", "out.tiff")
    assert said.code == 0
    mask = tmp_path / "tmp" / "wall_fs_vpmask.miff"
    assert variables(said.out) == {"fsOUTFILE": "out.tiff", "fsVP_MASK": str(mask)}
    lines = said.err.splitlines()
    assert lines[:4] == ["Read the list of input photos.", *[photo.name for photo in photos]]
    steps = [
        "Find the scale of each against the next.",
        "Find scale of 0",
        "Find scale of 1",
        "Calculate cumulative scales.",
        "Scale each image.",
        "Scale 0",
        "Scale 1",
        "Find translations between scaled files.",
        "Find translation 0",
        "Find translation 1",
        "Calculate cumulative translation.",
        "Scale and translate images.",
        "Scale and translate 0",
        "Scale and translate 1",
        "Make and apply masks",
        "Mask 2",
        "Wrap up.",
    ]
    assert [line for line in lines if line in steps] == steps
    assert any(line.startswith("PREC=1.0") for line in lines)
    left = {path.name for path in (tmp_path / "tmp").iterdir()}
    assert left == {
        "wall_fs_0.miff",
        "wall_fs_0_wp_mask_dbg.miff",
        "wall_fs_1.miff",
        "wall_fs_data.lis",
        "wall_fs_out.miff",
        "wall_fs_out_wp_mask_dbg.miff",
        "wall_fs_vpmask.miff",
    }
    assert {path.name for path in tmp_path.iterdir()} == {
        *(photo.name for photo in photos), "wall.txt", "out.tiff", "tmp", "cache",
    }  # fmt: skip
    assert [photo.read_bytes() for photo in photos] == inputs


def test_default_output_lies_beside_the_list(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path
) -> None:
    assert len(photos) == 3
    assert variables(cli("focStack", "wall.txt").out)["fsOUTFILE"] == "wall_fs.tiff"
    assert read_pixels(tmp_path / "wall_fs.tiff").shape == (121, 161, 3)


def test_no_vp_mask(
    cli: Callable[..., Said],
    photos: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert len(photos) == 3
    monkeypatch.setenv("fsMAKE_VP_MASK", "0")
    said = cli("focStack", "wall.txt")
    assert variables(said.out)["fsVP_MASK"].endswith("wall_fs_vpmask.miff")
    assert not (tmp_path / "tmp" / "wall_fs_vpmask.miff").exists()
    # Exactly 0: a blank behind it makes it another value, as in the BAT file.
    monkeypatch.setenv("fsMAKE_VP_MASK", "0 ")
    assert cli("focStack", "wall.txt").code == 0
    assert (tmp_path / "tmp" / "wall_fs_vpmask.miff").exists()


def test_env_file_leaves_messages_on_standard_output(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path
) -> None:
    said = cli("whatTrans", photos[0], photos[1], "--env", "found.txt")
    found = variables((tmp_path / "found.txt").read_text())
    assert set(found) == {"wtX", "wtY", "wtSCORE", "wtDODGY"}
    assert said.out == "".join(f"{name}={value} " for name, value in found.items()) + "\n"
    assert said.err == ""


def test_env_sh_is_safe_to_eval(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path
) -> None:
    odd = tmp_path / "it's $HOME & more.tiff"
    said = cli("whichPix", photos[0], photos[1], odd, "--env", "sh")
    script = f'{said.out}\nprintf %s "$wpOUTFILE"'
    shown = subprocess.run(["sh", "-euc", script], capture_output=True, text=True, check=True)
    assert shown.stdout == str(odd)
    assert shlex.quote(str(odd)) in said.out


def test_scripts_equal_functions(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path
) -> None:
    first, second = photos[:2]
    found = imstack.what_scale_prec(first, second)
    shown = variables(cli("whatScalePrec", first, second, 0.9, 1.1, 10, 1.00621).out)
    assert shown == {
        "wspSCALE": f"{found.scale:.9g}",
        "wspFACT": f"{found.fact:.9g}",
        "wspDODGY": str(int(found.dodgy)),
    }
    one = imstack.what_scale(first, second, 0.9, 1.1, 10)
    assert (
        variables(cli("whatScale", first, second, 0.9, 1.1, 10).out)["wsSCALE"]
        == f"{one.scale:.9g}"
    )
    shift = imstack.what_trans(first, second)
    assert variables(cli("whatTrans", first, second).out)["wtX"] == str(shift.dx)
    assert variables(cli("mSRTdelta", first, -8, 1).out) == {
        "x0": "80", "y0": "60", "x1": "72", "y1": "61",
    }  # fmt: skip
    assert variables(cli("setInOut", "a/list.txt", "fs").out) == {
        "INFILE": "a/list.txt",
        "INNAME": "list",
        "EXT": ".txt",
        "OUTFILE": "a/list_fs.tiff",
        "TMPDIR": str(tmp_path / "tmp"),
    }


def test_two_blr_diff_obeys_tbd_auto(
    cli: Callable[..., Said], photos: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "tmp" / "frame_1_tbd.miff"
    assert variables(cli("twoBlrDiff", photos[0], 4, 6, 6).out) == {"tbdOUTFILE": str(out)}
    stretched = read_pixels(out)
    monkeypatch.setenv("tbdAUTO", "0")
    assert cli("twoBlrDiff", photos[0], 4, 6, 6).code == 0
    assert stretched.max() == 65535 > read_pixels(out).max()


def test_which_pix_debug_mask(
    cli: Callable[..., Said], photos: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = cli("whichPix", photos[0], photos[1])
    mask = tmp_path / "frame_1_wp_mask_dbg.jpg"
    assert variables(said.out) == {
        "wpOUTFILE": str(tmp_path / "frame_1_wp.jpg"),
        "wpDEBUG_MASK": str(mask),
    }
    assert not mask.exists()
    monkeypatch.setenv("wpDEBUG", "1")
    assert cli("whichPix", photos[0], photos[1]).code == 0
    assert mask.exists()


def test_stack_takes_lists_folders_and_photos(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for photo in photos:
        (folder / photo.name).write_bytes(photo.read_bytes())
    given: list[list[object]] = [["wall.txt"], [folder], [*photos]]
    for number, words in enumerate(given):
        said = cli("stack", *words, "-o", f"{number}.png", "-r", "snibgo-2014", "-q")
        assert (said.code, said.err) == (0, "")
    pixels = [read_pixels(tmp_path / f"{number}.png") for number in range(3)]
    assert (pixels[0] == pixels[1]).all()
    assert (pixels[0] == pixels[2]).all()


def test_stack_equals_foc_stack(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path
) -> None:
    stacked = imstack.stack(photos, "snibgo-2014", tmp_path / "function.tiff")
    assert stacked.outfile == tmp_path / "function.tiff"
    assert stacked.registration.literal is not None
    assert len(stacked.registration.literal.scales) == 2
    assert cli("focStack", "wall.txt", "command.tiff").code == 0
    both = [read_pixels(tmp_path / f"{name}.tiff") for name in ("function", "command")]
    assert (both[0] == both[1]).all()


def test_a_second_run_leaves_its_own_results_out(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path
) -> None:
    assert len(photos) == 3
    folder = tmp_path / "photos"
    folder.mkdir()
    for photo in photos:
        photo.rename(folder / photo.name)
    words = ("stack", folder, "-o", folder / "wall.png", "--set", "output.index_map=true")
    whole = ("--set", "crop.to=none", "-q")
    first, second = cli(*words, *whole), cli(*words, *whole)
    assert (first.code, first.err) == (0, "")
    assert second.code == 0
    told = f"warning: {folder}: 3 results of an earlier run are left out"
    assert second.err.splitlines()[-1] == told


@pytest.mark.parametrize("name", ["frame_2.jpg", "near.jpg"])
@pytest.mark.parametrize("recipe", ["imstack", "snibgo-2014"])
def test_a_photo_of_the_folder_is_no_earlier_result(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path, name: str, recipe: str
) -> None:
    """One of a series by its name, or one that is older than another photo."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for time, (photo, new) in enumerate(zip(photos, ["frame_1", "near", "frame_2"], strict=True)):
        os.utime(photo.rename(folder / f"{new}.jpg"), (time, time))
    before = (folder / name).read_bytes()
    said = cli("stack", folder, "-o", folder / name, "-r", recipe, "-q")
    assert (said.code, said.out) == (8, "")
    assert f"{name}: is one of the photos; inputs are never overwritten" in said.err
    assert (folder / name).read_bytes() == before


def exif(orientation: int) -> bytes:
    """Return an EXIF profile that holds the orientation alone."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)


@pytest.mark.parametrize("ending", ["jpg", "tiff", "png", "webp"])
def test_pictures_stand_upright(
    cli: Callable[..., Said], photos: list[Path], tmp_path: Path, ending: str
) -> None:
    """The camera was turned: where the format cannot say so, the pixels are turned."""
    for photo in photos:
        profile = exif(6)
        head = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(profile) + 2) + profile
        photo.write_bytes(head + photo.read_bytes()[2:])
    said = cli("stack", *photos, "-o", f"out.{ending}", "--set", "crop.to=none", "-q")
    assert (said.code, said.err) == (0, "")
    with open_image(tmp_path / f"out.{ending}") as picture:
        turned = picture.size == (121, 161)
        says_so = picture.orientation == "right_top"
    assert turned != says_so
