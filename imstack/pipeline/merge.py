"""What a merge gives, whichever method made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imstack.pipeline.sources import Source
    from imstack.workspace.item import Item


@dataclass(frozen=True, slots=True)
class MergeStep:
    """One step of the running merge: the merged image, and the mask, white for the new frame."""

    merged: Source
    mask: Source


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged picture on the full canvas, and what the method tells about it.

    Attributes
    ----------
    result
        The picture.
    steps
        Every step of the running merge; empty for methods that see all frames at once.
    index_map
        Which frame won each pixel, from 0 (gray PNG); None for the running merge.
    depth_map
        The smoothed depth, black for the first frame and white for the last (16-bit gray PNG).
    item
        What the merge noted.
    """

    result: Source
    steps: tuple[MergeStep, ...] = ()
    index_map: Source | None = None
    depth_map: Source | None = None
    item: Item | None = None

    @property
    def order(self) -> tuple[int, ...]:
        """The photos, from 0, in the order of their focus; empty where that was not looked at."""
        return () if self.item is None else tuple(map(int, self.item.text("order").split()))
