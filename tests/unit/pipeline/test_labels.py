"""What candidates are called: short and without doubt; files by names that every system takes."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from imstack.pipeline.sweeps.labels import file_name, settings, short_names
from imstack.recipe.keys import keys

KEYS = st.lists(st.sampled_from([*keys()]), min_size=1, max_size=6, unique=True)


def test_names_are_as_short_as_they_can_be() -> None:
    assert short_names(["merge.detail.sigmas"]) == {"merge.detail.sigmas": "sigmas"}
    found = short_names(["registration.scale.find", "registration.translation.find", "crop.to"])
    assert [*found.values()] == ["scale.find", "translation.find", "to"]


@given(KEYS)
def test_names_differ_and_end_their_keys(several: list[str]) -> None:
    found = short_names(several)
    assert len(set(found.values())) == len(several)
    assert all(f".{key}".endswith(f".{name}") for key, name in found.items())


def test_a_key_within_another_is_told_from_it() -> None:
    assert short_names(["merge", "merge.method"]) == {"merge": "merge", "merge.method": "method"}


def test_settings_say_name_and_value() -> None:
    values = {"merge.detail.sigmas": "[4, 6, 6]", "crop.to": "none"}
    assert settings(values, short_names([*values])) == ("sigmas=[4, 6, 6]", "to=none")


def test_files_say_number_and_settings() -> None:
    name = file_name(2, 12, ("sigmas=[0.5, 1, 2]", "auto_level=true"), ".tiff")
    assert name == "02_sigmas-0.5-1-2_auto_level-true.tiff"
    assert file_name(7, 123, ("to=none",), ".jpg") == "007_to-none.jpg"


@given(st.lists(st.text(), max_size=5), st.integers(1, 200))
def test_any_system_takes_a_file_name(said: list[str], number: int) -> None:
    name = file_name(number, 200, said, ".tiff")
    assert name.startswith(f"{number:03d}")
    assert name.endswith(".tiff")
    assert not re.search(r'[\\/:*?"<>|\s\x00-\x1f]', name)
    assert len(name) <= 110
