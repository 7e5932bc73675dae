"""The project's own rules: style, types, layers, layout, and a quick start."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import imstack
from imstack.cli import app
from imstack.recipe.load import load_recipe

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    *(ROOT / folder / "README.md" for folder in ("imstack", "imstack/bat", "imstack/scripts")),
    ROOT / "tests" / "benchmarks" / "README.md",
]
TOP_LEVEL = {"pyproject.toml", "imstack", "recipes", "tests", "fixtures", "README.md", "LICENSE"}


def run(*words: str) -> str:
    """Run a Python module in the project's folder; return what it prints, fail if it fails."""
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_style() -> None:
    run("-m", "ruff", "check", ".")
    run("-m", "ruff", "format", "--check", ".")


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_types(platform: str) -> None:
    run("-m", "mypy", "--platform", platform)


def test_imports_point_down() -> None:
    """The layers and the one importer of Wand, as pyproject.toml states them."""
    run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")


def test_top_level() -> None:
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("no git checkout")
    entries = {Path(line).parts[0] for line in done.stdout.splitlines()}
    assert {entry for entry in entries if not entry.startswith(".")} <= TOP_LEVEL


def test_help_is_quick() -> None:
    """Listing the commands imports neither ImageMagick nor numpy."""
    program = (
        "import sys, contextlib\n"
        "from imstack.cli.app import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "print('heavy:', sorted({'wand', 'numpy', 'pydantic', 'rich'} & set(sys.modules)))\n"
    )
    assert "heavy: []" in run("-c", program)


def commands() -> list[str]:
    return [*app.COMMANDS, *app.SCRIPTS]


@pytest.mark.parametrize("name", commands())
def test_commands_are_there(name: str) -> None:
    """Each listed command exists, bears its name, and has a help text."""
    group = app.app
    assert isinstance(group, app.LazyGroup)
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.name == name
    assert command.help


def test_public_names() -> None:
    """Every public name can be imported and is documented."""
    for name in imstack.__all__:
        if name != "__version__":
            assert getattr(imstack, name).__doc__


def test_readme_is_whole() -> None:
    """No placeholder is left, and every file that a README shows is there."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"@[A-Z]+@", text)
        for name in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (page.parent / name).exists(), name


def test_readme_recipes_are_right(tmp_path: Path) -> None:
    """Every recipe that the README shows can be used."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert blocks
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.yaml"
        path.write_text(block, encoding="utf-8")
        assert load_recipe(path).recipe.recipe == 1


def test_readme_names_commands_that_exist() -> None:
    """Every ``imstack NAME`` in the README is a command, and every option one of its own."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    group = app.app
    assert isinstance(group, app.LazyGroup)
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    blocks += re.findall(r"(?:^ {4}.*\n)+", text, re.MULTILINE)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    lines = [line for line in lines if line.startswith("imstack ")]
    assert len(lines) > 10
    for line in lines:
        words = line.split()
        command = group.get_command(click.Context(group), words[1])
        assert command is not None, line
        if isinstance(command, click.Group):
            command = command.get_command(click.Context(command), words[2])
            assert command is not None, line
        known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
        used = {word.split("=")[0] for word in words if re.fullmatch(r"--?[a-z][a-z-]*.*", word)}
        assert used <= known, line
