"""A picture taken apart by depth, and put together as a frame sees it that is focused elsewhere.

Each place of the picture belongs to the layer of the frame it is sharp in. A frame focused on
one layer spreads every other one over the pixels around, the more the further away it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from imstack.merge.filters import gaussian_weights, looked_up, smooth
from imstack.merge.pool import ALONE
from imstack.merge.pyramid import expanded, expanded_rows, half, reduced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.merge.filters import Plane
    from imstack.merge.focus_measure import Index

WIDEST = 16.0
"""Pixels (sigma); what is spread wider is taken to be spread so."""

REACH = 64
"""Pixels that a layer is spread at most; a multiple of the grain of the coarsest level."""

_GRAIN = 16  # pixels of the picture in one of the coarsest level
_FAR = 3.0  # sigmas, beyond which hardly anything is spread

_UNSEEN = 0.3  # pixels; a blur of this sigma changes nothing that a pixel could show
_SMOOTH = 1.5  # variances of what a level does by itself, to hide where its pixels lie
_STEP = 2.0  # ratio between blurs that are told apart
_THIN = np.float32(1e-3)  # share of a pixel below which nothing is known of it


Window: TypeAlias = "tuple[slice, slice]"

WHOLE: Window = (slice(None), slice(None))


@dataclass(frozen=True)
class _Group:
    """Layers that a frame spreads about equally far."""

    layers: tuple[int, ...]
    sigma: float

    @property
    def level(self) -> int:
        """The coarsest level of a pyramid that shows it well."""
        level = 0
        while _SMOOTH * _blur_of(level + 1) <= self.sigma**2:
            level += 1
        return level


def reach_of(focus: Sequence[float]) -> int:
    """Return how many pixels a layer is spread at most; a multiple of the coarsest grain."""
    widest = min(max(focus) - min(focus), WIDEST)
    return min(max(math.ceil(_FAR * widest / _GRAIN), 2) * _GRAIN, REACH)


def _blur_of(level: int) -> float:
    """Return the variance that going up to a level of the pyramid and down again gives."""
    return 2 / 3 * (4.0**level - 1)


class Layers:
    """A part of a picture, taken apart.

    Near things out of focus really lie over far ones. Here all layers simply share each place:
    that is nearly as good, and does not ask which end of the stack is near.
    """

    def __init__(self, planes: Plane, index: Index) -> None:
        """Take apart `planes` (c, h, w), whose places belong to the layers in `index` (h, w)."""
        self.present = tuple(np.unique(index).tolist())
        self._index = index
        self._planes = planes
        self._coarse: dict[tuple[int, int], Plane] = {}

    def seen_by(self, number: int, focus: Sequence[float], window: Window = WHOLE) -> Plane:
        """Return what frame `number` sees in a window, (c, h, w).

        What is sharp in frame i is spread there over ``abs(focus[i] - focus[number])`` pixels,
        the sigma of a Gaussian.
        """
        spread = {one: min(abs(focus[one] - focus[number]), WIDEST) for one in self.present}
        groups = _groups(spread)
        sizes = [(self._index.shape[0], self._index.shape[1])]
        for _ in range(max(group.level for group in groups)):
            sizes.append((half(sizes[-1][0]), half(sizes[-1][1])))
        parts: list[Plane] = []
        for level in range(len(sizes) - 1, -1, -1):
            if level:
                parts = [expanded(seen, *sizes[level], ALONE) for seen in parts]
                parts += [self._spread(group) for group in groups if group.level == level]
            else:
                parts = [_expanded_in(seen, sizes[0], window) for seen in parts]
                parts += [self._spread(group, window) for group in groups if not group.level]
            parts = [_total(parts)] if parts else []
        seen = parts[0]  # of the finest level, which is not kept
        np.maximum(seen[-1], _THIN, out=seen[-1])
        seen[:-1] /= seen[-1]
        return seen[:-1]

    def _spread(self, group: _Group, window: Window = WHOLE) -> Plane:
        """Return a group on its level; going down to the finest spreads it to its sigma."""
        level = group.level
        sigma = math.sqrt(max(group.sigma**2 - _blur_of(level), 0.0)) / 2**level
        blurred = sigma > _UNSEEN
        if level:
            flat = _total([self._on_level(layer, level) for layer in group.layers])
        else:
            flat = self._alone(group.layers, WHOLE if blurred else window)
        if not blurred:
            return flat
        return smooth(flat, gaussian_weights(sigma), ALONE)[:, *window]

    def _on_level(self, layer: int, level: int) -> Plane:
        if (layer, level) not in self._coarse:
            finer = self._alone([layer]) if level == 1 else self._on_level(layer, level - 1)
            self._coarse[layer, level] = reduced(finer, ALONE)
        return self._coarse[layer, level]

    def _alone(self, layers: Sequence[int], window: Window = WHOLE) -> Plane:
        """Return some layers alone: their planes, and a last one that says where they are."""
        wanted = np.zeros(self.present[-1] + 1, np.float32)
        wanted[list(layers)] = 1
        there = looked_up(wanted, self._index[window])
        alone = np.empty((len(self._planes) + 1, *there.shape), np.float32)
        alone[-1] = there
        np.multiply(self._planes[:, *window], there, out=alone[:-1])
        return alone


def _expanded_in(coarse: Plane, size: tuple[int, int], window: Window) -> Plane:
    """Return a window of `coarse` at the next finer `size`; its rows begin with an even one."""
    top, bottom, _ = window[0].indices(size[0])
    return expanded_rows(coarse, top, bottom, size[1])[..., window[1]]


def _total(parts: Sequence[Plane]) -> Plane:
    """Return the sum of some planes."""
    if len(parts) == 1:
        return parts[0]
    total: Plane = parts[0] + parts[1]
    for part in parts[2:]:
        total += part
    return total


def _groups(spread: dict[int, float]) -> list[_Group]:
    """Return layers in groups of about equal spread."""
    found: dict[int, list[int]] = {}
    for layer, sigma in spread.items():
        step = 0 if sigma < _UNSEEN else 1 + int(math.log(sigma / _UNSEEN, _STEP))
        found.setdefault(step, []).append(layer)
    return [
        _Group(tuple(members), sum(spread[layer] for layer in members) / len(members))
        for members in found.values()
    ]
