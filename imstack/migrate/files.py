r"""Folders and files: ``md``, ``cd /d``, ``pushd``, ``popd``, ``dir /b``, ``del``, ``rd``.

``cd`` takes all that stands behind it for the name, blanks included; the others take words. To a
plan all of them are needed, for the names behind them mean other files without them. ``dir /b``
without ``/s`` prints bare names, in the order of names on NTFS.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imstack.migrate.nodes import Group, Simple
from imstack.migrate.noise import keeps_output
from imstack.migrate.paths import absolute_argument
from imstack.migrate.plan import Files, Folder, Listing
from imstack.migrate.text import Text
from imstack.migrate.words import batch_words, command_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.migrate.follow import Follower
    from imstack.migrate.nodes import If, Node
    from imstack.migrate.plan import Stream
    from imstack.migrate.text import Codes
    from imstack.migrate.words import Command

_MAKING = frozenset({"md", "mkdir"})
FOLDERS = _MAKING | {"cd", "chdir", "pushd", "popd"}
_Said = tuple[tuple[Text, ...], list[str], str]
_CHANGING = frozenset({"del", "erase", "rd", "rmdir", "copy"})
FILES = frozenset({"del", "erase", "rd", "rmdir", "copy", "move", "break", "type", "sort"})
_TO_DRIVE = re.compile(r"\s*/d(?=\s)", re.IGNORECASE)
_THERE = re.compile(r"\\(?:nul|\*|\*\.\*|\.)?$", re.IGNORECASE)  # how to ask for a folder
_SWITCHES = re.compile(r"(?:/(?:b|on|o:n|o|a-d|a:-d))+", re.IGNORECASE)
_PATTERN = re.compile(r"[^\\/:\[\]]*[*?][^\\/:\[\]]*\.[A-Za-z0-9]+")  # the list is not among them
_ANY = re.compile(r"[^\[\]]+")


def folder_steps(f: Follower, node: Simple, command: Command) -> list[Folder] | None:
    """Return the steps of one of `FOLDERS`; None when it cannot be translated."""
    names = _names(command)
    if names is None or f.env.trouble_with(command.rest):
        return None
    if any(keeps_output(redirect, f.env.codes) for redirect in node.redirects):
        return None
    line = node.span.line
    if about := absolute_argument(node.span.text):
        f.warn(line, "absolute-path", about)
    texts = [f.env.codes.text(name) for name in names]
    if command.name in _MAKING:
        return [Folder(line, "mkdir", text) for text in texts]
    if command.name == "popd":
        if not f.folders:
            return []  # cmd.exe stays where it is
        return [Folder(line, "popd", Text(), f.folders.pop())]
    if command.name == "pushd":
        f.pushes += 1
        f.folders.append(f.pushes)
        return [Folder(line, "pushd", texts[0], f.pushes)]
    return [Folder(line, "cd", texts[0])]


def _names(command: Command) -> list[str] | None:
    """Return the folders that a command names; None when they cannot be told."""
    rest = command.rest
    if command.name in {"cd", "chdir"}:
        rest = _TO_DRIVE.sub("", rest).strip().replace('"', "")
        return [rest] if rest and not _has_wildcard(rest) else None
    names = [word.replace('"', "") for word in batch_words(rest)]
    if command.name == "popd":
        return [] if not names else None
    fits = len(names) == 1 or (names and command.name in _MAKING)
    return names if fits and not any(map(_has_wildcard, names)) else None


def _has_wildcard(name: str) -> bool:
    return "*" in name or "?" in name


def makes_folder(node: If, codes: Codes) -> bool:
    """Return True for ``if not exist X md X``: the folder is there afterwards in any case."""
    asked = node.condition
    if asked.kind != "exist" or not asked.negated or node.otherwise is not None:
        return False
    then = _only(node.then)
    command = command_of(then.text, codes) if isinstance(then, Simple) else None
    if command is None or command.name not in _MAKING:
        return False
    names = [word.replace('"', "") for word in batch_words(command.rest)]
    return [_bare(name) for name in names] == [_bare(asked.left.replace('"', ""))]


def _only(node: Node) -> Node:
    while isinstance(node, Group) and node.joint == "()" and len(node.items) == 1:
        node = node.items[0]
    return node


def _bare(name: str) -> str:
    return _THERE.sub("", name).lower()


def listing_of(
    f: Follower, node: Simple, command: Command, streams: Sequence[Stream], *, is_read: bool = False
) -> Listing | None:
    """Return the step of a ``dir`` that writes a list; None for any other.

    `is_read`: its lines are taken by a loop, or by the block around it.
    """
    words = [word.replace('"', "") for word in batch_words(command.rest)]
    switches = [word for word in words if word.startswith("/")]
    names = [word for word in words if not word.startswith("/")]
    files = [stream for stream in streams if stream.handle == 1 and not stream.is_nothing]
    if len(names) != 1 or len(files) != (0 if is_read else 1):
        return None
    if any(stream.joins is not None for stream in files):
        return None
    known = all(_SWITCHES.fullmatch(switch) for switch in switches)
    if not known or "/b" not in "".join(switches).lower():
        return None
    folder, slash, pattern = names[0].rpartition("\\")
    if not f.env.codes.is_plain(pattern) or not _PATTERN.fullmatch(pattern):
        return None
    if re.search(r"[*?]", folder) or f.env.trouble_with(folder):
        return None
    if about := absolute_argument(node.span.text):
        f.warn(node.span.line, "absolute-path", about)
    return Listing(node.span.line, f.env.codes.text(folder + slash), pattern, tuple(streams))


def file_step(
    f: Follower, node: Simple, command: Command, streams: Sequence[Stream]
) -> Files | None:
    """Return the step of one of `FILES`; None when it cannot be translated."""
    words = [word.replace('"', "") for word in batch_words(command.rest)]
    switches = "".join(word.lower() for word in words if word.startswith("/"))
    names = [word for word in words if not word.startswith("/")]
    if "/o" in switches and words[0].lower() == "/o":  # sort /o TO FROM
        names = [*names[1:], *names[:1]]
    texts = tuple(map(f.env.codes.text, names))
    writes = any(s.handle == 1 and s.joins is None and not s.is_nothing for s in streams)
    line = node.span.line
    if any(not _ANY.fullmatch(name) for name in names):
        return None
    if command.name in _CHANGING:
        return _changing(line, command.name, (texts, names, switches), _quiet(streams))
    return _writing(line, command.name, (texts, names, switches), tuple(streams), writes=writes)


def _changing(line: int, command: str, said: _Said, streams: tuple[Stream, ...]) -> Files | None:
    texts, names, switches = said
    match command:
        case "del" | "erase" if names and not re.search("/[sap]", switches):
            return Files(line, "del", texts, streams)
        case "rd" | "rmdir" if names:
            return Files(line, "rd" if "/s" in switches else "rmdir", texts, streams)
        case "copy" if len(names) == 2 and names[0].lower() == "nul" and "+" not in names[1]:
            return Files(line, "empty", texts[1:], streams)
    return None


def _writing(
    line: int, command: str, said: _Said, streams: tuple[Stream, ...], *, writes: bool
) -> Files | None:
    texts, names, switches = said
    match command:
        case "break" if writes and not names:
            return Files(line, "type", (), streams)
        case "type" if writes and [name.lower() for name in names] == ["nul"]:
            return Files(line, "type", (), streams)
        case "type" if writes and names and not any(map(_has_wildcard, names)):
            return Files(line, "type", texts, streams)
        case "sort" if switches == "/o" and len(names) == 2:
            return Files(line, "sort", texts)
        case "sort" if not switches and len(names) == 1 and writes:
            return Files(line, "sort", texts, streams)
    return None


def _quiet(streams: Sequence[Stream]) -> tuple[Stream, ...]:
    return tuple(stream for stream in streams if not stream.is_nothing)
