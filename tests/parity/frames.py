"""Frames for the comparisons, all made by ``convert``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.reference.im import Runner

ROOT = Path(__file__).parents[2]
FIXTURES, SHARED = ROOT / "fixtures", ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class Kind:
    """A kind of photo: `size` in pixels, file `ending`, and what makes it that kind."""

    size: tuple[int, int]
    ending: str
    words: tuple[str, ...] = ()


KINDS = {
    "jpeg-even": Kind((64, 48), ".jpg", ("-quality", "92")),
    "jpeg-odd": Kind((61, 47), ".jpg", ("-quality", "92")),
    "jpeg-mixed": Kind((64, 47), ".jpg", ("-quality", "92")),
    "gray": Kind((61, 48), ".jpg", ("-colorspace", "Gray")),
    "alpha": Kind(
        (62, 47),
        ".png",
        ("-depth", "8", "-alpha", "set", "-channel", "A", "-fx", "0.4+0.6*i/w", "+channel"),
    ),
    "tiff16": Kind((61, 46), ".tif", ("-depth", "16")),
    "gray16": Kind((60, 47), ".tif", ("-colorspace", "Gray", "-depth", "16")),
}


def pair(folder: Path, kind: str) -> tuple[Path, Path, Path]:
    """Draw two frames of a textured plane, and a gradient to serve as a mask."""
    what = KINDS[kind]
    made = [folder / f"{kind}_{name}{what.ending}" for name in ("one", "two")]
    size = f"{what.size[0]}x{what.size[1]}"
    im = Runner(cwd=folder)
    for path, seed in zip(made, ("3", "4"), strict=True):
        texture = ("-size", size, "plasma:navy-gold", "-attenuate", "0.4", "+noise", "Gaussian")
        im.convert("-seed", seed, *texture, *what.words, str(path))
    gradient = folder / f"{kind}_gradient.miff"
    im.convert("-size", size, "gradient:white-black", "-depth", "16", str(gradient))
    return made[0], made[1], gradient


def reduced_pcb(folder: Path, size: str, count: int, kind: str = "jpeg") -> list[Path]:
    """Reduce the first `count` photos of ../shared/data/pcb to `size` (WxH) as files of a kind."""
    ending, words = {
        "jpeg": (".jpg", ("-quality", "92")),
        "gray": (".jpg", ("-colorspace", "Gray", "-quality", "92")),
        "tiff16": (".tif", ("-depth", "16")),
        "alpha": (".png", ("-alpha", "set", "-channel", "A", "-fx", "1-0.4*i/w", "+channel")),
    }[kind]
    im, made = Runner(cwd=folder), []
    for number in range(1, count + 1):
        path = folder / f"frame_{number}{ending}"
        source = SHARED / "pcb" / f"pcb_{number:03}.jpg"
        im.convert(str(source), "-resize", f"{size}!", *words, str(path))
        made.append(path)
    return made


def warped(im: Runner, photo: Path, scale: str) -> Path:
    """Scale a photo about its centre and blur it a little, as another focus would."""
    path = im.cwd / f"warped{photo.suffix}"
    srt = ("-virtual-pixel", "Edge", "-distort", "SRT", f"{scale},0")
    im.convert(str(photo), *srt, "-blur", "0x0.6", str(path))
    return path
