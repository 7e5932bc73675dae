"""``imstack doctor``: what it shows, and what it says when something is amiss."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from imstack.magick import library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.conftest import Said


def rows(said: Said) -> dict[str, str]:
    """Return the table: names in the first column, separated by two blanks at least."""
    pairs = (line.split("  ", 1) for line in said.out.splitlines() if "  " in line)
    return {name: value.strip() for name, value in pairs}


def test_what_it_shows(cli: Callable[..., Said]) -> None:
    said = cli("doctor")
    shown, build = rows(said), library.load()
    assert (said.code, said.err) == (0, "")
    assert shown["library"] == build.version
    assert shown["loaded from"] == build.path
    assert shown["exact reproduction"].startswith("possible" if build.exact else "not possible")
    assert shown["limit: memory"].endswith(" GiB")
    assert shown["coder: JPEG"].startswith("yes")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"hdri": True}, "HDRI"), ({"quantum_depth": 8}, "8-bit quanta")],
)
def test_builds_that_are_not_exact(
    changes: dict[str, int], reason: str, cli: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    build = replace(library.load(), **changes)  # type: ignore[arg-type]
    monkeypatch.setattr(library, "load", lambda: build)
    said = cli("doctor")
    assert said.code == 0
    assert rows(said)["exact reproduction"].startswith(f"not possible with {reason}: install")


def test_a_stack_says_that_it_is_not_exact(
    cli: Callable[..., Said], fixtures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = replace(library.load(), hdri=True)
    monkeypatch.setattr(library, "load", lambda: build)
    photos = [fixtures / "odd" / f"frame_{number}.jpg" for number in (1, 2)]
    said = cli("stack", *photos, "-o", "x.tiff", "-r", "snibgo-2014", "-q")
    assert said.code == 0
    assert said.err.startswith(f"warning: {build.identity}: not the pixels of a Q16 command line")


def test_missing_coders(cli: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "coders", lambda: frozenset({"JPEG", "PNG", "MIFF"}))
    said = cli("doctor")
    assert said.code == 6
    assert rows(said)["coder: TIFF"].startswith("MISSING")
    assert "error: this library cannot read or write TIFF" in said.err


def test_programs_are_not_needed(
    cli: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = cli("doctor")
    assert said.code == 0
    assert "is not found" in rows(said)["programs"]


def test_programs_of_another_build_are_marked(
    cli: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = "Version: ImageMagick 7.1.0-1 Q8 x86_64 1 https://imagemagick.org"
    for name in ("convert", "identify", "compare"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{version}'\n")
        (tmp_path / name).chmod(0o755)
        monkeypatch.setenv(name.upper(), str(tmp_path / name))
    shown = rows(cli("doctor"))
    assert shown["program: convert"].endswith("(ANOTHER BUILD: ImageMagick 7.1.0-1 Q8 x86_64 1)")
