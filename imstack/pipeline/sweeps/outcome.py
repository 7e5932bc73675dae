"""What comes of a sweep."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from imstack.errors import ImstackError
    from imstack.pipeline.cover import Rectangle
    from imstack.recipe.trials import Trial


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one combination.

    Attributes
    ----------
    trial
        The combination.
    said
        ``name=value`` for each key that is tried out.
    picture
        The file; not there when the combination failed.
    sharpness
        Mean modified Laplacian in the area that all pictures share, in per cent of the range;
        see :func:`imstack.pipeline.sweeps.measure.measure_sharpness`. Not a number for a failure.
    shares
        Which share of that area's pixels each frame gave, 0..1; empty when nobody knows.
    seconds
        What it took in this sweep, by the clock; work that an earlier combination did, or an
        earlier run, costs it nothing.
    from_scratch
        What all its stages took, one after the other, whenever they were done: seconds.
    error
        Why it failed.
    """

    trial: Trial
    said: tuple[str, ...]
    picture: Path
    sharpness: float = math.nan
    shares: tuple[float, ...] = ()
    seconds: float = 0.0
    from_scratch: float = 0.0
    error: ImstackError | None = None


@dataclass(frozen=True, slots=True)
class Swept:
    """A finished sweep: its outcomes in order, the contact sheet, and the table.

    `area` is the part of the canvas that was compared.
    """

    outcomes: tuple[Outcome, ...]
    sheet: Path
    table: Path
    area: Rectangle
