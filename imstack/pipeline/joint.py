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
from imstack.registration.algebra import corner_distance
from imstack.registration.chain import Chained, refined
from imstack.registration.diagnosis import why
from imstack.registration.links import bridges, groups, placed
from imstack.registration.pair import PairFound, register_pair, still
from imstack.registration.pyramid import Pyramid, gray, pyramid
from imstack.results import NO_TINT, Placement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imstack.pipeline.methods import Joint, Methods
    from imstack.pipeline.run import Run, Work
    from imstack.pipeline.sources import Photo
    from imstack.pipeline.stage import Stage
    from imstack.registration.settings import PairSettings
    from imstack.workspace.item import Item

    Links = Mapping[tuple[int, int], PairFound]

SMALLEST_FRAME = 24  # pixels
FEWEST = 2  # frames of a stack
KEPT_BY_WARN = 0.5  # share of min_trust that on_untrusted: warn still goes on with
STILL = 0.3  # pixels; beyond that a motion counts whatever its error
COLOURS = ("red", "green", "blue")


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
    size = width, height = photos[0].info.size
    if min(width, height) < SMALLEST_FRAME:
        message = f"{photos[0].path}: {width}x{height} pixels are too few to register frames"
        raise InputError(message, hint="frames that are aligned already need --recipe aligned")
    work = PairWork(joint.pair, methods.files.lenient)
    pyramids: Recent[Photo, Pyramid] = Recent(lambda photo: _pyramid(photo, work), 2 * run.threads)
    links = _links(run, photos, joint, work, pyramids)
    _warn_of_turns(run, photos, links)
    _warn_of_tilts(run, photos, links)
    kept = groups(links, len(photos))[0]
    left_out = tuple(number for number in range(len(photos)) if number not in kept)
    if left_out:
        _tell_left_out(run, photos, pyramids, kept)
    if reference in left_out:
        reference = min(kept, key=lambda number: (abs(number - reference), -number))
        run.watch.warn(f"{photos[reference].path} is the reference frame instead")
    found = placed(links, reference)
    placements = {number: found[number].placement for number in kept}
    if joint.refine:
        for number, again in _refined(run, photos, work, pyramids, found, reference):
            placements[number] = refined(found[number], again, size, joint.min_trust)
    lying = [_settled(placements[number], found[number], size) for number in kept]
    if not methods.even:
        lying = [placement.unlit for placement in lying]
    elif not methods.even_tint:
        lying = [replace(placement, tint=NO_TINT) for placement in lying]
    return Registration(
        placements=tuple(lying),
        warps=tuple(None if one.is_identity else srt_arguments(one, size) for one in lying),
        reference=kept.index(reference),
        left_out=left_out,
    )


def _settled(placement: Placement, found: Chained, size: tuple[int, int]) -> Placement:
    """Return `placement`, or no motion where it is less than its error."""
    away = corner_distance(placement, Placement(), size)
    return still(placement) if away <= min(found.error, STILL) else placement


def srt_arguments(placement: Placement, size: tuple[int, int]) -> str:
    """Return a placement as ``-distort SRT`` takes it: ``x0,y0,scale,angle,x1,y1``."""
    x, y = size[0] / 2, size[1] / 2
    moved = x + placement.dx, y + placement.dy
    numbers = (x, y, placement.scale, placement.angle, *moved)
    return ",".join(f"{number:.10g}" for number in numbers)


def _pyramid(photo: Photo, work: PairWork) -> Pyramid:
    pixels = read_pixels(photo.source.path(), "RGB", allow_truncated=work.lenient)
    check_range(photo, int(pixels.max()))
    return pyramid(gray(pixels), work.pair.stop_level).coloured(pixels)


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
        place = asdict(found.placement)
        colours = zip(COLOURS, place.pop("tint"), strict=True)
        return {**place, **dict(colours), **_worth(found)}

    return run.finding(stage, label, [photo.source for photo in photos], settings, find)


def _worth(found: PairFound) -> dict[str, float]:
    return {"trust": found.trust, "error": found.error, "turn": found.turn, "tilt": found.tilt}


def _found(item: Item) -> PairFound:
    names = ("scale", "dx", "dy", "angle", "gain")
    scale, dx, dy, angle, gain = map(item.number, names)
    red, green, blue = map(item.number, COLOURS)
    placement = Placement(scale, dx, dy, angle, gain, (red, green, blue))
    trust, error = item.number("trust"), item.number("error")
    return PairFound(placement, trust, error, turn=item.number("turn"), tilt=item.number("tilt"))


def _warn_of_turns(run: Run, photos: Sequence[Photo], links: Links) -> None:
    turned = {pair: link.turn for pair, link in links.items() if link.turn}
    if turned:
        one, other = max(turned, key=lambda pair: abs(turned[pair]))
        run.watch.warn(
            f"{photos[one].path} is turned by {abs(turned[one, other]):.2f} degrees against "
            f"{photos[other].path}: --set registration.joint.rotation=auto allows for that"
        )


def _warn_of_tilts(run: Run, photos: Sequence[Photo], links: Links) -> None:
    tilted = {pair: link.tilt for pair, link in links.items() if link.tilt}
    if tilted:
        one, other = max(tilted, key=lambda pair: tilted[pair])
        run.watch.warn(
            f"{photos[one].path} is tilted against {photos[other].path}: its corners are off by "
            f"{tilted[one, other]:.0f} pixels, which no scale, shift or turn can mend; leave it "
            "out (frames.exclude), or straighten the photos first and use --recipe aligned"
        )


def _links(
    run: Run,
    photos: Sequence[Photo],
    joint: Joint,
    work: PairWork,
    pyramids: Recent[Photo, Pyramid],
) -> dict[tuple[int, int], PairFound]:
    """Register each photo with the next one, and across those that fit badly.

    Returns the pairs that may be used, by the numbers of their photos.
    """
    count = len(photos)
    least = joint.min_trust * (KEPT_BY_WARN if joint.on_untrusted == "warn" else 1.0)
    found = _pairs(run, photos, work, pyramids, list(pairwise(range(count))))
    links = {pair: link for pair, link in found.items() if link.trust >= least}
    if len(groups(links, count)) > 1:
        more = _pairs(run, photos, work, pyramids, bridges(links, count))
        links |= {pair: link for pair, link in more.items() if link.trust >= least}
    if joint.on_untrusted == "warn":
        for pair, link in links.items():
            if link.trust < joint.min_trust:
                run.watch.warn(_doubtful(photos, pair, link, joint.min_trust))
    together, *_ = groups(links, count)
    if len(together) == count:
        return links
    pair = next(pair for pair, link in found.items() if link.trust < least)
    message = _doubtful(photos, pair, found[pair], joint.min_trust)
    if len(together) < FEWEST or 2 * len(together) <= count:
        raise DodgyError(message, hint="do both belong to this stack, as neighbours?")
    if joint.on_untrusted == "stop":
        blamed = [number for number in range(count) if number not in together]
        said = _blame(photos, blamed[0], together, pyramids)
        message = f"{said}: {message}"
        raise DodgyError(
            message,
            hint=f"leave it out with --set frames.exclude=[{photos[blamed[0]].path.name}], "
            "or all such frames with --set registration.joint.on_untrusted=skip",
        )
    return links


def _doubtful(
    photos: Sequence[Photo], pair: tuple[int, int], link: PairFound, min_trust: float
) -> str:
    return (
        f"{photos[pair[0]].path} on {photos[pair[1]].path}: cannot be registered with confidence "
        f"(trust {link.trust:.2f}, at least {min_trust:g} is wanted)"
    )


def _blame(
    photos: Sequence[Photo], number: int, kept: Sequence[int], pyramids: Recent[Photo, Pyramid]
) -> str:
    """Return which frame fits none of those that are kept, and why."""
    near = sorted(kept, key=lambda other: abs(other - number))[:2]
    reason = why(pyramids(photos[number]), [pyramids(photos[other]) for other in near])
    return f"{photos[number].path} fits no neighbour: it {reason}"


def _tell_left_out(
    run: Run,
    photos: Sequence[Photo],
    pyramids: Recent[Photo, Pyramid],
    kept: Sequence[int],
) -> None:
    for number in range(len(photos)):
        if number not in kept:
            run.watch.warn(f"{_blame(photos, number, kept, pyramids)}; it is left out")


def _pairs(
    run: Run,
    photos: Sequence[Photo],
    settings: PairWork,
    pyramids: Recent[Photo, Pyramid],
    wanted: Sequence[tuple[int, int]],
) -> dict[tuple[int, int], PairFound]:
    """Register pairs of photos, given by their numbers."""
    works = [
        _work(
            run,
            PAIR,
            f"{run.stem}_{one}" if other == one + 1 else f"{run.stem}_{one}_{other}",
            (photos[one], photos[other]),
            settings,
            pyramids,
        )
        for one, other in wanted
    ]
    found = {}
    for (one, other), item in zip(wanted, run.each(works), strict=True):
        found[one, other] = result = _found(item)
        place = result.placement
        run.watch.detail(
            f"{photos[one].path} on {photos[other].path}: scale {place.scale:.6f}, shift "
            f"{place.dx:+.2f} {place.dy:+.2f}, angle {place.angle:.3f}, gain {place.gain:.3f}, "
            f"trust {result.trust:.2f}"
        )
    return found


def _refined(
    run: Run,
    photos: Sequence[Photo],
    settings: PairWork,
    pyramids: Recent[Photo, Pyramid],
    chained: Mapping[int, Chained],
    reference: int,
) -> Iterator[tuple[int, PairFound]]:
    """Yield how the frames that are not the reference's neighbours lie on it."""
    far = [number for number in sorted(chained) if abs(number - reference) > 1]
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
