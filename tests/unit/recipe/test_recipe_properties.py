"""Whatever is fed to a recipe, the answer is a recipe or faults that point."""

from __future__ import annotations

import functools
import json
import operator
from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from hypothesis import strategies as st

from imstack.errors import RecipeError
from imstack.recipe.keys import Key, keys, value_of
from imstack.recipe.load import ResolvedRecipe, load_bytes
from imstack.recipe.scalars import write
from imstack.recipe.text import to_yaml

if TYPE_CHECKING:
    from imstack.recipe.domain import Domain, Numbers

# Keys at which the model's rules between keys point.
CLASHING = {
    "frames.reference", "merge.detail.sigmas", "output.depth_map", "output.index_map",
    "output.masks", "registration.scale.min", "vp_mask.combine", "vp_mask.make",
}  # fmt: skip
NAMES = [name for name in keys() if name not in ("recipe", "extends")]


def load(data: bytes, sets: tuple[str, ...] = ()) -> ResolvedRecipe | RecipeError:
    try:
        return load_bytes(data, "mine.yaml", sets=sets)
    except RecipeError as error:
        return error


def said(outcome: ResolvedRecipe | RecipeError) -> list[tuple[str, str]]:
    assert isinstance(outcome, RecipeError)
    return sorted((fault.key, fault.message) for fault in outcome.faults)


def values(domain: Domain) -> st.SearchStrategy[object]:
    """Every value that a key may hold."""
    kinds: list[st.SearchStrategy[object]] = []
    if domain.words:
        kinds.append(st.sampled_from(domain.words))
    if domain.switch:
        kinds.append(st.booleans())
    if domain.numbers:
        kinds.append(numbers(domain.numbers))
    if domain.text:
        printable = st.characters(codec="utf-8").filter(str.isprintable)
        kinds.append(st.text(printable, max_size=domain.text))
    if domain.items:
        kinds.append(st.tuples(*map(values, domain.items)))
    return functools.reduce(operator.or_, kinds)


def numbers(limits: Numbers) -> st.SearchStrategy[object]:
    low = limits.low if limits.low is not None else limits.above
    high = limits.high if limits.high is not None else limits.below
    if limits.whole:
        return st.integers(
            min_value=None if low is None else int(low),
            max_value=None if high is None else int(high),
        )
    return st.floats(
        min_value=low,
        max_value=high,
        exclude_min=limits.above is not None,
        exclude_max=limits.below is not None,
        allow_nan=False,
        allow_infinity=False,
    )


def setting(key: Key) -> st.SearchStrategy[tuple[str, object]]:
    return st.tuples(st.just(key.name), values(key.domain))


SETTINGS = st.lists(
    st.sampled_from(NAMES).flatmap(lambda name: setting(keys()[name])), max_size=12
).map(dict)


def as_yaml(chosen: dict[str, object]) -> str:
    """Write settings as nested flow mappings, without help of the code under test."""
    tree: dict[str, object] = {"recipe": 1}
    for name, value in chosen.items():
        *sections, word = name.split(".")
        place = tree
        for section in sections:
            place = place.setdefault(section, {})  # type: ignore[assignment]
        place[word] = value

    def flow(value: object) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"
        return write(value)

    return "".join(f"{key}: {flow(value)}\n" for key, value in tree.items())


@given(SETTINGS)
@settings(max_examples=200)
def test_settings_survive_write_read_and_resolve(chosen: dict[str, object]) -> None:
    resolved = load(as_yaml(chosen).encode())
    if isinstance(resolved, RecipeError):
        # Right one by one, they may still contradict each other; no other fault is possible.
        assert all(fault.key in CLASHING for fault in resolved.faults)
        return
    for name, value in chosen.items():
        assert value_of(resolved.recipe, name) == value
        assert resolved.origin(name).where == "mine.yaml"
    again = load_bytes(to_yaml(resolved.recipe).encode(), "again.yaml")
    assert again.recipe == resolved.recipe


@given(SETTINGS)
def test_set_says_the_same_as_a_file(chosen: dict[str, object]) -> None:
    sets = tuple(f"{name}={write(value)}" for name, value in chosen.items())
    in_file, by_set = load(as_yaml(chosen).encode()), load(b"recipe: 1", sets)
    if isinstance(in_file, RecipeError) or isinstance(by_set, RecipeError):
        assert said(in_file) == said(by_set)
    else:
        assert in_file.recipe == by_set.recipe


def recipe_or_faults(data: bytes, sets: tuple[str, ...] = ()) -> None:
    outcome = load(data, sets)
    if isinstance(outcome, RecipeError):
        assert outcome.faults
        for fault in outcome.faults:
            assert fault.message
            assert str(fault).isprintable()
            assert str(fault).startswith(("mine.yaml", "--set"))
        str(outcome).encode()


@given(st.binary(max_size=200))
@example(b"\xff\xfe\x00")
@example(b"\xef\xbb\xbf")
@example(b"%YAML 9.9\n---\n")
def test_any_bytes(data: bytes) -> None:
    recipe_or_faults(data)
    recipe_or_faults(b"recipe: 1\n" + data)


@given(st.text(max_size=200), st.text(max_size=40))
@example('"\\UFFFFFFFF": 1', '"\\ud800"')
@example("extends: '\ud800'".encode(errors="replace").decode(), "title='\ud800'")
def test_any_text(text: str, override: str) -> None:
    recipe_or_faults(f"recipe: 1\n{text}".encode(errors="replace"))
    recipe_or_faults(b"recipe: 1\n", (override, f"merge.detail.{override}", f"title={override}"))


WORDS = [part for name in keys() for part in name.split(".")]
JUNK = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
        st.sampled_from(["auto", "last", "4", "snibgo-2014", "none"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(st.sampled_from(WORDS), st.text(max_size=6)),
            inner,
            max_size=6,
        ),
    ),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([name.split(".")[0] for name in keys()]), JUNK, max_size=8))
@settings(max_examples=300)
def test_any_tree_with_the_right_words_in_wrong_places(tree: dict[str, object]) -> None:
    recipe_or_faults(json.dumps({"recipe": 1, **tree}).encode())
