"""Two frames laid on each other: scale, shift, turn, brightness, and how far to trust it all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from imstack.errors import InputError
from imstack.registration.algebra import corner_distance
from imstack.registration.brightness import gain_between, tint_between
from imstack.registration.coarse import promise, starts
from imstack.registration.fit import MARGIN, Fit, Freedom, corner_error, fit
from imstack.registration.fixed import clear_of_what_stays, without_bands
from imstack.registration.focus import equally_sharp
from imstack.registration.hearing import second_hearing
from imstack.registration.likeness import Compared, likeness
from imstack.registration.perspective import keystone
from imstack.registration.specks import without_specks
from imstack.registration.votes import votes
from imstack.registration.warp import Motion
from imstack.results import NO_TINT, Placement

if TYPE_CHECKING:
    from imstack.registration.pyramid import Plane, Pyramid
    from imstack.registration.settings import PairSettings

_STARTS = 3
_COARSE_TOLERANCE = 0.03
_FINE_TOLERANCE = 0.001

_NEAR = 16.0
"""Pixels of the frame by which a known start may be wrong."""

_TURNED = 1.0
_TRIES = 5
_SURE = 4.0
"""A turn that is not allowed is told from this many pixels at the corners on, found in this many
steps, when it is this many times its standard error."""

_TURNS = 0.3
"""Pixels at the corners from which on a sure turn is taken up: no more than chaining errs by."""

WEAK = 0.6
"""Trust up to which a pair gets a second hearing (features, patches): neighbours that lie right
reach 0.8 and more unless they differ much in focus."""

_SAME = 0.5
"""Pixels of the corners between two placements that are one and the same."""

_AS_GOOD = 0.97
"""Share of the agreement that the smaller motion must keep to be asked for its trust."""

_STILL, _LEAST_MOTION, _MOST_STILL = 2.0, 0.02, 0.5
"""A motion below this many standard errors is none; errors count as this many pixels at least;
beyond so many pixels at the corners a motion always counts."""

_SMOOTHED = 10
"""Pixels of the level along the borders that smoothing bends."""

_FAR = 0.01
"""Share of the diagonal that neighbours seldom move by. On tiny images a fine pattern (fabric, a
grid) is gone, or fits as well one period further; so what is found further off is compared with
what is found from no motion at all, on larger images."""

_DOUBTED = 0.97
"""Trust up to which a pair is tried again without what stays in place on the sensor."""

_GAINED = 0.8
"""Share of the disagreement that may remain then, for the other result to be the right one. Where
no dust held the frames, as much remains as before."""

_RIGHT = 0.9
"""Agreement of what is not fixed to the frame from which on the motion needs no other start."""

_SURER = 0.05
"""Trust gained without what is fixed to the frame that says the rest lies better."""

_HOPE = 0.02
"""Share of the disagreement that a rough fit must take away to be finished: a tenth of what it
takes to be believed. Most pairs of the circuit board take away less."""

_LOOSE = 0.002
"""Standard error of the corners, as a share of the diagonal, that halves the trust."""


@dataclass(frozen=True, slots=True)
class PairFound:
    """How one frame lies on another.

    Attributes
    ----------
    placement
        From the moving to the fixed frame, in pixels of the frames; its gain makes the moving
        frame as bright as the fixed one.
    trust
        0..1: how alike the two are, made equally sharp and laid on each other, how surely they
        tell every unknown, and how well the parts of the frame agree. Unrelated photos and frames
        without detail stay below 0.2; neighbours of a stack reach 0.8 and more.
    error
        Standard error of the image corners' place, in pixels of the frame, judged by how far
        parts of the frame disagree. Where near and far things move differently (parallax), it is
        this disagreement rather than noise.
    overlap
        Share of the fixed frame that the moving one covers, 0..1.
    residual
        Robust standard deviation of the brightness difference that remains, 0..1.
    turn
        Degrees by which the moving frame is turned though it may not be; 0 where that is less
        than a pixel at the corners, or not sure.
    tilt
        Pixels by which a tilt of the camera moves the corners, which no placement can follow; 0
        where that is little, or not sure.
    """

    placement: Placement
    trust: float
    error: float
    overlap: float = 1.0
    residual: float = 0.0
    turn: float = 0.0
    tilt: float = 0.0


def freedom_of(settings: PairSettings) -> Freedom:
    """Return what a placement may consist of, as the recipe says."""
    return Freedom(settings.scale, settings.shift, settings.rotation is True)


def register_pair(
    moving: Pyramid,
    fixed: Pyramid,
    settings: PairSettings,
    start: Placement | None = None,
) -> PairFound:
    """Find how `moving` lies on `fixed`.

    Without a start, scales from 0.86 to 1.16 and shifts up to 30 % of the frame are scanned on
    tiny images; what is far off must prove better than what is near. Then Gauss-Newton, from small
    to large images; at last once more after both frames have been made equally sharp, place by
    place. Frames that agree less than usual are tried once more without specks that stay in place,
    such as dust on the sensor.

    Parameters
    ----------
    moving, fixed
        Frames of one size, of `imstack.registration.pyramid.pyramid` with one stop level.
    settings
        Which motions are allowed, and how many steps.
    start
        A placement known to be right within a few pixels, such as a chain of neighbours.

    Raises
    ------
    InputError
        When the frames differ in size.
    """
    if moving.size != fixed.size or moving.first != fixed.first:
        sizes = " and ".join(f"{width}x{height}" for width, height in (moving.size, fixed.size))
        message = f"frames of {sizes} pixels cannot be laid on each other"
        raise InputError(message)
    pair = Pair(moving, fixed, freedom_of(settings), settings.iterations)
    if settings.rotation == "auto" and pair.freedom.shift:
        pair = replace(pair, turns=True)
    found = pair.found(start)
    if start is None:
        found = pair.nearer(found)
    if found.trust < _DOUBTED:
        found = _without_dust(pair, found, start)
    found = _without_what_stays(pair, found, start)
    if found.trust < WEAK:
        found = second_hearing(pair, found, scan=start is None)
    if start is None and pair.freedom.count:
        polled = votes(moving.levels[0], fixed.levels[0], pair.motion(found.placement, 0))
        found = replace(found, tilt=keystone(polled, fixed.size[0]))
    return found if pair.moves(found) else replace(found, placement=still(found.placement))


def still(placement: Placement) -> Placement:
    """Return no motion at all; the brightness stays."""
    return Placement(gain=placement.gain, tint=placement.tint)


def _without_dust(pair: Pair, found: PairFound, start: Placement | None) -> PairFound:
    """Return `found`, or what is found without specks that stay in place on the sensor."""
    clean = without_specks(pair.moving, pair.fixed)
    if clean is None:
        return found
    cleaner = replace(pair, moving=clean[0], fixed=clean[1])
    rough = cleaner.rough(start)
    missing = 1.0 - cleaner.agreement(found.placement)
    if 1.0 - cleaner.agreement(rough.motion.in_frame(pair.fixed.first)) > _GAINED * missing:
        return found
    other = cleaner.finished(rough)
    return other if other.trust > found.trust / 2 else found


def _without_what_stays(pair: Pair, found: PairFound, start: Placement | None) -> PairFound:
    """Return `found`, or what the rest of the frame says where something is fixed to the frame."""
    if found.turn:  # about the centre, which stays then, but is the scene
        return found
    place = pair.motion(found.placement, 0)
    clear = clear_of_what_stays(pair.moving, pair.fixed, place)
    freed = [replace(pair, clear=clear)] if clear else []
    if (flat := without_bands(pair.moving, pair.fixed, place)) is not None:
        freed.append(replace(pair, moving=flat[0], fixed=flat[1]))
    heard = [other for free in freed if (other := _freed(free, found, start)) is not None]
    return max(heard, key=pair.worth, default=found)


def _freed(free: Pair, found: PairFound, start: Placement | None) -> PairFound | None:
    """Return what a pair without things fixed to the frame finds; None where `found` is as good."""
    alike = free.agreement(found.placement)
    roughs = [free.rough(found.placement)]
    if start is None and alike < _RIGHT:
        roughs.append(free.rough(None))
    hopeful = [
        rough
        for rough in roughs
        if free.agreement(rough.motion.in_frame(free.fixed.first)) - alike > _HOPE * (1.0 - alike)
    ]
    if not hopeful:
        return None
    other = max((free.finished(rough) for rough in hopeful), key=free.worth)
    if other.trust < WEAK:
        return None
    gained = free.agreement(other.placement) - alike
    better = gained > (1.0 - _GAINED) * (1.0 - alike)
    return other if better or (gained > 0 and other.trust > found.trust + _SURER) else None


@dataclass(frozen=True, slots=True)
class Pair:
    """The steps of registering two frames; `index` counts the levels of their pyramids.

    With `turns`, a turn is allowed where it is sure. `clear` says at each level what counts.
    """

    moving: Pyramid
    fixed: Pyramid
    freedom: Freedom
    iterations: int
    turns: bool = False
    clear: tuple[Plane, ...] = ()

    def motion(self, placement: Placement, index: int) -> Motion:
        """Return `placement` in the pixels of a level."""
        return Motion.on_level(placement, self.fixed.size, self.fixed.first + index)

    def found(self, start: Placement | None) -> PairFound:
        """Return the result of all steps, from a scan or from a start."""
        return self.finished(self.rough(start))

    def rough(self, start: Placement | None) -> Fit:
        """Return a fit of the frames as they are, by way of all levels."""
        last = len(self.fixed.levels) - 1
        if start is None:
            placement = self.scanned(last)
        else:
            placement = start
            last = min(last, max(0, int(np.log2(_NEAR)) - self.fixed.first))
        for index in range(last, -1, -1):
            rough = self.fitted(index, placement)
            placement = rough.motion.in_frame(self.fixed.first + index)
        return rough

    def nearer(self, found: PairFound) -> PairFound:
        """Return `found`, or what is found from no motion at all where that is as good.

        Of the many places where a pattern fits itself, the small motion is the true one.
        """
        away = corner_distance(found.placement, Placement(), self.fixed.size)
        if away < self.far and found.trust > _DOUBTED:
            return found
        rough = self.rough(Placement())
        place = rough.motion.in_frame(self.fixed.first)
        if corner_distance(place, found.placement, self.fixed.size) < _SAME:
            return found
        worse = self.promise(place) < _AS_GOOD * self.promise(found.placement)
        if worse and found.trust > WEAK:
            return found
        near = self.finished(rough)
        return max(near, found, key=self.worth)

    def worth(self, found: PairFound) -> float:
        """Return the trust, a little less for a placement far from none."""
        return promise(self.motion(found.placement, 0), found.trust)

    def moves(self, found: PairFound) -> bool:
        """Return whether the frame moves by more than the error of that."""
        away = corner_distance(found.placement, Placement(), self.fixed.size)
        return away > min(_STILL * max(found.error, _LEAST_MOTION), _MOST_STILL)

    @property
    def far(self) -> float:
        """How far the corners may move before it is asked whether they really do, in pixels."""
        return _FAR * float(np.hypot(*self.fixed.size))

    def promise(self, placement: Placement) -> float:
        """Return how alike the frames are, a little less for a placement far from none."""
        return promise(self.motion(placement, 0), self.agreement(placement))

    def agreement(self, placement: Placement) -> float:
        """Return how alike the frames are as they are, -1..1."""
        levels = self.moving.levels[0], self.fixed.levels[0]
        return likeness(*levels, self.motion(placement, 0), self.counting(levels[1]))

    def counting(self, image: Plane) -> Plane | None:
        """Return what counts at the level of `image`; None where all does."""
        return next((one for one in self.clear if one.shape == image.shape), None)

    def scanned(self, index: int) -> Placement:
        """Return the best of a few promising starts, each fitted on a small level."""
        small = self.moving.levels[index], self.fixed.levels[index]
        centre = self.motion(Placement(), index).centre
        fits = [
            self.fit(*small, start.motion, _COARSE_TOLERANCE)
            for start in starts(*small, centre, self.freedom, _STARTS)
        ]
        clear = self.counting(small[1])
        best = max(fits, key=lambda fit: promise(fit.motion, likeness(*small, fit.motion, clear)))
        return best.motion.in_frame(self.fixed.first + index)

    def fitted(self, index: int, start: Placement) -> Fit:
        """Return a fit of one level as it is."""
        small = self.moving.levels[index], self.fixed.levels[index]
        return self.fit(*small, self.motion(start, index), _COARSE_TOLERANCE)

    def finished(self, rough: Fit) -> PairFound:
        """Return the final fit, of frames made equally sharp, and what it is worth."""
        sharp = equally_sharp(self.moving.levels[0], self.fixed.levels[0], rough)
        margin = max(MARGIN, min(_SMOOTHED, min(sharp[1].shape) // 10))
        best = self.fit(*sharp, rough.motion, _FINE_TOLERANCE, margin)
        grow = 2.0**self.fixed.first
        placement = best.motion.in_frame(self.fixed.first)
        width, height = self.fixed.size
        error = grow * corner_error(best.covariance, (width / grow, height / grow))
        turn = self.turn(sharp, best, margin)
        if turn and self.turns:
            free = replace(self, freedom=replace(self.freedom, rotation=True), turns=False)
            return free.finished(free.rough(replace(placement, angle=turn)))
        compared = Compared.of(*sharp, best.motion, self.counting(sharp[1]))
        alike = compared.likeness()
        if self.freedom.count:
            alike = min(alike, compared.certainty(self.freedom))
        doubt = error / (_LOOSE * float(np.hypot(width, height)))
        return PairFound(
            placement=self.lit(placement),
            trust=float(np.clip(alike, 0.0, 1.0) / (1.0 + doubt**2)),
            error=error,
            overlap=float(self.motion(placement, 0).covered(sharp[1].shape).mean()),
            residual=best.residual,
            turn=turn,
        )

    def turn(self, sharp: tuple[Plane, Plane], best: Fit, margin: int) -> float:
        """Return the angle in degrees that the frames ask for, where none is allowed."""
        if self.freedom.rotation or not self.freedom.shift:
            return 0.0
        free = replace(self, freedom=replace(self.freedom, rotation=True), iterations=_TRIES)
        turned = free.fit(*sharp, best.motion, _COARSE_TOLERANCE, margin)
        angle = turned.motion.placement.angle
        reach = float(np.hypot(*self.fixed.size)) / 2
        least = _TURNS if self.turns else _TURNED
        sure = _SURE * float(np.sqrt(turned.covariance[1, 1]))
        return angle if abs(np.deg2rad(angle)) > max(least / reach, sure) else 0.0

    def fit(
        self, moving: Plane, fixed: Plane, motion: Motion, tolerance: float, margin: int = MARGIN
    ) -> Fit:
        """Return a fit with this pair's freedom."""
        return fit(
            moving,
            fixed,
            motion,
            self.freedom,
            iterations=self.iterations,
            tolerance=tolerance,
            margin=margin,
            clear=self.counting(fixed),
        )

    def lit(self, placement: Placement) -> Placement:
        """Return `placement` with the ratios of brightness, measured on a small level."""
        index = self.fixed.lamp
        motion = self.motion(placement, index)
        gain = gain_between(self.moving.levels[index], self.fixed.levels[index], motion)
        tint = NO_TINT
        if self.moving.colours is not None and self.fixed.colours is not None:
            tint = tint_between(self.moving.colours, self.fixed.colours, motion, gain)
        return replace(placement, gain=gain, tint=tint)
