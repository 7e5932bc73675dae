"""The BAT scripts as commands: their names, arguments, messages and result variables.

Standard output carries the result variables, as ``NAME=value`` lines; the script's messages
then go to standard error. With ``--env FILE`` the variables go to the file, and the messages
to standard output, where the BAT file had them. Every failure ends with 1, as ``exit /B 1``.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imstack.cli.errors import leave, run_for_people, show_error, show_internal
from imstack.cli.options import file_path
from imstack.cli.streams import write_document
from imstack.errors import ImstackError, InputError, OutputError, UsageError
from imstack.numerals import fx6, fx9

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FAILURE = 1
SHELL = "sh"


class ScriptCommand(click.Command):
    """A command that fails as a BAT file does: always with 1, and with usage when bare."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's own signature
    ) -> click.Context:
        """Parse; without arguments print the usage text."""
        if not args:
            context = click.Context(self, info_name=info_name, parent=parent)
            click.echo(self.get_help(context))
            raise click.exceptions.Exit(FAILURE)
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            error.show()
            raise click.exceptions.Exit(FAILURE) from error

    def invoke(self, ctx: click.Context) -> int:
        """Run; errors for people are shown here, for they all end with 1."""
        try:
            super().invoke(ctx)
        except ImstackError as error:
            show_error(error, prefix="")
            return FAILURE
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # people get a line, not a traceback
            show_internal(error)
            return FAILURE
        return 0


def _check_env(context: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse before the work begins what must not be overwritten."""
    from imstack.bat.envout import check_env_file

    if value not in {None, SHELL}:
        try:
            check_env_file(str(value))
        except OutputError as error:
            raise click.BadParameter(error.message, context, param) from error
    return value


env_option = click.option(
    "--env",
    callback=_check_env,
    metavar="FILE|sh",
    help="Write the result variables to FILE; `sh` prints them safe for a shell's eval.",
)
PATH = file_path


class Number(click.ParamType["float"]):
    """A number that stays whole when it is written so."""

    name = "number"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return an int or a finite float."""
        for kind in (int, float):
            with contextlib.suppress(ValueError):
                if math.isfinite(number := kind(value)):
                    return number
        return self.fail(f"{value!r} is no number of pixels", param, ctx)


# A shift such as -8 is an argument, not an option.
NUMBERS = {"ignore_unknown_options": True}


def _say(env: str | None, text: str) -> None:
    """Print what the script prints, where it does not mix with result variables."""
    click.echo(text, err=env is None or env == SHELL)


def _give(variables: Mapping[str, object], env: str | None) -> None:
    """Hand the result variables to the caller."""
    from imstack.bat.envout import plain_lines, sh_lines, write_env_file

    values = {name: str(value) for name, value in variables.items()}
    if env is None:
        _print(plain_lines(values))
    elif env == SHELL:
        write_document(sh_lines(values))
    else:
        write_env_file(env, values)


def _print(lines: str) -> None:
    """Print as it is: `click.echo` would take escape sequences out of names."""
    sys.stdout.write(lines)
    sys.stdout.flush()


@click.command("focStack", cls=ScriptCommand)
@click.argument("infile", metavar="LIST")
@click.argument("outfile", metavar="[OUT]", required=False, type=PATH)
@env_option
@click.option("--map", "maps", multiple=True, metavar="C:=DIR", help="Where a drive is found here.")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Change a recipe key.")
@click.option("--force", is_flag=True, help="Make every stage again.")
@click.option("--no-cache", is_flag=True, help="Keep nothing, and use nothing kept.")
@click.option(
    "--write-commands",
    type=PATH,
    metavar="FILE.sh|FILE.bat",
    help="Write the command lines that this run equals.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print no messages.")
@click.option("--verbose", "-v", is_flag=True, help="Print every step.")
def foc_stack_command(
    infile: str,
    outfile: Path | None,
    env: str | None,
    maps: tuple[str, ...],
    sets: tuple[str, ...],
    force: bool,
    no_cache: bool,
    write_commands: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """From LIST, a list of focus-stack images, make a composite image.

    If OUT is given, that is the output image file. Also uses TMPDIR, the folder for temp
    files, and fsMAKE_VP_MASK: if 0, no virtual-pixel mask is made.

    Sets fsOUTFILE and fsVP_MASK.
    """
    from imstack import api
    from imstack.bat.environ import variables
    from imstack.bat.envout import check_names
    from imstack.cli.progress import watching
    from imstack.pipeline.names import names_for
    from imstack.recipe.load import load_recipe

    names = names_for(infile, outfile, _tmpdir())
    if env not in {None, SHELL}:
        check_names(names.outfile, names.vp_mask)
    recipe = load_recipe("snibgo-2014", sets=sets, variables=variables("focStack", os.environ))
    stream = sys.stderr if env in {None, SHELL} else sys.stdout
    with watching(quiet=quiet, verbose=verbose, literal=True, stream=stream) as watch:
        stacked = api.stack(
            infile,
            recipe,
            names.outfile,
            tmpdir=names.tmpdir,
            maps=maps,
            cache=not no_cache,
            force=force,
            watch=watch,
            write_commands=write_commands,
        )
    _give({"fsOUTFILE": stacked.outfile, "fsVP_MASK": names.vp_mask}, env)


def _tmpdir() -> Path:
    """Return the folder of the script's temp files; raises InputError where it is missing."""
    from imstack.scripts.set_in_out import set_in_out

    tmpdir = set_in_out(Path("any"), "fs").tmpdir
    if not tmpdir.is_dir():
        message = f"TMPDIR {tmpdir}: no such folder"
        raise InputError(message, hint="make it, or set TMPDIR to another one")
    return tmpdir


@click.command("whatScalePrec", cls=ScriptCommand)
@click.argument("image1", metavar="IMG1", type=PATH)
@click.argument("image2", metavar="IMG2", type=PATH)
@click.argument("minimum", metavar="[MIN]", type=float, default=0.9)
@click.argument("maximum", metavar="[MAX]", type=float, default=1.1)
@click.argument("steps", metavar="[N]", type=int, default=10)
@click.argument("precision", metavar="[PREC]", type=float, required=False)
@env_option
def what_scale_prec_command(
    image1: Path,
    image2: Path,
    minimum: float,
    maximum: float,
    steps: int,
    precision: float | None,
    env: str | None,
) -> None:
    """Find the scale that makes IMG1 match IMG2, between MIN and MAX, to the ratio PREC.

    Each pass tries N+1 scales. Defaults: 0.9 1.1 10 and 1 + 1/max(width, height).

    Sets wspSCALE, wspFACT, wspDODGY.
    """
    from imstack.scripts.what_scale_prec import what_scale_prec

    found = what_scale_prec(image1, image2, minimum, maximum, steps, precision)
    dodgy = int(found.dodgy)
    _say(env, f"SCALE={fx9(found.scale)} FACT={fx9(found.fact)} DODGY={dodgy} ")
    _give({"wspSCALE": fx9(found.scale), "wspFACT": fx9(found.fact), "wspDODGY": dodgy}, env)


@click.command("whatScale", cls=ScriptCommand)
@click.argument("image1", metavar="IMG1", type=PATH)
@click.argument("image2", metavar="IMG2", type=PATH)
@click.argument("minimum", metavar="MIN", type=float)
@click.argument("maximum", metavar="MAX", type=float)
@click.argument("steps", metavar="N", type=int)
@env_option
def what_scale_command(
    image1: Path, image2: Path, minimum: float, maximum: float, steps: int, env: str | None
) -> None:
    """Find which of N+1 scales from MIN to MAX makes IMG1 match IMG2 best.

    Sets wsSCALE, wsFACT, wsSCORE, wsDODGY.
    """
    from imstack.scripts.what_scale import what_scale

    found = what_scale(image1, image2, minimum, maximum, steps)
    _give(
        {
            "wsSCALE": fx9(found.scale),
            "wsFACT": fx9(found.fact),
            "wsSCORE": fx6(found.score),
            "wsDODGY": int(found.dodgy),
        },
        env,
    )


@click.command("whatTrans", cls=ScriptCommand)
@click.argument("image1", metavar="IMG1", type=PATH)
@click.argument("image2", metavar="IMG2", type=PATH)
@env_option
def what_trans_command(image1: Path, image2: Path, env: str | None) -> None:
    """Find the shift that lays IMG1 on IMG2, in whole pixels.

    Sets wtX, wtY, wtSCORE, wtDODGY.
    """
    from imstack.scripts.what_trans import what_trans

    found = what_trans(image1, image2)
    values = {
        "wtX": found.dx,
        "wtY": found.dy,
        "wtSCORE": fx6(found.score),
        "wtDODGY": int(found.dodgy),
    }
    _say(env, "".join(f"{name}={value} " for name, value in values.items()))
    _give(values, env)


@click.command("mSRTdelta", cls=ScriptCommand, context_settings=NUMBERS)
@click.argument("image", metavar="IMG", type=PATH)
@click.argument("dx", metavar="DX", type=Number())
@click.argument("dy", metavar="DY", type=Number())
@env_option
def msrt_delta_command(image: Path, dx: float, dy: float, env: str | None) -> None:
    """From image IMG, shift DX DY in pixels, give the four XY parameters for -distort SRT.

    Sets x0, y0, x1, y1.
    """
    from imstack.magick.images import describe
    from imstack.scripts.msrt_delta import msrt_delta

    found = msrt_delta(describe(image).size, dx, dy)
    values = {"x0": found.x0, "y0": found.y0, "x1": found.x1, "y1": found.y1}
    _give({name: fx6(value) for name, value in values.items()}, env)


@click.command("twoBlrDiff", cls=ScriptCommand)
@click.argument("image", metavar="IMG", type=PATH)
@click.argument("sigmas", metavar="[S1 S2 S3]", nargs=-1, type=click.FloatRange(0, min_open=True))
@env_option
def two_blr_diff_command(image: Path, sigmas: tuple[float, ...], env: str | None) -> None:
    """From image IMG, make a detail map: the difference of blurs S1 and S2, blurred by S3.

    Also uses tbdAUTO: if 0, the map is not stretched to full contrast. The map goes to TMPDIR,
    never beside the photos and never into a lossy format. Default sigmas: 4 6 6.

    Sets tbdOUTFILE.
    """
    from imstack.bat.environ import variables
    from imstack.scripts.set_in_out import set_in_out
    from imstack.scripts.two_blr_diff import WHICH_PIX_SIGMAS, two_blr_diff

    if len(sigmas) not in {0, 3}:
        message = f"three sigmas are needed, or none; got {len(sigmas)}"
        raise UsageError(message)
    first, second, third = sigmas or WHICH_PIX_SIGMAS
    (auto,) = variables("twoBlrDiff", os.environ)
    names = set_in_out(image, "tbd", tmpdir=_tmpdir())
    out = names.tmpdir / f"{names.inname}_tbd.miff"
    two_blr_diff(image, out, (first, second, third), auto=bool(auto.value))
    _give({"tbdOUTFILE": out}, env)


@click.command("whichPix", cls=ScriptCommand)
@click.argument("image1", metavar="IMG1", type=PATH)
@click.argument("image2", metavar="IMG2", type=PATH)
@click.argument("outfile", metavar="[OUT]", required=False, type=PATH)
@env_option
def which_pix_command(image1: Path, image2: Path, outfile: Path | None, env: str | None) -> None:
    """From IMG1 and IMG2, make an image that has at each pixel the sharper of the two.

    If OUT is given, that is the output file. Also uses wpDEBUG: if 1, the mask is written,
    black where IMG1 is sharpest, white where IMG2 is.

    Sets wpOUTFILE, wpDEBUG_MASK.
    """
    from imstack.bat.environ import variables
    from imstack.pipeline.outputs import check_outputs
    from imstack.scripts.set_in_out import set_in_out
    from imstack.scripts.which_pix import mask_name, which_pix

    (debug,) = variables("whichPix", os.environ)
    names = set_in_out(image1, "wp", tmpdir=_tmpdir())
    out = outfile or names.outfile
    targets = [out, mask_name(image1)] if debug.value else [out]
    check_outputs(targets, [image1, image2])
    merged = which_pix(image1, image2, out, debug=bool(debug.value), tmpdir=names.tmpdir)
    _give({"wpOUTFILE": merged.outfile, "wpDEBUG_MASK": merged.debug_mask}, env)


@click.command("setInOut", cls=ScriptCommand)
@click.argument("infile", metavar="FILE", type=PATH)
@click.argument("prefix", metavar="PREFIX")
@env_option
def set_in_out_command(infile: Path, prefix: str, env: str | None) -> None:
    """From FILE, an input's name, derive the names that the scripts use.

    Sets INFILE, INNAME, EXT, OUTFILE, TMPDIR.
    """
    from imstack.scripts.set_in_out import set_in_out

    names = set_in_out(infile, prefix)
    _give(
        {
            "INFILE": names.infile,
            "INNAME": names.inname,
            "EXT": names.ext,
            "OUTFILE": names.outfile,
            "TMPDIR": names.tmpdir,
        },
        env,
    )


def _program(command: click.Command) -> Callable[[], None]:
    """Return the function that a console script of the command's name calls."""

    def program() -> None:
        leave(run_for_people(command, sys.argv[1:], command.name or ""))

    return program


foc_stack = _program(foc_stack_command)
what_scale_prec = _program(what_scale_prec_command)
what_scale = _program(what_scale_command)
what_trans = _program(what_trans_command)
msrt_delta = _program(msrt_delta_command)
two_blr_diff = _program(two_blr_diff_command)
which_pix = _program(which_pix_command)
set_in_out = _program(set_in_out_command)
