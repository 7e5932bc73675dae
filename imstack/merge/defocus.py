"""How far out of focus each frame is where another one is sharp: measured, not asked for.

Many blocks of the picture each tell how wide the blur between their frame and each other one is.
Frames lie on a line of focus, so the blurs of all pairs together give one place for each frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from imstack.merge.blocks import Blocks, looked_at
from imstack.merge.frames import LUMA, luma
from imstack.merge.layers import Layers
from imstack.merge.pool import ALONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.merge.filters import Plane
    from imstack.merge.focus_measure import Index
    from imstack.merge.frames import Mask
    from imstack.merge.pool import Pool

    Table: TypeAlias = NDArray[np.float64]

_HIGH, _WIDE = 128, 256  # pixels of a part
_PIXELS = 48e6  # of all parts of all frames together, at most
_ENOUGH = 1e6  # of those of a frame
_EVENLY = (0.7548776662, 0.5698402910)  # steps by which points fill a square without a pattern
_ALIKE = 3e-4  # how much neighbouring steps are alike; see `_line`
_TRIED = 4e6  # pixels, all frames together, that are seen again to judge
_RIM = 16  # pixels along the borders of a part, where what lies outside spreads in
_EXPLAINED = 0.5  # less than this, and something else than defocus tells the frames apart


class Samples:
    """Parts of every frame, in gray, spread evenly over the picture."""

    def __init__(self, count: int, height: int, width: int) -> None:
        """Choose the parts for `count` frames of this size, in pixels."""
        rows, columns = -(-height // _HIGH), -(-width // _WIDE)
        wanted = int(min(_PIXELS / count, _ENOUGH) / (_HIGH * _WIDE))
        if rows * columns <= wanted:
            places = list(product(range(rows), range(columns)))
        else:
            spread = np.outer(np.arange(max(wanted, 1)), _EVENLY) % 1 * (rows, columns)
            places = sorted({(int(row), int(column)) for row, column in spread})
        self.parts = [
            (slice(row * _HIGH, (row + 1) * _HIGH), slice(column * _WIDE, (column + 1) * _WIDE))
            for row, column in places
        ]
        self.frames: list[list[Plane]] = []
        self.covered: list[list[Mask]] = []

    def add(self, planes: Plane, covered: Mask) -> None:
        """Take the parts of the next frame: (3, h, w), and where it has real pixels."""
        self.frames.append([luma(planes[:, *part], ALONE) for part in self.parts])
        self.covered.append([covered[part].copy() for part in self.parts])


@dataclass(frozen=True)
class Defocus:
    """What was measured.

    Attributes
    ----------
    focus
        Where the frames are focused: one number per frame, rising. What is sharp in frame i is
        spread over ``abs(focus[i] - focus[k])`` pixels (the sigma of a Gaussian) in frame k.
    explained
        Share of the difference between picture and frames, noise set aside, that is gone when
        the picture is seen as they see it.
    """

    focus: tuple[float, ...]
    explained: float

    @property
    def known(self) -> bool:
        """Tell whether the picture may be corrected by it."""
        return self.explained >= _EXPLAINED


def measured(picture: Plane, index: Index, samples: Samples, noise: float, pool: Pool) -> Defocus:
    """Return how the frames are focused.

    Parameters
    ----------
    picture
        The merged picture, (3, h, w) of 0..1.
    index
        Which frame each place is sharp in, (h, w).
    samples
        Of all frames.
    noise
        Standard deviation of a channel's noise, on the scale 0..1.
    """
    view = _View(
        samples,
        [luma(picture[:, *part], ALONE) for part in samples.parts],
        [index[part] for part in samples.parts],
        noise**2 * float(np.square(LUMA).sum()),
    )
    focus = _line(*_pairs(view, pool))
    return Defocus(focus, _explained(view, focus, pool))


@dataclass(frozen=True)
class _View:
    """Samples of the frames, and of the picture: its gray, its layers, its noise's variance."""

    samples: Samples
    sharp: list[Plane]
    layers: list[Index]
    noise: float

    @property
    def count(self) -> int:
        """How many frames."""
        return len(self.samples.frames)


def _pairs(view: _View, pool: Pool) -> tuple[Table, Table]:
    """Return the blur of layer u in frame k (sigma in pixels), and how much each value counts."""
    found: dict[int, Blocks] = {}

    def look(part: int) -> None:
        found[part] = looked_at(
            view.sharp[part],
            view.layers[part],
            [frame[part] for frame in view.samples.frames],
            [covered[part] for covered in view.samples.covered],
            view.noise,
        )

    pool.each(range(len(view.sharp)), look)
    looks = [found[part] for part in range(len(found))]
    layer = np.concatenate([blocks.layer for blocks in looks])
    blur = np.concatenate([blocks.blur for blocks in looks])
    weight = np.concatenate([blocks.weight for blocks in looks])
    blurs, weights = np.zeros((2, view.count, view.count))
    for one in np.unique(layer).tolist():
        own = layer == one
        for frame in range(view.count):
            blurs[one, frame] = _middle(blur[own, frame], weight[own, frame])
        weights[one] = np.sqrt(weight[own].sum(axis=0))
    return blurs, weights


def _middle(values: Table, weights: Table) -> float:
    """Return the median of values that count by their weights."""
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(sums, sums[-1] / 2)])


def _line(blurs: Table, weights: Table) -> tuple[float, ...]:
    """Return places on a line whose distances are `blurs`, (n, n), as far as may be.

    Steps of which little is known are like those beside them, the more so the more there are:
    many small steps are hard to tell apart, and made by a machine.
    """
    count = len(blurs)
    one, two = np.nonzero(weights)
    if not one.size:
        return (0.0,) * count
    steps = np.arange(count - 1)
    between = (steps >= np.minimum(one, two)[:, None]) & (steps < np.maximum(one, two)[:, None])
    weighted = between * weights[one, two][:, None]
    left = weighted.T @ between.astype(float)
    alike = np.diff(np.eye(count - 1), axis=0)
    left += alike.T @ alike * (_ALIKE * count**2 * float(np.diag(left).mean()))
    found = np.linalg.lstsq(left, weighted.T @ blurs[one, two], rcond=1e-9)[0]
    return (0.0, *np.cumsum(np.maximum(found, 0)).tolist())


def _explained(view: _View, focus: tuple[float, ...], pool: Pool) -> float:
    """Return the share of the difference between picture and frames that `focus` explains."""
    step = max(1, view.count // 8)
    pixels = _HIGH * _WIDE * -(-view.count // step)
    chosen = range(0, len(view.sharp), max(1, round(len(view.sharp) * pixels / _TRIED)))
    sums = np.zeros((len(view.sharp), 3))

    def see(part: int) -> None:
        sharp = view.sharp[part]
        layers = Layers(sharp[None], view.layers[part])
        rims = [min(_RIM, side // 4) for side in sharp.shape]
        inner = tuple(slice(rim, side - rim) for rim, side in zip(rims, sharp.shape, strict=True))
        for frame in range(part % step, view.count, step):
            wanted = view.samples.frames[frame][part][inner]
            there = view.samples.covered[frame][part][inner]
            for kind, seen in enumerate((sharp, layers.seen_by(frame, focus)[0])):
                sums[part, kind] += np.square((wanted - seen[inner])[there]).sum()
            sums[part, 2] += there.sum() * view.noise

    pool.each(chosen, see)
    before, after, chance = (float(total) for total in sums.sum(axis=0))
    return 1 - max(after - chance, 0) / max(before - chance, 1e-12)
