"""The table of a sweep, for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from imstack.drafts import write_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imstack.pipeline.sweeps.outcome import Outcome


def write_table(outcomes: Sequence[Outcome], path: Path) -> None:
    """Write outcomes as CSV, a line for each.

    Columns: number, the keys that were tried out, sharpness in per cent, share of each frame
    (0..1, frames from 0), seconds in the sweep and from scratch, file, error. Cells of what is
    not known are empty.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    keys = [*outcomes[0].trial.values]
    frames = max(len(outcome.shares) for outcome in outcomes)
    shares = [f"share_{frame}" for frame in range(frames)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["number", *keys, "sharpness", *shares, "seconds", "seconds_from_scratch", "file", "error"]
    )
    writer.writerows(_row(outcome, frames) for outcome in outcomes)
    write_bytes(path, text.getvalue().encode())


def _row(outcome: Outcome, frames: int) -> list[object]:
    shares = [f"{share:.6f}" for share in outcome.shares]
    error = outcome.error
    return [
        outcome.trial.number,
        *outcome.trial.values.values(),
        "" if error else f"{outcome.sharpness:.6g}",
        *shares,
        *[""] * (frames - len(shares)),
        f"{outcome.seconds:.3f}",
        f"{outcome.from_scratch:.3f}",
        "" if error else outcome.picture.name,
        error.message if error else "",
    ]
