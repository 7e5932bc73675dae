"""Reading callers of the BAT scripts as cmd.exe reads them, for users who leave BAT files behind.

From bytes to a plan: `decode` (text), `reading` with `expand`, `stream` and `parser` (statements,
one at a time, with the variables as they are by then), `follow` with `branches`, `loops` and
`commands` (what runs, on variables that fork and join), `plan`. From a plan: its YAML, a recipe
(`emit_recipe`), scripts (`emit_sh`, `emit_ps1`).
"""

from __future__ import annotations

from imstack.migrate.decode import decode
from imstack.migrate.plan import Plan
from imstack.migrate.walk import read_caller

__all__ = ["Plan", "migrate"]


def migrate(data: bytes, name: str, *, code_page: str | None = None) -> Plan:
    """Return the plan of the caller whose bytes are `data`.

    Parameters
    ----------
    data
        The caller's bytes, as they are in its file.
    name
        Its name, for messages.
    code_page
        The number of the code page it is in; None: told from the bytes.

    Raises
    ------
    InputError
        When it is no BAT file, or cannot be followed.
    """
    return read_caller(decode(data, name, code_page))
