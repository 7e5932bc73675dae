"""Small frames of every kind, and a runner for the real programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from imstack.magick import library
from tests.parity import frames
from tests.reference.im import Runner
from tests.reference.programs import MISSING, VERSION, Version


def obstacle() -> str:
    """Return why this folder's comparisons cannot be made here; empty if they can."""
    if VERSION is None:
        return MISSING
    build = library.load()
    *number, patch = build.number
    ours = Version(f"{'.'.join(map(str, number))}-{patch}", build.quantum_depth, build.hdri)
    if ours != VERSION:
        return f"the programs are ImageMagick {VERSION}, the library is {ours}"
    return "" if build.exact else f"with {ours} there is no exactness to check"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip this folder where the programs of the library's own build are missing."""
    here = Path(__file__).parent
    own = [item for item in items if here in item.path.parents]
    reason = obstacle() if own else ""
    for item in own if reason else ():
        item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def im(tmp_path: Path) -> Runner:
    return Runner(cwd=tmp_path)


@pytest.fixture(scope="session")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path, Path]]:
    """Two small frames and a gray gradient of each kind, by the kind's name."""
    folder = tmp_path_factory.mktemp("pairs")
    return {kind: frames.pair(folder, kind) for kind in frames.KINDS}
