"""Blocks of a picture that lie at one depth, and how much of their detail each frame shows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from imstack.merge.filters import gaussian_weights, smooth
from imstack.merge.fusion import NOISE_GAINS
from imstack.merge.layers import WIDEST
from imstack.merge.pool import ALONE
from imstack.merge.pyramid import expanded, gaussian_pyramid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from imstack.merge.filters import Plane
    from imstack.merge.focus_measure import Index
    from imstack.merge.frames import Mask

    Table: TypeAlias = NDArray[np.float64]

_BLURS = np.geomspace(0.35, WIDEST, 9)  # pixels (sigma) that the picture is tried with
_BANDS = 4
_SIDE = 32  # pixels of a block
_PURE = 0.9  # share of a block's pixels that are of its depth, more or less
_DISTINCT = 16  # depths that are told apart: in deep stacks neighbours are hardly different
_NOTHING = 1e-9  # energy of a band in a block that is black or flat
_FINE = np.concatenate([[0.0], np.geomspace(0.1, WIDEST, 90)])  # pixels that may be found
_PLACES = np.where(  # of these between those; little blurs act by their square
    _BLURS[0] > _FINE,
    np.square(_FINE / _BLURS[0]),
    1 + np.interp(np.log(np.maximum(_FINE, 0.1)), np.log(_BLURS), np.arange(len(_BLURS))),
)


@dataclass(frozen=True)
class Blocks:
    """What blocks tell of the frames.

    Attributes
    ----------
    layer
        The frame that shows each block sharp, (blocks,).
    blur
        How much wider each frame blurs it, sigma in pixels, (blocks, frames).
    weight
        How sure that is, (blocks, frames); 0: nothing is known.
    """

    layer: NDArray[np.int64]
    blur: Table
    weight: Table


def looked_at(
    sharp: Plane, index: Index, frames: Sequence[Plane], covered: Sequence[Mask], noise: float
) -> Blocks:
    """Compare the blocks of a gray picture (h, w) with those of the frames.

    A blur weakens the bands of a Laplacian pyramid, fine ones most. What share of each band a
    frame still shows is held against what blurs leave of the same block of the picture.

    Parameters
    ----------
    sharp
        The picture.
    index
        Which frame each place is sharp in, (h, w).
    frames, covered
        The frames' gray, and where they have real pixels, all (h, w).
    noise
        Variance of the noise in `sharp`.
    """
    if min(index.shape) < _SIDE:
        return Blocks(np.zeros(0, np.int64), *np.zeros((2, 0, len(frames))))
    layer, pure = _layers(index, max(1, len(frames) // _DISTINCT))
    own = _bands(sharp)

    def common(others: list[Plane]) -> Table:
        """Return the products of bands with the picture's, (blocks, bands)."""
        sums = [
            _sums(one * two, layer.shape, level)[pure]
            for level, (one, two) in enumerate(zip(own, others, strict=True))
        ]
        return np.stack(sums, axis=-1)

    chance = noise * np.array(NOISE_GAINS[:_BANDS]) / 4.0 ** np.arange(_BANDS) * _SIDE**2
    power = common(own) - chance
    told = (power > chance) & (power > _NOTHING)
    power[~told] = 1

    def left(other: Plane) -> Table:
        shares: Table = common(_bands(other)) / power * told
        return shares

    blurred = [smooth(sharp, gaussian_weights(sigma), ALONE) for sigma in _BLURS.tolist()]
    curve = _between(np.stack([left(image) for image in (sharp, *blurred)], axis=-1))
    steep = np.square(np.gradient(curve, _PLACES, axis=-1)).sum(axis=1)
    blurs, weights = [], []
    for number, (frame, real) in enumerate(zip(frames, covered, strict=True)):
        best = np.square(left(frame)[..., None] - curve).sum(axis=1).argmin(axis=1)
        counts = (_sums(real, layer.shape)[pure] == _SIDE**2) & (layer[pure] != number)
        blurs.append(_FINE[best])
        weights.append(steep[np.arange(best.size), best] * counts)
    return Blocks(layer[pure], np.stack(blurs, axis=-1), np.stack(weights, axis=-1))


def _between(curve: Table) -> Table:
    """Return a curve over no blur and `_BLURS` (..., 1 + blurs) at the steps of `_FINE`."""
    low = np.minimum(_PLACES.astype(int), len(_BLURS) - 1)
    part = _PLACES - low
    mixed: Table = curve[..., low] * (1 - part) + curve[..., low + 1] * part
    return mixed


def _layers(index: Index, give: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the layer of each block, (rows, columns), and whether all around is of it too.

    That is, of it or of frames up to `give` before or after.
    """
    rows, columns = (side // _SIDE for side in index.shape)
    cells = index[: rows * _SIDE, : columns * _SIDE].reshape(rows, _SIDE, columns, _SIDE)
    layer = np.median(cells, axis=(1, 3)).astype(np.int64)
    alike = np.abs(cells - layer[:, None, :, None]) <= give
    pure = alike.mean(axis=(1, 3)) > _PURE
    around = np.pad(layer, 1, mode="edge")
    for down, right in product(range(3), range(3)):
        near = around[down : down + rows, right : right + columns]
        pure &= np.abs(near - layer) <= give
    return layer, pure


def _sums(plane: Plane | Mask, shape: tuple[int, int], level: int = 0) -> Table:
    """Return the sums over (rows, columns) of blocks of a plane on a level of the pyramid."""
    side, (rows, columns) = _SIDE >> level, shape
    cells = np.asarray(plane[: rows * side, : columns * side], np.float32)
    means = cv2.resize(cells, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.multiply(means, side**2, dtype=np.float64)


def _bands(plane: Plane) -> list[Plane]:
    """Return the finest bands of the Laplacian pyramid of (h, w)."""
    levels = gaussian_pyramid(plane, _BANDS, ALONE)
    return [
        fine - expanded(coarse, fine.shape[0], fine.shape[1], ALONE)
        for fine, coarse in pairwise(levels)
    ]
