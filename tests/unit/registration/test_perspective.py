"""A camera that was tilted between two frames is told, and nothing else is taken for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from imstack.recipe.alignment import RegistrationSection
from imstack.registration.pair import PairFound, register_pair
from imstack.registration.pyramid import pyramid
from imstack.registration.settings import PairSettings
from imstack.results import Placement
from tests.unit.registration.waves import Waves

if TYPE_CHECKING:
    from imstack.registration.pyramid import Plane

SIZE = (720, 540)


def tilted(image: Plane, pixels: float, *, upright: bool) -> Plane:
    """Return an image of which one side is longer by `pixels` at each end."""
    width, height = SIZE
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners.copy()
    if upright:
        moved[0, 0], moved[1, 0] = pixels, width - pixels
    else:
        moved[1, 1], moved[2, 1] = pixels, height - pixels
    matrix = cv2.getPerspectiveTransform(corners, moved)
    border = cv2.BORDER_REFLECT
    return np.asarray(cv2.warpPerspective(image, matrix, SIZE, borderMode=border), np.float32)


def found(moving: Plane, fixed: Plane) -> PairFound:
    settings = PairSettings.of(RegistrationSection())
    return register_pair(pyramid(moving), pyramid(fixed), settings)


@pytest.mark.parametrize("upright", [True, False])
def test_a_tilt_is_told(*, upright: bool) -> None:
    waves = Waves(4)
    pair = found(tilted(waves.frame(SIZE), 8.0, upright=upright), waves.frame(SIZE, None, 1.5))
    assert 4.0 < pair.tilt < 16.0


@pytest.mark.parametrize(
    "placement",
    [Placement(), Placement(0.97, 6.5, -2.5), Placement(1.03, -9.0, 4.0, 1.5)],
)
def test_no_other_motion_is_taken_for_a_tilt(placement: Placement) -> None:
    waves = Waves(4)
    pair = found(waves.frame(SIZE, placement), waves.frame(SIZE, None, 1.5, 2 / 255))
    assert pair.tilt == 0.0


def test_a_little_tilt_is_nothing() -> None:
    waves = Waves(4)
    assert found(tilted(waves.frame(SIZE), 0.5, upright=True), waves.frame(SIZE)).tilt == 0.0
