"""How far a picture is from the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from imstack.results import Placement

    Image = NDArray[np.float32]
    Mask = NDArray[np.bool_]

NEAR = 12
"""Pixels from a depth edge that count as near it."""


@dataclass(frozen=True)
class Score:
    """PSNR in dB and mean SSIM in three areas; not a number where an area is empty.

    `covered`: what all frames cover; `central`: its part in the central 80 %; `edges`: its part
    within 12 pixels of a depth edge.
    """

    covered: tuple[float, float]
    central: tuple[float, float]
    edges: tuple[float, float]


def score_picture(picture: Image, truth: Image, covered: Mask, edges: Mask) -> Score:
    """Compare pictures (h, w, 3) of 0..1; `edges` is where depth jumps."""
    error = np.square(picture - truth).mean(axis=2)
    likeness = ssim(picture, truth)
    height, width = covered.shape
    central = np.zeros_like(covered)
    central[height // 10 : height - height // 10, width // 10 : width - width // 10] = True
    near = near_edges(edges)
    areas = [covered, covered & central, covered & near]
    return Score(*[(psnr(error[area]), _mean(likeness[area])) for area in areas])


def near_edges(edges: Mask) -> Mask:
    """Return what lies within 12 pixels of an edge."""
    if not edges.any():
        return edges
    distance = cv2.distanceTransform((~edges).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(distance <= NEAR)


def psnr(error: NDArray[np.float32]) -> float:
    """Return the peak signal-to-noise ratio of squared errors on the scale 0..1, in dB."""
    return float(-10 * np.log10(error.mean(dtype=np.float64))) if error.size else float("nan")


def _mean(values: NDArray[np.float32]) -> float:
    return float(values.mean(dtype=np.float64)) if values.size else float("nan")


def ssim(one: Image, two: Image) -> NDArray[np.float32]:
    """Return the structural similarity of every pixel, the mean of the channels (Wang, 2004)."""

    def local(values: Image) -> Image:
        return np.asarray(cv2.GaussianBlur(values, (11, 11), 1.5), np.float32)

    mean1, mean2 = local(one), local(two)
    spread1 = local(one * one) - mean1 * mean1
    spread2 = local(two * two) - mean2 * mean2
    joint = local(one * two) - mean1 * mean2
    first, second = np.float32(0.01**2), np.float32(0.03**2)
    alike = (2 * mean1 * mean2 + first) * (2 * joint + second)
    alike /= (mean1 * mean1 + mean2 * mean2 + first) * (spread1 + spread2 + second)
    return np.asarray(alike.mean(axis=2), np.float32)


def placement_errors(
    found: Sequence[Placement], true: Sequence[Placement], size: tuple[int, int]
) -> tuple[float, float]:
    """Return root mean squares in pixels: of the scale, seen at the corner, and of the shift."""
    corner = float(np.hypot(*size)) / 2
    pairs = list(zip(found, true, strict=True))
    scales = [(a.scale - b.scale) * corner for a, b in pairs]
    shifts = [np.hypot(a.dx - b.dx, a.dy - b.dy) for a, b in pairs]
    return tuple(float(np.sqrt(np.mean(np.square(v)))) for v in (scales, shifts))  # type: ignore[return-value]
