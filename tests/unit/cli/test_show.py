"""Tables: nothing is ever cut, on a terminal or elsewhere."""

from __future__ import annotations

import io
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.cli.show import show_table

ROWS = (("registration.translation.find", "true", "7"), ("title", "two words", "1000"))


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch, columns: int, *table: object) -> str:
    """Return what a terminal of so many columns shows."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    show_table(*table, right={2})  # type: ignore[arg-type]
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())  # without bold and the like


def test_plain_columns_line_up(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(ROWS, ("setting", "value", "n"), right={2})
    assert capsys.readouterr().out.splitlines() == [
        "setting                        value         n",
        "registration.translation.find  true          7",
        "title                          two words  1000",
    ]


def test_no_head_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_table([("a", "b")])
    assert capsys.readouterr().out == "a  b\n"


def test_nothing_to_show(capsys: pytest.CaptureFixture[str]) -> None:
    show_table([])
    show_table([], ("setting", "value"))
    assert capsys.readouterr().out == "setting  value\n"


@given(
    st.lists(
        st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1), min_size=3,
                 max_size=3),
        min_size=1,
    )
)  # fmt: skip
def test_every_value_stands_whole_on_its_line(rows: list[list[str]]) -> None:
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        show_table(rows)
    lines = stream.getvalue().split("\n")[:-1]
    assert [line.split() for line in lines] == rows


def test_a_wide_terminal_shows_every_row_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = on_terminal(monkeypatch, 100, ROWS, ("setting", "value", "n"))
    assert [line.split() for line in shown.splitlines()] == [
        ["setting", "value", "n"],
        ["registration.translation.find", "true", "7"],
        ["title", "two", "words", "1000"],
    ]


@pytest.mark.parametrize("columns", [20, 30, 45, 60])
def test_a_narrow_terminal_folds_and_cuts_nothing(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    value = "a_value_that_is_too_long_for_any_of_these_terminals"
    shown = on_terminal(monkeypatch, columns, [("key", value, "1")])
    assert max(map(len, shown.splitlines())) <= columns
    pieces = [line.removeprefix("key").strip().removesuffix(" 1") for line in shown.splitlines()]
    assert "".join(piece.strip() for piece in pieces) == value


def test_names_stay_whole_while_values_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = on_terminal(monkeypatch, 62, [("registration.translation.find", "word " * 20, "1")])
    assert shown.startswith("registration.translation.find ")
    assert len(shown.splitlines()) > 1
