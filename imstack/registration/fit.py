"""Gauss-Newton: the small motion that makes one image most like another, again and again.

For a moving image W, laid on the fixed image F by the motion found so far, a further small
motion changes W by its gradient times the movement of each pixel. The best such motion, together
with a contrast and a brightness, is a linear least-squares problem with a handful of unknowns.
The gradient is the mean of both images' (Malis and others call that efficient second-order
minimisation), and very large residuals count less (Huber). The equations are kept tile by tile,
which keeps the work in the processor's cache and says afterwards how far the tiles disagree.

Near and far things move apart when the lens moves (parallax), so that one motion is a compromise.
Where tiles disagree by more than blur and noise explain, detail makes a tile surer of its own
motion, not of the others': it then counts less than in proportion. Else a patch of bold print
would decide for the whole frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np

from imstack.registration.algebra import compose, corner_distance
from imstack.registration.warp import Motion, warped
from imstack.results import Placement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.registration.pyramid import Plane
    from imstack.registration.warp import Axis

MARGIN = 5
"""Pixels of a level along all borders that are not compared: halving has bent them."""

_CLEAR = 0.99
_TILE = 192
_FEWEST_TILES = 6
_PATCH = 400
"""Pixels over which the residual is taken to be of one kind: what defocus leaves is alike over
patches of some twenty pixels. Tiles may disagree as far as that explains without moving apart."""
_SURE = 0.3
"""Share of the mean power of detail from which on a tile that moves its own way is sure of it."""
_BARE, _FULL = 0.1, 0.4
"""Median of the tiles' power of detail, as a share of the mean: a thing before a bare background,
which has the say, and a frame full of detail."""
_HUBER = 16.0
"""Residuals beyond this many standard deviations count less: far out, so that only what does not
belong to the scene (dust, glare, something that moved) is set back, and detail is not."""
_LARGEST_STEP = 0.05
"""Share of the image size that one step may move a corner."""

_LOST = 0.5
"""Share of half the diagonal that a fit may move the corners before it is lost: starts are nearer.
Images that do not belong together would go on from one to the next until the steps are spent."""


@dataclass(frozen=True, slots=True)
class Freedom:
    """What a motion may consist of."""

    scale: bool = True
    shift: bool = True
    rotation: bool = False

    @property
    def count(self) -> int:
        """How many unknowns the motion has."""
        return self.scale + self.rotation + 2 * self.shift


@dataclass(frozen=True, slots=True)
class Fit:
    """A motion that was fitted.

    Attributes
    ----------
    motion
        From the moving to the fixed image, in pixels of the level.
    contrast, offset
        ``contrast * moving + offset`` is most like the fixed image.
    residual
        Robust standard deviation of what remains, on the scale 0..1.
    covariance
        Of the unknowns scale, angle (radians), dx, dy (pixels of the level), from the spread
        between tiles; shape (4, 4).
    converged
        False when the last step allowed was still larger than asked for.
    """

    motion: Motion
    contrast: float
    offset: float
    residual: float
    covariance: NDArray[np.float64]
    converged: bool


@dataclass(frozen=True, slots=True)
class _Where:
    """Which pixels are compared."""

    margin: int
    clear: Plane | None

    def counts(
        self, motion: Motion, shape: tuple[int, ...], columns: Axis, rows: Axis
    ) -> NDArray[np.bool_]:
        """Return which pixels count of a part of the fixed image, and of what lies on them."""
        inside = motion.covers(columns, rows, shape, self.margin)
        if self.clear is None:
            return inside
        here = self.clear[np.ix_(rows.astype(int), columns.astype(int))]
        laid = warped(self.clear, motion, columns, rows)
        return np.asarray(inside & (here > _CLEAR) & (laid > _CLEAR))


@dataclass(slots=True)
class _Tiles:
    """Normal equations of every tile: `left` (tiles, n, n) and `right` (tiles, n)."""

    left: NDArray[np.float64]
    right: NDArray[np.float64]
    residual: float


def fit(
    moving: Plane,
    fixed: Plane,
    motion: Motion,
    freedom: Freedom,
    *,
    iterations: int,
    tolerance: float,
    margin: int = MARGIN,
    clear: Plane | None = None,
) -> Fit:
    """Return the motion near `motion` that lays `moving` on `fixed` best.

    Parameters
    ----------
    moving, fixed
        Gray images of one size, (h, w), 0..1.
    motion
        Where to start, in pixels of these images.
    freedom
        What may change.
    iterations
        Most steps taken.
    tolerance
        Steps end when one moves no corner by more than this, in pixels.
    margin
        Pixels along the borders of both images that do not count.
    clear
        Which pixels count in both images, each where it lies: 1, others 0; None for all.
    """
    where = _Where(margin, clear)
    reach = float(np.hypot(*fixed.shape)) / 2
    contrast, offset, residual = 1.0, 0.0, np.inf
    start, converged = motion.placement, False
    for _ in range(max(1, iterations)):
        tiles = _equations(moving, fixed, motion, freedom, where, (contrast, offset, residual))
        if freedom.shift and np.isfinite(residual):
            tiles = _evened(tiles, freedom, np.array([contrast, offset]))
        left, right = tiles.left.sum(axis=0), tiles.right.sum(axis=0)
        answer = _solved(left, right)
        contrast = float(answer[-2]) if abs(answer[-2]) > 0.05 else 0.05
        offset = float(answer[-1])
        first, residual = not np.isfinite(residual), tiles.residual
        unknowns = _unknowns(answer[:-2] / contrast, freedom)
        length = _corner_length(unknowns, reach)
        unknowns *= min(1.0, _LARGEST_STEP * reach / max(length, 1e-12))
        motion = replace(motion, placement=_moved(motion.placement, unknowns))
        converged = length <= tolerance
        lost = corner_distance(motion.placement, start, fixed.shape[::-1]) > _LOST * reach
        if lost or (converged and not first):
            break
    spread = tiles.right - tiles.left @ answer
    covariance = _sandwich(left, spread, contrast, freedom)
    return Fit(motion, contrast, offset, residual, covariance, converged)


def corner_error(covariance: NDArray[np.float64], size: tuple[float, float]) -> float:
    """Return the standard error of a corner's place, in pixels, for an image of `size` (w, h)."""
    distance = (size[0] ** 2 + size[1] ** 2) / 4
    variances = np.diag(covariance)
    return float(np.sqrt(distance * (variances[0] + variances[1]) + variances[2] + variances[3]))


def _equations(
    moving: Plane,
    fixed: Plane,
    motion: Motion,
    freedom: Freedom,
    where: _Where,
    known: tuple[float, float, float],
) -> _Tiles:
    """Return the equations of all tiles; `known` contrast, offset and residual set the weights."""
    lefts, rights, samples = [], [], []
    for rows, columns in product(*(_cuts(length, where.margin) for length in fixed.shape)):
        tile = _tile(moving, fixed, motion, freedom, where, rows, columns)
        if tile is None:
            continue
        columns_of, target, inside = tile
        error = target - np.float32(known[0]) * columns_of[-2] - np.float32(known[1])
        samples.append(np.abs(error[inside][::7]))
        weight = inside.astype(np.float32)
        if np.isfinite(known[2]):
            most = np.float32(_HUBER * known[2] + 1e-6)
            weight *= most / np.maximum(np.abs(error), most)
        weighted = columns_of * weight
        lefts.append(weighted @ columns_of.T)
        rights.append(weighted @ target)
    if not lefts:
        count = freedom.count + 2
        return _Tiles(np.zeros((1, count, count)), np.zeros((1, count)), 0.0)
    residual = 1.4826 * float(np.median(np.concatenate(samples)))
    return _Tiles(np.array(lefts, np.float64), np.array(rights, np.float64), residual)


def _evened(tiles: _Tiles, freedom: Freedom, light: NDArray[np.float64]) -> _Tiles:
    """Return the equations, those of detailed tiles set back where the tiles move apart.

    `light` is the contrast and the offset. The random-effects model of statistics: with a variance
    between the tiles, a tile's weight stops growing once its own variance is well below that.
    """
    shift = slice(freedom.count - 2, freedom.count)
    pixels = tiles.left[:, -1, -1]
    power = np.trace(tiles.left[:, shift, shift], axis1=1, axis2=2)
    miss = (tiles.right - tiles.left[:, :, -2:] @ light)[:, shift]
    apart = float((miss**2).sum(axis=1) @ (1 / np.maximum(power, 1e-30)))
    alone = _PATCH * tiles.residual**2 * len(power)
    share = max(0.0, 1.0 - alone / max(apart, 1e-30))
    mean = float(power.sum()) / max(float(pixels.sum()), 1e-30)
    density = power / np.maximum(pixels, 1e-30) / max(mean, 1e-30)
    share *= float(np.clip((np.median(density) - _BARE) / (_FULL - _BARE), 0.0, 1.0))
    weight = 1.0 / (1.0 + share / _SURE * density)
    return _Tiles(tiles.left * weight[:, None, None], tiles.right * weight[:, None], tiles.residual)


def _tile(
    moving: Plane,
    fixed: Plane,
    motion: Motion,
    freedom: Freedom,
    where: _Where,
    rows: slice,
    columns: slice,
) -> tuple[Plane, Plane, NDArray[np.bool_]] | None:
    """Return the design matrix (n, pixels) of a tile, the fixed pixels, and which ones count."""
    # One pixel more on all sides, for the gradients.
    i = np.arange(rows.start - 1, rows.stop + 1, dtype=np.float64)
    j = np.arange(columns.start - 1, columns.stop + 1, dtype=np.float64)
    inside = where.counts(motion, fixed.shape, j[1:-1], i[1:-1])
    if not inside.any():
        return None
    image = warped(moving, motion, j, i)
    target = fixed[rows.start - 1 : rows.stop + 1, columns.start - 1 : columns.stop + 1]
    contrast = _contrast(image, target)
    mean = image + target / contrast
    down = np.float32(0.25) * (mean[2:, 1:-1] - mean[:-2, 1:-1])
    right = np.float32(0.25) * (mean[1:-1, 2:] - mean[1:-1, :-2])
    x = (j[1:-1] + 0.5 - motion.centre[0]).astype(np.float32)[None, :]
    y = (i[1:-1] + 0.5 - motion.centre[1]).astype(np.float32)[:, None]
    matrix = []
    if freedom.scale:
        matrix.append(-(right * x + down * y))
    if freedom.rotation:
        matrix.append(right * y - down * x)
    if freedom.shift:
        matrix += [-right, -down]
    matrix += [image[1:-1, 1:-1], np.ones_like(right)]
    stacked = np.stack(matrix).reshape(len(matrix), -1)
    return stacked, target[1:-1, 1:-1].reshape(-1), inside.reshape(-1)


def _contrast(image: Plane, target: Plane) -> np.float32:
    """Return how much steeper `target` is than `image`, kept within reason."""
    ratio = float(target.std()) / max(float(image.std()), 1e-6)
    return np.float32(np.clip(ratio, 0.5, 2.0))


def _cuts(length: int, margin: int) -> list[slice]:
    """Return slices of at most `_TILE` pixels, but some of them, that leave the margins out."""
    inner = length - 2 * margin
    count = max(_FEWEST_TILES, -(-inner // _TILE))
    ends = np.linspace(margin, margin + inner, count + 1).round().astype(int).tolist()
    return [slice(start, stop) for start, stop in pairwise(ends) if stop > start]


def _solved(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least-squares answer; a direction without any gradient stays put."""
    size = np.sqrt(np.maximum(np.diag(left), 1e-30))
    balanced = left / np.outer(size, size)
    return np.asarray(np.linalg.lstsq(balanced, right / size, rcond=1e-10)[0] / size)


def _unknowns(values: NDArray[np.float64], freedom: Freedom) -> NDArray[np.float64]:
    """Return scale, angle, dx and dy of a step; zero for what may not change."""
    full = np.zeros(4)
    full[_places(freedom)] = values
    return full


def _places(freedom: Freedom) -> NDArray[np.bool_]:
    return np.array([freedom.scale, freedom.rotation, freedom.shift, freedom.shift])


def _corner_length(unknowns: NDArray[np.float64], reach: float) -> float:
    return float(reach * np.hypot(*unknowns[:2]) + np.hypot(*unknowns[2:]))


def _moved(placement: Placement, unknowns: NDArray[np.float64]) -> Placement:
    scale, angle, dx, dy = unknowns.tolist()
    return compose(Placement(1.0 + scale, dx, dy, float(np.rad2deg(angle))), placement)


def _sandwich(
    left: NDArray[np.float64], spread: NDArray[np.float64], contrast: float, freedom: Freedom
) -> NDArray[np.float64]:
    """Return the covariance of the motion's unknowns from what each tile would rather have."""
    inverse = np.linalg.pinv(left, rcond=1e-12, hermitian=True)
    tiles = len(spread)
    middle = spread.T @ spread * (tiles / max(1, tiles - freedom.count))
    full = np.zeros((4, 4))
    kept = freedom.count
    full[np.ix_(_places(freedom), _places(freedom))] = (inverse @ middle @ inverse)[:kept, :kept]
    return full / contrast**2
