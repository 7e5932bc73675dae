"""Numbers as ImageMagick and cmd.exe print and read them.

Text rounding is part of the method: the BAT files hand every number on as text, so a scale
has nine significant digits because ``-precision 9`` printed nine.
"""

from __future__ import annotations


def fx6(value: float) -> str:
    """Return `value` as ``%[fx:...]`` prints it by default: six significant digits.

    >>> fx6(1 + 1 / 7360)
    '1.00014'
    """
    return f"{value:.6g}"


def fx9(value: float) -> str:
    """Return `value` as ``-precision 9`` prints it: nine significant digits.

    >>> fx9(0.979424792 * 0.980764083)
    '0.960584658'
    """
    return f"{value:.9g}"


def round9(value: float) -> float:
    """Return `value` after a trip through nine significant digits of text."""
    return float(fx9(value))
