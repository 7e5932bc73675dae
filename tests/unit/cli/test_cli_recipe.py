"""`imstack recipe`: what each command prints, without a terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from imstack.cli.recipe import recipe
from imstack.errors import OutputError, RecipeError
from imstack.recipe import shelf
from imstack.recipe.tutorial import every_key

if TYPE_CHECKING:
    from pathlib import Path


def run(*words: str) -> str:
    """Return what the command prints; errors for people pass through, as the app's main wants."""
    result = CliRunner().invoke(recipe, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_list_has_a_line_for_each() -> None:
    lines = run("list").splitlines()
    assert [line.split()[0] for line in lines] == ["recipe", *shelf.names()]


def test_show_prints_the_file_as_it_is() -> None:
    assert run("show", "macro") == (shelf.folder() / "macro.yaml").read_text()


def test_show_resolved_says_where_values_come_from() -> None:
    text = run("show", "aligned", "--resolved", "--set", "output.jpeg_quality=80")
    assert "# aligned.yaml:" in text
    assert "# imstack.yaml:" in text
    assert "jpeg_quality: 80" in text
    assert "# --set" in text
    assert "; not used, as registration.method is none" in text


def test_check_praises_or_points() -> None:
    assert run("check", "snibgo-2014") == "snibgo-2014: good\n"
    with pytest.raises(RecipeError, match="unknown key; did you mean 'sigmas'"):
        run("check", "snibgo-2014", "--set", "merge.detail.sigma=[1,2,3]")


def test_check_names_settings_without_a_say() -> None:
    said = run("check", "snibgo-2014", "--set", "merge.masks.transition=2")
    assert "  not used, as merge.method is running: merge.masks.transition\n" in said


def test_diff_shows_both_values() -> None:
    lines = run("diff", "imstack", "snibgo-2014").splitlines()
    assert lines[0].split() == ["key", "imstack", "snibgo-2014"]
    assert ["registration.method", "joint", "searches"] in [line.split() for line in lines]
    assert run("diff", "imstack", "imstack") == "imstack and imstack give the same settings\n"


def test_schema_and_keys_are_what_ships() -> None:
    assert json.loads(run("schema")) == json.loads((shelf.folder() / shelf.SCHEMA).read_text())
    assert run("keys", "--yaml") == every_key()
    assert run("keys").startswith("### recipe\n")


def test_copy_and_use(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    assert run("copy", "macro", str(mine)) == f"{mine}: use it with --recipe {mine}\n"
    assert run("check", str(mine)) == f"{mine}: good\n"
    with pytest.raises(OutputError):
        run("copy", "macro", str(mine))
    run("copy", "imstack", str(mine), "--force")


def test_a_recipe_that_is_not_there() -> None:
    with pytest.raises(RecipeError, match="no recipe has this name; did you mean 'snibgo-2014'"):
        run("show", "snibgo")


def test_help_needs_neither_pydantic_nor_images() -> None:
    code = (
        "import sys, imstack.cli.recipe\n"
        "print(*sorted({'pydantic', 'numpy', 'wand', 'rich', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_no_command_needs_images() -> None:
    code = (
        "import sys, click.testing, imstack.cli.recipe as r\n"
        "for words in (['list'], ['show', 'macro', '--resolved'], ['schema'], ['keys']):\n"
        "    assert click.testing.CliRunner().invoke(r.recipe, words).exit_code == 0\n"
        "print(*sorted({'numpy', 'wand'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
