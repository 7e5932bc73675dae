"""What a run may use of the machine: cores, and memory."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from imstack import windows
from imstack.errors import InputError, UsageError

GIB = 1 << 30
SHARE = 0.5  # of the free memory that a run takes unless it is told otherwise
UNKNOWN = 2 * GIB  # free memory where the system does not tell
FRAME = 24  # bytes a pixel to read and warp a frame: ImageMagick's copy, ours, and the result

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": GIB, "t": 1 << 40}


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory() -> int:
    """Return the memory in bytes that programs can have without swapping."""
    if (told := windows.free_memory()) is not None:
        return told
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        text = ""
    found = re.search(r"^MemAvailable:\s*(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else UNKNOWN


@dataclass(frozen=True, slots=True)
class Resources:
    """What a run may use.

    Attributes
    ----------
    jobs
        How many frames are worked on side by side; by default one for each core.
    memory
        Bytes that arrays of pixels may take together; by default half of what is free.
    most
        Bytes that one frame may take, or its stack is refused; by default all that is free.
    """

    jobs: int = field(default_factory=cores)
    memory: int = field(default_factory=lambda: int(free_memory() * SHARE))
    most: int = field(default_factory=free_memory)

    @classmethod
    def of(cls, jobs: int | None = None, memory: str | int | None = None) -> Resources:
        """Return what was asked for; None leaves the choice to the machine.

        Raises
        ------
        UsageError
            It makes no sense.
        """
        usual = cls()
        if jobs is not None and jobs < 1:
            message = f"--jobs {jobs}: at least one frame must be worked on at a time"
            raise UsageError(message)
        if memory is None:
            return cls(jobs or usual.jobs, usual.memory, usual.most)
        wanted = parse_memory(memory)
        return cls(jobs or usual.jobs, wanted, wanted)

    def side_by_side(self, megapixels: float) -> int:
        """Return how many frames of a size can be worked on at a time; at least one."""
        return max(1, min(self.jobs, int(self.memory / (megapixels * 1e6 * FRAME))))


def check_room(path: Path, size: tuple[int, int], most: int, each: int = FRAME) -> None:
    """Refuse a photo of `size` (width and height) that takes more than `most` bytes.

    `each` is what a pixel takes, in bytes.

    Raises
    ------
    InputError
        It does.
    """
    width, height = size
    needed = width * height * each
    if needed > most:
        message = (
            f"{path}: is {width}x{height}, which takes {_shown(needed)} of memory, "
            f"and there are {_shown(most)}"
        )
        raise InputError(message, hint="take smaller photos, or give it more (see --memory)")


def _shown(size: int) -> str:
    return f"{size / GIB:.1f} GiB" if size >= GIB else f"{max(1, size // _UNITS['m'])} MiB"


def parse_memory(text: str | int) -> int:
    """Return bytes, given as a number with or without a unit.

    >>> [parse_memory(text) for text in ("512M", "2GiB", 1000)]
    [536870912, 2147483648, 1000]

    Raises
    ------
    UsageError
        It is no amount of memory, or too little to hold anything.
    """
    found = _SIZE.fullmatch(str(text).strip())
    size = int(float(found[1]) * _UNITS[found[2].lower()]) if found else 0
    if size < 1000:
        message = f"--memory {text}: is no amount of memory"
        raise UsageError(message, hint="write it as 800M or 2G")
    return size
