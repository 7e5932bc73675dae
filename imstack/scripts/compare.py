"""``compare -metric RMSE -subimage-search``: where one image lies in another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - part of the public face
from typing import ClassVar


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
