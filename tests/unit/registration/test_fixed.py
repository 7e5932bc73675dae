"""Things fixed to the frame do not hold the scene: eyepieces, scale bars, bands of a lamp."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from imstack.recipe.alignment import RegistrationSection
from imstack.registration.algebra import corner_distance
from imstack.registration.pair import register_pair
from imstack.registration.pyramid import pyramid
from imstack.registration.settings import PairSettings
from imstack.results import Placement
from tests.unit.registration.waves import Waves

if TYPE_CHECKING:
    from collections.abc import Callable

Image = NDArray[np.float32]

SIZE = (480, 361)
SETTINGS = PairSettings.of(RegistrationSection())


def eyepiece(frame: Image) -> Image:
    y, x = np.mgrid[: SIZE[1], : SIZE[0]].astype(np.float32)
    away = np.hypot(x - SIZE[0] * 0.49, y - SIZE[1] * 0.52) / (SIZE[1] * 0.47)
    light = 1 / (1 + np.exp((away - 1) * 60))
    return np.asarray(0.02 + (frame - 0.02) * light, np.float32)


def scale_bar(frame: Image) -> Image:
    ink = np.zeros(frame.shape, np.uint8)
    cv2.rectangle(ink, (300, 325), (460, 333), (255,), -1)
    cv2.putText(ink, "0.5 mm  Olympus", (210, 315), cv2.FONT_HERSHEY_DUPLEX, 0.9, (255,), 2)
    cv2.putText(ink, "2024-05-17", (10, 30), cv2.FONT_HERSHEY_DUPLEX, 0.8, (255,), 2)
    return np.where(ink > 127, np.float32(1), frame)


def bands(frame: Image) -> Image:
    rows = 1 + 0.12 * np.sign(np.sin(np.arange(SIZE[1]) * 2 * np.pi / 31))
    return np.asarray(frame * rows[:, None], np.float32)


@pytest.mark.parametrize("blur", [pytest.param(0.6, marks=pytest.mark.slow), 3.0])
@pytest.mark.parametrize(
    "truth",
    [
        Placement(0.99, 3.2, -2.7),
        Placement(0.985),
        pytest.param(Placement(1.0, 6.5, 4.4), marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("fixture", [eyepiece, scale_bar, bands])
def test_the_scene_is_followed_and_trusted(
    fixture: Callable[[Image], Image], truth: Placement, blur: float
) -> None:
    waves = Waves(11, 120)
    moving, fixed = waves.frame(SIZE, truth, 0.6), waves.frame(SIZE, None, blur)
    found = register_pair(pyramid(fixture(moving)), pyramid(fixture(fixed)), SETTINGS)
    assert corner_distance(found.placement, truth, SIZE) < 0.15
    assert found.trust > 0.6
