"""Every operator through Wand against the same words given to ``convert``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imstack.magick.command import Convert, convert
from imstack.magick.operators import (
    AlphaOff,
    Append,
    AutoLevel,
    Blur,
    Clone,
    Composite,
    Compress,
    Crop,
    Delete,
    Depth,
    DistortSRT,
    Gray,
    Group,
    Multiply,
    Quality,
    Read,
    Rotate90,
    ScaleTo,
    Step,
    Swap,
    WhiteOut,
    WhiteUnlessBlack,
    Write,
)
from tests.parity.compare import assert_same_image, assert_same_pixels, pixels_of
from tests.parity.frames import KINDS

if TYPE_CHECKING:
    from tests.reference.im import Runner

Pairs = dict[str, tuple[Path, Path, Path]]

WIDTH, HEIGHT = 60, 46  # no larger than any kind

ONE_IMAGE: dict[str, tuple[Step, ...]] = {
    "nothing": (),
    "srt-scale": (DistortSRT("0.979424792,0"),),
    "srt-grow": (DistortSRT("1.0426143,0"),),
    "srt-centre": (DistortSRT("30,23,0.979424792,0,33,12"),),
    "srt-shift": (DistortSRT("30,23,1,0,29,24"),),
    "srt-black": (DistortSRT("30,23,0.95,0,33,12", virtual_pixel="Black"),),
    "srt-mirror": (DistortSRT("0.8,0", virtual_pixel="Mirror"),),
    "srt-turn": (DistortSRT("30.5,23,0.991,0.25,30.9,22.3"),),
    "srt-filter": (DistortSRT("30.5,23,0.991,0,30.9,22.3", filter="LanczosRadius"),),
    "srt-triangle": (DistortSRT("0.9,0", filter="Triangle"),),
    "blur-4": (Blur(4),),
    "blur-6": (Blur(6),),
    "blur-fraction": (Blur(0.75),),
    "gray": (Gray(),),
    "gray-blur": (Gray(), Blur(4)),
    "auto-level": (AutoLevel(),),
    "white-out": (WhiteOut(),),
    "white-out-srt": (WhiteOut(), DistortSRT("30,23,0.95,0,33,12", virtual_pixel="Black")),
    "white-unless-black": (Gray(), WhiteUnlessBlack()),
    "alpha-off": (AlphaOff(),),
    "alpha-off-srt": (AlphaOff(), DistortSRT("0.97,0")),
    "row": (ScaleTo(WIDTH, 1),),
    "column": (ScaleTo(1, HEIGHT),),
    "column-turned": (ScaleTo(1, HEIGHT), Rotate90()),
    "turned-srt": (ScaleTo(1, HEIGHT), Rotate90(), DistortSRT("0.97,0")),
    "larger": (ScaleTo(97, 83),),
    "turn": (Rotate90(),),
    "crop-even": (Crop(30, 22, 15, 12),),
    "crop-odd": (Crop(29, 23, 7, 11),),
    "crop-srt": (Crop(29, 23, 7, 11), DistortSRT("0.97,0")),
    "brighter": (Multiply("1.037"),),
    "redder": (Multiply("1.037", "R"), Multiply("0.95", "B")),
    "greener": (Multiply("1.02", "G"), DistortSRT("0.97,0")),
    "darker": (Multiply("0.912345678"),),
    "depth-16": (Blur(0.75), Depth(16)),
    "clone": (
        Group((Clone(0), Blur(4))),
        Group((Clone(0), Blur(6))),
        Delete(0),
        Composite("Difference"),
        Blur(6),
    ),
}

TWO_IMAGES: dict[str, tuple[Step, ...]] = {
    "difference": (Composite("Difference"),),
    "minus": (Composite("MinusDst"),),
    "minus-white": (Composite("MinusDst"), WhiteUnlessBlack()),
    "gray-minus-white": (Gray(), Composite("MinusDst"), WhiteUnlessBlack()),
    "over": (Composite("Over"),),
    "darken": (Composite("Darken"),),
    "swap-difference": (Swap(0, 1), Composite("MinusDst")),
    "delete": (Delete(0),),
    "side-by-side": (Append(),),
    "stacked": (Append(downwards=True),),
    "alpha-off-over": (AlphaOff(), Composite("Over")),
}


def check(command: Convert, out: Path, im: Runner) -> None:
    """Run a command both ways; its last step writes `out`."""
    words = command.words()
    assert words[-1] == str(out)
    command.run()
    theirs = out.with_name(f"theirs_{out.name}")
    im.convert(*words[:-1], str(theirs))
    assert_same_image(out, theirs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ONE_IMAGE)
def test_one_image(kind: str, name: str, pairs: Pairs, im: Runner) -> None:
    one, _, _ = pairs[kind]
    out = im.cwd / "out.miff"
    check(convert(Read(one), *ONE_IMAGE[name], Write(out)), out, im)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TWO_IMAGES)
def test_two_images(kind: str, name: str, pairs: Pairs, im: Runner) -> None:
    one, two, _ = pairs[kind]
    out = im.cwd / "out.miff"
    check(convert(Read(one), Read(two), *TWO_IMAGES[name], Write(out)), out, im)


MERGE: tuple[Step, ...] = (Swap(0, 2), AlphaOff(), Composite("Over"))


@pytest.mark.parametrize("kind", KINDS)
def test_over_through_a_mask(kind: str, pairs: Pairs, im: Runner) -> None:
    one, two, _ = pairs[kind]
    out, shown = im.cwd / "out.miff", im.cwd / "mask.miff"
    gray = (Group((Read(one), Gray())), Group((Read(two), Gray())))
    mask = (*gray, Composite("MinusDst"), WhiteUnlessBlack(), Write(shown))
    check(convert(*mask, Read(two), Read(one), *MERGE, Write(out)), out, im)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "alpha"])
def test_over_through_a_gradual_mask(kind: str, pairs: Pairs, im: Runner) -> None:
    """The method has no such mask. With a switched-off alpha channel `convert` blends by it."""
    one, two, gradient = pairs[kind]
    out = im.cwd / "out.miff"
    check(convert(Read(gradient), Read(two), Read(one), *MERGE, Write(out)), out, im)


@pytest.mark.parametrize("kind", ["jpeg-odd", "gray", "tiff16", "alpha"])
@pytest.mark.parametrize(
    ("ending", "steps"),
    [
        (".tiff", ()),
        (".tiff", (Compress("Zip"),)),
        (".tiff", (Compress("LZW"),)),
        (".tiff", (Compress("None"),)),
        (".tiff", (Depth(16),)),
        (".png", ()),
        (".jpg", ()),
        (".jpg", (Quality(80),)),
        (".miff", ()),
    ],
    ids=lambda value: (
        value if isinstance(value, str) else "-".join(w for s in value for w in s.words())
    ),
)
def test_output_files(
    kind: str, ending: str, steps: tuple[Step, ...], pairs: Pairs, im: Runner
) -> None:
    one, _, _ = pairs[kind]
    out = im.cwd / f"out{ending}"
    check(convert(Read(one), Blur(0.75), *steps, Write(out)), out, im)
    if ending == ".tiff" and len(steps) == 1:
        form = ("-format", "%C", str(out))
        theirs = str(out.with_name(f"theirs_{out.name}"))
        assert im.identify(*form) == im.identify("-format", "%C", theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_in_memory_are_those_of_a_16_bit_file(kind: str, pairs: Pairs, im: Runner) -> None:
    one, _, _ = pairs[kind]
    command = convert(Read(one), AlphaOff(), Blur(4))
    out = im.cwd / "out.miff"
    im.convert(*command.words(), "-depth", "16", str(out))
    assert_same_pixels(command.pixels(), pixels_of(out)[..., :3], kind)


def test_a_mask_written_on_the_way_does_not_change_what_follows(pairs: Pairs, im: Runner) -> None:
    one, two, _ = pairs["jpeg-odd"]
    shown, out = im.cwd / "shown.miff", im.cwd / "out.miff"
    steps = (Read(one), Read(two), Composite("MinusDst"), Write(shown), Blur(4), Write(out))
    command = convert(*steps)
    command.run()
    words = [word.replace("shown", "their_shown") for word in command.words()[:-1]]
    im.convert(*words, "their_out.miff")
    assert_same_image(shown, im.cwd / "their_shown.miff")
    assert_same_image(out, im.cwd / "their_out.miff")
