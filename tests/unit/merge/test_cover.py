"""No edge of what a frame covers shows in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from imstack.merge.frames import eroded, faded, faded_mask
from tests.unit.merge.stacks import METHODS, blurred, merged, texture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.unit.merge.stacks import Mask, Pixels

HEIGHT, WIDTH = 128, 160


def covers() -> dict[str, Mask]:
    """Return covers that end at each border, aslant, and around a hole."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    hole = (np.abs(y - 60) < 12) & (np.abs(x - 80) < 15)
    turned = (y + 0.05 * x > 24) & (y + 0.05 * x < 118)
    return {
        "top": y >= 20,
        "bottom": y < HEIGHT - 20,
        "left": x >= 20,
        "right": x < WIDTH - 20,
        "turned": turned,
        "hole": ~hole,
    }


def steps(image: NDArray[np.float64], cover: Mask) -> tuple[float, float]:
    """Return the mean step from pixel to pixel across a cover's border, and elsewhere."""
    across: list[NDArray[np.float64]] = []
    others: list[NDArray[np.float64]] = []
    for axis in (0, 1):
        change = np.abs(np.diff(image, axis=axis)).mean(axis=-1)
        border = np.diff(cover.astype(int), axis=axis) != 0
        across.append(change[border])
        others.append(change[~border])
    return float(np.concatenate(across).mean()), float(np.concatenate(others).mean())


def stack(kind: str) -> tuple[list[Pixels], list[Mask]]:
    """Return a brighter frame that ends within the picture, and one that covers all."""
    surface = blurred(texture(41, HEIGHT, WIDTH), 3.0)
    cover = covers()[kind]
    brighter = np.minimum(surface.astype(int) + 9000, 65535).astype(np.uint16)
    return [brighter, surface], [cover, np.ones_like(cover)]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", list(covers()))
def test_the_border_of_a_cover_is_no_line(kind: str, method: str) -> None:
    frames, cover = stack(kind)
    image = merged(frames, method, cover).image.astype(np.float64)
    across, elsewhere = steps(image, cover[0])
    cut = np.where(cover[0][..., None], frames[0], frames[1]).astype(np.float64)
    assert steps(cut, cover[0])[0] > 8 * elsewhere
    assert across < 2.5 * elsewhere


@pytest.mark.parametrize("method", METHODS)
def test_a_frame_that_is_alone_reaches_its_border(method: str) -> None:
    sharp = texture(42, HEIGHT, WIDTH)
    left = np.zeros((HEIGHT, WIDTH), np.bool_)
    left[:, :90] = True
    result = merged([sharp, blurred(sharp, 2.0)], method, [left, ~left])
    inner = np.s_[:, :80]
    off = result.image[inner].astype(float) - sharp[inner]
    assert np.sqrt(np.square(off).mean()) < 600
    assert (result.index[left] == 0).all()
    assert (result.index[~left] == 1).all()


def test_weights_fall_towards_the_border_of_a_cover() -> None:
    cover = np.zeros((40, 60), np.float32)
    cover[:, 20:] = 1
    weight = faded(cover, 6)
    assert not weight[:, :20].any()
    assert (weight[:, 20:] > 0).all()
    assert (np.diff(weight[5, 20:]) >= 0).all()
    np.testing.assert_allclose(weight[:, 27:], 1, atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_what_no_frame_covers_goes_on_from_around(method: str) -> None:
    """Whatever the frames hold there; and it is told."""
    sharp = blurred(texture(43, HEIGHT, WIDTH), 2.0)
    hole = np.zeros((HEIGHT, WIDTH), np.bool_)
    hole[30:100, 40:120] = True
    images = []
    for seed in (1, 2):
        frames = [sharp.copy(), blurred(sharp, 2.0)]
        rng = np.random.default_rng(seed)
        for frame in frames:
            frame[hole] = rng.integers(0, 65536, (int(hole.sum()), 3))
        result = merged(frames, method, [~hole, ~hole])
        np.testing.assert_array_equal(result.missing, hole)
        images.append(result.image)
    np.testing.assert_array_equal(images[0], images[1])
    filled, around = images[0][hole].astype(float), sharp[~hole].astype(float)
    assert np.abs(filled.mean(axis=0) - around.mean(axis=0)).max() < 1500
    assert filled.min() > around.min() - 3000
    outside = images[0][~hole].astype(float) - around
    assert np.sqrt(np.square(outside).mean()) < 400


@pytest.mark.parametrize("kind", list(covers()))
@pytest.mark.parametrize("reach", [3, 6])
def test_a_mask_fades_as_a_cover_does(kind: str, reach: int) -> None:
    cover = covers()[kind]
    expected = faded(cover.astype(np.float32), reach)
    np.testing.assert_allclose(faded_mask(cover, reach), expected, atol=0.01)
    np.testing.assert_array_equal(faded_mask(cover, reach) > 0, cover)


@pytest.mark.parametrize("kind", list(covers()))
def test_eroded_covers_have_no_hole_within_reach(kind: str) -> None:
    cover = covers()[kind]
    wide = np.pad(cover, 2, constant_values=True)  # nothing is missing beyond the picture
    expected = np.lib.stride_tricks.sliding_window_view(wide, (5, 5)).all(axis=(2, 3))
    np.testing.assert_array_equal(eroded(cover, 2), expected)
