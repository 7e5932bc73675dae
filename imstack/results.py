"""What the scripts find, as frozen values.

Lengths are in pixels; scales are ratios; scores are root mean squares as a share of the
quantum range (0..1). Coordinates: x to the right, y downwards, the centre of an image of
width w and height h at (w/2, h/2).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - part of the public face


@dataclass(frozen=True, slots=True)
class InOut:
    """What setInOut derives from an input name: its parts and the default output."""

    infile: Path
    inname: str
    ext: str
    outfile: Path
    tmpdir: Path


@dataclass(frozen=True, slots=True)
class ScaleFound:
    """The scale that makes one photo match the next (whatScale, whatScalePrec).

    Attributes
    ----------
    scale
        Ratio; below 1 when the first photo must shrink.
    fact
        Ratio between neighbouring candidates of the last pass.
    score
        Root mean square difference of the strips, 0..1.
    dodgy
        True when the best candidate is the first or the last one.
    indices
        Which candidate won, pass by pass.
    """

    scale: float
    fact: float
    score: float
    dodgy: bool
    indices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TranslationFound:
    """The whole-pixel shift that makes one image match another (whatTrans).

    `dx` to the right and `dy` downwards, in pixels; `score` 0..1; `dodgy` when found at an
    edge of the search area.
    """

    dx: int
    dy: int
    score: float
    dodgy: bool


@dataclass(frozen=True, slots=True)
class SrtDelta:
    """The centre before (x0, y0) and after (x1, y1) a shift, in pixels (mSRTdelta)."""

    x0: int
    y0: int
    x1: float
    y1: float


NO_TINT = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a frame lies on the reference frame.

    A point p of the frame lands at ``c + scale * R(angle) * (p - c) + (dx, dy)`` with c the
    centre (w/2, h/2): ``-distort SRT cx,cy,scale,angle,cx+dx,cy+dy``. `angle` in degrees,
    clockwise; `gain` is the factor that makes the frame's brightness that of the reference, and
    `tint` what red, green and blue need besides (1 each where the colours do not drift).
    """

    scale: float = 1.0
    dx: float = 0.0
    dy: float = 0.0
    angle: float = 0.0
    gain: float = 1.0
    tint: tuple[float, float, float] = NO_TINT

    @property
    def gains(self) -> tuple[float, float, float]:
        """The factors of red, green and blue."""
        red, green, blue = self.tint
        return self.gain * red, self.gain * green, self.gain * blue

    @property
    def unlit(self) -> Placement:
        """The same place, with the frame's brightness as it is."""
        return Placement(self.scale, self.dx, self.dy, self.angle)

    @property
    def is_identity(self) -> bool:
        """True when the frame lies on the reference as it is."""
        return (self.scale, self.dx, self.dy, self.angle) == (1.0, 0.0, 0.0, 0.0)
