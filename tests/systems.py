"""What differs between systems, for tests that run on all of them."""

from __future__ import annotations

import os
import subprocess
import sys


def is_root() -> bool:
    """Return whether this process may do everything."""
    return bool(getattr(os, "geteuid", lambda: 1)() == 0)


def dead_pid() -> int:
    """Return the number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-S", "-c", ""]) as process:
        pass
    return process.pid
