"""What the merges need to know of a recipe: the shape of its section `merge`."""

from __future__ import annotations

from typing import Literal, Protocol


class DetailSettings(Protocol):
    """Keys of ``merge.detail``."""

    @property
    def sigmas(self) -> tuple[float, float, float]:
        """Two blurs and the blur of their difference, in pixels."""


class MasksSettings(Protocol):
    """Keys of ``merge.masks``."""

    @property
    def transition(self) -> float:
        """Width (sigma) of soft transitions, in pixels."""


class PyramidSettings(Protocol):
    """Keys of ``merge.pyramid``."""

    @property
    def levels(self) -> Literal["auto"] | int:
        """How many levels."""


class GuidedSettings(Protocol):
    """Keys of ``merge.guided``."""

    @property
    def reach(self) -> float:
        """How far the votes of a place count, in pixels."""


class MergeSettings(Protocol):
    """Keys of ``merge`` that the merges in numpy use."""

    @property
    def method(self) -> str:
        """Which merge: masks, pyramid or guided."""

    @property
    def detail(self) -> DetailSettings:
        """How detail is measured."""

    @property
    def masks(self) -> MasksSettings:
        """Keys of method masks."""

    @property
    def pyramid(self) -> PyramidSettings:
        """Keys of method pyramid."""

    @property
    def guided(self) -> GuidedSettings:
        """Keys of method guided."""

    @property
    def reblur(self) -> bool:
        """Whether the picture is corrected by how each frame blurs it."""
