"""What a frame shows at the places of another frame's pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from imstack.registration.algebra import inverse
from imstack.results import Placement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imstack.registration.pyramid import Plane

    Axis = NDArray[np.floating | np.integer]
    Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Motion:
    """Where a moving image lies on a fixed one of the same size, in the pixels of one level.

    Attributes
    ----------
    placement
        From the moving to the fixed image; its shift in pixels of the level.
    centre
        Centre of the frame on the level, (x, y): an odd size may put it off the level's own.
    """

    placement: Placement
    centre: tuple[float, float]

    @classmethod
    def on_level(cls, placement: Placement, size: tuple[int, int], level: int) -> Motion:
        """Return `placement` of frames of `size` (w, h) in pixels halved `level` times."""
        share = 0.5**level
        scaled = Placement(
            placement.scale, placement.dx * share, placement.dy * share, placement.angle
        )
        return cls(scaled, (size[0] * share / 2, size[1] * share / 2))

    def in_frame(self, level: int) -> Placement:
        """Return the placement in pixels of the frame, for a level halved `level` times."""
        grow = 2.0**level
        placement = self.placement
        return replace(placement, dx=placement.dx * grow, dy=placement.dy * grow)

    def halved(self) -> Motion:
        """Return the same motion in the pixels of the next smaller level."""
        placement = self.placement
        small = replace(placement, dx=placement.dx / 2, dy=placement.dy / 2)
        return Motion(small, (self.centre[0] / 2, self.centre[1] / 2))

    def covered(self, shape: tuple[int, ...], margin: int = 0) -> NDArray[np.bool_]:
        """Return which pixels of a fixed image of `shape` the moving one covers.

        `margin` is what of the moving image's border does not count, in pixels.
        """
        return self.covers(np.arange(shape[1]), np.arange(shape[0]), shape, margin)

    def covers(
        self, columns: Axis, rows: Axis, shape: tuple[int, ...], margin: int = 0
    ) -> NDArray[np.bool_]:
        """Return `covered` for some columns and rows."""
        x, y = self.sources(columns, rows)
        across = (x >= margin) & (x <= shape[1] - 1 - margin)
        down = (y >= margin) & (y <= shape[0] - 1 - margin)
        return np.asarray(across & down)

    def sources(self, columns: Axis, rows: Axis) -> tuple[Places, Places]:
        """Return which moving pixel (column, row) lies on each fixed pixel; fractions between.

        Both results have shape (rows, columns), or (1, columns) and (rows, 1) without rotation.
        """
        back = inverse(self.placement)
        x = (columns + 0.5 - self.centre[0])[None, :]
        y = (rows + 0.5 - self.centre[1])[:, None]
        angle = np.deg2rad(back.angle)
        along, across = back.scale * np.cos(angle), back.scale * np.sin(angle)
        shift_x = back.dx + self.centre[0] - 0.5
        shift_y = back.dy + self.centre[1] - 0.5
        if back.angle == 0.0:
            return along * x + shift_x, along * y + shift_y
        return along * x - across * y + shift_x, across * x + along * y + shift_y


def warped(plane: Plane, motion: Motion, columns: Axis, rows: Axis) -> Plane:
    """Return the moving `plane` at the fixed pixels `rows` x `columns`, linearly between pixels.

    Both axes count on by one. Beyond its border a frame goes on as its border pixels do.
    """
    x, y = motion.sources(columns[:2], rows[:2])
    x, y = np.broadcast_arrays(x, y)
    matrix = np.array([[_step(x, 1), _step(x, 0), x[0, 0]], [_step(y, 1), _step(y, 0), y[0, 0]]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = len(columns), len(rows)
    laid: Plane = cv2.warpAffine(plane, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    return laid


def _step(places: Places, axis: int) -> float:
    """Return by how much `places` grow from one pixel to the next."""
    if places.shape[axis] < 2:
        return 0.0
    return float(places[0, 1] - places[0, 0] if axis else places[1, 0] - places[0, 0])
