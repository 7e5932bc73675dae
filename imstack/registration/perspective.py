"""Whether a camera was tilted between two frames: what scale, shift and turn leave over.

A tilt moves points by a second-order field, ``(a x x + b x y, a x y + b y y)`` about the centre:
one side of the frame grows and the other shrinks (keystone). No motion that is fitted has such a
field, so the patches of the frame show it when they are asked where they would rather lie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.registration.votes import Votes

_LEAST = 2.5
"""Pixels of the frame, half the diagonal away from the centre, from which on a tilt is told: near
and far things of stacks from a tripod move apart by up to a pixel."""

_SURE = 6.0
"""Standard errors that it must exceed."""

_EXPLAINS = 0.7
"""Share of what the patches miss by that a tilt may leave over, to be what ails the pair; a tilt of
8 pixels leaves half."""

_FAR = 3.0
"""Reduced pixels beyond which a patch was found by chance, and misses no more than that."""

_FEWEST = 24
_ALIKE = 0.5
_ROUNDS = 6


def keystone(polled: Votes, width: int) -> float:
    """Return how far a tilt moves the corners, in pixels of a frame `width` wide; 0 if not sure."""
    good = polled.likeness > _ALIKE
    if int(good.sum()) < _FEWEST:
        return 0.0
    height, across = polled.shape
    reach = float(np.hypot(across, height)) / 2
    x, y = ((polled.places[good] - np.array([across, height]) / 2) / reach).T
    moves = polled.moves[good]
    similar = _columns([np.ones_like(x), 0 * x, x, -y], [0 * x, np.ones_like(x), y, x])
    tilted = np.hstack([similar, _columns([x * x, x * y], [x * y, y * y])])
    wanted = np.concatenate([moves[:, 0], moves[:, 1]])
    _, left_over, _ = _robust(similar, wanted)
    answer, left, covariance = _robust(tilted, wanted)
    size = float(np.hypot(*answer[-2:]))
    error = float(np.sqrt(covariance[-1, -1] + covariance[-2, -2]))
    frame = size * width / across
    sure = size > _SURE * error and left < _EXPLAINS * left_over
    return frame if sure and frame > _LEAST else 0.0


def _columns(
    across: list[NDArray[np.float64]], down: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    return np.vstack([np.column_stack(across), np.column_stack(down)])


def _robust(
    matrix: NDArray[np.float64], wanted: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """Return the answer that most patches agree on, their mean square miss, and its covariance."""
    weight = np.ones(len(wanted))
    for _ in range(_ROUNDS):
        root = np.sqrt(weight)[:, None]
        answer = np.linalg.lstsq(matrix * root, wanted * root[:, 0], rcond=None)[0]
        miss = wanted - matrix @ answer
        scale = 1.4826 * float(np.median(np.abs(miss))) + 1e-3
        weight = 1.0 / np.maximum(1.0, np.abs(miss) / (2.0 * scale)) ** 2
    normal = (matrix * weight[:, None]).T @ matrix
    covariance = np.linalg.pinv(normal) * scale**2
    left = float(np.mean(np.minimum(np.abs(miss), _FAR) ** 2))
    return np.asarray(answer, np.float64), left, np.asarray(covariance, np.float64)
