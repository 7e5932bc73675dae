"""What an ``if`` asks: whether the last program failed, or something a script can ask, too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imstack.migrate.nodes import Condition
from imstack.migrate.plan import Test
from imstack.migrate.text import Ref, Text

if TYPE_CHECKING:
    from imstack.migrate.variables import Variables

# ERRORLEVEL against a number: true when the last program failed, or when it succeeded. Failures
# of the scripts are always 1.
_FAILED = {("neq", 0), ("gtr", 0), ("geq", 1), ("equ", 1), ("==", 1)}
_SUCCEEDED = {("equ", 0), ("==", 0), ("lss", 1), ("leq", 0), ("neq", 1)}
_FOLDER_SIGN = re.compile(r"\\nul$", re.IGNORECASE)  # photos\\nul is there when the folder is
_MIRRORED = {"gtr": "lss", "lss": "gtr", "geq": "leq", "leq": "geq"}


def asks_failure(condition: Condition, variables: Variables) -> bool | None:
    """Return True when the condition holds exactly if the last program failed.

    False when exactly if it succeeded; None when it asks something else.
    """
    answer: bool | None = None
    if condition.kind == "errorlevel":
        # "errorlevel 1" asks for 1 or more.
        answer = True if condition.left.strip() == "1" else None
    elif condition.kind == "compare":
        answer = _compares(condition, variables)
    return answer if answer is None else answer != condition.negated


def _compares(condition: Condition, variables: Variables) -> bool | None:
    left, right = unquoted(condition.left, condition.right)
    operator = condition.operator
    if _is_status(right, variables):
        left, right, operator = right, left, _MIRRORED.get(operator, operator)
    if not _is_status(left, variables) or right not in {"0", "1"}:
        return None
    asked = (operator, int(right))
    return True if asked in _FAILED else False if asked in _SUCCEEDED else None


def _is_status(coded: str, variables: Variables) -> bool:
    ref = variables.codes.get(coded) if len(coded) == 1 else None
    return ref is not None and ref.kind == "status" and variables.is_current(ref)


def unquoted(left: str, right: str) -> tuple[str, str]:
    """Return both sides without the quotes, or other signs, that stand around both."""
    for first, last in ('""', "[]", "()", "''"):
        if all(len(side) > 1 and side[0] == first and side[-1] == last for side in (left, right)):
            return left[1:-1], right[1:-1]
    if left[-1:] == right[-1:] and left[-1:] in {".", "x", "_"}:  # if x%1==x
        return left[:-1], right[:-1]
    return left, right


def test_of(condition: Condition, variables: Variables) -> Test | None:
    """Return the condition with its texts finished; None when a script cannot ask it."""
    if condition.kind == "defined":
        return _test_defined(condition, variables)
    if condition.kind == "errorlevel":
        return _test_errorlevel(condition, variables)
    if condition.kind not in {"exist", "compare"}:
        return None
    left, right = condition.left, condition.right
    if condition.kind == "compare":
        left, right = unquoted(left, right)
        if condition.operator in _MIRRORED and right != condition.right:
            return None  # what stands in quotes is text to cmd.exe, and "9" comes behind "10"
    else:
        left = _FOLDER_SIGN.sub(r"\\", left.replace('"', ""))
    if variables.trouble_with(left + right):
        return None
    if condition.ignores_case and not variables.codes.is_plain(right):
        return None
    return Test(condition, variables.codes.text(left), variables.codes.text(right))


def test_of_status(variables: Variables, *, failed: bool) -> Test:
    """Return the question whether the last program failed, or whether it did not."""
    asked = Condition("compare", "", "neq", "0", negated=not failed)
    status = Ref("status", "ERRORLEVEL", variables.status)
    return Test(asked, Text((status,)), Text(("0",)))


def _test_errorlevel(condition: Condition, variables: Variables) -> Test | None:
    number = condition.left.strip()
    if not _is_number(number) or not variables.has_status:
        return None
    asked = Condition("compare", "", "geq", number, negated=condition.negated)
    return Test(asked, Text((Ref("status", "ERRORLEVEL", variables.status),)), Text((number,)))


def _test_defined(condition: Condition, variables: Variables) -> Test | None:
    """A variable is defined when it is not empty."""
    name = condition.left.strip()
    value = variables.find(name).text.replace('"', "")
    if not variables.codes.is_plain(name) or variables.trouble_with(value):
        return None
    asked = Condition("compare", value, "==", "", negated=not condition.negated)
    return Test(asked, variables.codes.text(value), Text())


def answer_of(condition: Condition, variables: Variables) -> bool | None:
    """Return what a condition says about plain texts; None when only the run can tell."""
    answer: bool | None = None
    if condition.kind == "defined":
        value = variables.known(condition.left.strip())
        if value is not None and variables.codes.is_plain(value.text):
            answer = value.text != ""
    elif condition.kind == "compare":
        left, right = condition.left, condition.right
        if variables.codes.is_plain(left + right):
            answer = _compare(left, condition.operator, right, folded=condition.ignores_case)
    return answer if answer is None else answer != condition.negated


def _compare(left: str, operator: str, right: str, *, folded: bool) -> bool | None:
    if folded:
        left, right = left.lower(), right.lower()
    if operator == "==":
        return left == right
    if not (_is_number(left) and _is_number(right)):
        return None
    first, second = int(left), int(right)
    return {
        "equ": first == second, "neq": first != second, "lss": first < second,
        "leq": first <= second, "gtr": first > second, "geq": first >= second,
    }[operator]  # fmt: skip


def _is_number(text: str) -> bool:
    """Return True for what is the same number to cmd.exe, where 010 is 8 and 08 a text."""
    return re.fullmatch(r"-?(?:0|[1-9][0-9]{0,8})", text) is not None


def asks_argument(condition: Condition, variables: Variables) -> bool:
    """Return True for ``"%1"==""`` and its kind: only the caller's arguments are looked at."""
    refs = variables.codes.refs(condition.left + condition.right)
    are_arguments = bool(refs) and all(ref.kind == "parameter" for ref in refs)
    return condition.kind == "compare" and are_arguments
