"""Text as pixels, in whatever font ImageMagick finds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from imstack.magick.images import pixels_of
from imstack.magick.loaded import Color, Drawing, wand_errors
from imstack.magick.saving import image_from

if TYPE_CHECKING:
    from numpy.typing import NDArray


def draw_text(text: str, size: int) -> NDArray[np.uint16] | None:
    """Return one line of text, white on black: shape (h, w), 0..65535.

    All lines of one `size` (pixels) are equally high. None where the system has no font that
    ImageMagick could use, which happens on machines without a screen.
    """
    try:
        with Drawing() as pen, image_from(np.zeros((1, 1), np.uint16)) as probe:
            pen.font_size = size
            pen.fill_color = Color("white")
            metrics = pen.get_font_metrics(probe, text or " ")
            above, below = math.ceil(metrics.ascender), math.ceil(-metrics.descender)
            blank = np.zeros((above + below, math.ceil(metrics.text_width) + 2), np.uint16)
            with image_from(blank) as image:
                if text:
                    pen.text(1, above, text)
                    pen(image)
                return pixels_of(image, "I")[..., 0]
    except (wand_errors.WandException, ValueError):
        return None
