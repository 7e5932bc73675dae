"""A stack that is not in the order of its focus is merged rightly, and that is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

import imstack
from imstack.watch import NullWatcher
from tests.unit.merge.stacks import slope

if TYPE_CHECKING:
    from pathlib import Path


class Heard(NullWatcher):
    def __init__(self) -> None:
        self.texts: list[str] = []

    def warn(self, text: str) -> None:
        self.texts.append(text)


@pytest.mark.parametrize("shuffled", [[0, 1, 2, 3, 4], [2, 3, 4, 0, 1]])
def test_the_better_order_is_named(shuffled: list[int], tmp_path: Path) -> None:
    _, frames = slope(np.arange(5, dtype=np.float64) * 1.5)
    for number, frame in enumerate(shuffled):
        cv2.imwrite(str(tmp_path / f"{number}.png"), frames[frame][..., ::-1])
    photos = sorted(tmp_path.glob("*.png"))
    heard = Heard()
    imstack.stack(photos, "aligned", tmp_path / "out.tif", cache=False, watch=heard)
    told = [text for text in heard.texts if "order of their focus" in text]
    if shuffled == sorted(shuffled):
        assert not told
    else:
        names = told[0].rsplit(" as ", 1)[1].split(", ")
        found = [shuffled[int(name.removesuffix(".png"))] for name in names]
        assert found in (sorted(found), sorted(found, reverse=True))
