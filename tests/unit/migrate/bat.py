"""Callers as lines, and what became of them in short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.migrate import migrate
from imstack.migrate.plan import Calculation, Call, Capture, Echo, SetStep, Tool

if TYPE_CHECKING:
    from imstack.migrate.plan import Plan

FOC = "call %PICTBAT%focStack"
WT = "call %PICTBAT%whatTrans a.tif b.tif"


def plan(*lines: str) -> Plan:
    return migrate("".join(f"{line}\r\n" for line in lines).encode(), "caller.bat")


def steps(*lines: str) -> list[list[str]]:
    """Return what each step is, in words."""
    return [short(step) for step in plan(*lines).steps]


def short(step: object) -> list[str]:
    match step:
        case Call():
            return [step.script, *(word.text.plan for word in step.args)]
        case Tool():
            return [step.program, *(word.text.plan for word in step.args)]
        case Capture():
            return [f"{','.join(step.names)}={step.program}", *(w.text.plan for w in step.args)]
        case SetStep():
            return ["set", step.name, step.value.plan]
        case Calculation():
            return ["calculate", step.name, step.value.plan]
        case Echo():
            return ["echo", step.text.plan]
        case _:
            raise AssertionError(step)


def arguments(*lines: str) -> list[str]:
    """Return the words of the last step."""
    return steps(*lines)[-1][1:]


def env(*lines: str) -> dict[str, str]:
    """Return what the last script's variables are."""
    calls = [step for step in plan(*lines).steps if isinstance(step, Call)]
    return {name: value.plan for name, value in calls[-1].env}


def left(*lines: str) -> list[tuple[int, str, list[str] | str]]:
    """Return line and reason of what is not translated, with the scripts in it or its text."""
    return [
        (item.line, item.reason, [*item.holds] or item.text) for item in plan(*lines).untranslated
    ]


def reasons(*lines: str) -> list[tuple[int, str]]:
    return [(item.line, item.reason) for item in plan(*lines).untranslated]


def codes(*lines: str) -> list[tuple[int, str]]:
    return [(warning.line, warning.code) for warning in plan(*lines).warnings]


def errors(*lines: str) -> list[str | None]:
    """Return what follows each program's failure: stop, stop N, continue, or None."""
    found: list[str | None] = []
    for step in plan(*lines).steps:
        if isinstance(step, Call | Tool):
            said = step.plain()
            code = f" {said['exit_code']}" if "exit_code" in said else ""
            found.append(f"{said['on_error']}{code}" if "on_error" in said else None)
    return found
