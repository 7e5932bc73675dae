"""A run that is ended while it writes: nothing half-made is left beside the picture."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imstack.alive import owned_name
from imstack.drafts import draft_of, draft_prefix

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.conftest import Said

needs_signals = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")

# Stacks, and gets a signal when the draft of the picture is written.
PROGRAM = """
import os, sys, time
from pathlib import Path
from imstack.cli.app import main
put, number = Path.replace, int(sys.argv[1])
def replaced(path, place):
    if Path(place).name == "out.png":
        os.kill(os.getpid(), number)
        time.sleep(10)
    return put(path, place)
Path.replace = replaced
sys.argv[:] = ["imstack", "stack", "wall", "-o", "out.png", "-r", "snibgo-2014", "-q"]
main()
"""


@pytest.fixture
def wall(cli: Callable[..., Said], tmp_path: Path, fixtures: Path) -> Path:
    """Return a folder of three small photos."""
    del cli  # sets the cache's place
    return shutil.copytree(
        fixtures / "odd", tmp_path / "wall", ignore=shutil.ignore_patterns("*.txt", "*.json")
    )


def end_by(number: int) -> subprocess.CompletedProcess[str]:
    """Run a stack that gets a signal while the picture is written."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(int(number))], capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


def strange() -> list[str]:
    """Return what is in the current folder and does not belong there."""
    names = [path.name for path in Path().iterdir()]
    return sorted(name for name in names if name not in KNOWN and not name.startswith("out_"))


KNOWN = {"wall", "cache", "tmp", "out.png"}


@needs_signals
@pytest.mark.usefixtures("wall")
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
def test_a_signal_leaves_nothing(name: str, code: int) -> None:
    done = end_by(signal.Signals[name])
    assert done.returncode == code
    assert done.stderr.strip().startswith("interrupted: the next run")
    assert strange() == []
    assert not Path("out.png").exists()


@needs_signals
@pytest.mark.usefixtures("wall")
def test_an_interrupted_program_does_not_wait_for_its_threads() -> None:
    """An operation of ImageMagick may take minutes and cannot be cut off."""
    program = (
        "import threading, time\n"
        "from imstack.cli.errors import leave\n"
        "threading.Thread(target=time.sleep, args=(20,)).start()\n"
        "leave(130)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=10
    )
    assert (done.returncode, done.stderr) == (130, "")


@needs_signals
@pytest.mark.usefixtures("wall")
def test_what_kill_9_leaves_the_next_run_removes(cli: Callable[..., Said]) -> None:
    done = end_by(signal.Signals["SIGKILL"])
    assert done.returncode == -signal.Signals["SIGKILL"]
    (left,) = strange()
    assert left.startswith(draft_prefix(Path("out.png")))
    other = Path(draft_prefix(Path("other.png")) + left.removeprefix(draft_prefix(Path("out.png"))))
    mine = Path(draft_prefix(Path("out.png")) + owned_name())  # of a process that lives
    for path in (other, mine, Path(".imstack-notes")):
        path.write_text("x")
    assert cli("stack", "wall", "-o", "out.png", "-r", "snibgo-2014").code == 0
    assert strange() == sorted([other.name, mine.name, ".imstack-notes"])


def test_a_draft_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250 + ".tif")  # as long as names may be
    path.write_text("before")

    def write_half() -> None:
        with draft_of(path) as draft:
            draft.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    with draft_of(path) as draft:
        draft.write_text("after")
    assert path.read_text() == "after"


@needs_signals
def test_two_signals_at_once_leave_nothing(tmp_path: Path) -> None:
    """Batch systems send one to the group and one to the leader; the second is no surprise."""
    program = (
        "import os, signal, sys, time\n"
        "from pathlib import Path\n"
        "import click\n"
        "from imstack import alive\n"
        "from imstack.cli.errors import leave, run_for_people\n"
        "remove = alive.remove\n"
        "def slow(path):\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    os.kill(os.getpid(), signal.SIGHUP)\n"
        "    remove(path)\n"
        "alive.remove = slow\n"
        "@click.command()\n"
        "def work():\n"
        "    with alive.passing_folder('wsp_', Path(sys.argv[1])):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        time.sleep(10)\n"
        "leave(run_for_people(work, [], 'work'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True,
        check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 143, done.stderr
    assert list(tmp_path.iterdir()) == []
