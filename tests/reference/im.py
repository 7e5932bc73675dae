"""ImageMagick's three programs, run as the BAT files run them: one process, real files."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.reference.programs import COMPARE, CONVERT, IDENTIFY, available

__all__ = [
    "COMPARE",
    "CONVERT",
    "IDENTIFY",
    "CommandFailed",
    "Found",
    "Runner",
    "available",
    "environment",
]

# Debian's caps are too small for a stack of large photos. ImageMagick obeys the first policy it
# finds for a resource; what its own policy forbids (URLs, PostScript) stays forbidden.
POLICY = """<policymap>
  <policy domain="resource" name="memory" value="16GiB"/>
  <policy domain="resource" name="map" value="32GiB"/>
  <policy domain="resource" name="disk" value="64GiB"/>
  <policy domain="resource" name="area" value="2GP"/>
  <policy domain="resource" name="width" value="64KP"/>
  <policy domain="resource" name="height" value="64KP"/>
</policymap>
"""

_BEST = re.compile(r"^(?P<raw>\S+) \((?P<score>\S+)\) @ (?P<x>\d+),(?P<y>\d+)")


class CommandFailed(Exception):  # noqa: N818 - says what happened
    """A command line failed, as ``if ERRORLEVEL 1`` notices."""


@cache
def _configuration() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="reference-policy-")
    Path(folder.name, "policy.xml").write_text(POLICY, encoding="utf-8")
    return folder


def environment() -> dict[str, str]:
    """Return the environment of every command: own policy, one thread, English."""
    return os.environ | {
        "MAGICK_CONFIGURE_PATH": _configuration().name,
        "MAGICK_THREAD_LIMIT": "1",  # ties: the first place wins only with one thread
        "LC_ALL": "C.UTF-8",
    }


@dataclass
class Runner:
    """Runs command lines in one folder and remembers them.

    `cwd` is the current directory of every command; `log` holds the argument lists in order.
    """

    cwd: Path = field(default_factory=Path.cwd)
    log: list[list[str]] = field(default_factory=list)

    def run(self, program: str, *words: str, most: int = 0) -> subprocess.CompletedProcess[str]:
        """Run `program` with `words`; an exit code above `most` is a failure."""
        line = [program, *words]
        self.log.append(line)
        done = subprocess.run(
            line, cwd=self.cwd, env=environment(), capture_output=True, text=True, check=False
        )
        if done.returncode < 0 or done.returncode > most:
            text = f"exit {done.returncode}: {' '.join(line)}\n{done.stderr.strip()}"
            raise CommandFailed(text)
        return done

    def convert(self, *words: str) -> str:
        """Run ``convert``; return what it printed."""
        return self.run(CONVERT, *words).stdout

    def identify(self, *words: str) -> str:
        """Run ``identify``; return what it printed."""
        return self.run(IDENTIFY, *words).stdout

    def search(self, image: str, part: str) -> Found:
        """Find `part` in `image` by ``compare -metric RMSE -subimage-search``.

        ``compare`` ends with 1 when the images differ at all, and with 2 when something is wrong,
        such as "images too dissimilar". An alpha channel weighs the colours.
        """
        words = ("-metric", "RMSE", "-subimage-search", image, part, "null:")
        said = self.run(COMPARE, *words, most=1).stderr
        match = _BEST.match(said)
        if match is None:
            text = f"compare printed no place: {said!r}"
            raise CommandFailed(text)
        return Found(x=int(match["x"]), y=int(match["y"]), score=match["score"])

    def fx9(self, expression: str) -> str:
        """Return ``%[fx:expression]`` as ``identify -precision 9 -format ... xc:`` prints it."""
        words = ("-precision", "9", "-format", f"%[fx:{expression}]", "xc:")
        self.log.append([IDENTIFY, *words])
        return _fx(words)


@dataclass(frozen=True)
class Found:
    """Where ``compare`` found the best match, and its score (0..1) as printed."""

    x: int
    y: int
    score: str


@cache
def _fx(words: tuple[str, ...]) -> str:
    # The same sums come back for every pair of photos; a process each would take minutes.
    line = [IDENTIFY, *words]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True, check=True)
    return done.stdout.strip()
