"""Registration of real photos against an independent method."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.registration import PCB, real_pairs


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not PCB.is_dir(), reason="needs the photos of ../shared/data")
def test_real_neighbours_agree_with_ecc() -> None:
    scales, shifts = [], []
    for found, other, size in real_pairs():
        assert found.trust > 0.8
        place = found.placement
        scales.append((place.scale - other.scale) * np.hypot(*size) / 2)
        shifts.append((place.dx - other.dx, place.dy - other.dy))
    # Both are compromises: near and far things of this scene move by up to a pixel apart.
    assert np.sqrt(np.mean(np.square(scales))) < 0.3
    assert np.sqrt(np.mean(np.square(shifts).sum(axis=1))) < 0.3
