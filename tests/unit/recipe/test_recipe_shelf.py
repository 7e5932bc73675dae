"""Where recipes are found, and copies for the user to change."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from imstack.errors import OutputError
from imstack.recipe import shelf
from imstack.recipe.load import load_recipe

if TYPE_CHECKING:
    from pathlib import Path


def test_an_installed_package_brings_its_recipes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "imstack"
    (package / "_recipes").mkdir(parents=True)
    shutil.copy(shelf.folder() / "imstack.yaml", package / "_recipes")
    monkeypatch.setattr("importlib.resources.files", lambda _name: package)
    assert shelf.folder() == package / "_recipes"
    assert shelf.names() == ("imstack",)
    assert load_recipe("imstack").files == ("imstack.yaml",)


def test_the_project_puts_them_there(pytestconfig: pytest.Config) -> None:
    project = (pytestconfig.rootpath / "pyproject.toml").read_text(encoding="utf-8")
    assert '"recipes" = "imstack/_recipes"' in project


def test_a_shipped_name_wins_over_a_file_and_a_path_says_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "macro.yaml").write_text("recipe: 1\ntitle: mine\n")
    assert load_recipe("macro").recipe.title != "mine"
    assert load_recipe("macro.yaml").recipe.title == "mine"
    assert load_recipe("./macro.yaml").recipe.title == "mine"


def copy(name: str, target: Path, *, force: bool = False) -> Path:
    place = shelf.find(name)
    assert place is not None
    return shelf.copy(place, target, force=force)


def test_a_copy_is_the_same_recipe_and_knows_the_schema(tmp_path: Path) -> None:
    written = copy("macro", tmp_path)
    assert written == tmp_path / "macro.yaml"
    assert load_recipe(written).recipe == load_recipe("macro").recipe
    first, rest = written.read_text().split("\n", 1)
    assert first == f"# yaml-language-server: $schema={(shelf.folder() / shelf.SCHEMA).as_uri()}"
    assert rest == (shelf.folder() / "macro.yaml").read_text().split("\n", 1)[1]


def test_a_copy_never_replaces_a_file_unless_told_to(tmp_path: Path) -> None:
    target = tmp_path / "mine.yaml"
    target.write_text("precious")
    with pytest.raises(OutputError, match="there is a file of this name already") as caught:
        copy("macro", target)
    assert "--force" in caught.value.hint
    assert target.read_text() == "precious"
    copy("macro", target, force=True)
    assert load_recipe(target).recipe == load_recipe("macro").recipe


def test_a_copy_into_nowhere(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file or directory"):
        copy("macro", tmp_path / "none" / "mine.yaml")


def test_a_copy_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot copy .*gone\.yaml here"):
        copy(str(tmp_path / "gone.yaml"), tmp_path / "mine.yaml")
    assert not (tmp_path / "mine.yaml").exists()
