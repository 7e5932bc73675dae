"""Plain words: what they mean, and how values are written so that they mean the same."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.recipe.nodes import parse
from imstack.recipe.scalars import Plain, resolve, write
from imstack.recipe.source import Source


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("", None), ("~", None), ("null", None), ("NULL", None), ("nUll", "nUll"),
        ("true", True), ("Yes", True), ("ON", True), ("no", False), ("off", False), ("nO", "nO"),
        ("0", 0), ("-7", -7), ("+16", 16), ("010", "010"), ("0x10", "0x10"), ("1_000", "1_000"),
        ("0.9", 0.9), (".5", 0.5), ("4.", 4.0), ("1e-4", 1e-4), ("1E3", 1000.0),
        ("-1.5e+2", -150.0),
        ("1:30", "1:30"), ("1.1.1", "1.1.1"), ("e5", "e5"), (".", "."), ("-", "-"), ("+", "+"),
        (".inf", ".inf"), (".nan", ".nan"), ("2014-06-19", "2014-06-19"), ("y", "y"),
        ("1" * 5000, math.inf), ("-" + "1" * 30, -1.1111111111111111e29), ("1e999", math.inf),
    ],
)  # fmt: skip
def test_a_plain_word_means(word: str, meaning: Plain) -> None:
    found = resolve(word)
    assert found == meaning
    assert type(found) is type(meaning)


PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**17), max_value=10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=30),
)


@given(st.one_of(PLAIN, st.lists(PLAIN, max_size=4)))
def test_what_is_written_is_read_as_the_same(value: object) -> None:
    node, faults = parse(Source("f.yaml", f"key: {write(value)}\n"))
    assert not faults
    assert node is not None
    assert node.plain() == {"key": value}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9, "0.9"), (4.0, "4"), (1e-5, "1e-05"), (1e22, "1e+22"), (True, "true"), (16, "16"),
        ("last", "last"), ("no", '"no"'), ("a b", '"a b"'), ("1e3", '"1e3"'), ("", '""'),
        ((4.0, 6.5, 6.0), "[4, 6.5, 6]"), (None, "null"),
    ],
)  # fmt: skip
def test_values_are_written_as_people_write_them(value: object, text: str) -> None:
    assert write(value) == text
