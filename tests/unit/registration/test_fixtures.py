"""Registration of the fixture's brick wall, which another program drew and knows the truth of."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from imstack.recipe.alignment import RegistrationSection
from imstack.registration.chain import chain, refined
from imstack.registration.pair import register_pair
from imstack.registration.pyramid import gray, pyramid
from imstack.registration.settings import PairSettings
from imstack.results import Placement

WALL = Path(__file__).parents[3] / "fixtures" / "brick_wall"


def test_the_brick_wall() -> None:
    truth = json.loads((WALL / "truth.json").read_text(encoding="utf-8"))
    size = truth["width"], truth["height"]
    photos = (np.asarray(cv2.imread(str(WALL / frame["file"]))) for frame in truth["frames"])
    frames = [pyramid(gray(photo.astype(np.uint16) * np.uint16(257))) for photo in photos]
    settings = PairSettings.of(RegistrationSection())
    last = len(frames) - 1
    pairs = [register_pair(one, two, settings) for one, two in pairwise(frames)]
    assert min(pair.trust for pair in pairs) > 0.8
    scales, shifts = [], []
    for frame, link, wanted in zip(frames, chain(pairs, last), truth["frames"], strict=True):
        direct = register_pair(frame, frames[last], settings, link.placement)
        place = refined(link, direct, size, RegistrationSection().joint.min_trust)
        true = Placement(wanted["scale"], wanted["dx"], wanted["dy"])
        scales.append((place.scale - true.scale) * np.hypot(*size) / 2)
        shifts.append((place.dx - true.dx, place.dy - true.dy))
    assert np.sqrt(np.mean(np.square(scales))) < 0.1
    assert np.sqrt(np.mean(np.square(shifts))) < 0.05
