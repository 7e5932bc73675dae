from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imstack.errors import OutputError
from imstack.workspace import Entry, Record, count, read_record

if TYPE_CHECKING:
    from pathlib import Path


def entry(**changes: object) -> Entry:
    parts: dict[str, object] = {
        "stage": "warp",
        "label": "wall_fs_0",
        "key": "ab",
        "how": "made",
        "seconds": 1.5,
        "cpu_seconds": 2.5,
        "folder": "/c/warp/wall",
        "files": {"a.miff": 3},
        "facts": {"dx": -8},
        "commands": (("convert", "in put.jpg", "(", "+clone", ")"),),
    }
    return Entry(**{**parts, **changes})  # type: ignore[arg-type]


def test_lines_are_written_as_things_happen(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    record = Record(path, {"recipe": "snibgo-2014"})
    record.add(entry())
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0]["record"] == 1
    assert lines[0]["recipe"] == "snibgo-2014"
    assert lines[1]["facts"] == {"dx": -8}
    record.add(entry(label="ü"))
    assert read_record(path) == record.entries == (entry(), entry(label="ü"))


@given(
    st.text(),
    st.lists(st.lists(st.text())),
    st.dictionaries(st.text(), st.integers() | st.text() | st.floats(allow_nan=False)),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_entry_is_read_back_as_it_was(
    tmp_path: Path, label: str, commands: list[list[str]], facts: dict[str, object]
) -> None:
    path = tmp_path / "run.jsonl"
    record = Record(path)
    record.add(entry(label=label, commands=tuple(map(tuple, commands)), facts=facts))
    assert read_record(path) == record.entries


def test_an_unfinished_last_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    record = Record(path)
    for _ in range(3):
        record.add(entry())
    text = path.read_bytes()
    path.write_bytes(text[:-10])
    assert len(read_record(path)) == 2
    path.write_bytes(b"")
    assert read_record(path) == ()


def test_an_older_record_is_replaced(tmp_path: Path) -> None:
    Record(tmp_path / "run.jsonl").add(entry())
    Record(tmp_path / "run.jsonl")
    assert read_record(tmp_path / "run.jsonl") == ()


def test_in_memory() -> None:
    record = Record()
    record.add(entry())
    assert record.entries == (entry(),)


def test_command_lines_for_a_shell() -> None:
    assert entry().command_lines == ("convert 'in put.jpg' '(' +clone ')'",)


def test_counting() -> None:
    hows = [("warp", "made"), ("warp", "cached"), ("scale", "cached"), ("warp", "cached")]
    entries = [entry(stage=stage, how=how) for stage, how in hows]
    assert count(entries, "cached") == {"warp": 2, "scale": 1}
    assert count(entries, "made") == {"warp": 1}
    assert count(entries, "remade") == {}


def test_a_record_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"run\.jsonl"):
        Record(tmp_path / "missing" / "run.jsonl")
    record = Record(tmp_path / "run.jsonl")
    (tmp_path / "run.jsonl").unlink()
    (tmp_path / "run.jsonl").mkdir()
    with pytest.raises(OutputError, match=r"run\.jsonl"):
        record.add(entry())
