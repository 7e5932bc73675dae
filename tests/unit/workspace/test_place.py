from __future__ import annotations

import os
from pathlib import Path

import pytest

from imstack.errors import OutputError, UsageError
from imstack.workspace import default_limit, default_root, parse_size, show_size
from imstack.workspace.place import DEFAULT_LIMIT, is_marked, prepare


def test_the_folder_that_is_named() -> None:
    assert default_root({"IMSTACK_CACHE": "/data/c", "XDG_CACHE_HOME": "/x"}) == Path("/data/c")
    assert default_root({"IMSTACK_CACHE": "c"}) == Path.cwd() / "c"
    assert default_root({"IMSTACK_CACHE": "~/c"}) == Path.home() / "c"


@pytest.mark.skipif(os.name == "nt", reason="Windows has its own place")
@pytest.mark.parametrize("empty", [{}, {"IMSTACK_CACHE": ""}, {"XDG_CACHE_HOME": "relative"}])
def test_the_systems_place(empty: dict[str, str]) -> None:
    assert default_root(empty) == Path.home() / ".cache" / "imstack"
    assert default_root({"XDG_CACHE_HOME": "/x"}) == Path("/x/imstack")


def test_windows_has_its_own_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imstack.workspace.place._WINDOWS", True)
    environ = {"LOCALAPPDATA": "/Users/a/AppData/Local"}
    assert default_root(environ) == Path("/Users/a/AppData/Local/imstack/cache")


def test_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(OutputError, match="home") as caught:
        default_root({})
    assert "IMSTACK_CACHE" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("500", 500),
        ("1k", 1024),
        ("20G", 20 * 2**30),
        ("1.5 GB", 3 * 2**29),
        ("2TiB", 2**41),
        (" 7 mib ", 7 * 2**20),
        ("10B", 10),
        ("none", None),
        ("NONE", None),
    ],
)
def test_sizes(text: str, size: int | None) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "G", "-1G", "1 X", "1e3", "1,5G", "unlimited", "\u0661G"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError, match="LIMIT"):
        parse_size(text, "LIMIT")


def test_the_limit() -> None:
    assert default_limit({}) == DEFAULT_LIMIT
    assert default_limit({"IMSTACK_CACHE_LIMIT": " "}) == DEFAULT_LIMIT
    assert default_limit({"IMSTACK_CACHE_LIMIT": "1G"}) == 2**30
    assert default_limit({"IMSTACK_CACHE_LIMIT": "none"}) is None
    with pytest.raises(UsageError, match="IMSTACK_CACHE_LIMIT"):
        default_limit({"IMSTACK_CACHE_LIMIT": "much"})


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KiB"),
        (2**20, "1.0 MiB"),
        (5 * 2**40, "5.0 TiB"),
        (1500000000, "1.4 GiB"),
        (2**50, "1024.0 TiB"),
    ],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert show_size(size) == text


@pytest.mark.parametrize("name", ["lost+found", ".DS_Store", "warp", ".making"])
def test_a_folder_that_holds_nothing_strange_is_taken(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    prepare(tmp_path)
    assert is_marked(tmp_path)


@pytest.mark.parametrize("name", ["a.txt", "photos/a.jpg", "warp/a-0123/b", ".hidden"])
def test_a_folder_that_holds_other_things_is_not(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).touch()
    with pytest.raises(OutputError, match="holds other things"):
        prepare(tmp_path)
    assert not is_marked(tmp_path)
