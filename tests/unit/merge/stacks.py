"""Small stacks for the tests of merges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imstack.merge import Merged, merge_frames
from imstack.merge.crew import Crew
from imstack.merge.filters import gaussian_weights, smooth
from imstack.recipe.model import MergeSection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

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
    with Crew(1) as crew:
        planes = smooth(planes, gaussian_weights(sigma), crew)
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


def merged(
    frames: Sequence[Pixels],
    method: str,
    coverage: Sequence[Mask] = (),
    *,
    gains: Sequence[float] = (),
    threads: int = 2,
    progress: Callable[[float], None] = lambda _share: None,
) -> Merged:
    """Merge frames with the defaults of a method."""
    whole = np.ones(frames[0].shape[:2], np.bool_)

    def cover(number: int) -> Mask:
        return coverage[number] if coverage else whole

    settings = MergeSection.model_validate({"method": method})
    return merge_frames(
        len(frames),
        frames.__getitem__,
        cover,
        settings,
        gains=gains,
        threads=threads,
        progress=progress,
    )
