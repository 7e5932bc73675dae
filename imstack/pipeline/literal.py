"""Registration by the seed's two searches: scales first, then translations of scaled frames."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from imstack.errors import DodgyError
from imstack.magick.images import read_compared
from imstack.magick.operators import Read
from imstack.numerals import fx9
from imstack.pipeline.accumulate import cumulative_scales, cumulative_shifts
from imstack.pipeline.commands import scale_command
from imstack.pipeline.registration import LiteralFigures, Registration
from imstack.pipeline.sources import Source
from imstack.pipeline.stage import SCALE, SCALED, TRANSLATION
from imstack.results import Placement, ScaleFound, TranslationFound
from imstack.scripts.msrt_delta import msrt_delta
from imstack.scripts.what_scale_prec import ScaleRange, automatic_precision, search_scale
from imstack.scripts.what_trans import find_translation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imstack.pipeline.methods import (
        Files,
        Methods,
        ScaleSearch,
        Searches,
        TranslationSearch,
        Warp,
    )
    from imstack.pipeline.run import Run, Work
    from imstack.pipeline.sources import Photo
    from imstack.workspace.item import Item


def register_by_searches(
    run: Run, photos: Sequence[Photo], searches: Searches, methods: Methods
) -> Registration:
    """Lay every photo on the last one, as focStack.bat does.

    Raises
    ------
    InputError
        Two neighbours are too dissimilar.
    DodgyError
        A doubtful result, and the recipe says stop.
    """
    size = photos[0].info.size
    precision = automatic_precision(size)
    scales = _find_scales(run, photos, searches.scale, methods.files, precision)
    run.watch.say("Calculate cumulative scales.")
    factors = cumulative_scales([fx9(found.scale) for found in scales])
    scaled = [photo.source for photo in photos]
    if searches.scale is not None and methods.warp is not None:
        scaled = _scale(run, photos, factors, methods.warp, methods.files)
    translations = _find_translations(run, photos, scaled, searches.translation, methods.files)
    run.watch.say("Calculate cumulative translation.")
    shifts = cumulative_shifts([(found.dx, found.dy) for found in translations])
    warps = [
        srt_arguments(size, factor, shift)
        for factor, shift in zip(factors[:-1], shifts[:-1], strict=True)
    ]
    return Registration(
        placements=tuple(
            Placement(float(factor), *shift) for factor, shift in zip(factors, shifts, strict=True)
        ),
        warps=(*warps, None),
        reference=len(photos) - 1,
        literal=LiteralFigures(precision, scales, factors, translations, shifts),
    )


def srt_arguments(size: tuple[int, int], factor: str, shift: tuple[int, int]) -> str:
    """Return the driver's SRT arguments for a frame: ``x0,y0,scale,0,x1,y1``."""
    delta = msrt_delta(size, *shift)
    return f"{delta.x0},{delta.y0},{factor},0,{delta.x1},{delta.y1}"


def scale_range(wanted: ScaleSearch, precision: str) -> ScaleRange:
    """Return where whatScalePrec looks; `precision` is PREC, used unless the recipe has one."""
    finest = float(precision) if wanted.precision is None else wanted.precision
    return ScaleRange(wanted.minimum, wanted.maximum, wanted.steps, finest)


@dataclass(frozen=True, slots=True)
class ScaleWork:
    """What a scale search sees."""

    where: ScaleRange
    lenient: bool


@dataclass(frozen=True, slots=True)
class TranslationWork:
    """What a translation search sees."""

    lenient: bool


def _find_scales(
    run: Run, photos: Sequence[Photo], wanted: ScaleSearch | None, files: Files, precision: str
) -> tuple[ScaleFound, ...]:
    if wanted is None:
        return tuple(ScaleFound(1.0, 1.0, 0.0, dodgy=False) for _ in photos[1:])
    run.watch.say("Find the scale of each against the next.")
    run.watch.say(f"PREC={precision}")
    size = photos[0].info.size
    settings = ScaleWork(scale_range(wanted, precision), files.lenient)

    def work(number: int) -> Work:
        pair = photos[number : number + 2]

        def find(known: ScaleWork) -> dict[str, object]:
            first, second = (Read(photo.path, known.lenient) for photo in pair)
            return asdict(search_scale(first, second, size, known.where))

        sources = [photo.source for photo in pair]
        return run.finding(SCALE, f"{run.stem}_{number}", sources, settings, find)

    found: list[ScaleFound] = []
    for number, item in enumerate(run.each([work(number) for number in range(len(photos) - 1)])):
        scale = scale_from(item)
        run.watch.say(f"Find scale of {number}")
        run.watch.say(f"SCALE={fx9(scale.scale)} FACT={fx9(scale.fact)} DODGY={int(scale.dodgy)} ")
        if scale.dodgy:
            text = f"scale {fx9(scale.scale)} is the first or the last one tried"
            _doubt(run, photos, number, text, wanted.on_dodgy)
        found.append(scale)
    return tuple(found)


def scale_from(item: Item) -> ScaleFound:
    """Return what a scale search noted."""
    indices = item.facts["indices"]
    if not isinstance(indices, list):
        message = f"{item!r}: indices is no list"
        raise TypeError(message)
    return ScaleFound(
        item.number("scale"),
        item.number("fact"),
        item.number("score"),
        item.flag("dodgy"),
        tuple(int(str(index)) for index in indices),
    )


def _scale(
    run: Run, photos: Sequence[Photo], factors: Sequence[str], warp: Warp, files: Files
) -> list[Source]:
    """Scale all photos but the last."""
    run.watch.say("Scale each image.")

    def work(number: int) -> Work:
        return run.making(
            SCALED,
            f"{run.stem}_{number}",
            [photos[number].source],
            ["scaled.miff"],
            lambda ins, outs: scale_command(ins[0], factors[number], outs[0], warp, files),
        )

    scaled = []
    for number, item in enumerate(run.each([work(number) for number in range(len(photos) - 1)])):
        run.watch.say(f"Scale {number}")
        scaled.append(Source.of(item))
    return [*scaled, photos[-1].source]


def _find_translations(
    run: Run,
    photos: Sequence[Photo],
    scaled: Sequence[Source],
    wanted: TranslationSearch | None,
    files: Files,
) -> tuple[TranslationFound, ...]:
    if wanted is None:
        return tuple(TranslationFound(0, 0, 0.0, dodgy=False) for _ in photos[1:])
    run.watch.say("Find translations between scaled files.")

    def work(number: int) -> Work:
        names = f"{photos[number].path} and {photos[number + 1].path}"

        def find(known: TranslationWork) -> Mapping[str, object]:
            first, second = (
                read_compared(source.path(), allow_truncated=known.lenient)
                for source in scaled[number : number + 2]
            )
            return asdict(find_translation(first, second, names))

        return run.finding(
            TRANSLATION,
            f"{run.stem}_{number}",
            scaled[number : number + 2],
            TranslationWork(files.lenient),
            find,
        )

    found: list[TranslationFound] = []
    for number, item in enumerate(run.each([work(number) for number in range(len(photos) - 1)])):
        shift = TranslationFound(
            item.whole("dx"), item.whole("dy"), item.number("score"), item.flag("dodgy")
        )
        run.watch.say(f"Find translation {number}")
        run.watch.say(
            f"wtX={shift.dx} wtY={shift.dy} wtSCORE={shift.score:g} wtDODGY={int(shift.dodgy)} "
        )
        if shift.dodgy:
            text = f"translation {shift.dx},{shift.dy} lies at the edge of the search area"
            _doubt(run, photos, number, text, wanted.on_dodgy)
        found.append(shift)
    return tuple(found)


def _doubt(run: Run, photos: Sequence[Photo], number: int, text: str, action: str) -> None:
    message = f"{photos[number].path} against {photos[number + 1].path}: {text}"
    if action == "stop":
        raise DodgyError(message, hint="on_dodgy: warn goes on; is the order of the photos right?")
    run.watch.warn(message)
