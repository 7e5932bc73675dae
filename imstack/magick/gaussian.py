"""ImageMagick 6's Gaussian blur of one 16-bit channel, to the very pixel, in compiled arrays.

``-blur`` is two passes, along the rows and then along the columns; between them values are
rounded to 16 bits. Sums are doubles. OpenCV may add in another order, which moves a sum by far
less than `DOUBT`; only sums so near to a half are added up again in ImageMagick's order.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHITE = 65535
RANK = 3  # a tap is the sum of so many samples of the bell
DOUBT = 1e-6
STRIP = 256  # rows worked on at once: doubles of a whole photo would take four times its memory


def kernel_width(sigma: float) -> int:
    """Return how many taps ImageMagick takes: the outermost weighs more than 1/65535.

    >>> kernel_width(4), kernel_width(6)
    (33, 49)
    """
    alpha, beta, width = 1 / (2 * sigma * sigma), 1 / (sqrt(2 * pi) * sigma), 5
    while True:
        reach = (width - 1) // 2
        total = 0.0
        for place in range(-reach, reach + 1):
            total += exp(-(place * place) * alpha) * beta
        if exp(-(reach * reach) * alpha) * beta / total < 1 / WHITE:
            return width - 2
        width += 2


@lru_cache(maxsize=16)
def kernel(sigma: float) -> tuple[float, ...]:
    """Return the taps of ``-blur 0xSIGMA``, which add up to 1."""
    width, fine = kernel_width(sigma), sigma * RANK
    alpha, beta = 1 / (2 * fine * fine), 1 / (sqrt(2 * pi) * fine)
    reach = (width * RANK - 1) // 2
    taps = [0.0] * width
    for place in range(-reach, reach + 1):
        taps[(place + reach) // RANK] += exp(-(place * place) * alpha) * beta
    total = 0.0
    for tap in taps:
        total += tap
    return tuple(tap * (1 / total) for tap in taps)


def gaussian_blur(channel: NDArray[np.uint16], sigma: float) -> NDArray[np.uint16]:
    """Blur as ``-blur 0xSIGMA`` does, with ``-virtual-pixel Edge``.

    Parameters
    ----------
    channel
        Shape (h, w), quantum units 0..65535; left as it is.
    sigma
        In pixels, above 0.
    """
    taps = kernel(sigma)
    return _down(_across(channel, taps), taps)


def blur_difference(
    channel: NDArray[np.uint16], sigmas: tuple[float, float, float]
) -> NDArray[np.uint16]:
    """Return the difference of the first two blurs, blurred by the third: shape (h, w)."""
    one, two = (gaussian_blur(channel, sigma) for sigma in sigmas[:2])
    return gaussian_blur(np.maximum(one, two) - np.minimum(one, two), sigmas[2])


def _across(channel: NDArray[np.uint16], taps: tuple[float, ...]) -> NDArray[np.uint16]:
    reach = len(taps) // 2
    out = np.empty_like(channel)
    for top in range(0, len(channel), STRIP):
        part = np.pad(channel[top : top + STRIP], ((0, 0), (reach, reach)), "edge")
        out[top : top + STRIP] = _convolve(part, taps, axis=1)
    return out


def _down(channel: NDArray[np.uint16], taps: tuple[float, ...]) -> NDArray[np.uint16]:
    reach = len(taps) // 2
    padded = np.pad(channel, ((reach, reach), (0, 0)), "edge")
    out = np.empty_like(channel)
    for top in range(0, len(channel), STRIP):
        part = padded[top : top + STRIP + 2 * reach]
        out[top : top + STRIP] = _convolve(part, taps, axis=0)
    return out


def _convolve(padded: NDArray[np.uint16], taps: tuple[float, ...], axis: int) -> NDArray[np.uint16]:
    """Return the rounded sums of one pass; `padded` has half a kernel more at either end."""
    import cv2  # noqa: PLC0415 - takes long to load, and few commands blur

    reach, weights, one = len(taps) // 2, np.array(taps), np.ones(1)
    across, down = (weights, one) if axis else (one, weights)
    sums = cv2.sepFilter2D(padded.astype(np.float64), cv2.CV_64F, across, down)
    sums = sums[:, reach:-reach] if axis else sums[reach:-reach]
    sums = sums + 0.5
    rounded = np.floor(sums)
    sums -= rounded
    rows, columns = np.nonzero((sums < DOUBT) | (sums > 1 - DOUBT))
    if len(rows):
        again = np.zeros(len(rows))
        for place, tap in enumerate(reversed(taps)):
            at = (rows, columns + place) if axis else (rows + place, columns)
            again += tap * padded[at]
        rounded[rows, columns] = np.floor(again + 0.5)
    result: NDArray[np.uint16] = np.minimum(rounded, WHITE).astype(np.uint16)
    return result
