"""What every section of a recipe is built on: a strict frozen model that explains its keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASH = "clash"  # the type that pydantic's error carries when keys contradict each other


@dataclass(frozen=True, slots=True)
class About:
    """What a key's type and docstring cannot say.

    Attributes
    ----------
    unit
        Unit of the number; empty for words and switches.
    source
        Where the key and its literal value come from: ``seed`` (stated on the page), ``pinned``
        (confirmed by the page's figures), ``known`` (known of the helper script) or ``ours``,
        followed by the script or the reason.
    """

    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Keys that are right one by one and wrong together.

    Attributes
    ----------
    keys
        The keys concerned, relative to the section that says so; the first one is pointed at.
    message
        What is wrong and what to do, without the name of the first key.
    """

    keys: tuple[str, ...]
    message: str


class Section(BaseModel):
    """Base of all sections: unknown keys are errors, text is not a number, values are frozen."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    def clashes(self) -> Iterator[Clash]:
        """Yield what contradicts itself; sections with such rules override this."""
        yield from ()

    @model_validator(mode="after")
    def _refuse_clashes(self) -> Self:
        found = tuple(self.clashes())
        if found:
            text = "; ".join(f"{clash.keys[0]}: {clash.message}" for clash in found)
            raise PydanticCustomError(CLASH, "{text}", {"text": text, "clashes": found})
        return self
