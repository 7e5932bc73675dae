"""The BAT scripts that focStack calls, one function each, as command lines and temp files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.reference.im import CommandFailed, Runner
from tests.reference.programs import VERSION


@dataclass(frozen=True)
class InOut:
    """setInOut's variables."""

    infile: str
    inname: str
    ext: str
    outfile: str


@dataclass(frozen=True)
class ScalePass:
    """One call of whatScale: every number as text, as the BAT variables hold it."""

    minimum: str
    maximum: str
    fact: str
    candidates: tuple[str, ...]
    index: int
    scale: str
    score: str
    dodgy: int


@dataclass(frozen=True)
class ScalePrec:
    """One call of whatScalePrec: its passes and the variables it sets."""

    passes: tuple[ScalePass, ...]
    scale: str
    fact: str
    dodgy: int

    @property
    def line(self) -> str:
        """What the script prints; the blank at the end is its own."""
        return f"SCALE={self.scale} FACT={self.fact} DODGY={self.dodgy} "

    @property
    def indices(self) -> tuple[int, ...]:
        """Which candidate won, pass by pass."""
        return tuple(one.index for one in self.passes)


@dataclass(frozen=True)
class Translation:
    """One call of whatTrans: the variables it sets."""

    x: int
    y: int
    score: str
    dodgy: int

    @property
    def line(self) -> str:
        """What the script prints; the blank at the end is its own."""
        return f"wtX={self.x} wtY={self.y} wtSCORE={self.score} wtDODGY={self.dodgy} "


@dataclass(frozen=True)
class Window:
    """Look only within `radius` pixels of the shift (`x`, `y`), which somebody else found."""

    radius: int
    x: int
    y: int


@dataclass(frozen=True)
class Merged:
    """One call of whichPix: the files it made (None: no mask was asked for)."""

    diff1: str
    diff2: str
    mask: str | None
    outfile: str


def set_in_out(infile: str, suffix: str) -> InOut:
    """setInOut: names from names; OUTFILE lies beside INFILE."""
    path = Path(infile)
    out = str(path.with_name(f"{path.stem}_{suffix}{path.suffix}"))
    return InOut(infile=infile, inname=path.stem, ext=path.suffix, outfile=out)


def size_of(im: Runner, image: str) -> tuple[int, int]:
    """Width and height in pixels, as ``identify`` prints them."""
    width, height = im.identify("-ping", "-format", "%w %h", image).split()
    return int(width), int(height)


# ---------------------------------------------------------------------------- scale


def strips(im: Runner, image: str, stem: Path) -> tuple[str, str]:
    """Write the average of all rows and of all columns as strips one pixel high, 16 bit."""
    row, column = f"{stem}_row.miff", f"{stem}_col.miff"
    im.convert(image, "-scale", "x1^!", "-depth", "16", row)
    turned = ("-scale", "1x!", "-rotate", "90", "+repage")
    im.convert(image, *turned, "-depth", "16", column)
    return row, column


def candidates(im: Runner, minimum: str, fact: str, count: int) -> tuple[str, ...]:
    """MIN, then multiplied by FACT again and again; 9 significant digits each time."""
    found = [minimum]
    for _ in range(count):
        found.append(im.fx9(f"{found[-1]}*{fact}"))
    return tuple(found)


def what_scale(
    im: Runner, image1: str, image2: str, minimum: str, maximum: str, count: int, *, tmpdir: Path
) -> ScalePass:
    """whatScale IMG1 IMG2 MIN MAX N: which of N+1 scales makes image 1 most like image 2."""
    row1, column1 = strips(im, image1, tmpdir / "ws_1")
    row2, column2 = strips(im, image2, tmpdir / "ws_2")
    fact = im.fx9(f"({maximum}/{minimum})^(1/{count})")
    scales = candidates(im, minimum, fact, count)

    stack, line = str(tmpdir / "ws_stack.miff"), str(tmpdir / "ws_line.miff")
    words: list[str] = []
    for scale in scales:
        words += ["(", row1, column1, "-virtual-pixel", "Edge", "-distort", "SRT", f"{scale},0"]
        words += ["+append", ")"]
    im.convert(*words, "-append", "-depth", "16", stack)
    im.convert(row2, column2, "+append", "-depth", "16", line)

    best = im.search(stack, line)
    return ScalePass(
        minimum=minimum,
        maximum=maximum,
        fact=fact,
        candidates=scales,
        index=best.y,
        scale=scales[best.y],
        score=best.score,
        dodgy=int(best.y in {0, count}),
    )


def what_scale_prec(
    im: Runner,
    image1: str,
    image2: str,
    minimum: str,
    maximum: str,
    count: int,
    precision: str,
    *,
    tmpdir: Path,
) -> ScalePrec:
    """whatScalePrec IMG1 IMG2 MIN MAX N PREC: whatScale again and again, ever finer."""
    passes: list[ScalePass] = []
    while True:
        found = what_scale(im, image1, image2, minimum, maximum, count, tmpdir=tmpdir)
        passes.append(found)
        if im.fx9(f"{found.fact}<={precision}") == "1":
            return ScalePrec(tuple(passes), found.scale, found.fact, found.dodgy)
        minimum, maximum = narrowed(im, found.scale, found.fact)


def narrowed(im: Runner, scale: str, fact: str) -> tuple[str, str]:
    """The next range: two steps to either side of the best."""
    return im.fx9(f"{scale}/({fact}*{fact})"), im.fx9(f"{scale}*({fact}*{fact})")


# ---------------------------------------------------------------------- translation


def half(length: int) -> int:
    """Half of `length`, one less where that is needed to keep its parity."""
    part = length // 2
    return part if part % 2 == length % 2 else part - 1


def what_trans(
    im: Runner, image1: str, image2: str, *, tmpdir: Path, window: Window | None = None
) -> Translation:
    """whatTrans IMG1 IMG2: where the central half of image 1 lies in image 2.

    With a `window`, only that neighbourhood is searched: the same answer when the best place
    lies inside it, in a fraction of the hours that ``compare`` takes on large frames. A best
    place on the window's own border proves nothing and is a failure.
    """
    width, height = size_of(im, image1)
    w, h = half(width), half(height)
    x0, y0 = (width - w) // 2, (height - h) // 2
    part = str(tmpdir / "wt_part.miff")
    im.convert(image1, "-crop", f"{w}x{h}+{x0}+{y0}", "+repage", part)

    width2, height2 = size_of(im, image2)
    left, top, right, bottom = 0, 0, width2 - w, height2 - h
    area = image2
    if window is not None:
        left, right = _clip(x0 + window.x, window.radius, right)
        top, bottom = _clip(y0 + window.y, window.radius, bottom)
        area = str(tmpdir / "wt_area.miff")
        region = f"{right - left + w}x{bottom - top + h}+{left}+{top}"
        im.convert(image2, "-crop", region, "+repage", area)

    best = im.search(area, part)
    x, y = left + best.x, top + best.y
    edge = x in {0, width2 - w} or y in {0, height2 - h}
    if window is not None and not edge and (x in {left, right} or y in {top, bottom}):
        text = f"best place of {image1} in {image2} is on the border of the window {window}"
        raise CommandFailed(text)
    return Translation(x=x - x0, y=y - y0, score=best.score, dodgy=int(edge))


def _clip(middle: int, radius: int, most: int) -> tuple[int, int]:
    return min(max(middle - radius, 0), most), max(min(middle + radius, most), 0)


def pinging() -> tuple[str, ...]:
    """``-ping``, as the script has it. ImageMagick 7 has no ``%[fx:...]`` without pixels."""
    return ("-ping",) if VERSION is None or VERSION.major < 7 else ()


def msrt_delta(im: Runner, image: str, dx: int, dy: int) -> tuple[int, int, int, int]:
    """mSRTdelta IMG DX DY: the centre x0, y0 and where it goes, x1, y1."""
    form = (
        rf"x0=%[fx:int(w/2)]\ny0=%[fx:int(h/2)]\nx1=%[fx:{dx}+int(w/2)]\ny1=%[fx:{dy}+int(h/2)]\n"
    )
    said = im.convert(*pinging(), image, "-format", form, "info:")
    value = {name: int(number) for name, number in re.findall(r"(\w\d)=(-?\d+)", said)}
    return value["x0"], value["y0"], value["x1"], value["y1"]


# ---------------------------------------------------------------------------- merge


def two_blr_diff(
    im: Runner, image: str, s1: str, s2: str, s3: str, *, tmpdir: Path, auto: str = ""
) -> str:
    """twoBlrDiff IMG S1 S2 S3: a detail map, lighter where there is more detail.

    `auto` is the variable tbdAUTO: levels are stretched unless it is exactly 0. Returns
    tbdOUTFILE, a lossless file in TMPDIR.
    """
    outfile = str(tmpdir / f"{Path(image).stem}_tbd.miff")
    stretch = () if auto == "0" else ("-auto-level", "-auto-gamma")
    im.convert(
        *(image, "-colorspace", "Gray"),
        *("(", "-clone", "0", "-blur", f"0x{s1}", ")"),
        *("(", "-clone", "0", "-blur", f"0x{s2}", ")"),
        *("-delete", "0", "-compose", "Difference", "-composite", "-blur", f"0x{s3}"),
        *stretch,
        outfile,
    )
    return outfile


def which_pix(
    im: Runner, image1: str, image2: str, outfile: str, *, tmpdir: Path, debug: str = "1"
) -> Merged:
    """whichPix IMG1 IMG2 OUT: at each pixel, the image that has more detail there.

    `debug` is the variable wpDEBUG: the mask is written when it is exactly 1.
    """
    path = Path(image1)
    mask = str(path.with_name(f"{path.stem}_wp_mask_dbg{path.suffix}")) if debug == "1" else None
    diff1 = two_blr_diff(im, image1, "4", "6", "6", tmpdir=tmpdir, auto="0")
    diff2 = two_blr_diff(im, image2, "4", "6", "6", tmpdir=tmpdir, auto="0")
    im.convert(
        *(diff1, diff2),
        *("-compose", "MinusDst", "-composite", "-fill", "White", "+opaque", "Black"),
        *(() if mask is None else ("-write", mask)),
        *(image2, image1, "-swap", "0,2"),
        *("-alpha", "off", "-compose", "Over", "-composite"),
        outfile,
    )
    return Merged(diff1=diff1, diff2=diff2, mask=mask, outfile=outfile)
