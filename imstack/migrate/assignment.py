"""What a ``set`` says.

- ``set X=1``: all behind the first ``=`` up to the end of the command is the value, blanks at its
  end included; a blank before the ``=`` belongs to the name.
- ``set "X=1" more``: all up to the last quote; what is behind it does not count.
- ``set X=`` undefines. ``set /A`` calculates, ``set /P`` asks. Without ``=`` it shows variables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from imstack.migrate.tokens import DELIMITERS


@dataclass(frozen=True, slots=True)
class Assignment:
    """A ``set``: its kind; for ``plain`` and ``ask`` name and value, for ``calculate`` the text."""

    kind: Literal["plain", "calculate", "ask", "show"]
    name: str = ""
    value: str = ""
    quoted: bool = False


def assignment_of(rest: str) -> Assignment:
    """Return what stands behind ``set``."""
    bare = rest.lstrip(DELIMITERS)
    switch = bare[:2].lower()
    if switch == "/a":
        return Assignment("calculate", value=bare[2:])
    said = bare[2:].lstrip(DELIMITERS) if switch == "/p" else bare
    quoted = said.startswith('"')
    if quoted:
        said = said[1:].rpartition('"')[0] if '"' in said[1:] else said[1:]
    name, equals, value = said.partition("=")
    if switch == "/p":
        return Assignment("ask", name, value, quoted)
    if not equals or not name:
        return Assignment("show")
    return Assignment("plain", name, value, quoted)
