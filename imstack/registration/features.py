"""Where to start when frames differ much in focus, turn or place: features matched.

Corners and blobs are described (SIFT), matched, and a motion is drawn from the matches that agree
with each other (RANSAC). Both frames are blurred alike before, so that what is out of focus in one
of them looks the same in the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from imstack.registration.warp import Motion
from imstack.results import Placement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.registration.pyramid import Plane

BLURS = (0.0, 2.5, 5.0)
"""Sigmas, in pixels of the level, that both frames are blurred by: up to 12 pixels of the frame."""

_MOST = 1500
_RATIO = 0.8
"""A match counts when its second best is this much worse (Lowe, 2004)."""

_OFF = 3.0
"""Pixels by which a match may miss the motion."""

_FEWEST = 8
_SCALES = (0.8, 1.25)
_TURN = 12.0
"""Motions beyond these scales and degrees do not come from neighbours; see `Found.turn`."""


def feature_motions(
    moving: Plane, fixed: Plane, centre: tuple[float, float], most_turn: float = _TURN
) -> list[Motion]:
    """Return the motions that matched features ask for: one for each blur that gives any.

    Parameters
    ----------
    moving, fixed
        Gray images of one size, (h, w), 0..1.
    centre
        Centre of the frames on them, (x, y) in their pixels.
    most_turn
        Motions that turn further, in degrees, are left out.
    """
    found = []
    for blur in BLURS:
        motion = _motion(_bytes(moving, blur), _bytes(fixed, blur), centre)
        if motion is not None and abs(motion.placement.angle) <= most_turn:
            found.append(motion)
    return found


def _bytes(plane: Plane, blur: float) -> NDArray[np.uint8]:
    """Return an image stretched to 0..255, blurred by a Gaussian."""
    if blur:
        plane = cv2.GaussianBlur(plane, (0, 0), blur)  # type: ignore[assignment]
    low, high = np.percentile(plane, (0.5, 99.5))
    stretched = (plane - low) * (255.0 / max(float(high - low), 1e-3))
    return np.asarray(np.clip(stretched, 0, 255), np.uint8)


def _motion(
    moving: NDArray[np.uint8], fixed: NDArray[np.uint8], centre: tuple[float, float]
) -> Motion | None:
    sift = cv2.SIFT_create(_MOST, contrastThreshold=0.015)  # type: ignore[attr-defined]
    (ours, our_words), (theirs, their_words) = (
        sift.detectAndCompute(image, None) for image in (moving, fixed)
    )
    if min(len(ours), len(theirs)) < _FEWEST:
        return None
    matches = [
        pair[0]
        for pair in cv2.BFMatcher(cv2.NORM_L2).knnMatch(our_words, their_words, k=2)
        if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance
    ]
    if len(matches) < _FEWEST:
        return None
    here = np.array([ours[match.queryIdx].pt for match in matches], np.float64)
    there = np.array([theirs[match.trainIdx].pt for match in matches], np.float64)
    matrix, agree = cv2.estimateAffinePartial2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=_OFF, maxIters=5000
    )
    if np.size(matrix) != 6 or int(np.sum(agree)) < _FEWEST:
        return None
    return motion_of(np.asarray(matrix, np.float64), centre)


def motion_of(matrix: NDArray[np.float64], centre: tuple[float, float]) -> Motion | None:
    """Return the motion of a matrix (2, 3) between pixel indices; None beyond all reason."""
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if not _SCALES[0] < scale < _SCALES[1]:
        return None
    middle = np.array(centre)
    dx, dy = (matrix[:, :2] @ (middle - 0.5) + matrix[:, 2] + 0.5 - middle).tolist()
    angle = float(np.rad2deg(np.arctan2(matrix[1, 0], matrix[0, 0])))
    return Motion(Placement(scale, dx, dy, angle), centre)
