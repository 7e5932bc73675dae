"""Colours that drift from frame to frame are told from focus, and from nothing at all."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from imstack.recipe.alignment import RegistrationSection
from imstack.registration.algebra import between, compose, inverse
from imstack.registration.pair import register_pair
from imstack.registration.pyramid import Pyramid, gray, pyramid
from imstack.registration.settings import PairSettings
from imstack.results import NO_TINT, Placement
from tests.unit.registration.waves import Waves

Pixels = NDArray[np.uint16]

SIZE = (330, 241)
TRUTH = Placement(0.985, 4.3, -2.6)
SETTINGS = PairSettings.of(RegistrationSection())


def photo(
    placement: Placement,
    blur: float,
    factors: tuple[float, float, float] = NO_TINT,
    strength: float = 1.0,
) -> Pixels:
    """Return a photo whose channels show different things, each divided by its factor."""
    channels = []
    for seed, factor in enumerate(factors):
        shared, own = (Waves(one, 80).frame(SIZE, placement, blur) for one in (11, 31 + seed))
        channels.append((0.5 + strength * (0.6 * shared + 0.4 * own - 0.5)) / factor)
    return (np.clip(np.stack(channels, axis=-1), 0, 1) * 65535).round().astype(np.uint16)


def seen(pixels: Pixels) -> Pyramid:
    return pyramid(gray(pixels)).coloured(pixels)


def found(moving: Pixels, fixed: Pixels) -> Placement:
    return register_pair(seen(moving), seen(fixed), SETTINGS).placement


@pytest.mark.parametrize("strength", [1.0, 2.0], ids=["usual", "clipped"])
@pytest.mark.parametrize("blur", [0.6, 5.0])
@pytest.mark.parametrize(
    "factors", [(0.94, 1.02, 1.04), (1.004, 1.0, 0.996)], ids=["whole drift", "one step of it"]
)
def test_each_channel_has_its_gain(
    factors: tuple[float, float, float], blur: float, strength: float
) -> None:
    place = found(photo(TRUTH, 0.6, factors, strength), photo(Placement(), blur, strength=strength))
    assert place.gains == pytest.approx(factors, rel=0.004 if strength > 1 else 0.002)


@pytest.mark.parametrize("blur", [0.6, 5.0])
@pytest.mark.parametrize("gain", [1.0, 1.05])
def test_without_drift_there_is_one_gain(gain: float, blur: float) -> None:
    place = found(photo(TRUTH, 0.6, (gain, gain, gain)), photo(Placement(), blur))
    assert place.tint == NO_TINT
    assert place.gain == pytest.approx(gain, rel=0.004)


def test_gray_frames_stay_gray() -> None:
    grays = [
        np.repeat(photo(place, blur, (1.05, 1.0, 1.0))[..., :1], 3, axis=2)
        for place, blur in ((TRUTH, 0.6), (Placement(), 4.0))
    ]
    assert seen(grays[0]).colours is None
    assert len(set(found(*grays).gains)) == 1
    mixed = found(grays[0], photo(Placement(), 2.0))
    assert len(set(mixed.gains)) == 1


def test_the_tint_is_chained_like_the_gain() -> None:
    one = Placement(0.98, 1.0, 2.0, 0.3, 1.1, (1.02, 1.0, 0.97))
    other = Placement(1.01, -1.0, 0.5, 0.0, 0.9, (0.99, 1.01, 1.0))
    assert compose(one, other).gains == pytest.approx(np.multiply(one.gains, other.gains))
    assert compose(one, inverse(one)).gains == pytest.approx((1.0, 1.0, 1.0))
    assert between(one, other, 0.25).tint == pytest.approx(
        0.25 * np.array(one.tint) + 0.75 * np.array(other.tint)
    )
    assert one.unlit.gains == NO_TINT
