"""From pairs to a whole stack."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.recipe.alignment import RegistrationSection
from imstack.registration.algebra import compose, corner_distance, inverse
from imstack.registration.chain import Chained, chain, refined
from imstack.registration.pair import PairFound, register_pair
from imstack.registration.pyramid import pyramid
from imstack.registration.settings import PairSettings
from imstack.results import Placement
from tests.unit.registration.waves import Waves

SIZE = (480, 361)

placements = st.builds(
    Placement,
    scale=st.floats(0.9, 1.1),
    dx=st.floats(-20, 20),
    dy=st.floats(-20, 20),
    angle=st.floats(-2, 2),
    gain=st.floats(0.8, 1.2),
)


@given(st.lists(placements, min_size=1, max_size=6), st.data())
def test_a_chain_is_true_to_every_pair(truth: list[Placement], data: st.DataObject) -> None:
    reference = data.draw(st.integers(0, len(truth) - 1))
    pairs = [
        PairFound(compose(inverse(after), before), 1.0, 0.1) for before, after in pairwise(truth)
    ]
    chained = chain(pairs, reference)
    assert chained[reference] == Chained(Placement(), 0.0)
    for number, link in enumerate(chained):
        wanted = compose(inverse(truth[reference]), truth[number])
        assert corner_distance(link.placement, wanted, SIZE) < 1e-6
        assert link.placement.gain == pytest.approx(wanted.gain)
        assert link.error == pytest.approx(0.1 * abs(number - reference))


def test_refining_weighs_both_ways_and_leaves_out_what_is_not_trusted() -> None:
    chained = Chained(Placement(dx=1.0), 0.3)
    sure = PairFound(Placement(dx=1.2), 0.9, 0.001)
    assert refined(chained, sure, SIZE, 0.5).dx == pytest.approx(1.2, abs=0.01)
    vague = PairFound(Placement(dx=1.2), 0.9, 5.0)
    assert refined(chained, vague, SIZE, 0.5).dx == pytest.approx(1.0, abs=0.01)
    unlike = PairFound(Placement(dx=1.2), 0.4, 0.3)
    assert refined(chained, unlike, SIZE, 0.3).dx == pytest.approx(1.028, abs=0.001)
    untrusted = PairFound(Placement(dx=1.2), 0.1, 0.001)
    assert refined(chained, untrusted, SIZE, 0.5) == chained.placement
    elsewhere = PairFound(Placement(dx=60.0), 0.9, 0.001)
    assert refined(chained, elsewhere, SIZE, 0.5) == chained.placement


@pytest.mark.parametrize("reference", [5, 2])
def test_a_stack_of_a_slanted_surface(reference: int) -> None:
    count = 6
    truth = [
        Placement(
            0.97 ** ((count - 1 - i) / 3), 4 * np.sin(i), 3.3 * np.cos(2 * i), 0.0, 1 + i / 50
        )
        for i in range(count)
    ]
    waves, along = Waves(31), np.linspace(0, count - 1, SIZE[0])
    frames = [
        pyramid(waves.frame(SIZE, truth[i], np.hypot(0.5, 1.2 * (along - i)))) for i in range(count)
    ]
    settings = PairSettings.of(RegistrationSection())
    pairs = [register_pair(frames[i], frames[i + 1], settings) for i in range(count - 1)]
    chained = chain(pairs, reference)
    for number, link in enumerate(chained):
        direct = register_pair(frames[number], frames[reference], settings, link.placement)
        place = refined(link, direct, SIZE, RegistrationSection().joint.min_trust)
        wanted = compose(inverse(truth[reference]), truth[number])
        assert abs(place.scale - wanted.scale) * np.hypot(*SIZE) / 2 < 0.06
        assert np.hypot(place.dx - wanted.dx, place.dy - wanted.dy) < 0.05
        assert place.gain == pytest.approx(wanted.gain, rel=0.005)
