"""The one table of the BAT files' environment variables, and the recipe keys they became.

Only the commands named after the BAT files read them; ``imstack stack`` has recipes and ``--set``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imstack.recipe.overrides import Variable

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Switch:
    """A variable that switches something on or off.

    Attributes
    ----------
    variable
        Its name, spelled as in the BAT files.
    script
        The script that reads it, when called by itself.
    key
        Dotted name of the recipe key it became.
    exactly
        The one text that counts; everything else, and no text, is the opposite.
    means
        What the key becomes then.
    unset
        True when the opposite also holds where the variable is not set; False when the recipe
        decides then.
    note
        What a BAT user should know about it.
    """

    variable: str
    script: str
    key: str
    exactly: str
    means: bool
    unset: bool
    note: str


@dataclass(frozen=True, slots=True)
class Inner:
    """A variable with numbers that `script` sets itself: a caller's value does not reach it."""

    variable: str
    script: str
    key: str


@dataclass(frozen=True, slots=True)
class Other:
    """A variable that is no setting of a recipe, and what it became."""

    variable: str
    note: str


SWITCHES = (
    Switch(
        "fsMAKE_VP_MASK", "focStack", "vp_mask.make", "0", means=False, unset=False,
        note="no virtual-pixel mask when 0",
    ),
    Switch(
        "tbdAUTO", "twoBlrDiff", "merge.detail.auto_level", "0", means=False, unset=True,
        note="detail maps are stretched unless 0; whichPix, and so focStack, sets it to 0",
    ),
    Switch(
        "wpDEBUG", "whichPix", "output.masks", "1", means=True, unset=True,
        note="the mask is kept when 1; focStack sets it to 1",
    ),
)  # fmt: skip

INNER = (
    Inner("MIN_SCALE", "focStack", "registration.scale.min"),
    Inner("MAX_SCALE", "focStack", "registration.scale.max"),
    Inner("PREC", "focStack", "registration.scale.precision"),
    Inner("tbdParams", "whichPix", "merge.detail.sigmas"),
)

OTHERS = (
    Other("TMPDIR", "folder of the temp files, as before; --tmpdir of imstack stack"),
    Other("PICTBAT", "folder of the BAT files: not needed, the commands are on the PATH"),
    Other("IM", "folder of ImageMagick's programs: not needed, imstack doctor shows the library"),
)


def variables(script: str, environment: Mapping[str, str]) -> tuple[Variable, ...]:
    """Return what `environment` says to the command `script`, as settings of its recipe.

    Variables that a calling script overrides are left out: focStack obeys fsMAKE_VP_MASK only,
    as it sets wpDEBUG itself and whichPix sets tbdAUTO.
    """
    return tuple(
        Variable(switch.variable, text, switch.key, _value(switch, text))
        for switch in SWITCHES
        if switch.script == script and (switch.unset or environment.get(switch.variable))
        for text in (environment.get(switch.variable, ""),)
    )


def _value(switch: Switch, text: str) -> bool:
    return switch.means if text == switch.exactly else not switch.means
