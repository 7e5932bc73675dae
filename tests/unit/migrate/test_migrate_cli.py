"""The command."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner, Result

from imstack.cli.migrate import migrate
from imstack.errors import ImstackError, InputError, OutputError, UsageError
from imstack.migrate.writing import write_text
from imstack.recipe.load import load_recipe
from tests.unit.migrate.bat import FOC

if TYPE_CHECKING:
    from pathlib import Path

LINES = ["set fsMAKE_VP_MASK=0 ", f"{FOC} Käfer.txt", "if errorlevel 1 exit /b 1", "pause"]


@pytest.fixture
def caller(tmp_path: Path) -> Path:
    path = tmp_path / "my caller.bat"
    path.write_bytes("\r\n".join(LINES).encode())
    return path


def run(*words: str | Path) -> Result:
    result = CliRunner().invoke(migrate, [str(word) for word in words])
    if isinstance(result.exception, ImstackError):
        raise result.exception
    return result


def test_the_plan_is_printed(caller: Path) -> None:
    result = run(caller)
    assert result.exit_code == 0
    assert [step["line"] for step in yaml.safe_load(result.stdout)["steps"]] == [2]
    assert result.stderr.splitlines() == [
        "my caller.bat: read as utf-8: its bytes are UTF-8; cmd.exe would need chcp 65001 to agree",
        "my caller.bat:1: trailing-space: fsMAKE_VP_MASK is set with blanks at its end",
        "my caller.bat:4: not translated (asks-user): pause",
        "my caller.bat: 1 steps, 1 parts not translated, 1 warnings",
    ]


def test_all_outputs(caller: Path, tmp_path: Path) -> None:
    result = run(
        caller, "-o", tmp_path / "p.yaml", "--recipe", tmp_path / "r.yaml",
        "--to", "sh", "--script", tmp_path / "s.sh",
    )  # fmt: skip
    assert result.stdout == ""
    assert yaml.safe_load((tmp_path / "p.yaml").read_text("utf-8"))["steps"][0]["args"] == [
        "Käfer.txt"
    ]
    assert load_recipe(tmp_path / "r.yaml").recipe.vp_mask.make
    script = tmp_path / "s.sh"
    assert script.read_text("utf-8").startswith("#!/bin/sh\n")
    if os.name != "nt":
        assert script.stat().st_mode & stat.S_IXUSR
        assert not (tmp_path / "p.yaml").stat().st_mode & stat.S_IXUSR
    assert len(list(tmp_path.iterdir())) == 4


def test_scripts_are_printed(caller: Path, tmp_path: Path) -> None:
    assert run(caller, "--to", "sh").stdout.startswith("#!/bin/sh\n")
    assert run(caller, "--to", "ps1").stdout.startswith("\ufeff# What my caller.bat does")
    both = run(caller, "--to", "sh", "--script", tmp_path / "s.sh").stdout
    assert both.startswith("# Plan of my caller.bat")
    assert run(caller, "--recipe", "-", "-o", tmp_path / "p").stdout.startswith("# Written by")


def test_code_page(tmp_path: Path) -> None:
    path = tmp_path / "c.bat"
    path.write_bytes(b"call focStack \x8e.txt")
    assert "Ä.txt" in run(path, "--code-page", "437").stdout
    assert "Ž.txt" in run(path, "--code-page", "1252").stdout


@pytest.mark.parametrize("option", ["-o", "--recipe"])
def test_the_caller_is_never_overwritten(caller: Path, option: str, tmp_path: Path) -> None:
    before = caller.read_bytes()
    with pytest.raises(OutputError, match="the caller itself"):
        run(caller, option, caller)
    link = tmp_path / "link.yaml"
    link.hardlink_to(caller)
    with pytest.raises(OutputError, match="the caller itself"):
        run(caller, option, link)
    assert caller.read_bytes() == before


def test_two_outputs_in_one_file(caller: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="twice"):
        run(caller, "-o", tmp_path / "a", "--recipe", tmp_path / "." / "a")
    assert not (tmp_path / "a").exists()


def test_wrong_use(caller: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--to"):
        run(caller, "--script", tmp_path / "s")
    with pytest.raises(InputError, match="cannot be read"):
        run(tmp_path / "none.bat")
    with pytest.raises(OutputError, match="cannot be written"):
        run(caller, "-o", tmp_path / "none" / "p.yaml")
    assert run(caller, "--to", "fish").exit_code == 2


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["for /R %%D in (*.txt) do call focStack %%D", "echo done"], "nothing of what it runs"),
        (["call :stack", "exit /b", ":stack", "call focStack %RANDOM%"], "nothing of what it runs"),
        (["cls", "pause"], "nothing in it runs the scripts"),
        ([], "nothing in it runs the scripts"),
    ],
)
def test_nothing_translated_is_a_failure(lines: list[str], told: str, tmp_path: Path) -> None:
    caller, plan = tmp_path / "c.bat", tmp_path / "p.yaml"
    caller.write_text("\n".join(lines))
    with pytest.raises(InputError, match=told):
        run(caller, "-o", plan, "--to", "sh", "--script", tmp_path / "s.sh")
    assert plan.exists()  # what stands in it may help
    assert (tmp_path / "s.sh").exists()


def test_a_file_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OutputError, match="No space left"):
        write_text(path, "after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
