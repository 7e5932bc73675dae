"""What came of one check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["identical", "differs", "not checked"]


@dataclass(frozen=True, slots=True)
class Row:
    """One check: its stage as the run names it, the item, and what came of it."""

    stage: str
    item: str
    state: State
    remark: str = ""

    @property
    def result(self) -> str:
        """The outcome in words."""
        if self.state == "differs":
            return f"DIFFERS: {self.remark}"
        return f"{self.state} ({self.remark})" if self.remark else self.state


def compared(stage: str, item: str, difference: str, remark: str = "") -> Row:
    """Return the row of a comparison; `difference` is empty where there is none."""
    if difference:
        return Row(stage, item, "differs", difference)
    return Row(stage, item, "identical", remark)
