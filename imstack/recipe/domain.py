"""What a key may hold, read off its type: for messages, the reference and suggestions."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

import annotated_types as at
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class Numbers:
    """A range of numbers, ends included unless `above` or `below` says otherwise."""

    whole: bool
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None

    def bounds(self) -> str:
        """Return the range in words: `0.1 to 10`, `above 1, at most 2`; empty without limits."""
        if self.low is not None and self.low == self.high:
            return f"{self.low:g}"
        if self.low is not None and self.high is not None:
            return f"{self.low:.9g} to {self.high:.9g}"
        words = (("above", self.above), ("at least", self.low), ("below", self.below))
        parts = [
            f"{word} {limit:.9g}"
            for word, limit in (*words, ("at most", self.high))
            if limit is not None
        ]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Domain:
    """What a key may hold: any of `words`, or a number of `numbers`, or text, or a list of these.

    Attributes
    ----------
    words
        Words and numbers that are allowed as they stand.
    switch
        True where true and false are allowed.
    numbers
        Range of numbers allowed.
    text
        Most characters of free text allowed; 0 where there is none.
    items
        What a list holds, one domain an item; a single one with `many` for lists of any length.
    many
        True for a list of any length.
    """

    words: tuple[str | int, ...] = ()
    switch: bool = False
    numbers: Numbers | None = None
    text: int = 0
    items: tuple[Domain, ...] = ()
    many: bool = False

    def sentence(self) -> str:
        """Return what is wanted, as it stands after `must be`."""
        parts = [_or(self.words)] if self.words else []
        if self.switch:
            parts.append("true or false")
        if self.numbers:
            parts.append(_numbers_sentence(self.numbers))
        if self.text:
            parts.append(f"one line of text, at most {self.text} characters")
        if self.items:
            count = "" if self.many else f"{len(self.items)} "
            parts.append(f"a list of {count}{_plural(self.items[0])}")
        return ", or ".join(parts)

    def short(self) -> str:
        """Return what is allowed, as it stands in a table."""
        parts = [str(word) for word in self.words]
        if self.switch:
            parts += ["true", "false"]
        if self.numbers:
            parts.append(self.numbers.bounds() or "any number")
        if self.text:
            parts.append("text")
        if self.items:
            count = "" if self.many else f"{len(self.items)} "
            parts.append(f"a list of {count}values, each {self.items[0].short()}")
        return ", ".join(parts)

    def choices(self) -> tuple[str, ...]:
        """Return the words that a slip of the keyboard may have meant."""
        return (*map(str, self.words), *(("true", "false") if self.switch else ()))


def domain(info: FieldInfo) -> Domain:
    """Return what the field `info` of a section may hold."""
    return _domain(info.annotation, tuple(info.metadata))


def _domain(kind: object, metadata: tuple[object, ...]) -> Domain:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _domain(arguments[0], (*_flat(arguments[1:]), *metadata))
    if origin in (Union, UnionType):
        return _either([_domain(one, metadata) for one in arguments if one is not NoneType])
    if origin is Literal:
        return Domain(words=arguments)
    if origin is tuple:
        many = arguments[-1] is Ellipsis
        items = arguments[:1] if many else arguments
        return Domain(items=tuple(_domain(one, ()) for one in items), many=many)
    return _simple(kind, metadata)


def _simple(kind: object, metadata: tuple[object, ...]) -> Domain:
    if kind is bool:
        return Domain(switch=True)
    if kind in (int, float):
        return Domain(numbers=_numbers(kind is int, metadata))
    return Domain(text=next((m.max_length for m in metadata if isinstance(m, at.MaxLen)), 1000))


def _flat(metadata: tuple[object, ...]) -> tuple[object, ...]:
    flat: list[object] = []
    for one in metadata:
        flat += one.metadata if isinstance(one, FieldInfo) else [one]
    return tuple(flat)


def _either(parts: list[Domain]) -> Domain:
    return Domain(
        words=tuple(word for part in parts for word in part.words),
        switch=any(part.switch for part in parts),
        numbers=next((part.numbers for part in parts if part.numbers), None),
        text=max(part.text for part in parts),
        items=next((part.items for part in parts if part.items), ()),
        many=any(part.many for part in parts),
    )


def _numbers(whole: bool, metadata: tuple[object, ...]) -> Numbers:
    limits: dict[type, float] = {}
    for one in metadata:
        match one:
            case at.Ge(value) | at.Le(value) | at.Gt(value) | at.Lt(value):
                limits[type(one)] = float(str(value))
            case _:
                pass
    return Numbers(
        whole, limits.get(at.Ge), limits.get(at.Le), limits.get(at.Gt), limits.get(at.Lt)
    )


def _numbers_sentence(numbers: Numbers) -> str:
    bounds = numbers.bounds()
    if numbers.low is not None and numbers.low == numbers.high:
        return bounds
    kind = "a whole number" if numbers.whole else "a number"
    between = "from " if numbers.low is not None and numbers.high is not None else ""
    return f"{kind} {between}{bounds}".rstrip()


def _plural(item: Domain) -> str:
    if item.numbers and not item.words:
        return _numbers_sentence(item.numbers).removeprefix("a ").replace("number", "numbers", 1)
    return f"values, each {item.sentence()}"


def _or(words: tuple[str | int, ...]) -> str:
    if len(words) <= 2:
        return " or ".join(map(str, words))
    return f"one of {', '.join(map(str, words))}"
