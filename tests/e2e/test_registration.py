"""What a whole run says of frames that do not lie on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

import imstack
from imstack.errors import DodgyError
from imstack.results import Placement
from imstack.watch import NullWatcher
from tests.unit.registration.waves import Waves

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SIZE = (240, 180)


class Listener(NullWatcher):
    """Keeps what a run warns of."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def photos(
    folder: Path, placements: Sequence[Placement], seeds: Sequence[int], white: int = 255
) -> list[Path]:
    """Write gray photos placed so, of pictures with these seeds."""
    files = []
    for number, (placement, seed) in enumerate(zip(placements, seeds, strict=True)):
        frame = Waves(seed).frame(SIZE, placement, 0.6 + 0.4 * number)
        values = np.clip(frame * white, 0, white).round()
        files.append(folder / f"photo_{number}.png")
        cv2.imwrite(str(files[-1]), values.astype(np.uint16 if white > 255 else np.uint8))
    return files


def test_a_photo_that_does_not_belong_is_named(tmp_path: Path) -> None:
    files = photos(tmp_path, [Placement(0.99), Placement(0.995), Placement()], [1, 2, 1])
    with pytest.raises(DodgyError, match=r"photo_0.* on .*photo_1.*cannot be registered") as told:
        imstack.stack(files, output=tmp_path / "out.png", cache=False)
    assert told.value.exit_code == 7
    assert not (tmp_path / "out.png").exists()


def test_turned_frames_are_told_once(tmp_path: Path) -> None:
    files = photos(tmp_path, [Placement(angle=2.0), Placement(angle=1.2), Placement()], [3, 3, 3])
    listener = Listener()
    imstack.stack(files, output=tmp_path / "out.png", cache=False, watch=listener)
    turned = [text for text in listener.warnings if "turned" in text]
    assert len(turned) == 1
    assert "photo_1" in turned[0]
    assert "1.2" in turned[0]
    assert "--set registration.joint.rotation=true" in turned[0]
    listener = Listener()
    allowed = ["registration.joint.rotation=true"]
    stacked = imstack.stack(
        files, output=tmp_path / "out.png", sets=allowed, cache=False, watch=listener
    )
    assert not [text for text in listener.warnings if "turned" in text]
    assert stacked.registration.placements[0].angle == pytest.approx(2.0, abs=0.02)


def test_gray_photos_of_sixteen_bits_are_registered(tmp_path: Path) -> None:
    truth = Placement(0.97, 4.3, -2.6)
    files = photos(tmp_path, [truth, Placement()], [4, 4], white=65535)
    stacked = imstack.stack(files, output=tmp_path / "out.tiff", cache=False)
    found = stacked.registration.placements[0]
    assert found.scale == pytest.approx(truth.scale, abs=3e-4)
    assert np.hypot(found.dx - truth.dx, found.dy - truth.dy) < 0.05
