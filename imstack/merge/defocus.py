"""How far out of focus each frame is where another one is sharp: measured, not asked for.

Many blocks of the picture each tell how wide the blur between their frame and each other one is.
Frames lie on a line of focus, so the blurs of all pairs together give one place for each frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from imstack.merge.blocks import Blocks, looked_at
from imstack.merge.crew import ALONE
from imstack.merge.frames import LUMA, luma
from imstack.merge.layers import Layers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.merge.crew import Crew
    from imstack.merge.filters import Plane
    from imstack.merge.frames import Mask
    from imstack.merge.survey import Index

    Table: TypeAlias = NDArray[np.float64]

_STRIP = 128  # rows of a strip, a multiple of the grain of the coarsest band
_PIXELS = 24e6  # of all strips of all frames together, at most
_ENOUGH = 1e6  # of the strips of a frame
_ALIKE = 0.02  # how much neighbouring steps of focus are taken to be alike
_BLOCK = 256  # columns of the parts of a strip that are seen again
_TRIED = 8e6  # pixels of those, all frames together
_RIM = 16  # pixels along the borders of a block, where what lies outside spreads in
_EXPLAINED = 0.5  # less than this, and something else than defocus tells the frames apart


class Strips:
    """Some rows of every frame, in gray, evenly spread over the picture."""

    def __init__(self, count: int, height: int, width: int) -> None:
        """Choose the rows for `count` frames of this size, in pixels."""
        most = max(1, int(min(_PIXELS / count, _ENOUGH) / (_STRIP * width)))
        strips = max(1, min(most, height // _STRIP))
        middles = (np.arange(strips) + 0.5) * (height / strips)
        tops = np.clip(middles.astype(int) - _STRIP // 2, 0, max(height - _STRIP, 0)).tolist()
        self.rows = [slice(top, min(top + _STRIP, height)) for top in tops]
        self.frames: list[list[Plane]] = []
        self.covered: list[list[Mask]] = []

    def add(self, planes: Plane, covered: Mask) -> None:
        """Take the rows of the next frame: (3, h, w), and where it has real pixels."""
        self.frames.append([luma(planes[:, rows], ALONE) for rows in self.rows])
        self.covered.append([covered[rows].copy() for rows in self.rows])


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


def measured(picture: Plane, index: Index, strips: Strips, noise: float, crew: Crew) -> Defocus:
    """Return how the frames are focused.

    Parameters
    ----------
    picture
        The merged picture, (3, h, w) of 0..1.
    index
        Which frame each place is sharp in, (h, w).
    strips
        Of all frames.
    noise
        Standard deviation of a channel's noise, on the scale 0..1.
    """
    view = _View(
        strips,
        [luma(picture[:, rows], ALONE) for rows in strips.rows],
        [index[rows] for rows in strips.rows],
        noise**2 * float(np.square(LUMA).sum()),
    )
    focus = _line(*_pairs(view, crew))
    return Defocus(focus, _explained(view, focus, crew))


@dataclass(frozen=True)
class _View:
    """The strips of the frames, and of the picture: its gray, its layers, its noise's variance."""

    strips: Strips
    sharp: list[Plane]
    layers: list[Index]
    noise: float

    @property
    def count(self) -> int:
        """How many frames."""
        return len(self.strips.frames)


def _pairs(view: _View, crew: Crew) -> tuple[Table, Table]:
    """Return the blur of layer u in frame k (sigma in pixels), and how much each value counts."""
    found: dict[int, Blocks] = {}

    def strip(number: int) -> None:
        found[number] = looked_at(
            view.sharp[number],
            view.layers[number],
            [frame[number] for frame in view.strips.frames],
            [covered[number] for covered in view.strips.covered],
            view.noise,
        )

    crew.each(range(len(view.sharp)), strip)
    strips = [found[number] for number in range(len(found))]
    layer = np.concatenate([blocks.layer for blocks in strips])
    blur = np.concatenate([blocks.blur for blocks in strips])
    weight = np.concatenate([blocks.weight for blocks in strips])
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

    Steps of which little is known are like those beside them.
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
    left += alike.T @ alike * (_ALIKE * float(np.diag(left).mean()))
    found = np.linalg.lstsq(left, weighted.T @ blurs[one, two], rcond=1e-9)[0]
    return (0.0, *np.cumsum(np.maximum(found, 0)).tolist())


def _explained(view: _View, focus: tuple[float, ...], crew: Crew) -> float:
    """Return the share of the difference between picture and frames that `focus` explains."""
    step = max(1, view.count // 8)
    frames = -(-view.count // step)
    width = view.sharp[0].shape[1]
    blocks = [
        (number, left) for left in range(0, width, _BLOCK) for number in range(len(view.sharp))
    ]
    blocks = blocks[:: max(1, round(len(blocks) * _STRIP * _BLOCK * frames / _TRIED))]
    sums = np.zeros((len(blocks), 3))

    def block(place: int) -> None:
        number, left = blocks[place]
        part = slice(None), slice(left, left + _BLOCK)
        sharp = view.sharp[number][part]
        layers = Layers(sharp[None], view.layers[number][part])
        inner = tuple(
            slice(min(_RIM, side // 4), side - min(_RIM, side // 4)) for side in sharp.shape
        )
        for frame in range(place % step, view.count, step):
            wanted = view.strips.frames[frame][number][part][inner]
            there = view.strips.covered[frame][number][part][inner]
            for kind, seen in enumerate((sharp, layers.seen_by(frame, focus)[0])):
                sums[place, kind] += np.square((wanted - seen[inner])[there]).sum()
            sums[place, 2] += there.sum() * view.noise

    crew.each(range(len(blocks)), block)
    before, after, chance = (float(total) for total in sums.sum(axis=0))
    return 1 - max(after - chance, 0) / max(before - chance, 1e-12)
