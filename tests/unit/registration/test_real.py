"""Registration of real photos against an independent method."""

from __future__ import annotations

import pytest

from tests.benchmarks.registration import PCB, Miss, real_pairs


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not PCB.is_dir(), reason="needs the photos of ../shared/data")
def test_real_neighbours_agree_with_ecc() -> None:
    for found, other, size in real_pairs():
        assert found.trust > 0.8
        miss = Miss.of(found.placement, other, size)
        # Near and far things of this scene move by up to a pixel apart, and an affine fit settles
        # that otherwise than one of scale and shift alone: ECC itself does, by up to 0.3 pixels.
        assert max(miss.scale, miss.shift, miss.corner) < 0.3
