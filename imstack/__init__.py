"""Focus stacking with ImageMagick: a faithful port of snibgo's BAT scripts, and better.

>>> import imstack
>>> imstack.msrt_delta((7360, 4912), 9, -12)
SrtDelta(x0=3680, y0=2456, x1=3689, y1=2444)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from imstack.version import VERSION

if TYPE_CHECKING:
    from imstack.api import plan, stack, sweep, verify
    from imstack.errors import ImstackError
    from imstack.pipeline.driver import Stacked
    from imstack.pipeline.planning import Plan, StagePlan
    from imstack.pipeline.sweeps.outcome import Outcome, Swept
    from imstack.pipeline.verify import Verified
    from imstack.recipe.load import load_recipe
    from imstack.recipe.model import Recipe
    from imstack.results import InOut, Placement, ScaleFound, SrtDelta, TranslationFound
    from imstack.scripts.msrt_delta import msrt_delta
    from imstack.scripts.set_in_out import set_in_out
    from imstack.scripts.two_blr_diff import two_blr_diff
    from imstack.scripts.what_scale import what_scale
    from imstack.scripts.what_scale_prec import what_scale_prec
    from imstack.scripts.what_trans import what_trans
    from imstack.scripts.which_pix import which_pix

__version__ = VERSION

# Where each public name lives; imported when it is first used, so that `import imstack` is
# quick and loads no ImageMagick.
_HOMES = {
    "ImstackError": "imstack.errors",
    "InOut": "imstack.results",
    "Outcome": "imstack.pipeline.sweeps.outcome",
    "Placement": "imstack.results",
    "Plan": "imstack.pipeline.planning",
    "Recipe": "imstack.recipe.model",
    "ScaleFound": "imstack.results",
    "SrtDelta": "imstack.results",
    "StagePlan": "imstack.pipeline.planning",
    "Stacked": "imstack.pipeline.driver",
    "Swept": "imstack.pipeline.sweeps.outcome",
    "TranslationFound": "imstack.results",
    "Verified": "imstack.pipeline.verify",
    "load_recipe": "imstack.recipe.load",
    "msrt_delta": "imstack.scripts.msrt_delta",
    "plan": "imstack.api",
    "set_in_out": "imstack.scripts.set_in_out",
    "stack": "imstack.api",
    "sweep": "imstack.api",
    "two_blr_diff": "imstack.scripts.two_blr_diff",
    "verify": "imstack.api",
    "what_scale": "imstack.scripts.what_scale",
    "what_scale_prec": "imstack.scripts.what_scale_prec",
    "what_trans": "imstack.scripts.what_trans",
    "which_pix": "imstack.scripts.which_pix",
}

__all__ = [
    "ImstackError",
    "InOut",
    "Outcome",
    "Placement",
    "Plan",
    "Recipe",
    "ScaleFound",
    "SrtDelta",
    "Stacked",
    "StagePlan",
    "Swept",
    "TranslationFound",
    "Verified",
    "__version__",
    "load_recipe",
    "msrt_delta",
    "plan",
    "set_in_out",
    "stack",
    "sweep",
    "two_blr_diff",
    "verify",
    "what_scale",
    "what_scale_prec",
    "what_trans",
    "which_pix",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)
