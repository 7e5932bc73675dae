"""focStack end to end, recipe snibgo-2014, against the command lines: figures, text, pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from imstack.numerals import fx6, fx9
from imstack.pipeline.driver import Stacked, foc_stack
from imstack.pipeline.methods import Methods
from imstack.pipeline.names import Names
from imstack.recipe.load import load_recipe
from imstack.scripts.what_scale_prec import passes
from imstack.watch import NullWatcher
from imstack.workspace.store import Store
from tests.parity.compare import assert_same_image
from tests.parity.frames import FIXTURES, SHARED, reduced_pcb
from tests.reference.focstack import Run, read_list
from tests.reference.focstack import foc_stack as reference_foc_stack
from tests.reference.im import Runner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.pipeline.registration import LiteralFigures

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data")


class Ear(NullWatcher):
    """Keeps what the script would print."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


@dataclass
class Both:
    """One stack made twice: by the package (`ours`), and by the command lines (`theirs`)."""

    folder: Path
    photos: Sequence[Path]
    outname: str = "result.tiff"
    make_vp_mask: bool = True
    sets: Sequence[str] = ()
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for path in (self.our_tmp, self.their_tmp, self.our_out.parent, self.their_out.parent):
            path.mkdir()
        listfile = self.folder / "stack.txt"
        listfile.write_text("".join(f"{path}\n" for path in self.photos), encoding="utf-8")
        self.theirs: Run = reference_foc_stack(
            str(listfile),
            str(self.their_out),
            tmpdir=self.their_tmp,
            im=Runner(cwd=self.folder),
            make_vp_mask="" if self.make_vp_mask else "0",
        )
        ear = Ear()
        no_mask = [] if self.make_vp_mask else ["vp_mask.make=false"]
        recipe = load_recipe("snibgo-2014", sets=[*self.sets, *no_mask]).recipe
        names = Names("stack", self.our_out, self.our_tmp)
        with Store(self.cache) as store:
            named = [(str(path), path) for path in self.photos]
            self.ours: Stacked = foc_stack(named, names, Methods.of(recipe), store, ear)
        self.said = ear.said

    @property
    def our_tmp(self) -> Path:
        return self.folder / "ours"

    @property
    def their_tmp(self) -> Path:
        return self.folder / "theirs"

    @property
    def our_out(self) -> Path:
        return self.folder / "our_results" / self.outname

    @property
    def their_out(self) -> Path:
        return self.folder / "their_results" / self.outname

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def figures(self) -> LiteralFigures:
        figures = self.ours.registration.literal
        assert figures is not None
        return figures

    def made(self, name: str) -> Path:
        """Return the file that a stage of ours made, by the item's label and its name."""
        found = list(self.cache.rglob(name))
        assert len(found) == 1, f"{name}: {found}"
        return found[0]


def check_all(both: Both) -> None:
    """Every figure, every line of text, every pixel."""
    check_scales(both)
    check_text(both)
    check_frames(both)
    check_merges(both)


def check_scales(both: Both) -> None:
    figures, theirs = both.figures, both.theirs
    assert figures.precision == theirs.prec
    for ours, their in zip(figures.scales, theirs.scales, strict=True):
        tried = passes(0.9, 1.1, 10, ours.indices)
        assert [tuple(map(fx9, one.scales)) for one in tried] == [
            p.candidates for p in their.passes
        ]
        assert [fx9(one.fact) for one in tried] == [p.fact for p in their.passes]
        assert ours.indices == their.indices
        assert fx6(ours.score) == their.passes[-1].score
        line = f"SCALE={fx9(ours.scale)} FACT={fx9(ours.fact)} DODGY={int(ours.dodgy)} "
        assert line == their.line
    for found, translation in zip(figures.translations, theirs.translations, strict=True):
        line = (
            f"wtX={found.dx} wtY={found.dy} wtSCORE={fx6(found.score)} wtDODGY={int(found.dodgy)} "
        )
        assert line == translation.line
    assert list(figures.cumulative_scales) == [frame.cumul_scale for frame in theirs.frames]
    shifts = [(frame.cumul_dx, frame.cumul_dy) for frame in theirs.frames]
    assert list(figures.cumulative_shifts) == shifts


def check_text(both: Both) -> None:
    assert both.said == both.theirs.said
    dump = (both.our_tmp / "stack_fs_data.lis").read_text(encoding="utf-8")
    assert dump.replace(str(both.our_tmp), str(both.their_tmp)) == both.theirs.dump


def check_frames(both: Both) -> None:
    for number, theirs in enumerate(both.theirs.scaled):
        assert_same_image(both.made(f"stack_fs_{number}-*/scaled.miff"), theirs)
    for number, theirs in enumerate(both.theirs.aligned[:-1]):
        assert_same_image(both.our_tmp / f"stack_fs_{number}.miff", theirs)
    if both.theirs.vp_mask is None:
        assert both.ours.vp_mask is None or not both.ours.vp_mask.exists()
        assert not (both.our_tmp / "stack_fs_vpmask.miff").exists()
    else:
        assert_same_image(both.our_tmp / "stack_fs_vpmask.miff", both.theirs.vp_mask)


def check_merges(both: Both) -> None:
    for number, theirs in enumerate(both.theirs.merges, start=1):
        before = f"stack_fs_out_{number - 1}" if number > 1 else "stack_fs_0"
        assert_same_image(both.made(f"{before}-*/detail.miff"), theirs.diff1)
        assert_same_image(both.made(f"stack_fs_{number}-*/detail.miff"), theirs.diff2)
        assert theirs.mask is not None
        assert_same_image(both.made(f"stack_fs_{number}-*/mask.miff"), theirs.mask)
        assert_same_image(both.made(f"stack_fs_{number}-*/merged.miff"), theirs.outfile)
    for left in ("stack_fs_out.miff", "stack_fs_0_wp_mask_dbg.miff"):
        assert_same_image(both.our_tmp / left, both.their_tmp / left)
    assert_same_image(both.our_out, both.theirs.outfile)


def same_files(both: Both) -> None:
    """TMPDIR holds the temp files that the script leaves, but for those of its helpers."""
    ours = {path.name for path in both.our_tmp.iterdir()}
    theirs = {path.name for path in both.their_tmp.iterdir() if path.is_file()}
    helpers = {n for n in theirs if n.startswith(("ws_", "wt_")) or n.endswith("_tbd.miff")}
    assert ours == theirs - helpers


# -------------------------------------------------------------------- our own fixtures


@pytest.mark.parametrize("name", ["odd", "gray", "tiff16", "alpha"])
def test_fixture(name: str, tmp_path: Path) -> None:
    folder = FIXTURES / name
    names = read_list((folder / "focStackList.txt").read_text())
    both = Both(tmp_path, [folder / photo for photo in names])
    check_all(both)
    same_files(both)


def test_two_frames_without_a_virtual_pixel_mask(tmp_path: Path) -> None:
    photos = [FIXTURES / "odd" / f"frame_{i}.jpg" for i in (2, 3)]
    both = Both(tmp_path, photos, make_vp_mask=False)
    check_all(both)
    same_files(both)


@pytest.mark.parametrize("outname", ["result.jpg", "result.png", "result.miff"])
def test_other_output_files(outname: str, tmp_path: Path) -> None:
    photos = [FIXTURES / "odd" / f"frame_{i}.jpg" for i in (1, 2)]
    check_all(Both(tmp_path, photos, outname=outname))


def test_photos_out_of_order_are_stacked_as_the_script_stacks_them(tmp_path: Path) -> None:
    photos = [FIXTURES / "odd" / f"frame_{i}.jpg" for i in (3, 1, 2)]
    check_all(Both(tmp_path, photos))


@pytest.mark.parametrize(
    "change",
    [
        "intermediate_depth=16",
        "merge.detail.sigmas=[4,6,5]",
        "warp.filter=lanczos",
        "warp.virtual_pixel=mirror",
        "vp_mask.combine=intersect",
        "registration.scale.steps=9",
        "registration.translation.find=false",
    ],
)
def test_the_comparison_notices_what_differs(change: str, tmp_path: Path) -> None:
    photos = [FIXTURES / "odd" / f"frame_{i}.jpg" for i in (1, 2, 3)]
    both = Both(tmp_path, photos, sets=[change])
    with pytest.raises(AssertionError):
        check_all(both)


# ------------------------------------------------------------------------ real photos


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("size", ["256x192", "320x241"])
def test_three_photos(size: str, tmp_path: Path) -> None:
    check_all(Both(tmp_path, reduced_pcb(tmp_path, size, 3)))


@needs_shared
@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gray", "tiff16", "alpha"])
@pytest.mark.parametrize("size", ["256x192", "320x241"])
def test_three_photos_of_other_kinds(size: str, kind: str, tmp_path: Path) -> None:
    check_all(Both(tmp_path, reduced_pcb(tmp_path, size, 3, kind)))


@needs_shared
@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["jpeg", "tiff16", "gray"])
@pytest.mark.parametrize("size", ["256x192", "320x241"])
def test_seven_photos(size: str, kind: str, tmp_path: Path) -> None:
    check_all(Both(tmp_path, reduced_pcb(tmp_path, size, 7, kind)))
