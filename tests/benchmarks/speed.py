"""How long a literal run takes, against ImageMagick's own command lines in the same session.

``python -m tests.benchmarks.speed LIST [--runs N] [--windowed R]``

Both stack the photos of LIST: ``focStack --no-cache``, and the reference driver of
:mod:`tests.reference` with its command lines and temp files. They take turns, so that a slow
machine is slow for both. Printed are medians of wall time, CPU time (all processes) and peak
memory (the largest process), and the median of the pairs' ratios. The command lines' brute
force translation search takes an hour for 3 megapixels: ``--windowed`` narrows it, and so
flatters the command lines.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds, CPU seconds, MiB of the largest process."""

    wall: float
    cpu: float
    memory: float


def cost_of(words: list[str], folder: Path) -> Cost:
    """Run a command in a process of its own, so that only its children are counted."""
    program = (
        "import resource, subprocess, sys, time\n"
        "begun = time.perf_counter()\n"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL,"
        " stderr=subprocess.DEVNULL)\n"
        "wall = time.perf_counter() - begun\n"
        "use = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(wall, use.ru_utime + use.ru_stime, use.ru_maxrss / 1024)\n"
    )
    environment = dict(os.environ, TMPDIR=str(folder), PYTHONPATH=str(Path.cwd()))
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    wall, cpu, memory = (float(word) for word in done.stdout.split())
    return Cost(wall, cpu, memory)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("list", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--windowed", type=int, default=16)
    options = parser.parse_args()
    photos = str(options.list.absolute())
    begun = time.perf_counter()
    ours, theirs = [], []
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            ours.append(
                cost_of(
                    [sys.executable, "-m", "imstack", "focStack", photos, f"{folder}/a.tiff",
                     "--no-cache", "--quiet"], folder,
                )
            )  # fmt: skip
            theirs.append(
                cost_of(
                    [sys.executable, "-m", "tests.reference", photos, f"{folder}/b.tiff",
                     "--tmpdir", name, "--windowed", str(options.windowed)], folder,
                )
            )  # fmt: skip
    print(f"{options.runs} pairs, {time.perf_counter() - begun:.0f} s, {os.cpu_count()} cores")
    print(f"{'':14}{'imstack':>12}{'commands':>12}{'ratio':>8}")
    for index, title in enumerate(("wall s", "CPU s", "peak MiB")):
        columns = [[astuple(cost)[index] for cost in costs] for costs in (ours, theirs)]
        ratio = statistics.median(a / b for a, b in zip(*columns, strict=True))
        own, other = (statistics.median(column) for column in columns)
        print(f"{title:14}{own:12.1f}{other:12.1f}{ratio:8.2f}")


if __name__ == "__main__":
    main()
