"""What a search is given and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from imstack.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Pixels: TypeAlias = "NDArray[np.uint16]"
Samples: TypeAlias = "NDArray[np.uint16 | np.float64]"
Places: TypeAlias = "NDArray[np.intp]"
"""Offsets of the needle, shape (n, 2): columns x and y."""

QUANTUM_SCALE = 1.0 / 65535.0


@dataclass(frozen=True, slots=True)
class Match:
    """Where the needle fits best.

    Attributes
    ----------
    x, y
        Offset of the needle's top left pixel in the big image, in pixels from its top left.
    score
        Root mean square difference as a share of the quantum range, 0..1: the number that
        ``compare`` prints in parentheses, to the last bit.
    edge
        True when the needle touches an edge of the search area that it could have crossed: a
        direction without room to move does not count.
    metric
        What was least at this offset, and what ``compare`` measures "too dissimilar" by: the
        `score`, unless the image to search has alpha.
    """

    x: int
    y: int
    score: float
    edge: bool
    metric: float


@dataclass(frozen=True, slots=True)
class Haystack:
    """Two images made comparable: the same number of channels.

    Attributes
    ----------
    big, needle
        Shape (h, w, c) with c = 1 (gray), 3 (RGB) or 4 (RGBA), values 0..65535; for
        ImageMagick 7 also 2 (gray and alpha). Whole numbers (uint16) unless one of the images
        had alpha; then float64, with each colour multiplied by its alpha.
    channels
        Through how many channels the sum of squares is divided.
    major
        The ImageMagick whose arithmetic counts: 6 or 7.
    """

    big: Samples
    needle: Samples
    channels: int
    major: int = 6

    @property
    def exact(self) -> bool:
        """True when sums of squares are whole numbers."""
        return self.big.dtype == np.uint16

    @property
    def colours(self) -> Haystack:
        """The same images without alpha."""
        return replace(self, big=self.big[..., :3], needle=self.needle[..., :3], channels=3)

    @property
    def room(self) -> tuple[int, int]:
        """Largest offset of the needle: (x, y)."""
        height, width = self.big.shape[:2]
        return width - self.needle.shape[1], height - self.needle.shape[0]

    def window(self, x: int, y: int) -> Samples:
        """Return the part of the big image under the needle at (`x`, `y`)."""
        height, width = self.needle.shape[:2]
        return self.big[y : y + height, x : x + width]

    def touches(self, x: int, y: int) -> bool:
        """Tell whether the needle at (`x`, `y`) is at an edge that it could have crossed."""
        most_x, most_y = self.room
        return (most_x > 0 and x in {0, most_x}) or (most_y > 0 and y in {0, most_y})


def places(x: NDArray[np.integer], y: NDArray[np.integer]) -> Places:
    """Return the offsets (`x`, `y`) in raster order."""
    order = np.lexsort((x, y))
    return np.stack([x[order], y[order]], axis=1).astype(np.intp)


def haystack(big: Pixels, needle: Pixels, major: int = 6) -> Haystack:
    """Return `big` and `needle` made comparable as ImageMagick compares them.

    Parameters
    ----------
    big, needle
        Shape (h, w, c), uint16: gray (c = 1), gray and alpha (2), RGB (3) or RGBA (4). The two
        may differ: gray counts as R = G = B, no alpha as opaque.
    major
        The ImageMagick that is followed: 6 or 7.

    Raises
    ------
    InputError
        When the needle does not fit in the big image, or either has no such shape.

    Notes
    -----
    Alpha as measured on 6.9.11-60: every colour is multiplied by its own alpha before the
    difference is taken. If the image to search has alpha, the place is the one where colours
    and alpha together differ least, four channels; the score printed for it is that of the
    colours alone. The alpha of a needle alone is not compared.

    As measured on 7.1.1-43: the same product; alpha differs as one channel more where both
    images have it, and the sum is divided by the number of channels of the image to search:
    1 for gray, of which a coloured needle is compared by its red alone.
    """
    for name, image in (("image to search", big), ("needle", needle)):
        if image.ndim != 3 or image.dtype != np.uint16 or image.shape[2] not in {1, 2, 3, 4}:
            what = f"{image.dtype} {image.shape}"
            message = f"the {name} must be 16-bit pixels of 1 to 4 channels, not {what}"
            raise InputError(message)
        if image.size == 0:
            message = f"the {name} has no pixels"
            raise InputError(message)
    if needle.shape[0] > big.shape[0] or needle.shape[1] > big.shape[1]:
        sizes = [f"{image.shape[1]}x{image.shape[0]}" for image in (needle, big)]
        message = f"cannot search {sizes[0]} pixels in a smaller image of {sizes[1]}"
        raise InputError(message)
    return _for_6(big, needle) if major < 7 else _for_7(big, needle)


def _for_6(big: Pixels, needle: Pixels) -> Haystack:
    if big.shape[2] == needle.shape[2] == 1:
        return Haystack(big, needle, 3)
    if big.shape[2] % 2 and needle.shape[2] % 2:
        return Haystack(_widened(big), _widened(needle), 3)
    first, second = _widened(_premultiplied(big)), _widened(_premultiplied(needle))
    if big.shape[2] % 2:
        return Haystack(first, second, 3)
    return Haystack(_with_alpha(first, big), _with_alpha(second, needle), 4)


def _for_7(big: Pixels, needle: Pixels) -> Haystack:
    channels, others = big.shape[2], needle.shape[2]
    first: Samples = big
    second: Samples = needle
    if channels % 2 == 0 or others % 2 == 0:
        first, second = _premultiplied(big), _premultiplied(needle)
    second = second[..., :1] if channels < 3 else _widened(second)
    if channels % 2 == others % 2 == 0:
        first, second = _with_alpha(first, big), _with_alpha(second, needle)
    return Haystack(first, second, channels, 7)


def _widened(image: Samples) -> Samples:
    """Return `image` with gray repeated as red, green and blue."""
    return np.broadcast_to(image, (*image.shape[:2], 3))


def _with_alpha(colours: Samples, image: Pixels) -> Samples:
    return np.concatenate([colours, _alpha(image)], axis=2)


def _premultiplied(image: Pixels) -> NDArray[np.float64]:
    colours = image[..., : 1 if image.shape[2] < 3 else 3]
    return QUANTUM_SCALE * _alpha(image) * colours


def _alpha(image: Pixels) -> NDArray[np.float64]:
    """Return the alpha of `image`, (h, w, 1): opaque where it has none."""
    if image.shape[2] % 2:
        return np.full((*image.shape[:2], 1), 65535.0)
    return image[..., -1:].astype(np.float64)
