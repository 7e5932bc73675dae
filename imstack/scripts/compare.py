"""``compare -metric RMSE -subimage-search``: where one image lies in another."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from pathlib import Path  # noqa: TC003 - part of the public face
from typing import TYPE_CHECKING, ClassVar

from imstack.errors import InputError

if TYPE_CHECKING:
    from imstack.search import Match

TOO_DISSIMILAR = 1 / pi


def check_similar(match: Match, names: str, sought: str) -> None:
    """Refuse what ``compare`` refuses: a best place that is still too dissimilar.

    Raises
    ------
    InputError
        `names` says between which images, `sought` what was looked for.
    """
    if match.metric > TOO_DISSIMILAR:
        message = (
            f"{names}: images too dissimilar to find a {sought} "
            f"(difference {match.metric:.3g} of at most {TOO_DISSIMILAR:.3g})"
        )
        raise InputError(message, hint="are they neighbours in one stack, in the right order?")


@dataclass(frozen=True, slots=True)
class SubimageSearch:
    """The command line whose answer :mod:`imstack.search` finds in numpy."""

    program: ClassVar[str] = "compare"

    big: Path
    needle: Path

    def words(self) -> list[str]:
        """Return the arguments of ``compare``, unquoted."""
        search = ["-metric", "RMSE", "-subimage-search"]
        return [*search, str(self.big), str(self.needle), "null:"]
