"""The command line: which commands there are, and how errors end.

Commands are imported when they are called, so that ``imstack --help`` starts at once.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import click

from imstack.cli.errors import leave, run_for_people
from imstack.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

# Command -> where it is, and its line in the list. The lines stand here so that listing the
# commands imports none of them; a test holds them against the commands' own help.
COMMANDS: dict[str, tuple[str, str]] = {
    "stack": ("imstack.cli.stack:stack", "Stack photos into one picture that is sharp throughout."),
    "plan": ("imstack.cli.plan:plan", "Show what a run would do, before any pixel is touched."),
    "sweep": ("imstack.cli.sweep:sweep", "Try combinations of settings and see them side by side."),
    "recipe": ("imstack.cli.recipe:recipe", "List, show, check, compare and copy recipes."),
    "cache": ("imstack.cli.cache:cache", "Show or clear the cache of finished stages."),
    "verify": ("imstack.cli.verify:verify", "Check a run against ImageMagick's command lines."),
    "doctor": ("imstack.cli.doctor:doctor", "Show which ImageMagick is used, and what it can do."),
    "shims": ("imstack.cli.shims:shims", "Write BAT files with the old names that call imstack."),
    "migrate": ("imstack.cli.migrate:migrate", "Read a BAT caller; write a plan, recipe, script."),
}
SCRIPTS: dict[str, tuple[str, str]] = {
    "focStack": ("imstack.bat.commands:foc_stack_command", "LIST [OUT]: stack the listed photos."),
    "whatScalePrec": (
        "imstack.bat.commands:what_scale_prec_command",
        "IMG1 IMG2 MIN MAX N PREC: scale between two photos, precisely.",
    ),
    "whatScale": (
        "imstack.bat.commands:what_scale_command",
        "IMG1 IMG2 MIN MAX N: best of N+1 scales.",
    ),
    "whatTrans": ("imstack.bat.commands:what_trans_command", "IMG1 IMG2: shift between images."),
    "mSRTdelta": ("imstack.bat.commands:msrt_delta_command", "IMG DX DY: SRT coordinates."),
    "twoBlrDiff": ("imstack.bat.commands:two_blr_diff_command", "IMG S1 S2 S3: detail map."),
    "whichPix": ("imstack.bat.commands:which_pix_command", "IMG1 IMG2 [OUT]: sharper pixels."),
    "setInOut": ("imstack.bat.commands:set_in_out_command", "FILE PREFIX: derived names."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return [*COMMANDS, *SCRIPTS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        entry = (COMMANDS | SCRIPTS).get(cmd_name)
        if entry is None:
            return None
        module, name = entry[0].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        for title, commands in (("Commands", COMMANDS), ("The BAT scripts", SCRIPTS)):
            with formatter.section(title):
                formatter.write_dl([(name, entry[1]) for name, entry in commands.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="imstack")
def app() -> None:
    """Stack photographs taken at different focus settings.

    \b
      imstack stack photos/ -o picture.tiff       the best we know
      imstack focStack focStackList.txt           what snibgo's BAT files did, to the pixel
    """  # noqa: D301 - \b is click's own sign


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    chosen = list(sys.argv[1:] if arguments is None else arguments)
    leave(run_for_people(app, chosen, "imstack"))
