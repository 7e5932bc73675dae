from __future__ import annotations

import enum
import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.errors import InputError
from imstack.workspace import digest, digest_file, keys
from imstack.workspace.keys import canonical, plain

from .work import task

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)
mappings = st.dictionaries(st.text(), values)


def shuffled(value: object) -> object:
    """Return the same value with every mapping written backwards."""
    if isinstance(value, dict):
        return {key: shuffled(part) for key, part in reversed(value.items())}
    if isinstance(value, list):
        return [shuffled(part) for part in value]
    return value


def exactly(value: object) -> object:
    """Return a form in which 1 and true differ, as keys have it."""
    if isinstance(value, dict):
        return {key: exactly(part) for key, part in value.items()}
    if isinstance(value, list):
        return [exactly(part) for part in value]
    return (isinstance(value, bool), value)


@given(mappings)
def test_order_of_mappings_does_not_matter(settings: dict[str, object]) -> None:
    assert task(settings=settings).key == task(settings=shuffled(settings)).key


@given(mappings, mappings)
def test_equal_settings_and_only_they_have_equal_keys(
    one: dict[str, object], two: dict[str, object]
) -> None:
    same = exactly(one) == exactly(two)
    assert (task(settings=one).key == task(settings=two).key) == same


@given(mappings, st.data())
def test_any_change_of_a_setting_changes_the_key(
    settings: dict[str, object], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([*settings, "new"]))
    other = data.draw(values)
    changed = {**settings, name: other}
    same = name in settings and exactly(settings[name]) == exactly(other)
    assert (task(settings=settings).key == task(settings=changed).key) == same


@given(mappings)
def test_settings_come_back_from_json_as_they_are(settings: dict[str, object]) -> None:
    kept = plain(settings)
    assert json.loads(json.dumps(kept)) == kept == settings


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "warp2"},
        {"version": 2},
        {"settings": {"number": 1}},
        {"inputs": ("bb", "aa")},
        {"inputs": ("aabb",)},
        {"magick": "6.9.11 Q16-HDRI"},
        {"files": ("frame.miff",)},
    ],
    ids=str,
)
def test_everything_that_decides_is_in_the_key(change: dict[str, Any]) -> None:
    assert task(**change).key != task().key


def test_label_and_work_are_not_in_the_key() -> None:
    assert task(label="other", work=36.0).key == task().key


def test_the_layout_is_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = task().key
    monkeypatch.setattr(keys, "FORMAT", keys.FORMAT + 1)
    assert task().key != before


def test_a_key_is_the_same_tomorrow() -> None:
    """A change of this figure throws everybody's cache away: raise FORMAT knowingly instead."""
    assert task().key == "51392f38be6116433b11c1dcfc07559523bdb439c740721607273768775e6bc3"


def test_a_task_keeps_its_settings_when_the_caller_changes_his() -> None:
    settings = {"sigmas": [4, 6, 6]}
    made = task(settings=settings)
    settings["sigmas"].append(1)
    assert made.settings == {"sigmas": [4, 6, 6]}


class Compression(enum.StrEnum):
    ZIP = "zip"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.uint8(255), 255),
        (Fraction(1, 4), 0.25),
        (Compression.ZIP, "zip"),
        (Path("a/b"), "a/b"),
        ((1, (2, 3)), [1, [2, 3]]),
        (range(3), [0, 1, 2]),
    ],
    ids=repr,
)
def test_what_python_has_becomes_what_json_has(value: object, kept: object) -> None:
    got = plain(value)
    assert got == kept
    assert type(got) is type(kept)


@pytest.mark.parametrize(
    "value",
    [b"x", {1, 2}, object(), np.array([1]), {1: "a"}, 1j],
    ids=lambda one: type(one).__name__,
)
def test_what_json_cannot_hold_is_refused_with_its_place(value: object) -> None:
    with pytest.raises(TypeError, match=r"^settings\.a\[1\]"):
        task(settings={"a": [0, value]})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32("nan")])
def test_numbers_that_are_not_finite_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match=r"settings\.a"):
        task(settings={"a": value})


@pytest.mark.parametrize("value", [4.0, -0.0, 2.0**52])
def test_whole_numbers_are_equal_whatever_their_type(value: float) -> None:
    assert canonical(value) == canonical(int(value))
    assert canonical(True) != canonical(1)


@pytest.mark.parametrize(
    "files",
    [
        ("",),
        (".",),
        ("..",),
        ("a/b",),
        ("a\\b",),
        ("c:d",),
        ("meta.json",),
        ("Meta.JSON",),
        ("a", "a"),
        ("a", "A"),
        ("a\x00",),
    ],
    ids=repr,
)
def test_names_that_are_no_files_are_refused(files: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="file"):
        task(files=files)


@pytest.mark.parametrize("stage", ["", ".making", "a/b", "..", "Warp", "a b", "a.b", "-a"])
def test_names_that_are_no_stages_are_refused(stage: str) -> None:
    with pytest.raises(ValueError, match="stage"):
        task(stage=stage)


@given(st.text())
def test_any_label_gives_a_folder_that_every_system_takes(label: str) -> None:
    name = task(label=label).folder_name
    assert name.endswith("-" + task().short_key)
    assert not set(name) & set('/\\:*?"<>| \0\n')
    assert len(name.encode()) <= 255
    assert not name.startswith(".")


def test_a_plain_label_stays_readable() -> None:
    assert task(label="my wall (2)_fs_03").folder_name.startswith("my_wall_2__fs_03-")
    assert task(label="wall_fs_03").folder_name.startswith("wall_fs_03-")
    assert task(label="Mauer über_3").folder_name.startswith("Mauer_über_3-")


def test_a_file_is_known_by_its_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "a.jpg", tmp_path / "b.jpg"
    one.write_bytes(b"pixels" * 100_000)
    two.write_bytes(b"pixels" * 100_000)
    assert digest_file(one) == digest_file(two)
    two.write_bytes(b"pixelS" * 100_000)
    assert digest_file(one) != digest_file(two)


def test_an_unchanged_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"1")
    first = digest_file(photo)
    monkeypatch.setattr(keys, "hash_file", lambda _: "read again")
    assert digest_file(photo) == first
    photo.write_bytes(b"22")
    assert digest_file(photo) == "read again"


@pytest.mark.parametrize("name", ["missing.jpg", "."])
def test_a_photo_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=str(tmp_path)):
        digest_file(tmp_path / name)


def test_digest_of_a_value() -> None:
    assert digest([1, {"a": 2}]) == digest((1.0, {"a": 2}))
    assert digest("a") != digest(["a"])
