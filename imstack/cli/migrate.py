"""``imstack migrate``: what a BAT caller does, as a plan, a recipe and a script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from imstack.cli.options import file_path
from imstack.cli.streams import write_document

if TYPE_CHECKING:
    from imstack.migrate import Plan

FILE = file_path
STDOUT = Path("-")


@click.command("migrate")
@click.argument("caller", metavar="CALLER.bat", type=FILE)
@click.option("-o", "--output", metavar="PLAN.yaml", type=FILE, help="Write the plan to a file.")
@click.option("--recipe", metavar="OUT.yaml", type=FILE, help="Write its settings as a recipe.")
@click.option(
    "--to", "shell", type=click.Choice(["sh", "ps1"]), help="Print a script for this shell."
)
@click.option("--script", metavar="FILE", type=FILE, help="Write that script to a file.")
@click.option("--code-page", metavar="NUMBER", help="Read the BAT file in this code page.")
def migrate(
    caller: Path,
    output: Path | None,
    recipe: Path | None,
    shell: str | None,
    script: Path | None,
    code_page: str | None,
) -> None:
    """Read a BAT file that calls the scripts as cmd.exe would, and say what it does.

    The plan lists its steps, and every part that could not be translated, with the reason. Without
    -o it is printed, unless a script is. What a shell script needs is on the PATH once imstack and
    ImageMagick are installed; it ends with 70 where a part is missing that it cannot do without.

    Ends with 4 when nothing of what the caller runs could be translated; all is written even then.
    """
    from imstack.errors import InputError, UsageError
    from imstack.files import contents
    from imstack.migrate import migrate as read
    from imstack.migrate.decode import LONGEST
    from imstack.migrate.emit_recipe import recipe_text
    from imstack.migrate.emit_yaml import plan_text
    from imstack.migrate.plan import Call, Capture, Tool, every
    from imstack.migrate.writing import check_targets, write_text

    if script and not shell:
        message = "--script needs --to sh or --to ps1"
        raise UsageError(message)
    targets = [path for path in (output, recipe, script) if path and path != STDOUT]
    check_targets(caller, targets)
    try:
        data = contents(caller, LONGEST)
    except OSError as error:
        message = f"{caller}: cannot be read: {error.strerror or error}"
        raise InputError(message) from error
    plan = read(data, caller.name, code_page=code_page)
    shown = output or (None if shell and not script else STDOUT)
    texts = [
        (shown, plan_text(plan)),
        (recipe, recipe_text(plan) if recipe else ""),
        (script or STDOUT, _script(plan, shell)),
    ]
    for path, text in texts:
        if path == STDOUT and text:
            write_document(text)
        elif path is not None and text:
            write_text(path, text, executable=path == script and shell == "sh")
    _report(plan)
    if not any(isinstance(step, Call | Capture | Tool) for step in every(plan.items)):
        message = f"{caller}: nothing in it runs the scripts or ImageMagick"
        if any(getattr(step, "stop", "") for step in every(plan.items)):
            message = f"{caller}: nothing of what it runs could be translated"
        raise InputError(message, hint="what it does must be translated by hand")


def _script(plan: Plan, shell: str | None) -> str:
    from imstack.migrate.emit_ps1 import ps1_script
    from imstack.migrate.emit_sh import sh_script

    if shell is None:
        return ""
    # Windows PowerShell takes a file without a mark for code page 1252.
    return sh_script(plan) if shell == "sh" else f"\ufeff{ps1_script(plan)}"


def _report(plan: Plan) -> None:
    """Say on standard error what to look at."""
    if plan.note:
        click.echo(f"{plan.source}: {plan.note}", err=True)
    for warning in plan.warnings:
        click.echo(f"{plan.source}:{warning.line}: {warning.code}: {warning.about}", err=True)
    for item in plan.untranslated:
        first = item.text.split("\n")[0]
        state = (
            "in scripts only"
            if (item.steps or item.is_done) and not item.stop
            else "not translated"
        )
        click.echo(f"{plan.source}:{item.line}: {state} ({item.reason}): {first}", err=True)
    left = sum(bool(item.stop) or not (item.steps or item.is_done) for item in plan.untranslated)
    counts = f"{len(plan.steps)} steps, {left} parts not translated"
    click.echo(f"{plan.source}: {counts}, {len(plan.warnings)} warnings", err=True)
