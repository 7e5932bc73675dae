"""What a run leaves for people: the picture, its companions, and the BAT files' temp files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from imstack.drafts import check_writable, draft_of, write_bytes
from imstack.errors import OutputError
from imstack.files import kind_fault, real
from imstack.magick.saving import check_format, save_pixels
from imstack.pipeline.commands import companion_command
from imstack.scripts.which_pix import mask_name
from imstack.warping.rawfile import SUFFIX, frame_shape, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.pipeline.cover import Rectangle
    from imstack.pipeline.merge import Merge
    from imstack.pipeline.methods import Methods
    from imstack.pipeline.names import Names
    from imstack.pipeline.registration import LiteralFigures
    from imstack.pipeline.sources import Photo, Source
    from imstack.recipe.model import OutputSection


def check_targets(names: Names, methods: Methods, photos: Sequence[Photo]) -> None:
    """Refuse, before a run, files that could not be written after it.

    Raises
    ------
    OutputError
        As `check_outputs`, `check_companions` and `check_temporary`.
    """
    check_outputs([names.outfile], [photo.path for photo in photos])
    check_companions(names, methods, photos)
    check_temporary(names, photos)


def check_outputs(targets: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Refuse pictures that could not be written.

    Raises
    ------
    OutputError
        As `check_place`, or the ending of a target means nothing to ImageMagick.
    """
    for target in targets:
        check_place(target, inputs)
        check_format(target)


def check_place(target: Path, inputs: Sequence[Path]) -> None:
    """Refuse to write over an input, or into a folder that is not there.

    Raises
    ------
    OutputError
        `target` is one of the inputs or a folder, or its folder is missing.
    """
    try:
        _check_place(target, inputs)
    except OSError as error:  # a name that is too long, or a folder that nobody may look into
        message = f"{target}: cannot be written: {error.strerror or error}"
        raise OutputError(message) from error


def _check_place(target: Path, inputs: Sequence[Path]) -> None:
    if reason := kind_fault(target):
        message = f"{target}: cannot be written: {reason}"
        raise OutputError(message, hint="choose another name for the output")
    if real(target) in set(map(real, inputs)):
        message = f"{target}: is one of the photos; inputs are never overwritten"
        hint = "choose another name for the output; if it is an earlier result, move it away first"
        raise OutputError(message, hint=hint)
    if target.is_dir():
        message = f"{target}: is a folder; the output must be a file"
        raise OutputError(message)
    if not target.parent.is_dir():
        message = f"{target}: its folder {target.parent} is missing"
        raise OutputError(message, hint="make the folder, or choose another one")
    check_writable(target)


def check_companions(names: Names, methods: Methods, photos: Sequence[Photo]) -> None:
    """Refuse maps and masks beside the picture that would take the place of a photo.

    Raises
    ------
    OutputError
        A photo bears the name of one of them.
    """
    wanted = {
        "index": methods.output.index_map,
        "depth": methods.output.depth_map,
        "vpmask": leaves_vp_mask_beside(names, methods),
    }
    kinds = [kind for kind, is_wanted in wanted.items() if is_wanted]
    if leaves_masks_beside(names, methods.output):
        kinds += [f"mask_{number}" for number in range(1, len(photos))]
    for kind in kinds:
        check_place(names.companion(kind), [photo.path for photo in photos])


def check_temporary(names: Names, photos: Sequence[Photo]) -> None:
    """Refuse temp files that would take the place of a photo.

    Raises
    ------
    OutputError
        A photo bears the name of a temp file, or the folder is missing.
    """
    if names.tmpdir is None:
        return
    frames = [names.frame(number) for number in range(len(photos))]
    masks = [mask_name(frames[0]), mask_name(names.merged)]
    for target in (*frames, *masks, names.vp_mask, names.merged, names.data):
        check_place(target, [photo.path for photo in photos])


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file so that `target` is whole or as it was before.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    with draft_of(target) as draft:
        shutil.copyfile(source, draft)
        shutil.copymode(source, draft)


def leaves_vp_mask_beside(names: Names, methods: Methods) -> bool:
    """Tell whether the virtual-pixel mask goes beside the picture.

    It does where it tells which part of the picture is made up, unless TMPDIR gets it.
    """
    return methods.real_pixels is not None and not methods.cropped and names.tmpdir is None


def leaves_masks_beside(names: Names, output: OutputSection) -> bool:
    """Tell whether the masks of the merge go beside the picture; else TMPDIR has the script's."""
    return output.masks and names.tmpdir is None


def write_companions(
    names: Names,
    merge: Merge,
    vp_mask: Source | None,
    crop: Rectangle | None,
    output: OutputSection,
    turned_from: int,
) -> tuple[Path, ...]:
    """Write the maps and masks that the recipe asks for beside the picture, to lie on it.

    They are cropped and turned like it; `turned_from` as `write_picture` returns it.
    """
    wanted: dict[str, Source | None] = {
        "index": merge.index_map if output.index_map else None,
        "depth": merge.depth_map if output.depth_map else None,
        "vpmask": vp_mask,
    }
    if leaves_masks_beside(names, output):
        wanted |= {f"mask_{number}": step.mask for number, step in enumerate(merge.steps, start=1)}
    written = []
    for kind, source in wanted.items():
        if source is not None:
            target = names.companion(kind)
            companion_command(source.path(), target, crop, turned_from).run()
            written.append(target)
    return tuple(written)


def publish(
    names: Names,
    photos: Sequence[Photo],
    aligned: Sequence[Source],
    vp_mask: Source | None,
    merge: Merge,
) -> None:
    """Leave in the temp folder the files that focStack.bat leaves there, under its names.

    As in the script, later masks take the place of earlier ones: what remains is the first
    and the last.
    """
    for number, (source, photo) in enumerate(zip(aligned, photos, strict=True)):
        if source is not photo.source:
            publish_frame(source.path(), names.frame(number), photo.path)
    if vp_mask is not None:
        copy_whole(vp_mask.path(), names.vp_mask)
    copy_whole(merge.result.path(), names.merged)
    if merge.steps:
        copy_whole(merge.steps[0].mask.path(), mask_name(names.frame(0)))
    if len(merge.steps) > 1:
        copy_whole(merge.steps[-1].mask.path(), mask_name(names.merged))


def publish_frame(frame: Path, target: Path, like: Path) -> None:
    """Leave an aligned frame as an image, with the profiles of its photo.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    if frame.suffix != SUFFIX:
        copy_whole(frame, target)
        return
    save_pixels(read_rows(frame, 0, frame_shape(frame)[0]), target, like=like)


def dump_figures(
    names: Names, photos: Sequence[Photo], aligned: Sequence[Source], figures: LiteralFigures
) -> None:
    """Write the data of every frame as ``set fsFILES`` prints the variables."""
    write_bytes(names.data, figures_text(names, photos, aligned, figures).encode())


def figures_text(
    names: Names, photos: Sequence[Photo], aligned: Sequence[Source], figures: LiteralFigures
) -> str:
    """Return the dump: ``fsFILES[n].Name=value`` lines, sorted without regard to case."""
    lines = [f"fsFILES.Cnt={len(photos)}"]
    for number, photo in enumerate(photos):
        moved = aligned[number] is not photo.source
        dx, dy = figures.cumulative_shifts[number]
        values: dict[str, object] = {
            "Aligned": names.frame(number) if moved else photo.text,
            "CumulDX": dx,
            "CumulDY": dy,
            "CumulScale": figures.cumulative_scales[number],
            "SrcFile": photo.text,
        }
        if number < len(photos) - 1:
            found = figures.translations[number]
            values |= {"DX": found.dx, "DY": found.dy}
            values["Scale"] = f"{figures.scales[number].scale:.9g}"
        lines += [f"fsFILES[{number}].{name}={value}" for name, value in values.items()]
    return "".join(f"{line}\n" for line in sorted(lines, key=str.upper))
