"""What a plain word of a recipe means, and how a value is written so that it means the same.

PyYAML follows YAML 1.1, where ``1e-4`` is text, ``1:30`` is ninety and ``010`` is eight. Here
numbers are decimal as people and YAML 1.2 editors read them, and everything doubtful stays text,
which the model then refuses where it wants a number. ``yes`` and ``no`` are switches, as ever.
"""

from __future__ import annotations

import json
import re
from typing import TypeAlias

Plain: TypeAlias = str | int | float | bool | None

_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_LONGEST_INT = 18  # digits; more are as good as infinite for every key, and cost nothing as float


def resolve(word: str) -> Plain:
    """Return what the unquoted `word` means: nothing, a switch, a number, or the word itself.

    >>> resolve("1e-4"), resolve("no"), resolve("010"), resolve("16")
    (0.0001, False, '010', 16)
    """
    if word in _NOTHING:
        return None
    if word in (word.lower(), word.upper(), word.capitalize()) and word.lower() in _SWITCHES:
        return _SWITCHES[word.lower()]
    if _WHOLE.fullmatch(word):
        return int(word) if len(word) <= _LONGEST_INT else float(word)
    if _DECIMAL.fullmatch(word):
        return float(word)
    return word


def write(value: object) -> str:
    """Return `value` as YAML on one line; `resolve` and a YAML reader give it back.

    Whole floats are written without a point, as people write them; the model takes them back as
    floats.
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case int() | float():
            return repr(value)
        case list() | tuple():
            return "[" + ", ".join(write(item) for item in value) + "]"
        case dict():
            pairs = (f"{write(key)}: {write(item)}" for key, item in value.items())
            return "{" + ", ".join(pairs) + "}"
        case _:
            text = str(value)
            bare = _BARE.fullmatch(text) and resolve(text) == text
            return text if bare else json.dumps(text, ensure_ascii=False)
