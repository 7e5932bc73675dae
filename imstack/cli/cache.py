"""`imstack cache`: look at what is kept from earlier runs, or remove it."""

from __future__ import annotations

import sys

import click

from imstack.cli.show import show_table


@click.group()
def cache() -> None:
    """Look at what is kept from earlier runs, or remove it.

    The cache is the folder that IMSTACK_CACHE names, or else the system's place for caches. It
    may grow to IMSTACK_CACHE_LIMIT (such as 50G, or none; 20G if not set).
    """


@cache.command()
def info() -> None:
    """Say where the cache is and what it holds, stage by stage."""
    from imstack.workspace import default_limit, default_root, show_size
    from imstack.workspace.limits import by_stage, choose

    root, limit = default_root(), default_limit()
    items = choose(root)
    click.echo(f"Folder: {root}")
    click.echo(f"Limit:  {'none' if limit is None else show_size(limit)}")
    click.echo(f"Items:  {len(items)}, {show_size(sum(item.size for item in items))}")
    rows = [
        (f"  {stage}", str(total.items), show_size(total.size))
        for stage, total in by_stage(items).items()
    ]
    show_table(rows, right={1, 2})


@cache.command()
@click.option("--stage", metavar="STAGE", help="Only items of this stage.")
@click.option(
    "--older", metavar="DAYS", type=click.FloatRange(min=0), help="Only items not used for so long."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def clear(stage: str | None, older: float | None, yes: bool) -> None:
    """Remove what is kept from earlier runs; it will be made again when it is needed."""
    from imstack.errors import UsageError
    from imstack.workspace import default_root, show_size
    from imstack.workspace.limits import by_stage, choose
    from imstack.workspace.limits import clear as remove

    root = default_root()
    stages = by_stage(choose(root))
    if stage is not None and stage not in stages:
        msg = f"the cache has no items of stage {stage!r}"
        raise UsageError(msg, hint=f"it has: {', '.join(stages) or 'nothing'}")
    items = choose(root, stage, older or 0.0)
    what = f"{_count(len(items))} ({show_size(sum(item.size for item in items))})"
    if items and not yes:
        if not sys.stdin.isatty():
            msg = f"{what} would be removed from {root}"
            raise UsageError(msg, hint="add --yes to do so without being asked")
        click.confirm(f"Remove {what} from {root}?", abort=True)
    removed = remove(root, items)
    click.echo(f"Removed {_count(removed.items)}, {show_size(removed.size)}.")


def _count(items: int) -> str:
    return "1 item" if items == 1 else f"{items} items"
