"""Content keys, the stage cache, and the record of a run.

A stage describes its work as a `Task`, a `Store` takes the `Item` that was made before or has
it made, and a `Record` says afterwards what was done.
"""

from __future__ import annotations

from imstack.workspace.item import Item
from imstack.workspace.keys import Facts, Json, Task, digest, digest_file
from imstack.workspace.meta import Made, Meta
from imstack.workspace.place import default_limit, default_root, parse_size, show_size
from imstack.workspace.record import Entry, Record, count, read_record
from imstack.workspace.store import Make, Store

__all__ = [
    "Entry",
    "Facts",
    "Item",
    "Json",
    "Made",
    "Make",
    "Meta",
    "Record",
    "Store",
    "Task",
    "count",
    "default_limit",
    "default_root",
    "digest",
    "digest_file",
    "parse_size",
    "read_record",
    "show_size",
]
