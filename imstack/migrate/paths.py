r"""Names that mean another place on another computer.

``D:\photos\a.jpg``, ``\photos\a.jpg`` (on whatever drive is current) and ``\\server\share\a.jpg``
are absolute.
"""

from __future__ import annotations

import re

_COMMAND = re.compile(r'[\s@,;=]*(?:call[\s,;=]+@?)?(?:"[^"]*"|[^\s",;=])+', re.IGNORECASE)
_ABSOLUTE = re.compile(
    r"""(?<![A-Za-z0-9])[A-Za-z]:[\\/]            # a drive
      | (?:^|(?<=[\s"=,;(<>@]))(?:               # or the start of a word:
          \\(?![nrt](?![A-Za-z0-9_]))[^\s"\\(){}] #   \photos, but not the \n of a format
        | \\\\[^\s"\\]+\\                         #   \\server\share
        | /[^\s"/]+/                              #   /photos/a.jpg
        )""",
    re.VERBOSE,
)


def absolute_argument(raw: str) -> str:
    """Return the absolute name among the arguments of a command as written; nothing without one."""
    found = _COMMAND.match(raw)
    return absolute_in(raw[found.end() :] if found else raw)


def absolute_in(raw: str) -> str:
    """Return the first absolute name in a text; nothing without one."""
    found = _ABSOLUTE.search(raw)
    if found is None:
        return ""
    return re.split(r'["\t,;<>|]', raw[found.start() :])[0].strip()
