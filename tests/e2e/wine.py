"""Running BAT files under Wine, and a bridge from there to this side.

Under Wine, cmd.exe starts a Linux program but neither waits for it nor sees its exit code. So
the shims are given a Windows program, Wine's cscript, that hands the command line over in a file
and waits for the answer in another; a thread here answers.

Which Wine: the command in IMSTACK_WINE, else `wine` on the PATH. When that command enters
another root (``chroot FOLDER wine``), IMSTACK_WINE_ROOT is FOLDER. Wine before 10 gives wrong
exit codes for BAT files and breaks their blocks, so it will not do.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path, PureWindowsPath
from subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING

from imstack.bat.envout import env_file_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

OLDEST = 10

BRIDGE_JS = r"""
var files = new ActiveXObject("Scripting.FileSystemObject");
var shell = new ActiveXObject("WScript.Shell");
var folder = files.GetParentFolderName(WScript.ScriptFullName) + "\\";
var name = folder + files.GetTempName().replace(/\./g, "");
var lines = [shell.CurrentDirectory];
for (var i = 0; i < WScript.Arguments.length; i++) lines.push(WScript.Arguments(i));
var request = files.CreateTextFile(name + ".new", true, true);
request.Write(lines.join("\n"));
request.Close();
files.MoveFile(name + ".new", name + ".request");
while (!files.FileExists(name + ".answer")) WScript.Sleep(20);
var answer = files.OpenTextFile(name + ".answer", 1);
var code = parseInt(answer.ReadLine(), 10);
answer.Close();
WScript.Quit(code);
"""


@dataclass(frozen=True)
class Request:
    """What the bridge was called with; `results` is the --env file, None when called bare."""

    cwd: str
    script: str
    results: Path | None
    arguments: list[str]


@dataclass(frozen=True)
class Answer:
    """What the program would do: its exit code, and the variables it writes (None: no file)."""

    code: int = 0
    variables: Mapping[str, str] | None = None


@dataclass
class Wine:
    """A Wine that is new enough, and the folder that is its drive Z."""

    command: list[str]
    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    def windows_path(self, path: Path) -> str:
        """Return what `path` is called under Wine."""
        return str(PureWindowsPath("Z:/", *path.relative_to(self.root).parts))

    def host_path(self, name: str) -> Path:
        """Return the file that Wine calls `name`."""
        return self.root.joinpath(*PureWindowsPath(name).parts[1:])

    def kept_awake(self, prefix: Path) -> Iterator[Wine]:
        """Yield this Wine with its settings in the folder `prefix`, and one idle cmd.exe.

        As long as that one lives, the next need not wait for Wine's services to start.
        """
        environ = {**self.environ, "WINEPREFIX": f"/{prefix.relative_to(self.root)}"}
        wine = replace(self, environ=environ)
        whole = {**os.environ, **environ}
        first = [*self.command, "cmd", "/c", "exit"]  # makes the settings; two at once hang
        subprocess.run(first, check=True, stdin=DEVNULL, timeout=300, env=whole)
        with subprocess.Popen([*self.command, "cmd"], stdin=PIPE, stdout=DEVNULL, env=whole):
            yield wine  # leaving closes its input, and cmd.exe ends

    def cmd(self, bat: Path) -> subprocess.CompletedProcess[str]:
        """Run a BAT file and return its exit code (of which 8 bits get through) and output."""
        return subprocess.run(
            [*self.command, "cmd", "/c", self.windows_path(bat)],
            check=False,
            capture_output=True,
            stdin=DEVNULL,
            text=True,
            timeout=120,
            env={**os.environ, **self.environ},
        )


def find_wine() -> Wine | str:
    """Return a suitable Wine, or why there is none."""
    command = shlex.split(os.environ.get("IMSTACK_WINE", "wine"))
    root = Path(os.environ.get("IMSTACK_WINE_ROOT", "/"))
    if not shutil.which(command[0]):
        return f"needs Wine {OLDEST} or newer (Debian 13 has it): no `{command[0]}` here"
    environ = {"WINEDEBUG": "-all"}
    told = subprocess.run(
        [*command, "--version"], check=False, capture_output=True, text=True, env={**os.environ}
    )
    version = re.search(r"wine-(\d+)", told.stdout)
    if not version or int(version[1]) < OLDEST:
        return f"needs Wine {OLDEST} or newer, and this is {told.stdout.strip() or 'none'}"
    return Wine(command, root, environ)


class Bridge:
    """Answers what the bridge program asks, in a thread, while it is entered."""

    def __init__(self, wine: Wine, folder: Path, answer: Callable[[Request], Answer]) -> None:
        self.wine, self.folder, self.answer = wine, folder, answer
        self.requests: list[Request] = []
        self.faults: list[Exception] = []
        folder.mkdir(exist_ok=True)
        (folder / "bridge.js").write_text(BRIDGE_JS)
        self.program = f"cscript //nologo {wine.windows_path(folder / 'bridge.js')}"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Bridge:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self.faults:
            raise self.faults[0]

    def _serve(self) -> None:
        while not self._stop.wait(0.02):
            for file in self.folder.glob("*.request"):
                code = 99
                try:
                    code = self._answered(file)
                except Exception as fault:  # told when the test ends
                    self.faults.append(fault)
                file.unlink()
                ready = file.with_suffix(".ready")
                ready.write_text(f"{code}\r\n")
                ready.rename(file.with_suffix(".answer"))

    def _answered(self, file: Path) -> int:
        cwd, script, *rest = file.read_text("utf-16").split("\n")
        results = None
        if rest:
            assert (rest[0], rest[2]) == ("--env", "--")
            results, rest = self.wine.host_path(rest[1]), rest[3:]
        request = Request(cwd, script, results, rest)
        self.requests.append(request)
        answer = self.answer(request)
        if answer.variables is not None:
            assert results is not None
            results.write_bytes(env_file_bytes(answer.variables, code_page=1252))
        return answer.code
