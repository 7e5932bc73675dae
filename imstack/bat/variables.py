"""Which variables each BAT script leaves in its caller."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Script:
    """One of the BAT scripts: its name, its arguments, and what it sets on success.

    `names` are variables that hold file names or parts of them, `numbers` hold numbers;
    those `names` that are also among `perhaps_empty` may be set to nothing.
    """

    name: str
    arguments: str
    purpose: str
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    perhaps_empty: tuple[str, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable it sets."""
        return self.names + self.numbers


SCRIPTS = (
    Script(
        "focStack",
        "LIST [OUT]",
        "makes one image from the photos of a list",
        names=("fsOUTFILE", "fsVP_MASK"),
    ),
    Script(
        "whatScalePrec",
        "IMG1 IMG2 MIN MAX N PREC",
        "finds the scale between two photos to a precision",
        numbers=("wspSCALE", "wspFACT", "wspDODGY"),
    ),
    Script(
        "whatScale",
        "IMG1 IMG2 MIN MAX N",
        "finds the best of N+1 scales between two photos",
        numbers=("wsSCALE", "wsFACT", "wsSCORE", "wsDODGY"),
    ),
    Script(
        "whatTrans",
        "IMG1 IMG2",
        "finds the shift between two images",
        numbers=("wtX", "wtY", "wtSCORE", "wtDODGY"),
    ),
    Script(
        "mSRTdelta",
        "IMG DX DY",
        "gives the four coordinates for -distort SRT",
        numbers=("x0", "y0", "x1", "y1"),
    ),
    Script(
        "twoBlrDiff",
        "IMG S1 S2 S3",
        "makes a detail map, a blurred difference of two blurs",
        names=("tbdOUTFILE",),
    ),
    Script(
        "whichPix",
        "IMG1 IMG2 [OUT]",
        "takes each pixel from the sharper of two images",
        names=("wpOUTFILE", "wpDEBUG_MASK"),
    ),
    Script(
        "setInOut",
        "IMG PREFIX",
        "derives the names that the other scripts use",
        names=("INFILE", "INNAME", "EXT", "OUTFILE", "TMPDIR"),
        perhaps_empty=("EXT",),
    ),
)
"""The scripts, spelled as the seed spells them. setInOut's variables are those the seed reads."""
