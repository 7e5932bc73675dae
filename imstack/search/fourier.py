"""The search by Fourier transform: every offset at once, then exact sums where it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from imstack.search.exact import best_of, squares_at
from imstack.search.match import haystack, places
from imstack.search.repeats import first_of_each

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.search.match import Haystack, Match, Pixels, Samples

Plane: TypeAlias = "NDArray[np.floating]"

MANY = 64
"""More candidates than this are first freed of repeated windows."""


def search_full(big: Pixels, needle: Pixels, *, major: int = 6) -> Match:
    """Return what ``compare -metric RMSE -subimage-search big needle`` finds, exactly.

    The sum of squared differences at every offset comes from one Fourier transform per image
    and channel, in doubles. All offsets within the transform's rounding of the best one are
    then measured exactly, and ties are settled as ImageMagick settles them.

    Parameters
    ----------
    big, needle
        uint16, shape (h, w, c); see `imstack.search.match.haystack`.
    major
        The ImageMagick that is followed: 6 or 7.

    Returns
    -------
    Match
        Best offset, and score to the last bit.

    Raises
    ------
    InputError
        When the needle does not fit in the big image.

    Notes
    -----
    Needs about 60 bytes of memory per pixel of `big`.
    """
    return full(haystack(big, needle, major))


def full(stack: Haystack) -> Match:
    """Return `search_full` of images already made comparable."""
    sums, error = squares_everywhere(stack)
    rows, columns = np.nonzero(sums <= sums.min() + 2.0 * error)
    spots = places(columns, rows)
    if len(spots) > MANY:
        spots = first_of_each(stack, spots)
    return best_of(stack, spots, squares_at(stack, spots))


def squares_everywhere(stack: Haystack) -> tuple[NDArray[np.float64], float]:
    """Return the sum of squared differences at every offset, and a bound on its error.

    The sums have shape (room y + 1, room x + 1), in quantum units squared.
    """
    middle = float(np.rint(stack.needle.mean()))  # small values, small rounding errors
    columns, rows = (most + 1 for most in stack.room)
    sums = np.zeros((rows, columns))
    bound = 0.0
    for channel in range(stack.big.shape[2]):
        big = _centred(stack.big, channel, middle)
        needle = _centred(stack.needle, channel, middle)
        products, error = correlation(big, needle)
        products *= -2.0
        sums += products
        bound += 2.0 * error + (_slack(big) + _slack(needle)) * float(np.vdot(big, big))
        sums += float(np.vdot(needle, needle))
        sums += window_sums(np.square(big, out=big), needle.shape)
    return sums, bound


def correlation(big: Plane, needle: Plane) -> tuple[NDArray[np.float64], float]:
    """Return the sums of products of `needle` with each window of `big`, and an error bound.

    The transforms run in the precision of the arguments (float32 or float64).

    Notes
    -----
    The bound is the usual one for a convolution by three transforms of length N, a multiple of
    log2(N) * |big| * |needle| in units of the rounding error (Percival, "Rapid multiplication
    modulo the sum and difference of highly composite numbers", 2003: a factor of 6.4 for plain
    radix 2), rounded up to 8.
    """
    height, width = (quick_length(length) for length in big.shape)
    spectrum = np.fft.rfft2(big, (height, width))
    other = np.fft.rfft2(needle, (height, width))
    spectrum *= np.conjugate(other, out=other)
    del other
    rows, columns = (b - n + 1 for b, n in zip(big.shape, needle.shape, strict=True))
    spectrum = np.fft.ifft(spectrum, axis=0)[:rows]
    products = np.fft.irfft(spectrum, width, axis=1)[:, :columns]
    size = float(np.sqrt(np.vdot(big, big)) * np.sqrt(np.vdot(needle, needle)))
    error = 8.0 * float(np.finfo(big.dtype).eps) * np.log2(2 * height * width) * size
    return products.astype(np.float64), float(error)


def window_sums(plane: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the sum of `plane` under a window of `shape` (h, w) at every offset."""
    height, width = shape
    table: NDArray[np.float64] = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1))
    np.cumsum(plane, axis=0, out=table[1:, 1:])
    np.cumsum(table[1:, 1:], axis=1, out=table[1:, 1:])
    upper, lower = table[:-height], table[height:]
    sums = lower[:, width:] - lower[:, :-width]
    sums -= upper[:, width:] - upper[:, :-width]
    return sums


def quick_length(least: int) -> int:
    """Return the smallest length of at least `least` that has no prime factor above 7."""
    length = least
    while True:
        rest = length
        for prime in (2, 3, 5, 7):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return length
        length += 1


def _centred(image: Samples, channel: int, middle: float) -> NDArray[np.float64]:
    plane: NDArray[np.float64] = np.subtract(image[..., channel], middle, dtype=np.float64)
    return plane


def _slack(plane: NDArray[np.float64]) -> float:
    """Relative rounding of prefix sums: none while whole numbers stay below 2**53."""
    whole = float(np.vdot(plane, plane))
    exact = whole < 2.0**53 and bool(np.all(plane == np.rint(plane)))
    return 0.0 if exact else 4.0 * float(np.finfo(np.float64).eps) * sum(plane.shape)
