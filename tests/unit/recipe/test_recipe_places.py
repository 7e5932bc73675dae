"""Text and places: decoding, lines as YAML counts them, excerpts whose caret points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imstack.recipe.nodes import Node, parse
from imstack.recipe.source import LARGEST, Mark, Source, decode


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    source, faults = decode("f.yaml", b"\xef\xbb\xbfrecipe: 1\n")
    assert (source.text, faults) == ("recipe: 1\n", ())


def test_a_photo_given_as_recipe_is_refused_by_size_alone() -> None:
    _, (fault,) = decode("photo.jpg", b"\xff" * (LARGEST + 1))
    assert str(fault) == "photo.jpg: is too large for a recipe: more than 65536 bytes"


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_lines_are_counted_as_yaml_counts_them(break_: str) -> None:
    root, faults = parse(Source("f.yaml", f"a: 1{break_}bb: 2{break_}"))
    assert not faults
    assert root is not None
    entry = root.entries["bb"]
    assert (entry.mark.line, entry.mark.column) == (2, 1)
    assert (entry.node.mark.line, entry.node.mark.column) == (2, 5)
    assert entry.mark.fault("bb", "x").excerpt == "    2 | bb: 2\n      | ^"


def test_aliases_stand_where_they_were_defined() -> None:
    root, faults = parse(Source("f.yaml", "a: &x [1, 2]\nb: *x\n"))
    assert not faults
    assert root is not None
    assert root.plain() == {"a": [1, 2], "b": [1, 2]}
    assert root.entries["b"].node.mark.line == 1


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r\x85\u2028\u2029"), max_size=300),
    st.integers(min_value=1, max_value=310),
)
def test_the_caret_stands_below_the_character(line: str, column: int) -> None:
    source = Source("f.yaml", f"\n{line}\n")
    column = min(column, len(line) + 1)
    excerpt = Mark(source, 2, column).fault("", "x").excerpt
    shown, caret = excerpt.split("\n")
    place = caret.index("^")
    assert shown.isprintable()
    assert len(shown) <= 108
    if column <= len(line) and line[column - 1].isprintable() and line[column - 1] != " ":
        assert shown[place] == line[column - 1]


def _marks(node: Node) -> list[Mark]:
    inner = node.value if isinstance(node.value, tuple) else ()
    below = [entry.node for entry in node.entries.values()]
    keys = [entry.mark for entry in node.entries.values()]
    return [node.mark, *keys, *(mark for one in (*inner, *below) for mark in _marks(one))]


SNIPPETS = ["a: 1", "b:", "  c: [1, 2", "]", "- x", "{", "}", '"', "'", "&a ", "*a", "!t ", "? ",
            "|", ">", "#", "\n", "\t", " ", ": ", ", ", "%", "---", "<<: ", "\\x0"]  # fmt: skip


@given(
    st.one_of(st.text(max_size=60), st.lists(st.sampled_from(SNIPPETS), max_size=15).map("".join))
)
def test_any_text_gives_a_tree_or_faults_and_every_mark_is_in_it(text: str) -> None:
    source = Source("f.yaml", text)
    root, faults = parse(source)
    assert all(fault.line >= 1 and fault.column >= 1 for fault in faults)
    for mark in _marks(root) if root else []:
        assert 1 <= mark.line <= len(source.lines)
        assert 1 <= mark.column <= len(source.lines[mark.line - 1]) + 1
