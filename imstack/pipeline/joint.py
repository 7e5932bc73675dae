"""Registration by a joint fit of scale, shift and rotation, chained to the reference."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from imstack.errors import DodgyError, InputError
from imstack.magick.images import read_pixels
from imstack.pipeline.frames import Recent
from imstack.pipeline.prepared import check_range
from imstack.pipeline.registration import Registration, reference_of
from imstack.pipeline.stage import PAIR, REFINE
from imstack.registration.chain import Chained, chain, refined
from imstack.registration.pair import PairFound, register_pair
from imstack.registration.pyramid import Pyramid, gray, pyramid
from imstack.results import Placement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imstack.pipeline.methods import Joint, Methods
    from imstack.pipeline.run import Run, Work
    from imstack.pipeline.sources import Photo
    from imstack.pipeline.stage import Stage
    from imstack.registration.settings import PairSettings
    from imstack.workspace.item import Item

SMALLEST_FRAME = 24  # pixels
KEPT = 4  # pyramids in memory: two pairs side by side


@dataclass(frozen=True, slots=True)
class PairWork:
    """What the fit of a pair sees: how it is fitted, how photos are read, where it begins."""

    pair: PairSettings
    lenient: bool
    start: Placement | None = None


def register_jointly(
    run: Run, photos: Sequence[Photo], joint: Joint, methods: Methods
) -> Registration:
    """Lay every photo on the reference, to a fraction of a pixel.

    Raises
    ------
    DodgyError
        A pair cannot be registered, and the recipe says stop.
    InputError
        A photo cannot be read.
    """
    reference = reference_of(methods.reference, len(photos))
    width, height = photos[0].info.size
    if min(width, height) < SMALLEST_FRAME:
        message = f"{photos[0].path}: {width}x{height} pixels are too few to register frames"
        raise InputError(message, hint="frames that are aligned already need --recipe aligned")
    work = PairWork(joint.pair, methods.files.lenient)
    pyramids: Recent[Photo, Pyramid] = Recent(lambda photo: _pyramid(photo, work), KEPT)
    pairs = _pairs(run, photos, joint, work, pyramids)
    _warn_of_turns(run, photos, pairs)
    chained = chain(pairs, reference)
    placements = [link.placement for link in chained]
    if joint.refine:
        far = _refined(run, photos, work, pyramids, chained, reference)
        for number, found in far:
            placements[number] = refined(
                chained[number], found, photos[0].info.size, joint.min_trust
            )
    if not methods.even:
        placements = [replace(placement, gain=1.0) for placement in placements]
    size = photos[0].info.size
    return Registration(
        placements=tuple(placements),
        warps=tuple(
            None if place.is_identity else srt_arguments(place, size) for place in placements
        ),
        reference=reference,
    )


def srt_arguments(placement: Placement, size: tuple[int, int]) -> str:
    """Return a placement as ``-distort SRT`` takes it: ``x0,y0,scale,angle,x1,y1``."""
    x, y = size[0] / 2, size[1] / 2
    moved = x + placement.dx, y + placement.dy
    numbers = (x, y, placement.scale, placement.angle, *moved)
    return ",".join(f"{number:.10g}" for number in numbers)


def _pyramid(photo: Photo, work: PairWork) -> Pyramid:
    pixels = read_pixels(photo.source.path(), "RGB", allow_truncated=work.lenient)
    check_range(photo, int(pixels.max()))
    return pyramid(gray(pixels), work.pair.stop_level)


def _work(
    run: Run,
    stage: Stage,
    label: str,
    photos: tuple[Photo, Photo],
    settings: PairWork,
    pyramids: Recent[Photo, Pyramid],
) -> Work:
    def find(known: PairWork) -> dict[str, object]:
        moving, fixed = map(pyramids, photos)
        found = register_pair(moving, fixed, known.pair, known.start)
        return {**asdict(found.placement), **_worth(found)}

    return run.finding(stage, label, [photo.source for photo in photos], settings, find)


def _worth(found: PairFound) -> dict[str, float]:
    return {"trust": found.trust, "error": found.error, "turn": found.turn}


def _found(item: Item) -> PairFound:
    names = ("scale", "dx", "dy", "angle", "gain")
    placement = Placement(*(item.number(name) for name in names))
    trust, error = item.number("trust"), item.number("error")
    return PairFound(placement, trust, error, turn=item.number("turn"))


def _warn_of_turns(run: Run, photos: Sequence[Photo], pairs: Sequence[PairFound]) -> None:
    number = max(range(len(pairs)), key=lambda number: abs(pairs[number].turn))
    turn = abs(pairs[number].turn)
    if turn:
        run.watch.warn(
            f"{photos[number].path} is turned by {turn:.2f} degrees against "
            f"{photos[number + 1].path}: --set registration.joint.rotation=true allows for that"
        )


def _pairs(
    run: Run,
    photos: Sequence[Photo],
    joint: Joint,
    work: PairWork,
    pyramids: Recent[Photo, Pyramid],
) -> list[PairFound]:
    """Register each photo with the next one; stop at, or warn of, those that cannot be."""
    neighbours = list(pairwise(photos))
    works = [
        _work(run, PAIR, f"{run.stem}_{number}", pair, work, pyramids)
        for number, pair in enumerate(neighbours)
    ]
    found = []
    for pair, item in zip(neighbours, run.each(works), strict=True):
        result = _found(item)
        names = f"{pair[0].path} on {pair[1].path}"
        place = result.placement
        run.watch.detail(
            f"{names}: scale {place.scale:.6f}, shift {place.dx:+.2f} {place.dy:+.2f}, "
            f"angle {place.angle:.3f}, gain {place.gain:.3f}, trust {result.trust:.2f}"
        )
        if result.trust < joint.min_trust:
            message = (
                f"{names}: cannot be registered with confidence (trust {result.trust:.2f}, "
                f"at least {joint.min_trust:g} is wanted)"
            )
            if joint.on_untrusted == "stop":
                raise DodgyError(message, hint="do both belong to this stack, as neighbours?")
            run.watch.warn(message)
        found.append(result)
    return found


def _refined(
    run: Run,
    photos: Sequence[Photo],
    settings: PairWork,
    pyramids: Recent[Photo, Pyramid],
    chained: Sequence[Chained],
    reference: int,
) -> Iterator[tuple[int, PairFound]]:
    """Yield how the frames that are not the reference's neighbours lie on it."""
    far = [number for number in range(len(photos)) if abs(number - reference) > 1]
    works = [
        _work(
            run,
            REFINE,
            f"{run.stem}_{number}",
            (photos[number], photos[reference]),
            replace(settings, start=chained[number].placement),
            pyramids,
        )
        for number in far
    ]
    for number, item in zip(far, run.each(works), strict=True):
        yield number, _found(item)
