"""What a statement says of a run, without running anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imstack.magick.images import PhotoInfo
from imstack.pipeline.cover import Rectangle
from imstack.pipeline.methods import Methods
from imstack.pipeline.names import Names
from imstack.pipeline.registration import LiteralFigures, Registration
from imstack.pipeline.sources import Photo, Source
from imstack.pipeline.statement import TEMP, Facts, Line, Statement, state_facts
from imstack.recipe.load import load_recipe
from imstack.results import Placement, ScaleFound, TranslationFound

SIZE = (61, 48)


def photo(name: str) -> Photo:
    path = Path(name)
    info = PhotoInfo(path, *SIZE, depth=8, colorspace="srgb", format="JPEG", pages=1, alpha=False)
    return Photo(name, info, Source(name, lambda: path))


def literal() -> Registration:
    """Three frames as the published run had them, the scales by their own paths."""
    scales = (
        ScaleFound(0.979424792, 1.0000822, 0.01, dodgy=False, indices=(4, 6, 4, 5, 4, 5, 5)),
        ScaleFound(0.980764083, 1.0000822, 0.02, dodgy=False, indices=(4, 6, 4, 6, 4, 5, 6)),
    )
    translations = (
        TranslationFound(-8, 1, 0.0500568, dodgy=False),
        TranslationFound(9, -12, 0.0377895, dodgy=False),
    )
    shifts = ((1, -11), (9, -12), (0, 0))
    factors = ("0.960584658", "0.980764083", "1")
    return Registration(
        placements=tuple(
            Placement(float(factor), *shift) for factor, shift in zip(factors, shifts, strict=True)
        ),
        warps=("30,24,0.960584658,0,31,13", "30,24,0.980764083,0,39,12", None),
        reference=2,
        literal=LiteralFigures("1.00014", scales, factors, translations, shifts),
    )


def joint() -> Registration:
    return Registration(
        placements=(Placement(0.98, 1.5, -2.25, 0.1, gain=1.02), Placement(gain=0.99), Placement()),
        warps=("30.5,24,0.98,0.1,32,21.75", None, None),
        reference=2,
    )


def facts(
    registration: Registration,
    *sets: str,
    recipe: str = "snibgo-2014",
    names: Names | None = None,
    photos: tuple[str, ...] = ("/p/a.jpg", "/p/b.jpg", "/p/c.jpg"),
    crop: Rectangle | None = None,
    major: int = 6,
) -> Facts:
    return Facts(
        tuple(map(photo, photos)),
        names or Names("wall", Path("out.tiff")),
        Methods.of(load_recipe(recipe, sets=sets).recipe),
        registration,
        crop,
        major,
    )


def stated(statement: Statement, stage: str) -> list[str]:
    """Return the lines of a stage as they read, temp files below T."""
    return [read(line) for line in statement.lines if line.stage == stage]


def read(line: Line) -> str:
    return " ".join((line.program, *line.words)).replace(str(TEMP), "T")


def test_the_published_figures() -> None:
    statement = state_facts(facts(literal()))
    printed = [line.prints for line in statement.lines if line.program == "identify"]
    assert printed == ["PREC=1.00014", "CumulScale=0.980764083", "CumulScale=0.960584658"]
    remarks = [remark for line in statement.lines for remark in line.remarks]
    assert "SCALE=0.979424792 FACT=1.0000822 DODGY=0" in remarks
    assert "SCALE=0.980764083 FACT=1.0000822 DODGY=0" in remarks
    assert "wtX=-8 wtY=1 wtSCORE=0.0500568 wtDODGY=0" in remarks
    warp = "-virtual-pixel Edge -distort SRT"
    assert stated(statement, "aligned")[1:] == [
        f"convert /p/a.jpg {warp} 30,24,0.960584658,0,31,13 T/wall_fs_0.miff",
        f"convert /p/b.jpg {warp} 30,24,0.980764083,0,39,12 T/wall_fs_1.miff",
    ]


def test_every_pass_of_every_pair_is_there() -> None:
    statement = state_facts(facts(literal()))
    rows = [line.search for line in statement.lines if line.stage == "scale" and line.search]
    assert [row.y for row in rows] == [4, 6, 4, 5, 4, 5, 5, 4, 6, 4, 6, 4, 5, 6]
    assert [row.score is not None for row in rows] == ([False] * 6 + [True]) * 2


def test_the_order_is_that_of_the_script() -> None:
    statement = state_facts(facts(literal()))
    stages = [line.stage for line in statement.lines]
    first = [stages.index(stage) for stage in ("white", "scale", "scaled", "translation")]
    assert first == sorted(first)
    after = stages[stages.index("aligned") :]
    assert after == [
        "aligned", "aligned", "vpmask", "aligned", "vpmask",
        "detail", "detail", "merged", "result", "detail", "detail", "merged", "result",
        "result", "result",
    ]  # fmt: skip


def test_files_are_read_only_after_they_are_made() -> None:
    for sets in ((), ("vp_mask.combine=intersect", "crop.to=covered")):
        statement = state_facts(facts(literal(), *sets, crop=Rectangle(40, 30, 5, 6)))
        made: set[str] = set()
        for line in statement.lines:
            own = {str(product.path) for product in line.makes}
            words = {word for word in line.words if word.startswith(str(TEMP))}
            assert words - own <= made
            made |= own


def test_without_searches_there_is_nothing_to_find() -> None:
    sets = ("registration.scale.find=false", "registration.translation.find=false")
    statement = state_facts(facts(literal(), *sets))
    assert {line.program for line in statement.lines} == {"convert"}
    assert statement.search_seconds == 0


def test_colours_that_drift_have_a_multiplication_each() -> None:
    frame = Placement(0.98, 1.5, -2.25, 0.1, gain=1.02, tint=(1.01, 1.0, 0.95))
    tinted = replace(joint(), placements=(frame, *joint().placements[1:]))
    statement = state_facts(facts(tinted, "registration.method=joint"))
    assert stated(statement, "aligned")[0] == (
        "convert /p/a.jpg -channel R -evaluate Multiply 1.0302 +channel "
        "-channel G -evaluate Multiply 1.02 +channel -channel B -evaluate Multiply 0.969 +channel "
        "-virtual-pixel Edge -distort SRT 30.5,24,0.98,0.1,32,21.75 T/wall_fs_0.miff"
    )


def test_a_registration_in_numpy_is_a_remark_and_its_results_are_lines() -> None:
    statement = state_facts(facts(joint(), "registration.method=joint"))
    assert "registration: found in numpy, so only its results stand below" in statement.about
    assert statement.about[0].endswith("equals")
    assert stated(statement, "aligned") == [
        "convert /p/a.jpg -evaluate Multiply 1.02 -virtual-pixel Edge "
        "-distort SRT 30.5,24,0.98,0.1,32,21.75 T/wall_fs_0.miff",
        "convert /p/b.jpg -evaluate Multiply 0.99 -virtual-pixel Edge "
        "-distort SRT 1,0 T/wall_fs_1.miff",
    ]
    assert len(stated(statement, "vpmask")) == 1  # a frame that only gets lighter covers all
    assert stated(statement, "merged")[-1].count("/p/c.jpg") == 1


@pytest.mark.parametrize("method", ["masks", "pyramid"])
def test_a_merge_in_numpy_ends_the_statement(method: str) -> None:
    crop = Rectangle(40, 30, 5, 6)
    sets = (f"merge.method={method}", "warp.engine=imagemagick")
    known = facts(joint(), *sets, recipe="imstack", crop=crop)
    statement = state_facts(known)
    assert method in statement.ends_early
    assert "numpy" in statement.ends_early
    first, second, *_ = statement.about
    assert first.endswith("equals, up to its aligned frames")
    assert second == f"They do not make the picture: {statement.ends_early}"
    assert statement.lines[-1].stage == "cover"
    assert statement.lines[-1].remarks == (
        "the largest rectangle of white is 40x30+5+6, found in numpy",
    )


def test_nothing_moves() -> None:
    still = Registration((Placement(),) * 3, (None,) * 3, reference=2)
    statement = state_facts(facts(still, "registration.method=none"))
    assert stated(statement, "aligned") == []
    assert "T/wall_fs_0_wp_mask_dbg.miff" in stated(statement, "merged")[0]
    whole = state_facts(facts(still, "registration.method=none", "vp_mask.combine=intersect"))
    assert stated(whole, "cover") == ["convert T/wall_fs_white.miff T/wall_fs_vpmask.miff"]


def test_temp_files_go_where_foc_stack_leaves_them() -> None:
    names = Names("wall", Path("out.tiff"), Path("/tmp/somewhere"))
    statement = state_facts(facts(literal(), names=names))
    made = {product.path for line in statement.lines for product in line.makes}
    kept = {names.frame(0), names.frame(1), names.vp_mask, names.merged}
    assert {TEMP / path.name for path in kept} <= made
    results = [path for path in made if path.parent != TEMP]
    assert results == [Path("out.tiff")]  # masks lie in TMPDIR then


def test_relative_photos_become_absolute() -> None:
    statement = state_facts(facts(literal(), photos=("a.jpg", "b.jpg", "c.jpg")))
    assert str(Path.cwd() / "a.jpg") in statement.lines[0].words


@pytest.mark.parametrize("inname", ["a[1]", "50%d", "-x", "", "a:b", "new\nline", '"'])
def test_a_list_of_a_hard_name_lends_its_name_to_no_temp_file(inname: str) -> None:
    statement = state_facts(facts(literal(), names=Names(inname, Path("out.tiff"))))
    assert statement.stem == "stack_fs"
    labels = {line.label for line in statement.lines if line.stage == "scaled"}
    assert labels == {f"{inname}_fs_0", f"{inname}_fs_1"}


@pytest.mark.parametrize("inname", ["über", "it's", "a & b (c)!", "my $list"])
def test_other_lists_do(inname: str) -> None:
    statement = state_facts(facts(literal(), names=Names(inname, Path("out.tiff"))))
    assert statement.stem == f"{inname}_fs"


def test_temp_files_never_have_the_name_of_a_photo() -> None:
    photos = ("/p/wall_fs_0.miff", "/p/wall_fs_1.miff", "/p/wall_fs_2.miff")
    assert state_facts(facts(literal(), photos=photos)).stem == "wall_run_fs"


def test_the_centre_is_printed_as_each_imagemagick_can() -> None:
    six, seven = (
        next(line for line in state_facts(facts(literal(), major=m)).lines if "-ping" in line.words)
        for m in (6, 7)
    )
    assert (six.prints, seven.prints) == ("x0=30 y0=24", "w=61 h=48")


def test_how_long_searches_take_grows_with_the_fourth_power() -> None:
    def seconds(size: tuple[int, int]) -> float:
        known = facts(literal())
        info = PhotoInfo(Path("x"), *size, 8, "srgb", "JPEG", 1, alpha=False)
        photos = tuple(Photo(p.text, info, p.source) for p in known.photos)
        same = Facts(photos, known.names, known.methods, known.registration, None)
        return state_facts(same).search_seconds

    assert 0.5 < seconds((256, 192)) < 10
    assert 3000 < seconds((2048, 1536)) < 30000
