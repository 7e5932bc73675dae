"""The reference against what the seed prints, and against itself: it must be right first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reference.focstack import Frame, Run, dump, foc_stack, parse_dump, read_list
from tests.reference.im import COMPARE, CommandFailed, Runner, available
from tests.reference.programs import MISSING
from tests.reference.scripts import (
    Window,
    candidates,
    half,
    msrt_delta,
    narrowed,
    two_blr_diff,
    what_trans,
    which_pix,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not available(), reason=MISSING)

# The seed's page prints both scales, their FACT and the PREC that a 7360 px photo gives.
PUBLISHED = [
    ("0.979424792", (4, 6, 4, 5, 4, 5, 5)),
    ("0.980764083", (4, 6, 4, 6, 4, 5, 6)),
]


@pytest.fixture
def im(tmp_path: Path) -> Runner:
    return Runner(cwd=tmp_path)


@pytest.mark.parametrize(("scale", "path"), PUBLISHED)
def test_the_published_scales_are_reached_to_the_last_digit(
    im: Runner, scale: str, path: tuple[int, ...]
) -> None:
    minimum, maximum, precision = "0.9", "1.1", "1.00014"
    best, fact = "", ""
    for number, index in enumerate(path, start=1):
        fact = im.fx9(f"({maximum}/{minimum})^(1/10)")
        best = candidates(im, minimum, fact, 10)[index]
        assert (im.fx9(f"{fact}<={precision}") == "1") == (number == len(path))
        minimum, maximum = narrowed(im, best, fact)
    assert (best, fact) == (scale, "1.0000822")


def test_imagemagick_and_python_print_the_same_nine_digits(im: Runner) -> None:
    fact = im.fx9("(1.1/0.9)^(1/10)")
    assert fact == f"{(1.1 / 0.9) ** 0.1:.9g}"
    ours = ["0.9"]
    for _ in range(10):
        ours.append(f"{float(ours[-1]) * float(fact):.9g}")
    assert candidates(im, "0.9", fact, 10) == tuple(ours)


def test_msrt_delta_and_the_published_cumulative_shifts(im: Runner) -> None:
    im.convert("-size", "7361x4912", "xc:", "a.png")
    assert msrt_delta(im, "a.png", 1, -11) == (3680, 2456, 3681, 2445)
    assert msrt_delta(im, "a.png", 9, -12) == (3680, 2456, 3689, 2444)


@pytest.mark.parametrize(
    ("length", "part"), [(256, 128), (241, 119), (321, 159), (323, 161), (254, 126), (3, 1)]
)
def test_the_searched_half_keeps_its_parity(length: int, part: int) -> None:
    assert half(length) == part
    assert (length - part) % 2 == 0


def test_a_list_is_read_as_for_f_reads_it() -> None:
    assert read_list("  a b.jpg\r\n\n;off\n\t\n b.jpg ") == ["a b.jpg", "b.jpg "]


def test_the_dump_is_sorted_as_set_sorts_it() -> None:
    frames = [Frame(f"{i}.jpg", f"t{i}", "0.9", "0.8", 1, -2, 3, 4) for i in range(11)]
    frames.append(Frame("last.jpg", "last.jpg", cumul_scale="1"))
    lines = dump(frames).splitlines()
    assert lines[:4] == [
        "fsFILES.Cnt=12",
        "fsFILES[0].Aligned=t0",
        "fsFILES[0].CumulDX=3",
        "fsFILES[0].CumulDY=4",
    ]
    assert lines.index("fsFILES[10].DX=1") < lines.index("fsFILES[1].DX=1")
    assert not [line for line in lines if line.startswith(("fsFILES[11].DX", "fsFILES[11].Scale"))]
    assert parse_dump(dump(frames)) == [(1, -2)] * 11


# ------------------------------------------------------------------- with real pixels


def a_frame(im: Runner, name: str, *roll: str, size: str = "96x81", extra: str = "") -> str:
    """Draw a repeatable texture, shifted by `roll`."""
    texture = ("-size", size, "plasma:tan-navy", "-blur", "0x0.6", "-auto-level")
    shift = ("-roll", roll[0]) if roll else ()
    im.convert("-seed", "7", *texture, *shift, *extra.split(), name)
    return name


@pytest.mark.parametrize(
    ("ending", "extra", "depth"),
    [
        (".jpg", "-quality 95", 8),
        (".tif", "-depth 16", 16),
        (".jpg", "-colorspace Gray", 8),
        (".png", "-depth 8 -alpha set -channel A -evaluate multiply 0.8 +channel", 8),
    ],
    ids=["jpeg", "tiff16", "gray", "alpha"],
)
def test_a_run_on_every_kind_of_frame(im: Runner, ending: str, extra: str, depth: int) -> None:
    names = [
        a_frame(im, f"f{i}{ending}", roll, extra=extra) for i, roll in enumerate(["+0+0", "+3-2"])
    ]
    names.append(a_frame(im, f"f2{ending}", "+1-1", extra=extra))
    (im.cwd / "list.txt").write_text("\n".join(names), encoding="utf-8")
    tmpdir = im.cwd / "tmp"
    tmpdir.mkdir()
    run = foc_stack("list.txt", "out.tiff", tmpdir=tmpdir, im=im)

    assert run.prec == "1.01042"
    assert [(t.x, t.y, t.dodgy) for t in run.translations] == [(3, -2, 0), (-2, 1, 0)]
    assert [(f.cumul_dx, f.cumul_dy) for f in run.frames] == [(1, -1), (-2, 1), (0, 0)]
    assert {depth_of(im, path) for path in kept_pixels(run)} == {depth}
    assert (run.tmpdir / "list_fs_data.lis").read_text() == run.dump
    assert run.said[0] == "Read the list of input photos."
    assert run.said[-1] == "Wrap up."


def kept_pixels(run: Run) -> list[str]:
    merged = [path for m in run.merges for path in (m.diff1, m.diff2, m.outfile)]
    return [*run.scaled, *run.aligned, *merged]


def depth_of(im: Runner, path: str) -> int:
    return int(im.identify("-format", "%z", path))


def test_a_window_gives_the_answer_of_the_full_search(im: Runner) -> None:
    one, two = a_frame(im, "a.png"), a_frame(im, "b.png", "+4-3")
    full = what_trans(im, one, two, tmpdir=im.cwd)
    assert (full.x, full.y) == (4, -3)
    assert what_trans(im, one, two, tmpdir=im.cwd, window=Window(2, 3, -3)) == full
    with pytest.raises(CommandFailed, match="border of the window"):
        what_trans(im, one, two, tmpdir=im.cwd, window=Window(2, 1, -3))


def test_a_shift_to_the_edge_of_the_search_is_dodgy(im: Runner) -> None:
    one, two = a_frame(im, "a.png"), a_frame(im, "b.png", "+24+0")
    found = what_trans(im, one, two, tmpdir=im.cwd)
    assert (found.x, found.y, found.dodgy) == (24, 0, 1)


def test_too_dissimilar_images_are_a_failure(im: Runner) -> None:
    im.convert("-size", "64x48", "xc:black", "a.png")
    im.convert("-size", "64x48", "xc:white", "b.png")
    with pytest.raises(CommandFailed, match="dissimilar"):
        what_trans(im, "a.png", "b.png", tmpdir=im.cwd)


def test_the_mask_is_white_where_the_second_image_is_sharper(im: Runner) -> None:
    sharp = a_frame(im, "sharp.png", size="200x100")
    im.convert(sharp, "-region", "100x100+0+0", "-blur", "0x5", "one.png")
    im.convert(sharp, "-region", "100x100+100+0", "-blur", "0x5", "two.png")
    made = which_pix(im, "one.png", "two.png", "out.png", tmpdir=im.cwd)
    assert made.mask == "one_wp_mask_dbg.png"
    halves = ("-format", "%[fx:p{40,50}] %[fx:p{160,50}]")
    assert im.convert(made.mask, *halves, "info:") == "1 0"
    assert (
        float(
            im.run(COMPARE, "-metric", "MAE", sharp, "out.png", "null:", most=1).stderr.split()[0]
        )
        < 100
    )
    silent = which_pix(im, "one.png", "two.png", "out.png", tmpdir=im.cwd, debug="")
    assert silent.mask is None


def test_detail_maps_are_stretched_unless_told_not_to(im: Runner) -> None:
    frame = a_frame(im, "a.png")
    levels = []
    for auto in ("", "0"):
        made = two_blr_diff(im, frame, "4", "6", "6", tmpdir=im.cwd, auto=auto)
        levels.append(float(im.identify("-format", "%[fx:maxima]", made)))
    assert levels[0] == 1
    assert levels[1] < 0.2


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, r"Can't find INFILE \[list.txt\]"), ("a.jpg\n", r"Need at least 2 entries in INFILE")],
)
def test_failures_say_what_the_script_says(im: Runner, text: str | None, message: str) -> None:
    if text is not None:
        (im.cwd / "list.txt").write_text(text, encoding="utf-8")
    with pytest.raises(CommandFailed, match=message):
        foc_stack("list.txt", tmpdir=im.cwd, im=im)
