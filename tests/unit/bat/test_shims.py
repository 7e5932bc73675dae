"""The text of the shims, and where they may be written."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from imstack.bat.shims import write_shims
from imstack.bat.shimtext import shim_text
from imstack.bat.variables import SCRIPTS, Script
from imstack.cli.shims import shims
from imstack.errors import OutputError, UsageError

every_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
NAMES = [f"{script.name}.bat" for script in SCRIPTS]


def lines_of(script: Script) -> list[str]:
    return shim_text(script).splitlines()


def test_the_scripts_are_the_console_scripts() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    assert [s.name for s in SCRIPTS] == [
        name for name in project["project"]["scripts"] if name != "imstack"
    ]


@every_script
def test_no_line_shows_with_echo_on(script: Script) -> None:
    assert all(line.startswith(("@", ":")) for line in lines_of(script))
    for line in lines_of(script):  # each turn of a loop echoes its body, too
        assert all(body.startswith("@") for body in re.findall(r"\bdo (\S+)", line))


@every_script
def test_no_inner_call_and_no_lasting_change(script: Script) -> None:
    code = "\n".join(line for line in lines_of(script) if not line.startswith("@rem"))
    assert not re.search(
        r"\b(call|echo (on|off)|chcp|pushd|start|(?<!\.)cmd)\b|@cd", code, re.IGNORECASE
    )


@every_script
def test_only_the_results_are_set_outside_setlocal(script: Script) -> None:
    inside = 0
    names = set()
    for line in lines_of(script):
        for command in re.split(r" & | do |\) ", line.removeprefix("@")):
            inside += command.removeprefix("@").lower().startswith("setlocal")
            inside -= command == "endlocal"
            if (assigned := re.search(r'\bset (?:/[AP] )?"?(\w+)[+]?=', command)) and not inside:
                names.add(assigned[1])
        if re.match(r"@exit /B", line) and not inside:
            inside = 3  # the next lines are reached from inside
    assert names == set(script.variables)


@every_script
def test_every_way_leads_to_a_label_and_every_end_says_how(script: Script) -> None:
    lines = lines_of(script)
    labels = {line[1:] for line in lines if line.startswith(":")}
    assert set(re.findall(r"goto (\w+)", "\n".join(lines))) <= labels
    assert set(re.findall(r"exit .*", "\n".join(lines))) == {"exit /B 0", "exit /B 1"}
    assert lines[-1] == "@exit /B 0"


@every_script
def test_arguments_are_passed_once_outside_blocks_with_success_on_the_same_line(
    script: Script,
) -> None:
    (run,) = (line for line in lines_of(script) if " -- " in line)
    assert run == (
        f'@%_imsRUN% {script.name} --env "%_imsDIR%\\set" -- '
        "%1 %2 %3 %4 %5 %6 %7 %8 %9 && goto read"
    )


@every_script
def test_written_as_cmd_reads_it(script: Script, tmp_path: Path) -> None:
    write_shims(tmp_path)
    data = (tmp_path / f"{script.name}.bat").read_bytes()
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n") > 20
    assert data.endswith(b"\r\n")
    assert max(map(len, data.split(b"\r\n"))) < 1000  # cmd.exe takes 8191 after expansion


def test_another_program_is_run_when_asked(tmp_path: Path) -> None:
    write_shims(tmp_path, program=r"C:\Program Files (x86)\im & stack\imstack.exe")
    text = (tmp_path / "focStack.bat").read_text()
    assert r'set "IMSTACK=C:\Program Files (x86)\im & stack\imstack.exe"' in text
    assert text.count("Program Files") == 2  # there, and in a remark


@pytest.mark.parametrize("program", ['"a b"', r"%USERPROFILE%\imstack.exe", r"C:\Jörg", "", "a\nb"])
def test_a_program_that_a_bat_file_cannot_hold(tmp_path: Path, program: str) -> None:
    with pytest.raises(UsageError, match="--program"):
        write_shims(tmp_path / "new", program=program)
    assert not (tmp_path / "new").exists()


def test_all_are_written_and_written_again(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "bat"
    first = write_shims(folder)
    assert [path.name for path in first.written] == NAMES
    (folder / "focStack.bat").write_bytes((folder / "focStack.bat").read_bytes() + b"old")
    (folder / "other.bat").write_text("mine")
    assert write_shims(folder) == first
    assert not (folder / "focStack.bat").read_bytes().endswith(b"old")
    assert sorted(path.name for path in folder.iterdir()) == sorted([*NAMES, "other.bat"])


def test_the_originals_are_not_lost(tmp_path: Path) -> None:
    (tmp_path / "WHICHPIX.BAT").write_text("rem the original")
    (tmp_path / "focStack.bat").write_text("rem another")
    with pytest.raises(OutputError, match=r"focStack\.bat, WHICHPIX\.BAT") as caught:
        write_shims(tmp_path)
    assert "--force" in caught.value.hint
    assert sorted(path.name for path in tmp_path.iterdir()) == ["WHICHPIX.BAT", "focStack.bat"]

    (tmp_path / "focStack.bat.orig").write_text("older")
    done = write_shims(tmp_path, force=True)
    kept = {new.name: new.read_text() for _, new in done.kept}
    assert kept == {"focStack.bat.orig2": "rem another", "WHICHPIX.BAT.orig": "rem the original"}
    assert (tmp_path / "focStack.bat.orig").read_text() == "older"
    assert write_shims(tmp_path, force=True).kept == ()


@pytest.mark.parametrize("name", ["focStack.exe", "SETINOUT.COM"])
def test_not_beside_programs_that_windows_would_run_instead(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(OutputError, match="would run that"):
        write_shims(tmp_path, force=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in ("file", "file/bat"):
        with pytest.raises(OutputError, match="cannot be written"):
            write_shims(tmp_path / folder)


def test_the_command_says_what_to_do_next(tmp_path: Path) -> None:
    (tmp_path / "setInOut.bat").write_text("rem the original")
    ran = CliRunner().invoke(shims, [str(tmp_path), "--force"], catch_exceptions=False)
    kept, wrote, then = ran.output.splitlines()
    assert kept == "kept setInOut.bat as setInOut.bat.orig"
    assert wrote == f"wrote {', '.join(NAMES)}"
    assert "set PICTBAT=" in then
    assert then.endswith("\\")
