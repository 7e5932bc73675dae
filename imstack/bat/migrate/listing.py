r"""``dir /b *.jpg > list.txt``: how callers make the lists that focStack reads.

Without ``/s`` it prints bare names, in the order of names on NTFS. Other orders and other switches
are left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imstack.bat.migrate.paths import absolute_argument
from imstack.bat.migrate.plan import Listing
from imstack.bat.migrate.words import batch_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.bat.migrate.course import Course
    from imstack.bat.migrate.nodes import Simple
    from imstack.bat.migrate.plan import Stream
    from imstack.bat.migrate.words import Command

_SWITCHES = re.compile(r"(?:/(?:b|on|o:n|o|a-d|a:-d))+", re.IGNORECASE)
_PATTERN = re.compile(r"[^\\/:\[\]]*[*?][^\\/:\[\]]*\.[A-Za-z0-9]+")  # the list is not among them


def listing_of(
    node: Simple, command: Command, streams: Sequence[Stream], course: Course
) -> Listing | None:
    """Return the step of a ``dir`` that writes a list; None for any other."""
    words = [word.replace('"', "") for word in batch_words(command.rest)]
    switches = [word for word in words if word.startswith("/")]
    names = [word for word in words if not word.startswith("/")]
    files = [stream for stream in streams if stream.handle == 1 and not stream.is_nothing]
    if len(names) != 1 or len(files) != 1 or files[0].joins is not None:
        return None
    known = all(_SWITCHES.fullmatch(switch) for switch in switches)
    if not known or "/b" not in "".join(switches).lower():
        return None
    folder, slash, pattern = names[0].rpartition("\\")
    if not course.codes.is_plain(pattern) or not _PATTERN.fullmatch(pattern):
        return None
    if re.search(r"[*?]", folder):
        return None
    if about := absolute_argument(node.span.text):
        course.draft.warn(node.span.line, "absolute-path", about)
    return Listing(node.span.line, course.codes.text(folder + slash), pattern, tuple(streams))
