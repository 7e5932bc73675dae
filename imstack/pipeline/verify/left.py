"""Files that an earlier run left for people, against what the command lines make."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imstack.pipeline.verify.pixels import difference
from imstack.pipeline.verify.row import Row, compared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from imstack.pipeline.names import Names
    from imstack.pipeline.statement import Product, Statement
    from imstack.pipeline.verify.bench import Bench

# What focStack leaves in TMPDIR; other files there may come from somewhere else.
_LEFT = re.compile(r"_(\d+|vpmask|out|0_wp_mask_dbg|out_wp_mask_dbg)\.miff")


def check_tmpdir(bench: Bench, statement: Statement, names: Names) -> Iterator[Row]:
    """Compare what focStack left in TMPDIR with the last state of the same files on the bench."""
    for name, product in _last(statement).items():
        ending = name.removeprefix(statement.stem)
        if product.stage == "result" or not _LEFT.fullmatch(ending):
            continue
        left = names.temporary(ending.removeprefix("_"))
        if left.is_file():
            yield compared(product.stage, str(left), difference(left, bench.place(product.path)))
        else:
            yield Row(product.stage, str(left), "not checked", "no such file")


def check_output(bench: Bench, statement: Statement, own: Path, output: Path) -> Iterator[Row]:
    """Compare a picture, and the maps and masks beside it, with those on the bench.

    What no command line makes is compared with what the run itself wrote to the folder `own`.
    """
    stated = {
        name: bench.place(product.path)
        for name, product in _last(statement).items()
        if product.stage == "result"
    }
    for path in sorted(own.iterdir()):
        left = output.with_name(path.name)
        if left.is_file():
            remark = "" if path.name in stated else "with the run; no command line makes it"
            away = difference(left, stated.get(path.name, path))
            yield compared("result", str(left), away, remark)


def _last(statement: Statement) -> Mapping[str, Product]:
    """Return what made each file last, by its name."""
    return {product.path.name: product for line in statement.lines for product in line.makes}
