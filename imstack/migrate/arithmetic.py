"""``set /A`` over numbers that are known.

32-bit integers that wrap around, as cmd.exe has them. From the operator that binds least:
``,``; assignment (``=``, ``+=`` .., from the right); ``|``; ``^``; ``&``; ``<< >>``; ``+ -``;
``* / %``; unary ``! ~ - +``; parentheses. Numbers may be hexadecimal (0x10) or octal (010). A name
stands for its variable's number, 0 when it is not defined; quotes mean nothing.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d\w*)|(?P<name>[^\s()*/%+\-<>&^|=,!~"'\d][^\s()*/%+\-<>&^|=,!~"']*)"""
    r"""|(?P<sign>(?:<<|>>|[*/%+\-&^|])=|<<|>>|[()*/%+\-&^|=,!~]))"""
)
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*")
_LEADING = re.compile(r"\s*([-+]?)\s*(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
_LEVELS: Final = (("|",), ("^",), ("&",), ("<<", ">>"), ("+", "-"), ("*", "/", "%"))
_DEEPEST = 30
_LONGEST_EXPRESSION = 500
_LONGEST = 12  # characters of a 32-bit number


class CalculationError(Exception):
    """An expression that is wrong, or needs what is not known."""


def _divide(a: int, b: int) -> int:
    if b == 0:
        raise CalculationError
    return -(-a // b) if (a < 0) != (b < 0) else a // b


def _shift(a: int, b: int) -> int:
    if not 0 <= b < 32:
        raise CalculationError
    return a << b


def _binary(sign: str, a: Number, b: Number) -> Number:
    if isinstance(a, int) and isinstance(b, int):
        return wrap(_BINARY[sign](a, b))
    if len(f"{a}{b}") > _LONGEST_EXPRESSION:
        raise CalculationError
    return f"({a} {sign} {b})"


def _unary(sign: str, value: Number) -> Number:
    if isinstance(value, str):
        return f"({sign} {value})"
    return {"!": int(not value), "~": ~value, "-": wrap(-value), "+": value}[sign]


_BINARY: dict[str, Callable[[int, int], int]] = {
    "|": operator.or_,
    "^": operator.xor,
    "&": operator.and_,
    "<<": _shift,
    ">>": lambda a, b: a >> min(b, 31) if b >= 0 else _shift(a, b),
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": lambda a, b: a - b * _divide(a, b),
}


def wrap(value: int) -> int:
    """Return `value` as 32 bits with a sign hold it."""
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)


def number_in(text: str) -> int:
    """Return the number that a variable's text begins with; 0 without one."""
    found = _LEADING.match(text)
    return 0 if found is None else (-1 if found[1] == "-" else 1) * _literal(found[2])


def _literal(text: str) -> int:
    if len(text) > _LONGEST:
        raise CalculationError
    base = 16 if text[:2].lower() == "0x" else 8 if text[0] == "0" else 10
    value = int(text, base)
    if value >= 1 << (32 if base == 16 else 31):
        raise CalculationError
    return wrap(value)


Number = int | str
"""A number that is known, or an expression over coded references."""


def calculate(expression: str, number_of: Callable[[str], Number]) -> dict[str, Number]:
    """Return what ``set /A expression`` sets; `number_of` gives a variable's number.

    Where a number is not known before the run, expressions are returned in place of numbers.

    Raises
    ------
    CalculationError
        When cmd.exe would refuse the expression, or `number_of` does.

    Examples
    --------
    >>> calculate("N=3*(2+1), M=N%%2".replace("%%", "%"), lambda name: 0)
    {'N': 9, 'M': 1}
    """
    machine = _Machine(_tokens(expression), number_of)
    machine.comma()
    if machine.peek():
        raise CalculationError
    return machine.assigned


def names_assigned(expression: str) -> list[str]:
    """Return the names that an expression assigns to, right or wrong as it may be."""
    return re.findall(
        r"""([^\s()*/%+\-<>&^|=,!~"'\d][^\s()*/%+\-<>&^|=,!~"']*)\s*(?:<<|>>|[*/%+\-&^|])?=(?!=)""",
        expression,
    )


def _tokens(expression: str) -> list[tuple[str, str]]:
    text = expression.replace('"', "").strip()
    tokens, at = [], 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise CalculationError
        kind = found.lastgroup or ""
        tokens.append((kind, found[kind]))
        at = found.end()
    return tokens


@dataclass(slots=True)
class _Machine:
    """Reads tokens by precedence, and calculates as it goes."""

    tokens: list[tuple[str, str]]
    number_of: Callable[[str], Number]
    at: int = 0
    depth: int = 0
    assigned: dict[str, Number] = field(default_factory=dict)

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place][1] if place < len(self.tokens) else ""

    def comma(self) -> Number:
        value = self.assignment()
        while self.peek() == ",":
            self.at += 1
            value = self.assignment()
        return value

    def assignment(self) -> Number:
        self.depth += 1
        if self.depth > _DEEPEST or self.at >= len(self.tokens):
            raise CalculationError
        kind, name = self.tokens[self.at]
        sign = self.peek(1)
        if kind == "name" and sign.endswith("="):
            self.at += 2
            value = self.assignment()
            if sign != "=":
                value = _binary(sign[:-1], self.value(name), value)
            self.assigned[name] = value
        else:
            value = self.binary(0)
        self.depth -= 1
        return value

    def binary(self, level: int) -> Number:
        if level == len(_LEVELS):
            return self.unary()
        value = self.binary(level + 1)
        while (sign := self.peek()) in _LEVELS[level]:
            self.at += 1
            value = _binary(sign, value, self.binary(level + 1))
        return value

    def unary(self) -> Number:
        signs = []
        while (sign := self.peek()) in {"!", "~", "-", "+"}:
            signs.append(sign)
            self.at += 1
        value = self.primary()
        for sign in reversed(signs):
            value = _unary(sign, value)
        return value

    def primary(self) -> Number:
        if self.at >= len(self.tokens):
            raise CalculationError
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number" and _NUMBER.fullmatch(text):
            return _literal(text)
        if kind == "name":
            return self.value(text)
        if text != "(":
            raise CalculationError
        value = self.comma()
        if self.peek() != ")":
            raise CalculationError
        self.at += 1
        return value

    def value(self, name: str) -> Number:
        same = [held for held in self.assigned if held.lower() == name.lower()]
        return self.assigned[same[-1]] if same else self.number_of(name)
