"""focStack itself: the driver with its arrays, counters and temp files, step by step.

Numbers are kept as the text that the command lines print. Files that the script overwrites
later (scaled frames, detail maps, masks, merged results) are copied to a folder ``kept``.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.reference.im import CommandFailed, Runner
from tests.reference.scripts import (
    Merged,
    ScalePrec,
    Translation,
    Window,
    msrt_delta,
    set_in_out,
    what_scale_prec,
    what_trans,
    which_pix,
)


@dataclass
class Frame:
    """One element of the array fsFILES; None and "" stand for a variable that is not set."""

    src_file: str
    aligned: str = ""
    scale: str = ""
    cumul_scale: str = ""
    dx: int | None = None
    dy: int | None = None
    cumul_dx: int = 0
    cumul_dy: int = 0


@dataclass
class Run:
    """Everything that a run found, printed and wrote.

    Attributes
    ----------
    prec
        PREC as printed: six significant digits.
    frames
        fsFILES.
    scales, translations
        What whatScalePrec and whatTrans found for each frame against the next.
    scaled
        Copies of the scaled frames 0..n-2.
    merges
        Copies of what each call of whichPix made, in order.
    aligned
        The frames as they were merged; the last one is the source photo.
    vp_mask
        None when fsMAKE_VP_MASK is 0.
    dump
        Text of the file `lis`.
    said
        The lines printed, in order.
    """

    infile: str
    outfile: str
    tmpdir: Path
    vp_mask: str | None
    lis: Path
    prec: str = ""
    frames: list[Frame] = field(default_factory=list)
    scales: list[ScalePrec] = field(default_factory=list)
    translations: list[Translation] = field(default_factory=list)
    scaled: list[str] = field(default_factory=list)
    merges: list[Merged] = field(default_factory=list)
    dump: str = ""
    said: list[str] = field(default_factory=list)

    @property
    def aligned(self) -> list[str]:
        """fsFILES[*].Aligned."""
        return [frame.aligned for frame in self.frames]


def read_list(text: str) -> list[str]:
    """Split a list as ``for /F "tokens=*"`` does: no blank lines, no leading blanks, no ``;``."""
    lines = (line.lstrip(" \t") for line in text.splitlines())
    return [line for line in lines if line and not line.startswith(";")]


def foc_stack(
    infile: str,
    outfile: str = "",
    *,
    tmpdir: Path,
    im: Runner | None = None,
    make_vp_mask: str = "",
    windows: list[Window] | None = None,
) -> Run:
    """focStack LIST [OUT].

    `make_vp_mask` is the variable fsMAKE_VP_MASK; `windows`, one for each frame but the last,
    narrow the translation searches (see :func:`what_trans`).

    Raises
    ------
    CommandFailed
        Where the script says ``exit /B 1``.
    """
    im = im or Runner()
    names = set_in_out(infile, "fs")
    if not (im.cwd / infile).exists():
        text = f"Can't find INFILE [{infile}]"
        raise CommandFailed(text)
    stem = tmpdir / f"{names.inname}_fs"
    run = Run(
        infile=infile,
        outfile=outfile or str(Path(names.outfile).with_suffix(".tiff")),
        tmpdir=tmpdir,
        vp_mask=None if make_vp_mask == "0" else f"{stem}_vpmask.miff",
        lis=Path(f"{stem}_data.lis"),
    )
    (tmpdir / "kept").mkdir(exist_ok=True)

    _read_photos(im, run)
    _find_scales(im, run)
    _accumulate_scales(im, run)
    _scale(im, run, stem)
    _find_translations(im, run, windows)
    _accumulate_translations(run)
    _scale_and_translate(im, run)
    _merge(im, run, f"{stem}_out.miff")
    return run


def _read_photos(im: Runner, run: Run) -> None:
    run.said.append("Read the list of input photos.")
    for name in read_list((im.cwd / run.infile).read_text(encoding="utf-8")):
        run.said.append(name)
        run.frames.append(Frame(name))
    if len(run.frames) < 2:
        text = f"Need at least 2 entries in INFILE [{run.infile}]"
        raise CommandFailed(text)
    if run.vp_mask is not None:
        im.convert(run.frames[0].src_file, "-fill", "White", "-colorize", "100", run.vp_mask)


def _find_scales(im: Runner, run: Run) -> None:
    run.said.append("Find the scale of each against the next.")
    said = im.identify("-format", "PREC=%[fx:1+1/max(w,h)]", run.frames[0].src_file)
    run.prec = said.removeprefix("PREC=").strip()
    run.said.append(f"PREC={run.prec}")
    for i, frame in enumerate(run.frames[:-1]):
        run.said.append(f"Find scale of {i}")
        follower = run.frames[i + 1].src_file
        found = what_scale_prec(
            im, frame.src_file, follower, "0.9", "1.1", 10, run.prec, tmpdir=run.tmpdir
        )
        run.said.append(found.line)
        run.scales.append(found)
        frame.scale = found.scale


def _accumulate_scales(im: Runner, run: Run) -> None:
    run.said.append("Calculate cumulative scales.")
    run.frames[-1].cumul_scale = "1"
    for i in range(len(run.frames) - 2, -1, -1):
        frame = run.frames[i]
        frame.cumul_scale = im.fx9(f"{run.frames[i + 1].cumul_scale}*{frame.scale}")


def _scale(im: Runner, run: Run, stem: Path) -> None:
    run.said.append("Scale each image.")
    for i, frame in enumerate(run.frames[:-1]):
        run.said.append(f"Scale {i}")
        frame.aligned = f"{stem}_{i}.miff"
        srt = f"{frame.cumul_scale},0"
        im.convert(frame.src_file, "-virtual-pixel", "Edge", "-distort", "SRT", srt, frame.aligned)
        run.scaled.append(_keep(run, frame.aligned, f"scaled_{i}.miff"))
    run.frames[-1].aligned = run.frames[-1].src_file


def _find_translations(im: Runner, run: Run, windows: list[Window] | None) -> None:
    run.said.append("Find translations between scaled files.")
    for i, frame in enumerate(run.frames[:-1]):
        run.said.append(f"Find translation {i}")
        follower = run.frames[i + 1].aligned
        window = windows[i] if windows else None
        found = what_trans(im, frame.aligned, follower, tmpdir=run.tmpdir, window=window)
        run.said.append(found.line)
        run.translations.append(found)
        frame.dx, frame.dy = found.x, found.y


def _accumulate_translations(run: Run) -> None:
    run.said.append("Calculate cumulative translation.")
    for i in range(len(run.frames) - 2, -1, -1):
        frame, follower = run.frames[i], run.frames[i + 1]
        frame.cumul_dx = (frame.dx or 0) + follower.cumul_dx
        frame.cumul_dy = (frame.dy or 0) + follower.cumul_dy


def _scale_and_translate(im: Runner, run: Run) -> None:
    run.said.append("Scale and translate images.")
    x0, y0, _, _ = msrt_delta(im, run.frames[0].src_file, 0, 0)
    for i, frame in enumerate(run.frames[:-1]):
        run.said.append(f"Scale and translate {i}")
        run.said.append(f"fsFILES[{i}].CumulScale={frame.cumul_scale}")
        x1, y1 = x0 + frame.cumul_dx, y0 + frame.cumul_dy
        srt = f"{x0},{y0},{frame.cumul_scale},0,{x1},{y1}"
        im.convert(frame.src_file, "-virtual-pixel", "Edge", "-distort", "SRT", srt, frame.aligned)
        if run.vp_mask is not None:
            im.convert(run.vp_mask, "-virtual-pixel", "Black", "-distort", "SRT", srt, run.vp_mask)


def _merge(im: Runner, run: Run, tmpout: str) -> None:
    run.said.append("Make and apply masks")
    first = run.frames[0].aligned
    for i, frame in enumerate(run.frames[1:], start=1):
        if i > 1:
            run.said.append(f"Mask {i}")
        one = first if i == 1 else tmpout
        made = which_pix(im, one, frame.aligned, tmpout, tmpdir=run.tmpdir)
        run.merges.append(_keep_merge(run, made, i))
    run.said.append("Wrap up.")
    im.convert(tmpout, run.outfile)
    run.dump = dump(run.frames)
    run.lis.write_text(run.dump, encoding="utf-8")


def dump(frames: list[Frame]) -> str:
    """What ``set fsFILES`` prints: NAME=value, sorted by name without regard to case."""
    values = {"fsFILES.Cnt": str(len(frames))}
    for i, frame in enumerate(frames):
        members = {
            "Aligned": frame.aligned,
            "CumulDX": frame.cumul_dx,
            "CumulDY": frame.cumul_dy,
            "CumulScale": frame.cumul_scale,
            "DX": frame.dx,
            "DY": frame.dy,
            "Scale": frame.scale or None,
            "SrcFile": frame.src_file,
        }
        values |= {f"fsFILES[{i}].{k}": str(v) for k, v in members.items() if v is not None}
    names = sorted(values, key=str.upper)
    return "".join(f"{name}={values[name]}\n" for name in names)


def parse_dump(text: str) -> list[tuple[int, int]]:
    """Return (DX, DY) of every frame but the last one, from the text of a ``.lis`` file."""
    found = re.findall(r"^fsFILES\[(\d+)\]\.(DX|DY)=(-?\d+)$", text, flags=re.MULTILINE)
    value = {(int(i), name): int(number) for i, name, number in found}
    count = len(value) // 2
    return [(value[i, "DX"], value[i, "DY"]) for i in range(count)]


def _keep(run: Run, path: str, name: str) -> str:
    return str(shutil.copyfile(path, run.tmpdir / "kept" / name))


def _keep_merge(run: Run, made: Merged, i: int) -> Merged:
    return Merged(
        diff1=_keep(run, made.diff1, f"diff1_{i}.miff"),
        diff2=_keep(run, made.diff2, f"diff2_{i}.miff"),
        mask=None if made.mask is None else _keep(run, made.mask, f"mask_{i}.miff"),
        outfile=_keep(run, made.outfile, f"merged_{i}.miff"),
    )
