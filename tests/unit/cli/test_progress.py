"""Bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from imstack.cli.progress import Bars, CountColumn, LeftColumn, Lines
from imstack.watch import Expected


def rows(progress: Progress) -> dict[str, str]:
    """Return the bars as a person reads them now: what stands behind each name."""
    screen = io.StringIO()
    Console(file=screen, width=100).print(progress.get_renderable())
    lines = screen.getvalue().splitlines()
    return dict(re.split(r"\s+[━╸╺ ]*", line.strip(), maxsplit=1) for line in lines if line.strip())


@pytest.fixture
def progress() -> Progress:
    """Return bars that nobody sees."""
    columns = (TextColumn("{task.description}"), BarColumn(), CountColumn(), LeftColumn())
    return Progress(*columns, console=Console(file=io.StringIO()))


def test_the_overall_bar_counts_stages_that_have_not_begun(progress: Progress) -> None:
    bars = Bars(progress, literal=False, verbose=False)
    bars.expect({"pair": Expected(2, 100.0), "aligned": Expected(2, 300.0)})
    bars.begin("pair", 2)
    assert rows(progress)["all"].split() == ["0%", "0:06:40"]
    bars.done("pair", "a", cached=False)
    bars.done("pair", "b", cached=False)
    shown = rows(progress)
    assert shown["all"].split()[0] == "25%"
    assert shown["pair"].split()[0] == "2/2"
    bars.begin("aligned", 2)
    bars.done("aligned", "a", cached=True)  # costs nothing, and is one of the stage's all the same
    assert rows(progress)["all"].split()[0] == "25%"
    assert rows(progress)["aligned"].split()[0] == "1/2"
    bars.expect({})
    assert rows(progress)["all"].split() == ["100%", "0:00:00"]


def test_lines_tell_stages_as_they_begin(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    lines = Lines(stream, literal=False)
    lines.expect({"pair": Expected(2, 100.0)})
    lines.begin("pair", 2)
    lines.done("pair", "a", cached=False)
    lines.warn("odd")
    assert stream.getvalue() == "pair: 2\n"
    assert capsys.readouterr().err == "warning: odd\n"
