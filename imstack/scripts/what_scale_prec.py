"""whatScalePrec: whatScale again and again with a narrowing range (spec section 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imstack import alive
from imstack.errors import UsageError
from imstack.magick.operators import Read
from imstack.numerals import fx6, round9
from imstack.scripts.frames import check_same_size
from imstack.scripts.what_scale import Candidates, ScaleSearch, candidates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.results import ScaleFound

FEWEST_STEPS = 5  # a pass spans four steps of the pass before: fewer would never narrow
NINE_DIGITS = 1e-8


def automatic_precision(size: tuple[int, int]) -> str:
    """Return PREC for a photo of `size`, as ``%[fx:1+1/max(w,h)]`` prints it: six digits.

    >>> automatic_precision((7360, 4912))
    '1.00014'
    """
    return fx6(1 + 1 / max(size))


def narrowed(tried: Candidates, index: int) -> Candidates:
    """Return the scales of the next pass: two steps on either side of ``scales[index]``.

    Every bound is rounded to nine digits.
    """
    best, span = tried.scales[index], tried.fact * tried.fact
    return candidates(round9(best / span), round9(best * span), len(tried.scales) - 1)


def passes(
    minimum: float, maximum: float, steps: int, indices: Sequence[int]
) -> tuple[Candidates, ...]:
    """Return the scales tried in every pass of a search that chose `indices`.

    Examples
    --------
    The two scales that the seed prints, by the paths that lead to them:

    >>> path = (4, 6, 4, 5, 4, 5, 5)
    >>> passes(0.9, 1.1, 10, path)[-1].scales[path[-1]]
    0.979424792
    >>> path = (4, 6, 4, 6, 4, 5, 6)
    >>> passes(0.9, 1.1, 10, path)[-1].scales[path[-1]]
    0.980764083
    """
    tried = [candidates(minimum, maximum, steps)]
    for index in indices[:-1]:
        tried.append(narrowed(tried[-1], index))
    return tuple(tried)


def what_scale_prec(
    image1: Path,
    image2: Path,
    minimum: float = 0.9,
    maximum: float = 1.1,
    steps: int = 10,
    precision: float | None = None,
) -> ScaleFound:
    """Find the scale that makes `image1` match `image2`, as finely as `precision` asks.

    Parameters
    ----------
    image1, image2
        Photos of one size, taken as centred.
    minimum, maximum
        Range of the scales tried first (ratios).
    steps
        Steps in every pass, at least 5.
    precision
        Passes end when neighbouring scales differ by no more than this ratio; None is
        1 + 1/max(w, h).

    Returns
    -------
    ScaleFound
        Its `score` and `dodgy` are those of the last pass, its `indices` tell every pass.

    Raises
    ------
    InputError
        A photo cannot be used, or the sizes differ.
    UsageError
        The range is empty or would never narrow.
    """
    size = check_same_size(image1, image2)
    finest = float(automatic_precision(size)) if precision is None else precision
    return search_scale(
        Read(image1), Read(image2), size, ScaleRange(minimum, maximum, steps, finest)
    )


@dataclass(frozen=True, slots=True)
class ScaleRange:
    """Where whatScalePrec looks: ratios, and the steps of every pass."""

    minimum: float
    maximum: float
    steps: int
    precision: float

    def __post_init__(self) -> None:
        if self.steps < FEWEST_STEPS:
            message = f"{self.steps} steps never narrow the range: take {FEWEST_STEPS} or more"
            raise UsageError(message)
        if self.precision <= 1 + NINE_DIGITS:
            message = f"precision {self.precision:.9g} must be above 1 by nine digits' worth"
            raise UsageError(message)


def search_scale(
    image1: Read, image2: Read, size: tuple[int, int], where: ScaleRange
) -> ScaleFound:
    """Do the work of :func:`what_scale_prec` on two photos of `size` that were checked."""
    tried = candidates(where.minimum, where.maximum, where.steps)
    indices: list[int] = []
    with alive.passing_folder("wsp_") as folder:
        search = ScaleSearch(image1, image2, size, folder)
        search.prepare()
        while True:
            found = search.one_pass(tried)
            indices += found.indices
            if tried.fact <= where.precision:
                return replace(found, indices=tuple(indices))
            tried = narrowed(tried, indices[-1])
