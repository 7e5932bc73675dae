"""Small frames of every kind, and a runner for the real programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parity import frames
from tests.reference.im import Runner, available


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip this folder where the programs that it compares with are missing."""
    if available():
        return
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="needs ImageMagick 6 Q16's programs"))


@pytest.fixture
def im(tmp_path: Path) -> Runner:
    return Runner(cwd=tmp_path)


@pytest.fixture(scope="session")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path, Path]]:
    """Two small frames and a gray gradient of each kind, by the kind's name."""
    folder = tmp_path_factory.mktemp("pairs")
    return {kind: frames.pair(folder, kind) for kind in frames.KINDS}
