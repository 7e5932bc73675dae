"""kill -9 at any moment leaves no item or a whole one, and the next run goes on from there.

A child process counts its own audit events (Python raises one before every `open`, `mkdir`,
`rename`, `utime` ... it does) and kills itself at the n-th, for every n: that is between any two
steps that change the disk. Stages write their files piece by piece, so kills inside a file are
among them.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from imstack.workspace import Store, limits

from .work import FILES, Stage, Warnings, assert_whole, task

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs fork and SIGKILL")

CHILD = """
import os, signal, sys, time
from pathlib import Path
from imstack.workspace import Made, Store, limits
from tests.unit.workspace.work import FILES, content, task

def kill(): os.kill(os.getpid(), signal.SIGKILL)

def make(number, pause=0.0):
    def stage(folder):
        for name in FILES:
            data = content(number, name)
            for start in range(0, len(data), 500):
                with open(folder / name, "ab") as file:
                    file.write(data[start:start + 500])
                time.sleep(pause)
        return Made({"dx": number})
    return stage

def run(root, pause=0.0):
    with Store(root, limit=9000) as store:
        for number in range(3):
            item = store.take_or_make(task(number), make(number, pause))
            for name in FILES:
                assert item.file(name).read_bytes() == content(number, name)
"""

EVERY = (
    CHILD
    + """
root, first, step = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
mode = sys.argv[4]

def child(kill_at):
    seen = 0
    def hook(event, args):
        nonlocal seen
        if event == "open" or event.startswith(("os.", "shutil.")):
            seen += 1
            if seen == kill_at:
                kill()
    sys.addaudithook(hook)
    place = root / str(kill_at)
    if mode == "make":
        run(place)
    elif mode == "remake":
        run(place)
        for path in place.rglob("*.miff"):
            path.write_bytes(b"damage")
        run(place)
    else:
        run(place)
        limits.clear(place, limits.choose(place))
    os._exit(0)

kill_at = first
while True:
    pid = os.fork()
    if pid == 0:
        child(kill_at)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):
        sys.exit(os.waitstatus_to_exitcode(status))
    assert os.WTERMSIG(status) == signal.SIGKILL
    kill_at += step
"""
)


def run_child(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    top = Path(__file__).parents[3]
    environ = {**os.environ, "PYTHONPATH": str(top), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def assert_survives(root: Path) -> None:
    """Check a cache after a kill: what it has is whole, what it lacks is made, no leftovers."""
    holdings = [item.folder for item in limits.holdings(root)]
    found = [folder.name for folder in holdings]
    kept = [number for number in range(3) if Store(root).has(task(number))]
    assert len(kept) == len(found), f"half an item in {found}"
    warnings = Warnings()
    with Store(root, warn=warnings) as store:
        for number in range(3):
            stage = Stage(number)
            assert_whole(store.take_or_make(task(number), stage), number)
            assert stage.made == (number not in kept)
        assert warnings == []
    for hidden in (".making", ".running"):
        assert list((root / hidden).iterdir()) == []


@pytest.mark.parametrize(("mode", "step"), [("make", 1), ("clear", 3)])
def test_killed_at_every_step(tmp_path: Path, mode: str, step: int) -> None:
    done = run_child(EVERY, str(tmp_path), "1", str(step), mode)
    assert done.returncode == 0, done.stderr
    roots = sorted(tmp_path.iterdir(), key=lambda path: int(path.name))
    assert len(roots) > 40, "the kills cover less than they should"
    for root in roots:
        assert_survives(root)


def test_killed_while_mending(tmp_path: Path) -> None:
    done = run_child(EVERY, str(tmp_path), "1", "7", "remake")
    assert done.returncode == 0, done.stderr
    for root in tmp_path.iterdir():
        with Store(root) as store:
            for number in range(3):
                assert_whole(store.take_or_make(task(number), Stage(number)), number)
        for hidden in (".making", ".running"):
            assert list((root / hidden).iterdir()) == []


def test_killed_at_any_time(tmp_path: Path) -> None:
    """The same by the clock, in a run that sleeps between its writes."""
    chance = random.Random(20141)
    code = CHILD + "print('ready', flush=True)\nrun(Path(sys.argv[1]), 0.002)\n"
    top = Path(__file__).parents[3]
    for turn in range(12):
        root = tmp_path / str(turn)
        with subprocess.Popen(
            [sys.executable, "-c", code, str(root)],
            env={**os.environ, "PYTHONPATH": str(top)},
            stdout=subprocess.PIPE,
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(chance.uniform(0, 0.06))
            child.kill()
        assert child.returncode in {-signal.Signals["SIGKILL"], 0}
        if root.exists():
            assert_survives(root)


def test_a_killed_runs_leftovers_are_swept_by_the_next(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    code = CHILD + (
        "def stage(folder):\n"
        "    (folder / FILES[0]).write_bytes(b'half')\n"
        "    kill()\n"
        "with Store(Path(sys.argv[1])) as store:\n"
        "    store.take_or_make(task(), stage)\n"
    )
    assert run_child(code, str(root)).returncode == -signal.Signals["SIGKILL"]
    (left,) = (root / ".making").iterdir()
    assert (left / FILES[0]).read_bytes() == b"half"
    assert len(list((root / ".running").iterdir())) == 1
    with Store(root):
        assert not left.exists()
        assert len(list((root / ".running").iterdir())) == 1


def test_a_killed_throw_away_cache_is_removed_by_the_next(tmp_path: Path) -> None:
    code = CHILD + (
        "store = Store.throwaway(Path(sys.argv[1])).__enter__()\n"
        "store.take_or_make(task(), make(0))\n"
        "kill()\n"
    )
    assert run_child(code, str(tmp_path)).returncode == -signal.Signals["SIGKILL"]
    (left,) = tmp_path.iterdir()
    with Store.throwaway(tmp_path):
        assert not left.exists()
