"""What the synthetic scenes show: bricks, lettering, fine lines, noise, an almost flat patch.

Textures are drawn at twice the size of the frames (`SUPER` samples a pixel), so that neither
the truth nor the frames are limited by how they are sampled. Values are 0..1, shape (h, w, 3),
float32, in the same (display) encoding as the frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Image = NDArray[np.float32]

SUPER = 2
"""Samples of a texture per pixel of a frame, in each direction."""

_WORDS = "focus stack brick mortar pin hair lens depth edge solder trace gold 0123456789 R47 C12 U3"


def smooth_noise(
    rng: np.random.Generator, shape: tuple[int, int], sigma: float
) -> NDArray[np.float32]:
    """Return noise of unit standard deviation, smoothed with a Gaussian of `sigma` samples."""
    shrink = max(1, int(sigma // 4))
    small = (shape[0] // shrink + 2, shape[1] // shrink + 2)
    grain = rng.standard_normal(small).astype(np.float32)
    noise = cv2.GaussianBlur(grain, (0, 0), max(sigma / shrink, 0.3))
    if shrink > 1:
        noise = cv2.resize(noise, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    noise = noise[: shape[0], : shape[1]]
    return np.asarray((noise - noise.mean()) / (noise.std() + 1e-9), np.float32)


def _kept(sheet: NDArray[np.floating]) -> Image:
    """Return a sheet within what a camera can show."""
    return np.asarray(np.clip(sheet, 0.02, 0.98), np.float32)


def speckle(rng: np.random.Generator, shape: tuple[int, int], roughness: float) -> Image:
    """Return the grain of a surface: noise of four sizes in slightly different colours."""
    out = np.zeros((*shape, 3), np.float32)
    for sigma, share in ((1.2, 0.35), (2.5, 0.35), (6.0, 0.25), (20.0, 0.35)):
        gray = smooth_noise(rng, shape, sigma) * (share * roughness)
        out += gray[..., None] * (1 + 0.25 * rng.standard_normal(3).astype(np.float32))
    return out


def _paint(sheet: Image, mask: NDArray[np.uint8], ink: NDArray[np.float32]) -> None:
    """Lay `ink` on the sheet where the mask (0..255) is opaque."""
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size:
        part = (slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1))
        sheet[part] += (ink - sheet[part]) * (mask[part][..., None] / np.float32(255))


def bricks(rng: np.random.Generator, shape: tuple[int, int], roughness: float = 0.1) -> Image:
    """Return a brick wall: rows of bricks of varying colour with lighter mortar between."""
    height, width = shape
    row, col = 56 * SUPER, 150 * SUPER
    y, x = np.arange(height)[:, None], np.arange(width)[None, :]
    course = y // row
    along = x + (course % 2) * (col // 2)
    brick = (course * 131 + along // col) % 997
    shade = rng.uniform(0.25, 0.6, 997).astype(np.float32)[brick]
    tint = np.array([1.15, 0.85, 0.7], np.float32)
    wall = shade[..., None] * tint
    mortar = ((y % row) < 5 * SUPER) | ((along % col) < 5 * SUPER)
    wall = np.where(mortar[..., None], np.float32(0.68), wall)
    return _kept(wall + speckle(rng, shape, roughness))


def paper(rng: np.random.Generator, shape: tuple[int, int], roughness: float = 0.04) -> Image:
    """Return printed paper: lines of text of several sizes over faint grain."""
    page = np.full((*shape, 3), 0.86, np.float32)
    words = _WORDS.split()
    y = 20 * SUPER
    while y < shape[0] + 20 * SUPER:
        size = float(rng.choice([0.35, 0.5, 0.8, 1.3]))
        line = " ".join(rng.choice(words, 400))
        ink = rng.uniform(0.02, 0.35, 3).astype(np.float32)
        start = (int(rng.integers(-60, 0)), int(y))
        thick = max(1, round(size * SUPER))
        mask = np.zeros(shape, np.uint8)
        face = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(mask, line, start, face, size * SUPER, 255, thick, cv2.LINE_AA)
        _paint(page, mask, ink)
        y += int((12 + 26 * size) * SUPER)
    return _kept(page + speckle(rng, shape, roughness))


def ruling(rng: np.random.Generator, shape: tuple[int, int], roughness: float = 0.03) -> Image:
    """Return fine lines: fans of one- to three-pixel lines at all angles, on mid gray."""
    sheet = np.full((*shape, 3), 0.55, np.float32)
    span = max(shape)
    for _ in range(max(12, span // 40)):
        angle = rng.uniform(0, np.pi)
        middle = rng.uniform(0, 1, 2) * shape[::-1]
        reach = rng.uniform(0.05, 0.3) * span * np.array([np.cos(angle), np.sin(angle)])
        start, end = (middle - reach).astype(int), (middle + reach).astype(int)
        ink = rng.uniform(0.05, 0.95, 3).astype(np.float32)
        mask = np.zeros(shape, np.uint8)
        thick = int(rng.integers(1, 3 * SUPER))
        cv2.line(mask, start.tolist(), end.tolist(), 255, thick, cv2.LINE_AA)
        _paint(sheet, mask, ink)
    return _kept(sheet + speckle(rng, shape, roughness))


def flat(rng: np.random.Generator, shape: tuple[int, int], roughness: float = 0.004) -> Image:
    """Return an almost flat surface: a slow gradient, and grain below the noise of a camera."""
    slow = smooth_noise(rng, shape, min(shape) / 3) * 0.03 + 0.6
    return _kept(slow[..., None] + speckle(rng, shape, roughness))


def patchwork(rng: np.random.Generator, shape: tuple[int, int], roughness: float) -> Image:
    """Return bricks with sheets of lettering, fine lines and an almost flat patch laid on."""
    height, width = shape
    sheet = bricks(rng, shape, roughness)
    makers = [paper, ruling, flat, paper, ruling]
    columns = len(makers)
    for i, make in enumerate(makers):
        ph, pw = int(height * rng.uniform(0.3, 0.42)), int(width / columns * rng.uniform(0.6, 0.85))
        top = int(rng.uniform(0.05, 0.5) * height)
        left = int((i + rng.uniform(0.05, 0.15)) * width / columns)
        grain = 0.004 if make is flat else roughness * 0.4
        sheet[top : top + ph, left : left + pw] = make(rng, (ph, pw), grain)
    return sheet
