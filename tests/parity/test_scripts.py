"""Every script as a function against its command lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from imstack.errors import InputError
from imstack.numerals import fx6, fx9
from imstack.scripts.msrt_delta import msrt_delta
from imstack.scripts.two_blr_diff import two_blr_diff
from imstack.scripts.what_scale import candidates, what_scale
from imstack.scripts.what_scale_prec import automatic_precision, narrowed, passes, what_scale_prec
from imstack.scripts.what_trans import central_half, what_trans
from imstack.scripts.which_pix import which_pix
from tests.parity.compare import assert_same_image
from tests.parity.frames import KINDS, warped
from tests.reference import scripts as reference
from tests.reference.im import CommandFailed, Runner

Pairs = dict[str, tuple[Path, Path, Path]]

# ------------------------------------------------------------------------- arithmetic


@pytest.mark.parametrize(
    ("minimum", "maximum", "steps"), [("0.9", "1.1", 10), ("0.9607", "0.98333", 7), ("1", "2", 5)]
)
def test_candidates_are_those_that_identify_computes(
    minimum: str, maximum: str, steps: int, im: Runner
) -> None:
    ours = candidates(float(minimum), float(maximum), steps)
    fact = im.fx9(f"({maximum}/{minimum})^(1/{steps})")
    assert fx9(ours.fact) == fact
    theirs = reference.candidates(im, minimum, fact, steps)
    assert tuple(fx9(scale) for scale in ours.scales) == theirs
    bounds = reference.narrowed(im, theirs[2], fact)
    finer = narrowed(ours, 2)
    assert fx9(finer.scales[0]) == bounds[0]
    assert fx9(finer.fact) == im.fx9(f"({bounds[1]}/{bounds[0]})^(1/{steps})")


@pytest.mark.parametrize("size", [(7360, 4912), (2048, 1536), (241, 320), (3, 2), (60000, 9)])
def test_precision_is_printed_as_identify_prints_it(size: tuple[int, int], im: Runner) -> None:
    im.convert("-size", f"{size[0]}x{size[1]}", "xc:", "-compress", "RLE", "a.miff")
    said = im.identify("-format", "%[fx:1+1/max(w,h)]", "a.miff")
    assert automatic_precision(size) == fx6(1 + 1 / max(size)) == said


@pytest.mark.parametrize("size", [(61, 47), (64, 48), (61, 48)])
@pytest.mark.parametrize("shift", [(0, 0), (1, -11), (-40, 7)])
def test_msrt_delta(size: tuple[int, int], shift: tuple[int, int], im: Runner) -> None:
    im.convert("-size", f"{size[0]}x{size[1]}", "xc:", "a.png")
    ours = msrt_delta(size, *shift)
    theirs = reference.msrt_delta(im, "a.png", *shift)
    assert (ours.x0, ours.y0, ours.x1, ours.y1) == theirs


@pytest.mark.parametrize("length", [*range(2, 20), 241, 256, 2047])
def test_the_central_half(length: int) -> None:
    assert central_half((length, 100))[0] == reference.half(length)


# ----------------------------------------------------------------------------- pixels


@pytest.mark.parametrize("kind", KINDS)
def test_what_scale(kind: str, pairs: Pairs, im: Runner) -> None:
    one = pairs[kind][0]
    two = warped(im, one, "0.97")
    ours = what_scale(one, two, 0.9, 1.1, 10)
    theirs = reference.what_scale(im, str(one), str(two), "0.9", "1.1", 10, tmpdir=im.cwd)
    assert fx9(ours.scale) == theirs.scale
    assert fx9(ours.fact) == theirs.fact
    assert fx6(ours.score) == theirs.score
    assert (ours.indices, ours.dodgy) == ((theirs.index,), bool(theirs.dodgy))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", ["0.97", "1.0426"])
def test_what_scale_prec(kind: str, scale: str, pairs: Pairs, im: Runner) -> None:
    one = pairs[kind][0]
    two = warped(im, one, scale)
    precision = "1.0005"  # finer than a frame this small needs: more passes
    ours = what_scale_prec(one, two, 0.9, 1.1, 10, float(precision))
    theirs = reference.what_scale_prec(
        im, str(one), str(two), "0.9", "1.1", 10, precision, tmpdir=im.cwd
    )
    assert ours.indices == theirs.indices
    line = f"SCALE={fx9(ours.scale)} FACT={fx9(ours.fact)} DODGY={int(ours.dodgy)} "
    assert line == theirs.line
    assert fx6(ours.score) == theirs.passes[-1].score
    tried = passes(0.9, 1.1, 10, ours.indices)
    assert [tuple(map(fx9, one.scales)) for one in tried] == [p.candidates for p in theirs.passes]
    assert [fx9(one.fact) for one in tried] == [one.fact for one in theirs.passes]


def test_a_scale_outside_the_range_is_dodgy_for_both(pairs: Pairs, im: Runner) -> None:
    one = pairs["jpeg-even"][0]
    two = warped(im, one, "0.8")
    ours = what_scale_prec(one, two, 0.99, 1.1, 10, 1.02)
    theirs = reference.what_scale_prec(
        im, str(one), str(two), "0.99", "1.1", 10, "1.02", tmpdir=im.cwd
    )
    assert ours.indices == theirs.indices
    assert (int(ours.dodgy), fx9(ours.scale)) == (theirs.dodgy, theirs.scale)
    assert ours.dodgy


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("roll", ["+0+0", "+3-2", "-5+4"])
def test_what_trans(kind: str, roll: str, pairs: Pairs, im: Runner) -> None:
    one, _two, _ = pairs[kind]
    rolled = f"rolled{one.suffix}"
    im.convert(str(one), "-roll", roll, "-blur", "0x0.7", rolled)
    check_translation(im, one, im.cwd / rolled)


def test_what_trans_of_unrelated_images(pairs: Pairs, im: Runner) -> None:
    one, two, _ = pairs["jpeg-odd"]
    check_translation(im, one, two)


def test_what_trans_at_the_edge_of_the_search_area(pairs: Pairs, im: Runner) -> None:
    one = pairs["jpeg-even"][0]
    im.convert(str(one), "-roll", "+16+0", "rolled.png")
    assert check_translation(im, one, im.cwd / "rolled.png") == 1


@pytest.mark.parametrize(
    "words",
    [("xc:gray40",), ("pattern:checkerboard",), ("pattern:gray50",), ("pattern:verticalsaw",)],
    ids=lambda words: words[0],
)
def test_what_trans_takes_the_first_of_equal_places(words: tuple[str, ...], im: Runner) -> None:
    one = im.cwd / "flat.png"
    im.convert("-size", "50x43", *words, "-depth", "8", str(one))
    check_translation(im, one, one)


def check_translation(im: Runner, one: Path, two: Path) -> int:
    ours = what_trans(one, two)
    theirs = reference.what_trans(im, str(one), str(two), tmpdir=im.cwd)
    line = f"wtX={ours.dx} wtY={ours.dy} wtSCORE={ours.score:g} wtDODGY={int(ours.dodgy)} "
    assert line == theirs.line
    return theirs.dodgy


@pytest.mark.parametrize(("level", "refused"), [(0.31, False), (0.33, True)])
def test_both_refuse_images_that_are_too_dissimilar(
    level: float,
    refused: bool,
    im: Runner,
) -> None:
    one, two = im.cwd / "one.png", im.cwd / "two.png"
    im.convert("-size", "40x30", "xc:black", "-depth", "16", str(one))
    im.convert("-size", "40x30", f"xc:gray({level * 100}%)", "-depth", "16", str(two))
    if not refused:
        check_translation(im, one, two)
        return
    with pytest.raises(CommandFailed, match="dissimilar"):
        reference.what_trans(im, str(one), str(two), tmpdir=im.cwd)
    with pytest.raises(InputError, match=rf"(?s){re.escape(str(one))}.*two.png.*dissimilar"):
        what_trans(one, two)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("auto", [True, False])
def test_two_blr_diff(kind: str, auto: bool, pairs: Pairs, im: Runner) -> None:
    one = pairs[kind][0]
    ours = two_blr_diff(one, im.cwd / "ours.miff", (4, 6, 6), auto=auto)
    said = "" if auto else "0"
    theirs = reference.two_blr_diff(im, str(one), "4", "6", "6", tmpdir=im.cwd, auto=said)
    assert_same_image(ours, theirs)


def test_two_blr_diff_with_other_blurs(pairs: Pairs, im: Runner) -> None:
    one = pairs["tiff16"][0]
    ours = two_blr_diff(one, im.cwd / "ours.miff", (1, 2.5, 3), auto=True)
    theirs = reference.two_blr_diff(im, str(one), "1", "2.5", "3", tmpdir=im.cwd)
    assert_same_image(ours, theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_which_pix(kind: str, pairs: Pairs, im: Runner) -> None:
    ending = KINDS[kind].ending
    folders = [im.cwd / "ours", im.cwd / "theirs"]
    for folder in folders:
        folder.mkdir()
        for name, source in zip("ab", pairs[kind], strict=False):
            (folder / f"{name}{ending}").write_bytes(source.read_bytes())
    ours, theirs = (
        (folder / f"a{ending}", folder / f"b{ending}", folder / "out.miff") for folder in folders
    )
    made = which_pix(*ours, debug=True)
    expected = reference.which_pix(im, *map(str, theirs), tmpdir=folders[1])
    assert_same_image(made.outfile, expected.outfile)
    assert expected.mask is not None
    assert made.debug_mask.name == Path(expected.mask).name
    assert_same_image(made.debug_mask, expected.mask)
