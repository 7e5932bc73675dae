"""Which ImageMagick is used: chosen before the first import of Wand, and reported.

The library build decides the pixels. Wand by itself may load an HDRI build when both are
installed, while the ``convert`` that users compare with is Q16 without HDRI: so the choice is
made here, by the environment variables that Wand and ImageMagick read when they are loaded.
Nothing in this module imports Wand until :func:`load` is called.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from imstack.errors import LibraryError
from imstack.magick import installed
from imstack.windows import IS_WINDOWS

SUFFIX = "WAND_MAGICK_LIBRARY_SUFFIX"
HOME = "MAGICK_HOME"
CONFIGURE_PATH = "MAGICK_CONFIGURE_PATH"

# Q16 without HDRI first: the seed's kind of build.
PREFERRED = ("-6.Q16", "-7.Q16", "-6.Q16HDRI", "-7.Q16HDRI")

_DOWNLOADS = "https://imagemagick.org/script/download.php"


def install_hint(*, windows: bool = IS_WINDOWS) -> str:
    """Return how to come by an ImageMagick that will do, on this system."""
    if windows:
        return (
            f"run the installer ImageMagick-7..-Q16-x64-dll.exe of {_DOWNLOADS}#windows "
            "(dll, not static; Q16 without HDRI; as many bits as this Python)"
        )
    return (
        "on Debian or Ubuntu: apt-get install imagemagick; "
        f"elsewhere see {_DOWNLOADS} (take a Q16 build without HDRI)"
    )


INSTALL_HINT = install_hint()


@dataclass(frozen=True, slots=True)
class Build:
    """The ImageMagick library that was loaded.

    Attributes
    ----------
    version
        As the library names itself, such as ``ImageMagick 6.9.11-60 Q16 x86_64 2021-01-25``.
    number
        Major, minor and patch numbers.
    quantum_depth
        Bits per channel value: 8, 16 or 32.
    hdri
        True when values are floating point.
    path
        The library's file, as far as the system tells it.
    features, delegates
        As the library lists them.
    wand
        Wand's version.
    """

    version: str
    number: tuple[int, ...]
    quantum_depth: int
    hdri: bool
    path: str
    features: str
    delegates: str
    wand: str

    @property
    def major(self) -> int:
        """6 or 7."""
        return self.number[0]

    @property
    def exact(self) -> bool:
        """True when the literal method gives the pixels of a Q16 command line."""
        return self.quantum_depth == 16 and not self.hdri

    @property
    def identity(self) -> str:
        """One line that differs when results may differ; part of every cache key."""
        return f"{self.version}{' HDRI' if self.hdri and 'HDRI' not in self.version else ''}"


def prepare() -> None:
    """Set the environment so that Wand loads the wanted build with our resource policy.

    A user's own ``WAND_MAGICK_LIBRARY_SUFFIX`` comes first; in a ``MAGICK_HOME`` the builds are
    looked for in the same order as in the system's folders.
    """
    if "wand.api" in sys.modules:
        return  # somebody imported Wand first: their choice stands, and `doctor` reports it
    config = str(Path(__file__).with_name("config"))
    known = os.environ.get(CONFIGURE_PATH, "")
    if config not in known.split(os.pathsep):
        os.environ[CONFIGURE_PATH] = os.pathsep.join(filter(None, (config, known)))
    # Wand takes the first that it finds. By its own list that might be an HDRI build.
    wishes = filter(None, os.environ.get(SUFFIX, "").split(";"))
    os.environ[SUFFIX] = ";".join(dict.fromkeys((*wishes, *PREFERRED)))
    if HOME not in os.environ and (chosen := installed.choose(installed.installations())):
        # Windows' DLLs bear no build's name: the folder decides.
        os.environ[HOME] = str(chosen.folder)
        os.environ["PATH"] = os.pathsep.join((str(chosen.folder), os.environ.get("PATH", "")))


@cache
def load() -> Build:
    """Load Wand on the chosen ImageMagick and tell which one it is.

    Raises
    ------
    LibraryError
        ImageMagick's library is not installed, or cannot be loaded.
    """
    prepare()
    try:
        from wand import api, version  # noqa: PLC0415 - must follow prepare()
    except ImportError as error:
        raise _missing(error) from error
    return Build(
        version=str(version.MAGICK_VERSION).partition(" http")[0],
        number=tuple(int(n) for n in version.MAGICK_VERSION_INFO),
        quantum_depth=int(version.QUANTUM_DEPTH),
        hdri=bool(version.MAGICK_HDRI),
        path=_loaded_from(str(getattr(api.library, "_name", ""))),
        features=str(version.MAGICK_VERSION_FEATURES or ""),
        delegates=str(version.MAGICK_VERSION_DELEGATES or ""),
        wand=str(version.VERSION),
    )


def _missing(error: ImportError) -> LibraryError:
    if error.name == "wand":
        message = "ImageMagick cannot be used: the Python package Wand is not installed"
        return LibraryError(message, hint="pip install Wand")
    home = os.environ.get(HOME)
    remark = f", though {HOME} is {home}" if home else ""
    message = f"ImageMagick cannot be used: its library is not found{remark}"
    return LibraryError(message, hint=INSTALL_HINT)


def _loaded_from(name: str) -> str:
    """Return the full path of the loaded library `name`, or `name` where nothing tells it."""
    try:
        maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return name
    paths = (line.split(maxsplit=5)[-1] for line in maps.splitlines() if "MagickWand" in line)
    return next(paths, name)


def limits() -> dict[str, int]:
    """Return the resource limits in force: bytes, pixels (area, width, height) or counts."""
    load()
    from wand.resource import limits as wand_limits  # noqa: PLC0415

    names = ("memory", "map", "disk", "area", "width", "height", "thread")
    return {name: int(wand_limits[name]) for name in names}


def coders() -> frozenset[str]:
    """Return the names of the image formats that the library lists, in capitals."""
    load()
    from wand.version import formats  # noqa: PLC0415

    return frozenset(str(name).upper() for name in formats())
