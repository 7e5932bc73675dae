"""Which ``convert``, ``compare`` and ``identify`` are run: all three of one ImageMagick build."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass

PROGRAMS = ("convert", "compare", "identify")

# Debian's names say the build. Their order is that of the package's libraries, so that both take
# the same build where several are installed. Plain names come last, for what they are may vary.
BUILDS = ("-im6.q16", "-im7.q16", "-im6.q16hdri", "-im7.q16hdri")

_SAYS = re.compile(r"^Version: ImageMagick (?P<number>\S+) Q(?P<depth>\d+)(?P<more>\S*)", re.M)
_FEATURES = re.compile(r"^Features: .*HDRI", re.M)


@dataclass(frozen=True)
class Version:
    """What a program says that it is; `number` such as ``6.9.11-60``."""

    number: str
    depth: int
    hdri: bool

    @property
    def major(self) -> int:
        """6 or 7."""
        return int(self.number.split(".")[0])

    def __str__(self) -> str:
        return f"{self.number} Q{self.depth}{'-HDRI' if self.hdri else ''}"


def version_of(program: str) -> Version | None:
    """Return what a program says that it is; None if it is missing or not ImageMagick's."""
    if shutil.which(program) is None:
        return None
    line = [program, "-version"]
    said = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60).stdout
    match = _SAYS.search(said)
    if match is None:
        return None
    hdri = "HDRI" in match["more"] or _FEATURES.search(said) is not None
    return Version(match["number"], int(match["depth"]), hdri)


def find_programs() -> tuple[tuple[str, str, str], Version | None]:
    """Return the names of the three programs, and their version; None if there is no such trio.

    The variable WAND_MAGICK_LIBRARY_SUFFIX, such as ``-7.Q16`` or several with ``;`` between,
    chooses a build here as it does for the library.
    """
    suffixes = os.environ.get("WAND_MAGICK_LIBRARY_SUFFIX", "").lower()
    wanted = [f"-im{suffix[1:]}" for suffix in suffixes.split(";")] if suffixes else BUILDS
    for build in (*wanted, ""):
        names = (f"convert{build}", f"compare{build}", f"identify{build}")
        version = version_of(names[0])
        if version is not None and {version_of(name) for name in names} == {version}:
            return names, version
    return PROGRAMS, None


(CONVERT, COMPARE, IDENTIFY), VERSION = find_programs()
MISSING = "needs ImageMagick's convert, compare and identify, all of one build"


def available() -> bool:
    """Tell whether all three programs are installed."""
    return VERSION is not None
