"""Pictures that are known at every point: sums of plane waves, blurred exactly.

A frame is drawn by evaluating the waves where its pixels lie, so that its placement is true to
the last digit and owes nothing to any resampling. A Gaussian blur only makes each wave lower.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imstack.results import Placement

Image = NDArray[np.float32]


@dataclass(frozen=True)
class Waves:
    """A texture: `count` waves with lengths from `shortest` to `longest` pixels."""

    seed: int
    count: int = 250
    shortest: float = 3.0
    longest: float = 300.0

    def frame(
        self,
        size: tuple[int, int],
        placement: Placement | None = None,
        sigma: float | NDArray[np.float64] = 0.5,
        noise: float = 1 / 255,
    ) -> Image:
        """Return what a frame placed so on the reference sees, (h, w), about 0..1.

        `sigma` is the blur in pixels, one number or one for each column; `noise` a standard
        deviation. The placement's gain makes the frame as bright as the reference.
        """
        placed = placement or Placement()
        vectors, phases, amplitudes = self._waves()
        phases = phases + vectors.real * placed.dx + vectors.imag * placed.dy
        turned = vectors * placed.scale * np.exp(-1j * np.deg2rad(placed.angle))
        x = np.arange(size[0]) + 0.5 - size[0] / 2
        y = np.arange(size[1]) + 0.5 - size[1] / 2
        lower = np.exp(-0.5 * (abs(vectors) ** 2)[:, None] * np.square(sigma))
        along = amplitudes[:, None] * lower * np.exp(1j * np.outer(turned.real, x))
        down = np.exp(1j * (np.outer(turned.imag, y) + phases[:, None]))
        out = (down.T @ along).real
        rng = np.random.default_rng((self.seed, abs(hash(placement))))
        bright = (0.5 + 0.12 * out) / placed.gain + noise * rng.standard_normal(out.shape)
        return np.asarray(bright, np.float32)

    def _waves(self) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.float64]]:
        """Return wave vectors (radians a pixel; y is the imaginary part), phases, amplitudes."""
        rng = np.random.default_rng(self.seed)
        lengths = np.exp(rng.uniform(np.log(self.shortest), np.log(self.longest), self.count))
        turns = 1j * rng.uniform(0, 2 * np.pi, self.count)
        vectors = np.asarray(2 * np.pi / lengths * np.exp(turns), np.complex128)
        amplitudes = np.sqrt(lengths)
        amplitudes /= np.sqrt((amplitudes**2).sum() / 2)
        return vectors, rng.uniform(0, 2 * np.pi, self.count), amplitudes
