"""The order of the frames along the line of focus, found from the pixels.

A block of the picture is sharpest in one frame and loses detail on both sides of it, so frames
that lie side by side in focus have nearly the same detail everywhere. The order in which all of
them change least from one to the next, a shortest path, is their order of focus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.merge.filters import Plane
    from imstack.merge.frames import Mask

    Table: TypeAlias = NDArray[np.float64]

_SIDE = 32  # pixels of a block, as where blurs are measured
_FEWEST = 12  # blocks; fewer say too little: unrelated noise of 6 blocks asked for another order
_LEAST = 1e-4  # detail, of 0..1, that shows in no photo
_STARTS = 24  # paths that are grown before the best is kept; more found no shorter ones
_GAIN = 0.75  # typical steps that another order is shorter by; ties of noise gain less
_FEWER = 0.8  # share of returns that another order may have; shuffled scenes fall below 0.5
_LINE = 0.5  # rank correlation of a line: shuffled scenes have 0.8 and more, other stacks less


@dataclass(frozen=True)
class Order:
    """How the frames follow one another in focus.

    Attributes
    ----------
    frames
        The frames' numbers as given, from one end of the focus to the other; as near to the
        given order as the two directions allow.
    confidence
        How well a line explains the frames: rank correlation of their differences with how far
        apart they are on it, 0..1.
    """

    frames: tuple[int, ...]
    confidence: float

    @property
    def as_given(self) -> bool:
        """Tell whether the frames were given in the order of their focus."""
        return self.frames == tuple(range(len(self.frames)))


def block_detail(detail: Plane, covered: Mask) -> Table:
    """Return the mean detail of each block that is all covered, else NaN; (blocks,)."""
    rows, columns = (max(side // _SIDE, 1) for side in detail.shape)
    part = slice(rows * _SIDE), slice(columns * _SIDE)
    down = np.arange(0, min(rows * _SIDE, detail.shape[0]), _SIDE)
    along = np.arange(0, min(columns * _SIDE, detail.shape[1]), _SIDE)

    def sums(plane: Plane | Mask) -> Table:
        if min(detail.shape) >= _SIDE:
            cells = np.asarray(plane[part], np.float32)
            means = cv2.resize(cells, (columns, rows), interpolation=cv2.INTER_AREA)
            return np.multiply(means, _SIDE**2, dtype=np.float64)
        narrow = np.add.reduceat(plane[part], along, axis=1, dtype=np.float64)
        return np.asarray(np.add.reduceat(narrow, down, axis=0))

    there = sums(covered)
    full = there == there.max()
    means: Table = np.where(full, sums(detail) / np.maximum(there, 1), np.nan).ravel()
    return means


def focus_order(details: Table, floor: float) -> Order:
    """Return the order of frames whose blocks have this detail, (frames, blocks).

    `floor` is the detail that noise alone gives.
    """
    count = len(details)
    given = tuple(range(count))
    if count < 3:
        return Order(given, 0.0)
    logs = _logs(details, floor)
    apart = _differences(logs)
    if logs.shape[1] < _FEWEST or not apart.any():
        return Order(given, 0.0)
    found = _shortest(apart)
    step = float(np.median(apart[found[:-1], found[1:]]))
    gain = _length(apart, np.arange(count)) - _length(apart, found)
    returns, before = _returns(logs[found]), _returns(logs)
    better = returns < _FEWER * before or (returns < before and gain > _GAIN * step)
    if not better or _likeness(apart, found) < _LINE:
        return Order(given, _likeness(apart, np.arange(count)))
    if np.corrcoef(found, np.arange(count))[0, 1] < 0:
        found = found[::-1]
    return Order(tuple(found.tolist()), _likeness(apart, found))


def _logs(details: Table, floor: float) -> Table:
    """Return the logarithms of what blocks that more than one frame covers show above noise."""
    logs: Table = np.log(np.maximum(details - floor, 0) + 0.25 * floor + _LEAST)
    return logs[:, np.isfinite(logs).sum(axis=0) > 1]


def _returns(logs: Table) -> float:
    """Return how much detail comes back that was gone, on average over blocks that all cover.

    In the order of focus a block gains detail up to its peak and loses it after, once. A flat
    subject does so in many orders: then the given one is as good as any.
    """
    whole = logs[:, np.isfinite(logs).all(axis=0)]
    if not whole.size:
        return 0.0
    walked = np.abs(np.diff(whole, axis=0)).sum(axis=0)
    once = 2 * whole.max(axis=0) - whole[0] - whole[-1]
    return float((walked - once).mean())


def _differences(logs: Table) -> Table:
    """Return how differently sharp two frames are, (frames, frames), on average.

    Blocks count by how much their detail changes over the stack.
    """
    if not logs.size:
        return np.zeros((len(logs), len(logs)))
    span = np.nanmax(logs, axis=0) - np.nanmin(logs, axis=0)
    out = np.zeros((len(logs), len(logs)))
    for one, own in enumerate(logs):
        away = np.abs(logs - own)
        both = np.isfinite(away)
        weight = (both * span).sum(axis=1)
        out[one] = np.where(both, away * span, 0).sum(axis=1) / np.maximum(weight, 1e-12)
    return out


def _length(apart: Table, path: NDArray[np.int64]) -> float:
    return float(apart[path[:-1], path[1:]].sum())


def _likeness(apart: Table, path: NDArray[np.int64]) -> float:
    """Return the rank correlation of differences with how far apart frames are on a path."""
    ordered = apart[np.ix_(path, path)]
    one, two = np.triu_indices(len(path), 1)
    ranks = np.argsort(np.argsort(ordered[one, two])).astype(float)
    if ranks.size < 2 or len(path) < 3:
        return 0.0
    return float(np.clip(np.corrcoef(ranks, two - one)[0, 1], 0, 1))


def _shortest(apart: Table) -> NDArray[np.int64]:
    """Return the shortest path through all frames that was found."""
    count = len(apart)
    first = int(np.unravel_index(apart.argmax(), apart.shape)[0])
    starts = {first, *np.linspace(0, count - 1, min(count, _STARTS)).astype(int).tolist()}
    paths = [np.arange(count), *(_grown(apart, start) for start in sorted(starts))]
    paths.sort(key=lambda path: _length(apart, path))
    bettered = [_bettered(apart, path) for path in paths[:4]]
    return min(bettered, key=lambda path: _length(apart, path))


def _grown(apart: Table, start: int) -> NDArray[np.int64]:
    """Return the path that goes on to the nearest frame each time."""
    left = np.ones(len(apart), np.bool_)
    path = [start]
    left[start] = False
    while left.any():
        nearest = int(np.where(left, apart[path[-1]], np.inf).argmin())
        path.append(nearest)
        left[nearest] = False
    return np.array(path)


def _bettered(apart: Table, path: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the path with parts turned round, and frames moved, as long as it gets shorter."""
    while True:
        turned = _turned(apart, path)
        moved = _moved(apart, path)
        best = min((turned, moved), key=lambda other: _length(apart, other))
        if _length(apart, best) > _length(apart, path) - 1e-9:
            return path
        path = best


def _turned(apart: Table, path: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the path with that part turned round which makes it shortest."""
    count = len(path)
    joined = np.zeros((count + 2, count + 2))  # nothing lies before the first and after the last
    joined[1:-1, 1:-1] = apart[np.ix_(path, path)]
    steps = np.diagonal(joined, 1)
    first, last = np.triu_indices(count, 1)
    change = joined[first, last + 1] + joined[first + 1, last + 2] - steps[first] - steps[last + 1]
    best = int(change.argmin())
    out = path.copy()
    out[first[best] : last[best] + 1] = out[first[best] : last[best] + 1][::-1]
    return out


def _moved(apart: Table, path: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the path with that one frame moved which makes it shortest."""
    best, shortest = path, _length(apart, path)
    for place, frame in enumerate(path.tolist()):
        rest = np.delete(path, place)
        way = apart[frame, rest]
        more = np.empty(len(path))
        more[0], more[-1] = way[0], way[-1]
        more[1:-1] = way[:-1] + way[1:] - apart[rest[:-1], rest[1:]]
        length = _length(apart, rest) + float(more.min())
        if length < shortest - 1e-12:
            best, shortest = np.insert(rest, int(more.argmin()), frame), length
    return best
