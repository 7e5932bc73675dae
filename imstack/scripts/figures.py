"""The figures that the BAT files have ImageMagick print, as command lines.

The package does these sums itself; the lines are for those who want to see ImageMagick do them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """A command line that prints `text`: ``NAME=value``, one or more of them."""

    program: Literal["convert", "identify"]
    arguments: tuple[str, ...]
    text: str

    def words(self) -> list[str]:
        """Return the arguments of the program, unquoted."""
        return list(self.arguments)


def precision_figure(photo: Path, value: str) -> Figure:
    """PREC, printed with ImageMagick's usual six digits."""
    form = r"PREC=%[fx:1+1/max(w,h)]\n"
    return Figure("identify", ("-format", form, str(photo)), f"PREC={value}")


def product_figure(cumulative: str, own: str, value: str) -> Figure:
    """A cumulative scale: that of the next frame times the own one, printed with nine digits."""
    form = rf"CumulScale=%[fx:{cumulative}*{own}]\n"
    arguments = ("-precision", "9", "-format", form, "xc:")
    return Figure("identify", arguments, f"CumulScale={value}")


def centre_figure(photo: Path, size: tuple[int, int], major: int) -> Figure:
    """The centre that frames are scaled about: halves of the width and height, cut.

    ImageMagick 7 (`major`) does no sums with ``-ping``; there the size itself is printed.
    """
    width, height = size
    form, text = r"x0=%[fx:int(w/2)]\ny0=%[fx:int(h/2)]\n", f"x0={width // 2} y0={height // 2}"
    if major > 6:
        form, text = r"w=%w\nh=%h\n", f"w={width} h={height}"
    return Figure("convert", ("-ping", str(photo), "-format", form, "info:"), text)
