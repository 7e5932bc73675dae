"""A command line to call, with a cache and a folder of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imstack.cli.app import app
from imstack.cli.errors import run_for_people

if TYPE_CHECKING:
    from collections.abc import Callable

FIXTURES = Path(__file__).parents[2] / "fixtures"


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Cli = "Callable[..., Said]"


@pytest.fixture
def fixtures() -> Path:
    """Return the folder of the fixtures."""
    return FIXTURES


@pytest.fixture
def cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """Return a function that runs ``imstack WORDS`` in a new folder with an empty cache."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("IMSTACK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    for name in ("fsMAKE_VP_MASK", "wpDEBUG", "tbdAUTO"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> Said:
        capfd.readouterr()
        code = run_for_people(app, [str(word) for word in words], "imstack")
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return call
