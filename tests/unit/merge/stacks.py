"""Small stacks for the tests of merges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.merge.filters import gaussian_weights, smooth
from imstack.merge.merging import Merged, merge_frames
from imstack.merge.pool import ALONE
from imstack.merge.settings import fused_method
from imstack.recipe.model import MergeSection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from imstack.merge.filters import Plane

    Pixels = NDArray[np.uint16]
    Mask = NDArray[np.bool_]

METHODS = ["masks", "pyramid", "guided"]


def texture(seed: int, height: int = 96, width: int = 120) -> Pixels:
    """Return a random colour texture well inside the range."""
    rng = np.random.default_rng(seed)
    return rng.integers(12000, 52000, (height, width, 3)).astype(np.uint16)


def blurred(image: Pixels, sigma: float) -> Pixels:
    """Return the image out of focus."""
    planes = np.ascontiguousarray(image.transpose(2, 0, 1)).astype(np.float32)
    planes = smooth(planes, gaussian_weights(sigma), ALONE)
    return np.rint(planes.transpose(1, 2, 0)).astype(np.uint16)


def halves(seed: int = 1) -> tuple[Pixels, list[Pixels]]:
    """Return a texture, and two frames: one sharp on the left, the other on the right."""
    sharp = texture(seed)
    soft = blurred(sharp, 3.0)
    middle = sharp.shape[1] // 2
    first, second = sharp.copy(), soft.copy()
    first[:, middle:] = soft[:, middle:]
    second[:, middle:] = sharp[:, middle:]
    return sharp, [first, second]


def planes_of(image: Pixels) -> Plane:
    """Return (h, w, 3) of 0..65535 as (3, h, w) of 0..1."""
    return np.ascontiguousarray(image.transpose(2, 0, 1)).astype(np.float32) / np.float32(65535)


def bands_in_focus(places: NDArray[np.float64]) -> tuple[Plane, NDArray[np.uint8], list[Plane]]:
    """Return a picture, the frame each place is sharp in, and frames focused at `places`.

    The frames are sharp in vertical bands side by side, 64 pixels wide.
    """
    picture = smooth(planes_of(texture(4, 128, 64 * len(places))), gaussian_weights(0.6), ALONE)
    index = np.repeat(np.arange(len(places), dtype=np.uint8), 64) * np.ones((128, 1), np.uint8)
    frames = []
    for here in places:
        frame = np.empty_like(picture)
        for number, there in enumerate(places):
            away = abs(here - there)
            soft = smooth(picture, gaussian_weights(away), ALONE) if away else picture
            np.copyto(frame, soft, where=index == number)
        frames.append(frame)
    return picture, index, frames


def slope(places: NDArray[np.float64]) -> tuple[Pixels, list[Pixels]]:
    """Return a slanted surface, all sharp, and noisy frames focused at `places` along it."""
    rng = np.random.default_rng(31)
    sharp = smooth(planes_of(texture(30, 128, 480)), gaussian_weights(0.7), ALONE)
    depth = np.linspace(places[0], places[-1], 480, dtype=np.float32)
    blurs = np.arange(0, places[-1] + 0.5, 0.125)
    soft = [smooth(sharp, gaussian_weights(sigma), ALONE) if sigma else sharp for sigma in blurs]
    frames = []
    for here in places:
        level = np.rint(np.abs(depth - here) / 0.125).astype(int)
        frame = np.stack([soft[one][..., x] for x, one in enumerate(level)], axis=-1)
        frame += rng.normal(0, 1 / 255, frame.shape)
        frames.append(np.rint(frame * 65535).clip(0, 65535).astype(np.uint16).transpose(1, 2, 0))
    return np.rint(sharp * 65535).astype(np.uint16).transpose(1, 2, 0), frames


def bar_before_wall(brightness: int = 42000) -> tuple[Pixels, list[Pixels]]:
    """Return a bar before a dark wall, all sharp, and five frames, the first focused on the bar."""
    wall, bar = texture(21, 128, 192) // 3, texture(22, 128, 192) // 4 + brightness
    where = np.zeros((1, 128, 192), np.float32)
    where[..., 80:112] = 1
    sharp = [smooth(planes_of(one), gaussian_weights(0.6), ALONE) for one in (wall, bar)]
    truth = sharp[0] * (1 - where) + sharp[1] * where
    frames = []
    for number in range(5):
        back, front = 1.3 * (4 - number), 1.3 * number
        behind = smooth(sharp[0], gaussian_weights(back), ALONE) if back else sharp[0]
        before = np.concatenate([sharp[1] * where, where])
        before = smooth(before, gaussian_weights(front), ALONE) if front else before
        frames.append(before[:3] + (1 - before[3:]) * behind)
    pixels = [np.rint(one * 65535).astype(np.uint16).transpose(1, 2, 0) for one in (truth, *frames)]
    return pixels[0], pixels[1:]


def merged(
    frames: Sequence[Pixels],
    method: str,
    coverage: Sequence[Mask] = (),
    *,
    gains: Sequence[float] = (),
    threads: int = 2,
    reblur: bool = True,
    progress: Callable[[float], None] = lambda _share: None,
) -> Merged:
    """Merge frames with the defaults of a method."""
    whole = np.ones(frames[0].shape[:2], np.bool_)

    def cover(number: int) -> Mask:
        return coverage[number] if coverage else whole

    settings = fused_method(MergeSection.model_validate({"method": method, "reblur": reblur}))
    return merge_frames(
        len(frames),
        frames.__getitem__,
        cover,
        settings,
        gains=gains,
        threads=threads,
        progress=progress,
    )
