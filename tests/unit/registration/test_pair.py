"""Registration of pairs against exact truth; the long tables are in tests/benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from imstack.errors import InputError
from imstack.recipe.alignment import (
    JointSection,
    RegistrationSection,
    ScaleSection,
    TranslationSection,
)
from imstack.registration.algebra import corner_distance, inverse
from imstack.registration.pair import PairFound, register_pair
from imstack.registration.pyramid import pyramid
from imstack.registration.settings import PairSettings
from imstack.registration.warp import Motion, warped
from imstack.results import Placement
from tests.unit.registration.waves import Waves

if TYPE_CHECKING:
    from collections.abc import Callable

Image = NDArray[np.float32]

SIZE = (480, 361)
PLAIN = PairSettings.of(RegistrationSection())
RAMP = np.linspace(0.5, 6.0, SIZE[0])


def registered(moving: Image, fixed: Image, settings: PairSettings = PLAIN) -> PairFound:
    return register_pair(pyramid(moving), pyramid(fixed), settings)


@pytest.mark.parametrize(
    ("moving_blur", "fixed_blur"),
    [(0.6, 0.6), (0.6, 2.0), (6.0, 0.6), (RAMP, RAMP[::-1])],
    ids=["sharp", "a little out of focus", "far out of focus", "slanted surface"],
)
@pytest.mark.parametrize(
    "truth",
    [
        Placement(0.9873, 5.3, -7.8, gain=1.06),
        Placement(1.0, 4.0, -3.0),
        Placement(0.9312, -20.37, 11.61, gain=0.9),
    ],
    ids=["usual", "whole pixels", "wide"],
)
def test_placements_are_found_whatever_the_focus(
    truth: Placement, moving_blur: float, fixed_blur: float
) -> None:
    waves = Waves(11)
    found = registered(waves.frame(SIZE, truth, moving_blur), waves.frame(SIZE, None, fixed_blur))
    place = found.placement
    assert abs(place.scale - truth.scale) * np.hypot(*SIZE) / 2 < 0.1
    assert np.hypot(place.dx - truth.dx, place.dy - truth.dy) < 0.05
    assert place.gain == pytest.approx(truth.gain, rel=0.004)
    assert place.angle == 0.0
    assert found.trust > 0.8
    assert found.error < 0.25


@pytest.mark.parametrize("scale", [0.9, 0.95, 1.05, 1.1])
@pytest.mark.parametrize("shift", [(46.0, -33.0), (-48.5, -36.0)])
def test_large_changes_are_found(scale: float, shift: tuple[float, float]) -> None:
    truth = Placement(scale, *shift)
    waves = Waves(5)
    found = registered(waves.frame(SIZE, truth), waves.frame(SIZE, None, 1.5))
    assert corner_distance(found.placement, truth, SIZE) < 0.1
    assert found.trust > 0.8
    assert 0.5 < found.overlap < 1.0


@pytest.mark.parametrize("angle", [0.4, -3.1, 7.0])
def test_rotation_when_it_is_asked_for(angle: float) -> None:
    truth = Placement(0.97, 6.5, -2.5, angle)
    waves = Waves(7)
    turning = PairSettings.of(RegistrationSection(joint=JointSection(rotation=True)))
    found = registered(waves.frame(SIZE, truth), waves.frame(SIZE, None, 1.5), turning)
    assert corner_distance(found.placement, truth, SIZE) < 0.1
    assert found.placement.angle == pytest.approx(angle, abs=0.01)


@pytest.mark.parametrize(("angle", "told"), [(0.0, 0.0), (0.1, 0.0), (0.5, 0.5), (-2.0, -2.0)])
def test_a_turn_that_is_not_allowed_is_told(angle: float, told: float) -> None:
    waves = Waves(7)
    moving = waves.frame(SIZE, Placement(0.99, 3.5, -2.5, angle))
    straight = PairSettings.of(RegistrationSection(joint=JointSection(rotation=False)))
    found = registered(moving, waves.frame(SIZE, None, 1.5), straight)
    assert found.placement.angle == 0.0
    assert found.turn == pytest.approx(told, abs=0.1)


@pytest.mark.parametrize("angle", [0.0, 0.4, -3.1, -9.5])
def test_a_sure_turn_is_taken_up_by_itself(angle: float) -> None:
    truth = Placement(0.97, 6.5, -2.5, angle)
    waves = Waves(7)
    found = registered(waves.frame(SIZE, truth), waves.frame(SIZE, None, 1.5))
    assert corner_distance(found.placement, truth, SIZE) < 0.1
    assert found.placement.angle == pytest.approx(angle, abs=0.01)
    assert found.trust > 0.9


def test_a_frame_that_does_not_move_stays_where_it_is() -> None:
    waves = Waves(3)
    found = registered(waves.frame(SIZE, None, 5.3), waves.frame(SIZE, None, 1.0, 2 / 255))
    assert found.placement.is_identity
    assert found.trust > 0.9


def test_what_may_not_change_does_not() -> None:
    waves = Waves(9)
    moving, fixed = waves.frame(SIZE, Placement(1.0, 5.25, 2.5)), waves.frame(SIZE)
    still = PairSettings.of(RegistrationSection(scale=ScaleSection(find=False)))
    found = registered(moving, fixed, still).placement
    assert found.scale == 1.0
    assert np.hypot(found.dx - 5.25, found.dy - 2.5) < 0.05
    moving = waves.frame(SIZE, Placement(0.96))
    centred = PairSettings.of(RegistrationSection(translation=TranslationSection(find=False)))
    found = registered(moving, fixed, centred).placement
    assert (found.dx, found.dy) == (0.0, 0.0)
    assert found.scale == pytest.approx(0.96, abs=2e-4)
    wanted = RegistrationSection(
        scale=ScaleSection(find=False), translation=TranslationSection(find=False)
    )
    neither = PairSettings.of(wanted)
    pair = registered(waves.frame(SIZE, Placement(gain=1.1)), fixed, neither)
    assert pair.placement.is_identity
    assert pair.placement.gain == pytest.approx(1.1, rel=0.003)
    assert pair.trust > 0.8


def test_a_known_start_gives_the_same_answer() -> None:
    truth = Placement(0.92, -31.0, 17.0)
    waves = Waves(13)
    moving, fixed = pyramid(waves.frame(SIZE, truth)), pyramid(waves.frame(SIZE, None, 3.0))
    scanned = register_pair(moving, fixed, PLAIN)
    started = register_pair(moving, fixed, PLAIN, Placement(0.9215, -30.0, 16.0))
    assert corner_distance(scanned.placement, started.placement, SIZE) < 0.01


def flat(seed: int) -> Image:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    lit = 0.6 - 0.3 * ((x / SIZE[0] - 0.5) ** 2 + (y / SIZE[1] - 0.5) ** 2)
    return np.asarray(lit + rng.standard_normal(lit.shape) / 255, np.float32)


def stripes(seed: int) -> Image:
    rng = np.random.default_rng(seed)
    wave = 0.5 + 0.3 * np.sin(np.arange(SIZE[0]) / 9.0) + np.zeros((SIZE[1], 1))
    return np.asarray(wave + rng.standard_normal(wave.shape) / 255, np.float32)


@pytest.mark.parametrize("rotation", [False, True])
@pytest.mark.parametrize(
    "picture",
    [
        flat,
        stripes,
        lambda seed: Waves(seed).frame(SIZE),
        lambda seed: Waves(seed).frame(SIZE, None, 5.0),
        lambda seed: np.full(SIZE[::-1], 0.25 * seed, np.float32),
    ],
    ids=["featureless", "stripes", "unrelated", "unrelated and blurred", "constant"],
)
def test_what_cannot_be_registered_is_not_trusted(
    picture: Callable[[int], Image], rotation: bool
) -> None:
    settings = PairSettings.of(RegistrationSection(joint=JointSection(rotation=rotation)))
    found = registered(picture(1), picture(2), settings)
    assert found.trust < 0.2
    assert np.isfinite(found.placement.scale)


def test_noise_lowers_trust_but_not_below_what_is_usable() -> None:
    truth = Placement(0.985, 3.0, 2.0)
    waves = Waves(21)
    found = registered(
        waves.frame(SIZE, truth, 1.0, noise=8 / 255), waves.frame(SIZE, None, 1.5, noise=8 / 255)
    )
    assert corner_distance(found.placement, truth, SIZE) < 0.15
    assert found.trust > JointSection().min_trust


def test_dust_and_glare_are_set_back() -> None:
    truth = Placement(0.985, 3.0, 2.0)
    waves = Waves(22)
    moving, fixed = waves.frame(SIZE, truth), waves.frame(SIZE, None, 1.5)
    for image in (moving, fixed):  # dust stays where it is on the sensor
        image[100:112, 200:215] = 0.05
        image[300:305, 90:100] = 0.95
    found = registered(moving, fixed)
    assert corner_distance(found.placement, truth, SIZE) < 0.15


def faint(placement: Placement | None, sigma: float) -> Image:
    """A picture with hardly more detail than noise."""
    waves = Waves(26, shortest=6.0, longest=60.0)
    return np.asarray(0.45 + 0.1 * waves.frame(SIZE, placement, sigma, noise=5 / 255), np.float32)


def test_dust_on_the_sensor_does_not_hold_a_faint_picture() -> None:
    truth = Placement(0.9957, -4.0, 4.8)
    rng = np.random.default_rng(3)
    dust = np.ones(SIZE[::-1], np.float32)
    for x, y in zip(rng.integers(SIZE[0], size=30), rng.integers(SIZE[1], size=30), strict=True):
        dust[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3] = 0.7
    found = registered(faint(truth, 0.6) * dust, faint(None, 1.5) * dust)
    assert corner_distance(found.placement, truth, SIZE) < 0.4
    assert found.trust > 0.5


@pytest.mark.parametrize("corner", [(40, 60), (150, 200)])
def test_a_small_thing_before_a_plain_background_is_enough(corner: tuple[int, int]) -> None:
    truth = Placement(0.995, -3.0, 2.0)
    waves = Waves(27, shortest=4.0, longest=30.0)
    thing = np.zeros(SIZE[::-1], np.float32)
    thing[corner[0] : corner[0] + 70, corner[1] : corner[1] + 70] = 1.0
    seen = Motion.on_level(inverse(truth), SIZE, 0)
    where = warped(thing, seen, np.arange(SIZE[0]), np.arange(SIZE[1]))
    moving = flat(1) * (1 - where) + waves.frame(SIZE, truth, 0.6) * where
    fixed = flat(2) * (1 - thing) + waves.frame(SIZE, None, 1.5) * thing
    found = registered(moving, fixed)
    assert corner_distance(found.placement, truth, SIZE) < 0.4
    assert found.trust > 0.4


def test_of_equal_places_on_a_grid_the_nearest_is_taken() -> None:
    def grid(dx: float, dy: float, seed: int) -> Image:
        x, y = np.arange(SIZE[0]) + dx, (np.arange(SIZE[1]) + dy)[:, None]
        picture = 0.5 + 0.3 * np.sin(x * np.pi / 12) * np.sin(y * np.pi / 12)
        noise = np.random.default_rng(seed).standard_normal(picture.shape) / 255
        return np.asarray(picture + noise, np.float32)

    found = registered(grid(0.5, -4.9, 1), grid(0.0, 0.0, 2))
    assert corner_distance(found.placement, Placement(dx=0.5, dy=-4.9), SIZE) < 0.1


def test_a_bold_patch_that_moves_its_own_way_does_not_decide_for_the_frame() -> None:
    size, patch = (960, 720), (slice(160, 360), slice(120, 400))
    truth, nearer = Placement(0.985, 3.0, 2.0), Placement(0.985, 4.0, 2.0)
    far, near = Waves(24), Waves(25, shortest=4.0, longest=30.0)
    moving, fixed = (0.25 + 0.5 * far.frame(size, place) for place in (truth, None))
    moving[patch] = near.frame(size, nearer)[patch]
    fixed[patch] = near.frame(size)[patch]
    found = registered(moving, fixed)
    assert corner_distance(found.placement, truth, size) < 0.4  # 0.73 by detail alone


def test_frames_of_two_sizes_are_refused() -> None:
    with pytest.raises(InputError, match="480x361 and 361x480"):
        registered(np.zeros(SIZE[::-1], np.float32), np.zeros(SIZE, np.float32))
