"""mSRTdelta: the coordinates that make ``-distort SRT`` shift an image."""

from __future__ import annotations

from imstack.results import SrtDelta


def msrt_delta(size: tuple[int, int], dx: float, dy: float) -> SrtDelta:
    """Return the SRT coordinates that shift an image of `size` by (`dx`, `dy`).

    The centre is ``int(w/2), int(h/2)``: halves are cut as ``%[fx:int(w/2)]`` cuts them, so
    for odd sizes it is not the (w/2, h/2) that ``-distort SRT scale,angle`` turns about.

    Parameters
    ----------
    size
        Width and height in pixels.
    dx, dy
        Shift in pixels, to the right and downwards; the driver has whole ones.

    Examples
    --------
    >>> msrt_delta((7360, 4912), dx=1, dy=-11)
    SrtDelta(x0=3680, y0=2456, x1=3681, y1=2445)
    """
    x0, y0 = size[0] // 2, size[1] // 2
    return SrtDelta(x0, y0, x0 + dx, y0 + dy)
