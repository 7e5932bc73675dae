"""The core of twoBlrDiff as one step: ImageMagick's own operators, or the same pixels sooner."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from imstack.magick import library
from imstack.magick.gaussian import WHITE, blur_difference
from imstack.magick.images import magick_errors, pixels_of
from imstack.magick.loaded import STORAGE_TYPES, Image, wand_api
from imstack.magick.operators import Blur, Clone, Composite, Delete, Group, ImageList, Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGMAS_TESTED = (0.5, 50.0)


@dataclass(frozen=True, slots=True)
class BlurDifference:
    """``( -clone 0 -blur A ) ( -clone 0 -blur B ) -delete 0 -compose Difference ... -blur C``.

    Parameters
    ----------
    sigmas
        The two blurs and the last blur, in pixels.
    plain
        Always by ImageMagick's operators. Else by arrays, where the image is one opaque gray
        channel and the loaded ImageMagick was seen to give the same pixels.
    """

    sigmas: tuple[float, float, float]
    plain: bool = False

    def apply(self, images: ImageList) -> None:
        """Turn the one image of the list into the difference of its blurs."""
        if not self.plain and _is_gray(images) and is_exact(self.sigmas):
            image = images[0]
            _put(image, blur_difference(pixels_of(image, "R")[..., 0], self.sigmas))
            return
        for step in self._steps():
            step.apply(images)

    def words(self) -> list[str]:
        """State ImageMagick's operators, which give the same pixels."""
        return [word for step in self._steps() for word in step.words()]

    def _steps(self) -> tuple[Step, ...]:
        first, second, last = self.sigmas
        return (
            Group((Clone(0), Blur(first))),
            Group((Clone(0), Blur(second))),
            Delete(0),
            Composite("Difference"),
            Blur(last),
        )


@lru_cache(maxsize=16)
def is_exact(sigmas: tuple[float, float, float]) -> bool:
    """Tell whether the loaded ImageMagick blurs a small noisy image to the very same pixels."""
    least, most = SIGMAS_TESTED
    known = all(least <= sigma <= most for sigma in sigmas)
    if not known or library.load().major != 6 or find_spec("cv2") is None:
        return False
    noise = np.random.default_rng(6).integers(0, WHITE + 1, (61, 83), np.uint16)
    with Image(width=83, height=61, pseudo="xc:black") as image:
        image.transform_colorspace("gray")
        _put(image, noise)
        images: ImageList = [image.clone()]
        BlurDifference(sigmas, plain=True).apply(images)
        with images[0] as blurred:
            return np.array_equal(pixels_of(blurred, "R")[..., 0], blur_difference(noise, sigmas))


def _is_gray(images: ImageList) -> bool:
    if len(images) != 1:
        return False
    image = images[0]
    edges = image.virtual_pixel in {"undefined", "edge"}
    return bool(image.colorspace == "gray" and not image.alpha_channel and edges)


def _put(image: Any, channel: NDArray[np.uint16]) -> None:  # noqa: ANN401 - Wand has no types
    """Give a gray Wand image the pixels of `channel`, shape (h, w)."""
    height, width = channel.shape
    values = np.ascontiguousarray(channel)
    done = wand_api.MagickImportImagePixels(
        image.wand,
        0,
        0,
        width,
        height,
        b"I",
        STORAGE_TYPES.index("short"),
        values.ctypes.data_as(ctypes.c_void_p),
    )
    if not done:
        with magick_errors("the pixels of a detail map"):
            image.raise_exception()
