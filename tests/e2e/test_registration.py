"""What a whole run says of frames that do not lie on each other."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

import imstack
from imstack.errors import DodgyError, UsageError
from imstack.registration.algebra import corner_distance
from imstack.results import Placement
from imstack.watch import NullWatcher
from tests.unit.registration.waves import Waves

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.e2e.conftest import Said

SIZE = (240, 180)


class Listener(NullWatcher):
    """Keeps what a run warns of."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def photos(
    folder: Path, placements: Sequence[Placement], seeds: Sequence[int], white: int = 255
) -> list[Path]:
    """Write gray photos placed so, of pictures with these seeds."""
    files = []
    for number, (placement, seed) in enumerate(zip(placements, seeds, strict=True)):
        frame = Waves(seed).frame(SIZE, placement, 0.6 + 0.4 * number)
        values = np.clip(frame * white, 0, white).round()
        files.append(folder / f"photo_{number}.png")
        cv2.imwrite(str(files[-1]), values.astype(np.uint16 if white > 255 else np.uint8))
    return files


def test_a_photo_that_does_not_belong_is_named(tmp_path: Path) -> None:
    files = photos(tmp_path, [Placement(0.99), Placement(0.995), Placement()], [1, 2, 1])
    with pytest.raises(DodgyError, match=r"photo_0.* on .*photo_1.*cannot be registered") as told:
        imstack.stack(files, output=tmp_path / "out.png", cache=False)
    assert told.value.exit_code == 7
    assert not (tmp_path / "out.png").exists()


def test_turned_frames_are_told_once(tmp_path: Path) -> None:
    files = photos(tmp_path, [Placement(angle=2.0), Placement(angle=1.2), Placement()], [3, 3, 3])
    listener = Listener()
    straight = ["registration.joint.rotation=false"]
    imstack.stack(files, output=tmp_path / "out.png", sets=straight, cache=False, watch=listener)
    turned = [text for text in listener.warnings if "turned" in text]
    assert len(turned) == 1
    assert "photo_1" in turned[0]
    assert "1.2" in turned[0]
    assert "--set registration.joint.rotation=auto" in turned[0]
    listener = Listener()
    stacked = imstack.stack(files, output=tmp_path / "out.png", cache=False, watch=listener)
    assert not [text for text in listener.warnings if "turned" in text]
    assert stacked.registration.placements[0].angle == pytest.approx(2.0, abs=0.02)


@pytest.fixture
def with_one_bad(tmp_path: Path) -> list[Path]:
    places = [Placement(1 - 0.004 * number, 2.0 * number) for number in (4, 3, 2, 1, 0)]
    return photos(tmp_path, places, [5, 5, 5, 5, 5])


def darkened(path: Path) -> None:
    cv2.imwrite(str(path), (np.asarray(cv2.imread(str(path))) * 0.02).astype(np.uint8))


def turned_over(path: Path) -> None:
    cv2.imwrite(str(path), np.ascontiguousarray(np.asarray(cv2.imread(str(path)))[::-1, ::-1]))


def another(path: Path) -> None:
    picture = np.clip(Waves(77).frame(SIZE, None, 0.8) * 255, 0, 255).astype(np.uint8)
    cv2.imwrite(str(path), picture)


@pytest.mark.parametrize(
    ("bad", "spoil", "reason"),
    [
        (2, darkened, "darker"),
        (4, another, "something else"),
        pytest.param(2, turned_over, "turned by 180 degrees", marks=pytest.mark.slow),
        pytest.param(2, another, "something else", marks=pytest.mark.slow),
        pytest.param(4, turned_over, "turned by 180 degrees", marks=pytest.mark.slow),
        pytest.param(4, darkened, "darker", marks=pytest.mark.slow),
    ],
)
def test_a_frame_that_nothing_speaks_for_is_named_and_left_out(
    with_one_bad: list[Path],
    spoil: Callable[[Path], None],
    reason: str,
    bad: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IMSTACK_CACHE", str(tmp_path / "cache"))
    spoil(with_one_bad[bad])
    name = f"photo_{bad}.png"
    out = tmp_path / "out.png"
    if bad == 2:
        with pytest.raises(DodgyError, match=f"{name} fits no neighbour: it .*{reason}") as told:
            imstack.stack(with_one_bad, output=out)
        assert "frames.exclude" in str(told.value.hint)
    for policy in ("skip", "warn") if bad == 2 else ("skip",):
        listener = Listener()
        stacked = imstack.stack(
            with_one_bad,
            output=out,
            sets=[f"registration.joint.on_untrusted={policy}"],
            watch=listener,
        )
        assert [text for text in listener.warnings if name in text and "left out" in text]
        assert stacked.registration.left_out == (bad,)
        assert len(stacked.registration.placements) == 4
        assert len(stacked.photos) == 4
    excluded = imstack.stack(with_one_bad, output=out, sets=[f"frames.exclude=[{name}]"])
    assert len(excluded.photos) == 4
    for one, other in zip(
        stacked.registration.placements, excluded.registration.placements, strict=True
    ):
        assert corner_distance(one, other, SIZE) < 0.05


@pytest.mark.parametrize("bad", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_sweep_and_verify_do_without_a_frame_left_out(
    cli: Callable[..., Said], with_one_bad: list[Path], bad: int
) -> None:
    darkened(with_one_bad[bad])
    shared = ("--set", "registration.joint.on_untrusted=skip", "-q")
    over = ("--over", "merge.pyramid.levels=[2,4]", "--set", "merge.method=pyramid")
    assert cli("sweep", *with_one_bad, *over, *shared, "-o", "swept").code == 0
    with Path("swept/sweep.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        shares = [float(row[f"share_{number}"]) for number in range(5)]
        assert shares[bad] == 0.0
        assert sum(shares) == pytest.approx(1.0, abs=1e-5)
    words = (*with_one_bad, "--set", "merge.method=pyramid", "--set", "merge.pyramid.levels=4")
    assert cli("stack", *words, *shared, "-o", "alone.tiff").code == 0
    np.testing.assert_array_equal(
        cv2.imread(str(next(Path("swept").glob("02_*.tiff"))), cv2.IMREAD_UNCHANGED),
        cv2.imread("alone.tiff", cv2.IMREAD_UNCHANGED),
    )
    assert cli("verify", "-r", "imstack", *words, *shared, "-o", "alone.tiff").code == 0


def test_photos_that_are_excluded_must_be_there(with_one_bad: list[Path], tmp_path: Path) -> None:
    for wrong in ("photo_7.png", "9"):
        with pytest.raises(UsageError, match=wrong):
            imstack.stack(
                with_one_bad, output=tmp_path / "o.png", sets=[f"frames.exclude=[{wrong}]"]
            )


def test_gray_photos_of_sixteen_bits_are_registered(tmp_path: Path) -> None:
    truth = Placement(0.97, 4.3, -2.6)
    files = photos(tmp_path, [truth, Placement()], [4, 4], white=65535)
    stacked = imstack.stack(files, output=tmp_path / "out.tiff", cache=False)
    found = stacked.registration.placements[0]
    assert found.scale == pytest.approx(truth.scale, abs=3e-4)
    assert np.hypot(found.dx - truth.dx, found.dy - truth.dy) < 0.05


def test_colours_that_drift_are_evened_out(tmp_path: Path) -> None:
    truth = np.stack([Waves(seed, 80).frame(SIZE, None, 0.5, 0.0) for seed in (1, 2, 3)], -1)
    files = []
    for number, drift in enumerate((1.0, 0.5, 0.0)):
        wave = np.linspace(0.5, 5.0, SIZE[0])[:: 1 if number else -1]
        blurred = [Waves(seed, 80).frame(SIZE, None, wave) for seed in (1, 2, 3)]
        lamp = 1 + drift * np.array([0.04, 0.02, -0.06])
        files.append(tmp_path / f"photo_{number}.png")
        values = np.clip(np.stack(blurred, -1) * lamp * 255, 0, 255).round().astype(np.uint8)
        cv2.imwrite(str(files[-1]), values)
    error = {}
    for channels in ("each", "together"):
        out, sets = tmp_path / "out.png", [f"brightness.channels={channels}", "crop.to=none"]
        imstack.stack(files, output=out, sets=sets, cache=False)
        off = np.asarray(cv2.imread(str(out)))[8:-8, 8:-8] / 255.0 - truth[8:-8, 8:-8]
        error[channels] = 10 * np.log10(np.mean(off**2))
    assert error["each"] < error["together"] - 1.0
