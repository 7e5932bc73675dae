"""Registration by the seed's two searches: scales first, then translations of scaled frames."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from imstack.errors import DodgyError
from imstack.magick.images import read_compared
from imstack.magick.operators import Read
from imstack.numerals import fx9
from imstack.pipeline.accumulate import cumulative_scales, cumulative_shifts
from imstack.pipeline.commands import scale_command
from imstack.pipeline.registration import LiteralFigures, Registration
from imstack.pipeline.sources import Source
from imstack.results import Placement, ScaleFound, TranslationFound
from imstack.scripts.msrt_delta import msrt_delta
from imstack.scripts.what_scale_prec import ScaleRange, automatic_precision, search_scale
from imstack.scripts.what_trans import find_translation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imstack.pipeline.run import Run, Work
    from imstack.pipeline.sources import Photo
    from imstack.recipe.model import Recipe
    from imstack.workspace.item import Item


def register_by_searches(run: Run, photos: Sequence[Photo], recipe: Recipe) -> Registration:
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
    scales = _find_scales(run, photos, recipe, precision)
    run.watch.say("Calculate cumulative scales.")
    factors = cumulative_scales([fx9(found.scale) for found in scales])
    scaled = _scale(run, photos, factors, recipe)
    translations = _find_translations(run, photos, scaled, recipe)
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


def scale_range(recipe: Recipe, precision: str) -> ScaleRange:
    """Return where whatScalePrec looks; `precision` is PREC, used unless the recipe has one."""
    wanted = recipe.registration.scale
    finest = float(precision) if wanted.precision == "auto" else wanted.precision
    return ScaleRange(wanted.min, wanted.max, wanted.steps, finest)


def _find_scales(
    run: Run, photos: Sequence[Photo], recipe: Recipe, precision: str
) -> tuple[ScaleFound, ...]:
    wanted = recipe.registration.scale
    if not wanted.find:
        return tuple(ScaleFound(1.0, 1.0, 0.0, dodgy=False) for _ in photos[1:])
    run.watch.say("Find the scale of each against the next.")
    run.watch.say(f"PREC={precision}")
    where = scale_range(recipe, precision)
    lenient = recipe.frames.allow_truncated
    settings = {**asdict(where), "allow_truncated": lenient}

    def work(number: int) -> Work:
        pair = photos[number : number + 2]
        first, second = (Read(photo.path, lenient) for photo in pair)
        return run.finding(
            "scale",
            f"{run.stem}_{number}",
            [photo.source for photo in pair],
            settings,
            lambda: asdict(search_scale(first, second, photos[0].info.size, where)),
        )

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
    run: Run, photos: Sequence[Photo], factors: Sequence[str], recipe: Recipe
) -> list[Source]:
    """Scale all photos but the last; frames of which no scale was sought stay as they are."""
    if not recipe.registration.scale.find:
        return [photo.source for photo in photos]
    run.watch.say("Scale each image.")

    def work(number: int) -> Work:
        return run.making(
            "scaled",
            f"{run.stem}_{number}",
            [photos[number].source],
            ["scaled.miff"],
            lambda ins, outs: scale_command(ins[0], factors[number], outs[0], recipe),
        )

    scaled = []
    for number, item in enumerate(run.each([work(number) for number in range(len(photos) - 1)])):
        run.watch.say(f"Scale {number}")
        scaled.append(Source.of(item))
    return [*scaled, photos[-1].source]


def _find_translations(
    run: Run, photos: Sequence[Photo], scaled: Sequence[Source], recipe: Recipe
) -> tuple[TranslationFound, ...]:
    wanted = recipe.registration.translation
    if not wanted.find:
        return tuple(TranslationFound(0, 0, 0.0, dodgy=False) for _ in photos[1:])
    run.watch.say("Find translations between scaled files.")
    lenient = recipe.frames.allow_truncated

    def work(number: int) -> Work:
        names = f"{photos[number].path} and {photos[number + 1].path}"

        def find() -> Mapping[str, object]:
            first, second = (
                read_compared(source.path(), allow_truncated=lenient)
                for source in scaled[number : number + 2]
            )
            return asdict(find_translation(first, second, names))

        return run.finding(
            "translation",
            f"{run.stem}_{number}",
            scaled[number : number + 2],
            {"allow_truncated": lenient},
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
