from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from imstack.cli.cache import cache
from imstack.errors import UsageError
from imstack.workspace import Store

from .work import Stage, take, task


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "cache"
    with Store(root) as store:
        take(store, 0, 100_000)
        take(store, 1, 100_000)
        store.take_or_make(task(stage="mask"), Stage())
    return root


def run(root: Path, *words: str, answer: str | None = None, **environ: str) -> Result:
    environ = {"IMSTACK_CACHE": str(root), "IMSTACK_CACHE_LIMIT": "", **environ}
    return CliRunner().invoke(cache, words, env=environ, input=answer)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make standard input look like a terminal."""
    from click.testing import _NamedTextIOWrapper

    monkeypatch.setattr(_NamedTextIOWrapper, "isatty", lambda _: True, raising=False)


def test_info(root: Path) -> None:
    lines = run(root, "info", IMSTACK_CACHE_LIMIT="5G").output.splitlines()
    assert lines[0] == f"Folder: {root}"
    assert lines[1] == "Limit:  5.0 GiB"
    assert lines[2].startswith("Items:  3, 39")
    assert lines[3].split() == ["mask", "1", *lines[3].split()[2:]]
    assert lines[4].split()[:3] == ["warp", "2", lines[4].split()[2]]
    assert len(lines) == 5


def test_info_of_a_cache_that_is_not_there_yet(tmp_path: Path) -> None:
    result = run(tmp_path / "none", "info", IMSTACK_CACHE_LIMIT="none")
    assert result.output.splitlines()[1:] == ["Limit:  none", "Items:  0, 0 B"]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("words", [("info",), ("clear", "--yes")])
def test_a_folder_that_is_no_cache_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "thesis.tex").touch()
    result = run(tmp_path, *words)
    assert isinstance(result.exception, UsageError)
    assert (tmp_path / "thesis.tex").exists()


def test_clear(root: Path) -> None:
    result = run(root, "clear", "--yes")
    assert result.output.startswith("Removed 3 items, 39")
    assert run(root, "clear").output == "Removed 0 items, 0 B.\n"


def test_clear_a_stage(root: Path) -> None:
    assert run(root, "clear", "--stage", "warp", "--yes").output.startswith("Removed 2 items")
    assert Store(root).has(task(stage="mask"))


def test_clear_an_unknown_stage_says_which_there_are(root: Path) -> None:
    result = run(root, "clear", "--stage", "wrap", "--yes")
    assert isinstance(result.exception, UsageError)
    assert result.exception.hint == "it has: mask, warp"


def test_clear_what_is_old(root: Path) -> None:
    os.utime(root / "warp" / task(0).folder_name / "meta.json", (1, 1))
    assert run(root, "clear", "--older", "30", "--yes").output.startswith("Removed 1 item,")
    assert Store(root).has(task(1))
    assert run(root, "clear", "--older", "-1", "--yes").exit_code == 2


@pytest.mark.usefixtures("terminal")
def test_clear_asks_on_a_terminal(root: Path) -> None:
    result = run(root, "clear", answer="n\n")
    assert f"from {root}? [y/N]" in result.output
    assert result.exit_code == 1
    assert Store(root).has(task(0))
    assert run(root, "clear", answer="y\n").exit_code == 0
    assert not Store(root).has(task(0))


def test_clear_elsewhere_wants_yes(root: Path) -> None:
    result = run(root, "clear")
    assert isinstance(result.exception, UsageError)
    assert "--yes" in result.exception.hint
    assert Store(root).has(task(0))


def test_help_and_info_need_no_imaging_library() -> None:
    code = (
        "import sys, imstack.cli.cache, imstack.workspace, imstack.workspace.limits\n"
        "assert not {'wand', 'numpy', 'pydantic'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
