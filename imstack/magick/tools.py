"""ImageMagick's command-line programs: found, checked to be what they seem, and run.

The package works without them; they are there to check it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from imstack.errors import LibraryError
from imstack.magick.library import HOME, INSTALL_HINT, Build

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Program = Literal["convert", "identify", "compare"]
PROGRAMS: tuple[Program, ...] = ("convert", "identify", "compare")

_VERSION = re.compile(r"ImageMagick (\d+)\.(\d+)\.(\d+)(?:-(\d+))? (?:\w+ )?Q(\d+)(-HDRI)?")


@dataclass(frozen=True, slots=True)
class Ran:
    """A program that ended: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """What ImageMagick complained of, without program, file and source line."""
        first = next(filter(None, self.err.splitlines()), "")
        text = first.partition(": ")[2].partition(" `")[0].partition(" @ ")[0]
        return text or f"exit code {self.code}"


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that says that it is ImageMagick's.

    Attributes
    ----------
    command
        How it is called: its path, and for ``magick`` the name of the program.
    version
        As it names itself.
    number, quantum_depth, hdri
        As of :class:`imstack.magick.library.Build`.
    """

    command: tuple[str, ...]
    version: str
    number: tuple[int, ...]
    quantum_depth: int
    hdri: bool

    def unlike(self, build: Build) -> str:
        """Return how it differs from the library; empty if other pixels are not to be feared."""
        ours = (build.number, build.quantum_depth, build.hdri)
        if (self.number, self.quantum_depth, self.hdri) == ours:
            return ""
        return f"{self.command[0]} is {self.version}, but the library is {build.identity}"


@dataclass(frozen=True, slots=True)
class Tools:
    """The three programs."""

    convert: Tool
    identify: Tool
    compare: Tool

    def run(self, program: Program, words: Sequence[str]) -> Ran:
        """Run a program, with one thread: only then does ``compare`` keep ties in order."""
        tool: Tool = getattr(self, program)
        return _run([*tool.command, *words])

    def warnings(self, build: Build) -> tuple[str, ...]:
        """Return how the programs differ from the library, each difference once."""
        tools = (self.convert, self.identify, self.compare)
        return tuple(dict.fromkeys(filter(None, (tool.unlike(build) for tool in tools))))


def find_tools(build: Build, environ: Mapping[str, str] | None = None) -> Tools:
    """Find the programs that fit the library best.

    The variables CONVERT, IDENTIFY and COMPARE name them; else they are looked for beside
    MAGICK_HOME and on the PATH, those of the library's own build first.

    Raises
    ------
    LibraryError
        One is missing, or is a program of another kind: Windows has a ``convert`` of its own.
    """
    known = os.environ if environ is None else environ
    return Tools(**{program: _find(program, build, known) for program in PROGRAMS})


def _find(program: Program, build: Build, environ: Mapping[str, str]) -> Tool:
    named = environ.get(program.upper())
    others: list[str] = []
    found: list[Tool] = []
    for command in _commands(program, build, environ):
        tool = _ask(command)
        if tool is None:
            others.append(command[0])
        elif not tool.unlike(build):
            return tool
        else:
            found.append(tool)
    if found:
        return found[0]
    if named:
        message = f"{program.upper()}={named}: no program of ImageMagick"
        raise LibraryError(message, hint="name its file, or leave the variable away")
    remark = f" ({others[0]} is another program)" if others else ""
    message = f"ImageMagick's program {program} is not found{remark}"
    raise LibraryError(message, hint=INSTALL_HINT)


def _commands(
    program: Program, build: Build, environ: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    """Yield what might be the program: the build's own name for it, then others."""
    named = environ.get(program.upper())
    if named:
        names = [named]
    else:
        own = f"{program}-im{build.number[0]}.q{build.quantum_depth}{'hdri' if build.hdri else ''}"
        names = [own, f"{program}-im6.q16", f"{program}-im7.q16", program, "magick"]
    for name in dict.fromkeys(names):
        path = shutil.which(name, path=_search_path(environ))
        if path is not None:
            is_magick = os.path.basename(path).lower() in {"magick", "magick.exe"}  # noqa: PTH119
            yield (path, program) if is_magick else (path,)


def _search_path(environ: Mapping[str, str]) -> str:
    home = environ.get(HOME)
    folders = [os.path.join(home, "bin"), home] if home else []  # noqa: PTH118
    return os.pathsep.join([*folders, environ.get("PATH", os.defpath)])


def _ask(command: tuple[str, ...]) -> Tool | None:
    """Return what a program says of itself; None if it is not ImageMagick's."""
    try:
        said = _run([*command, "-version"], seconds=20).out
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _VERSION.search(said)
    if match is None:
        return None
    *number, depth, hdri = match.groups()
    version = said.splitlines()[0].removeprefix("Version: ").partition(" http")[0].strip()
    features = re.search(r"^Features: (.*)$", said, re.MULTILINE)
    return Tool(
        command,
        version,
        tuple(int(part or 0) for part in number),
        int(depth),
        bool(hdri) or (features is not None and "HDRI" in features[1]),
    )


def _run(line: Sequence[str], seconds: float | None = None) -> Ran:
    environment = os.environ | {"MAGICK_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        line,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=seconds,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
