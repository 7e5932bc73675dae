"""Tables for people: drawn by rich on a terminal, plain columns everywhere else.

Values are never cut: a terminal folds long ones, and what goes to a file or to another program
has one line for each row, however long.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_GAP = 2  # blanks between columns


def show_table(
    rows: Sequence[Sequence[str]], head: Sequence[str] = (), *, right: Collection[int] = ()
) -> None:
    """Print rows of cells on standard output.

    Parameters
    ----------
    rows
        The cells, all rows equally long.
    head
        What stands above the columns; nothing: no line above.
    right
        Columns (from 0) whose cells stand at the right, as numbers do.
    """
    if sys.stdout.isatty():
        _draw(rows, head, right)
    else:
        for line in _lines([head, *rows] if head else rows, right):
            click.echo(line)


def _lines(rows: Sequence[Sequence[str]], right: Collection[int]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        (" " * _GAP)
        .join(
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        .rstrip()
        for row in rows
    ]


def _draw(rows: Sequence[Sequence[str]], head: Sequence[str], right: Collection[int]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    table = Table(box=None, show_header=bool(head), header_style="bold", pad_edge=False)
    for number, column in enumerate(zip(*([head] if head else []), *rows, strict=True)):
        table.add_column(
            Text(head[number]) if head else "",
            justify="right" if number in right else "left",
            overflow="fold",
            # Names stay whole where there is room, so that long values give way first.
            no_wrap=number == 0 and max(map(len, column)) * 2 <= console.width,
        )
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)
