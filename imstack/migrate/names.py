"""Names of variables in a script that is not a BAT file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(slots=True)
class Names:
    """Gives every variable of the caller a name of its own; case makes no difference.

    `reserved` holds the names, in small letters, that mean something in the other language.
    """

    reserved: frozenset[str]
    _given: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """Return the name for a variable."""
        key = name.lower()
        if key not in self._given:
            base = re.sub(r"[^A-Za-z0-9_]", "_", name)
            base = f"_{base}" if not base or base[0].isdigit() else base
            base += "_" * (base.lower() in self.reserved)
            taken = {given.lower() for given in self._given.values()}
            tries = (base, *(f"{base}_{number}" for number in range(2, len(taken) + 3)))
            self._given[key] = next(name for name in tries if name.lower() not in taken)
        return self._given[key]
