"""What only Windows can be asked: its code pages, its processes, its refusals.

Every function here has an answer on other systems, too, so that callers need no cases.
"""

from __future__ import annotations

import errno
import sys
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

IS_WINDOWS = sys.platform == "win32"
PATIENCE = 2.0
"""Seconds after which a file that another program holds is given up."""

LONGEST_PATH = 259
"""Characters of a path that Windows takes when long paths are not switched on."""

_PAUSE = 0.05
_HELD = {5, 32, 33}  # access denied, sharing violation, lock violation
_INVALID_PARAMETER = 87  # what OpenProcess says of a number that no process has
_MAY_ASK = 0x1000  # PROCESS_QUERY_LIMITED_INFORMATION
_STILL_ACTIVE = 259


def console_code_page() -> int | None:
    """Return the number of the console's output code page; None off Windows.

    Without a console cmd.exe falls back on the ANSI code page, and so does this.
    """
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - its windll is on Windows only

        kernel = ctypes.windll.kernel32
        return int(kernel.GetConsoleOutputCP() or kernel.GetACP())
    else:  # noqa: RET505 - for mypy, which reads the branch of its platform only
        return None


def code_pages() -> tuple[int, ...]:
    """Return the code pages of this system: console, OEM, ANSI; nothing off Windows."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415

        kernel = ctypes.windll.kernel32
        pages = (kernel.GetConsoleOutputCP(), kernel.GetOEMCP(), kernel.GetACP())
        return tuple(dict.fromkeys(int(page) for page in pages if page))
    else:  # noqa: RET505
        return ()


def free_memory() -> int | None:
    """Return the bytes of memory that Windows says are free; None where it says nothing."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415

        status = (ctypes.c_uint64 * 8)()  # MEMORYSTATUSEX: its own length and the load come first
        status[0] = ctypes.sizeof(status)
        if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            return None
        return int(status[2])
    else:  # noqa: RET505
        return None


def process_has_ended(pid: int) -> bool:
    """Return whether Windows knows no living process of that number; off Windows False.

    (``os.kill(pid, 0)``, which asks elsewhere, would end the process there.)
    """
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        kernel.GetExitCodeProcess.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
        kernel.CloseHandle.argtypes = (ctypes.c_void_p,)
        handle = kernel.OpenProcess(_MAY_ASK, False, pid & 0xFFFFFFFF)
        if not handle:
            return bool(ctypes.get_last_error() == _INVALID_PARAMETER)
        try:
            code = ctypes.c_ulong()
            asked = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
            return bool(asked) and code.value != _STILL_ACTIVE
        finally:
            kernel.CloseHandle(handle)
    else:
        return False


def is_held(error: OSError) -> bool:
    """Return whether another program holds the file, as Windows alone refuses it."""
    return getattr(error, "winerror", None) in _HELD


def patiently(
    action: Callable[[], T],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """Do something with a file; while another program holds it, try again for two seconds.

    Virus scanners and indexers open what was just written, for a moment.
    """
    until = clock() + PATIENCE
    while True:
        try:
            return action()
        except OSError as error:
            if not is_held(error) or clock() >= until:
                raise
        sleep(_PAUSE)


def reader_has_gone(error: OSError, *, windows: bool = IS_WINDOWS) -> bool:
    """Return whether `error` says that nobody reads our output any more, as after ``q`` in more.

    Windows says then that the argument is invalid.
    """
    said = error.filename is None and error.errno == errno.EINVAL
    return isinstance(error, BrokenPipeError) or (windows and said)


def long_path_hint(path: Path, *, windows: bool = IS_WINDOWS) -> str:
    """Return what to do when `path` may be too long for Windows; empty where it is not."""
    length = len(str(path.absolute()))
    if not windows or length <= LONGEST_PATH:
        return ""
    return (
        f"its full name has {length} characters, and Windows takes {LONGEST_PATH}: "
        "choose a shorter folder, or switch long paths on (LongPathsEnabled)"
    )
