"""What scripts for all shells have in common: the texts of a plan, and its remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from imstack.migrate.plan import (
    Calculation,
    Call,
    Capture,
    Choice,
    Echo,
    End,
    Files,
    Folder,
    Listing,
    Loop,
    SetStep,
    Status,
    Tool,
    Untranslated,
    every,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imstack.migrate.plan import OnError, Plan, Step
    from imstack.migrate.text import Ref, Text

INCOMPLETE: Final = 70
"""Exit code of a script that comes to a part which could not be translated."""


def heading(plan: Plan, shell: str) -> list[str]:
    """Return comment lines that say what the script is, and what to look at."""
    lines = [
        f"# What {shown(plan.source)} does, for {shell}. Written by imstack migrate.",
        "# imstack's commands and ImageMagick's must be on the PATH.",
    ]
    if plan.params:
        lines.append(f"# Arguments: {' '.join(plan.params)}")
    count = sum(not (item.steps or item.is_done) for item in plan.untranslated)
    if count:
        lines.append(
            f"# {count} part{'s' * (count != 1)} of it could not be translated: see below."
        )
    if any(isinstance(step, Untranslated) and step.stop for step in every(plan.items)):
        lines.append(f"# Where one is needed, the script ends with {INCOMPLETE}.")
    lines += [
        f"# Warning for line {warning.line}, {warning.code}: {shown(warning.about)}"
        for warning in plan.warnings
    ]
    return lines


def state_of(item: Untranslated) -> str:
    """Return what became of a part in a script."""
    if item.stop or not (item.steps or item.is_done):
        return "not translated"
    return "checked below" if item.guard else "done below"


def remark(item: Untranslated) -> list[str]:
    """Return comment lines with all of a part that is no step of the plan."""
    first, *more = item.text.split("\n")
    holds = f"; holds {', '.join(item.holds)}" if item.holds else ""
    lines = [f"# Line {item.line}, {state_of(item)} ({item.reason}{holds}): {shown(first)}"]
    lines += [f"#     {shown(line)}" for line in more]
    values = ", ".join(f"{name} is {shown(value)}" for name, value in item.values)
    return lines + ([f"#     where {values}"] if values else [])


def shown(text: str) -> str:
    """Return `text` fit for a comment of one line."""
    return "".join(char if char.isprintable() else " " for char in text)


def texts(step: Step) -> Iterator[Text]:
    """Yield every text that a step itself must say, not those of steps inside it."""
    match step:
        case Call() | Tool() | Capture():
            yield from (word.text for word in step.args)
            yield from _of_end(None if isinstance(step, Capture) else step.on_error)
        case SetStep() | Calculation():
            yield step.value
        case Choice():
            yield from (step.test.left, step.test.right)
        case End():
            yield from _of_end(step.ending)
        case Loop():
            yield from (word.text for word in step.over.words)
            if step.over.command is not None:
                yield from texts(step.over.command)
        case _:
            yield from _of_files(step)
    if isinstance(step, Call):
        yield from (value for _, value in step.env)
    yield from (stream.target for stream in getattr(step, "streams", ()))


def _of_files(step: Step) -> Iterator[Text]:
    match step:
        case Folder():
            yield step.path
        case Listing():
            yield step.folder
        case Echo():
            yield step.text
        case Files():
            yield from step.names


def _of_end(ending: OnError | None) -> Iterator[Text]:
    if ending is not None:
        yield from ending.says
        if ending.value is not None:
            yield ending.value


def refs(plan: Plan) -> Iterator[Ref]:
    """Yield every value that a script must find when it runs."""
    for step in every(plan.items):
        for text in texts(step):
            yield from text.refs


def needs_status(plan: Plan) -> bool:
    """Return True when a script must keep a program's exit code for later.

    That is when the caller uses ERRORLEVEL, or ends with a code that is not that of its last step.
    """
    return (
        ends_with_status(plan)
        or any(ref.kind == "status" for ref in refs(plan))
        or any(isinstance(step, Status) for step in every(plan.items))
        or any(
            isinstance(step, End) and step.ending.code is None and step.ending.value is None
            for step in every(plan.items)
        )
    )


def ends_with_status(plan: Plan) -> bool:
    """Return True when the caller ends with the exit code of a step before its last one."""
    items = [item for item in plan.items if not _is_empty(item)]
    if plan.exit_code is not None or not items:
        return False
    last = items[-1]
    return not isinstance(last, Call | Tool) and any(
        isinstance(item, Call | Tool)
        and not (item.on_error and item.on_error.stop and not item.on_error.elsewhere)
        for item in every(items)
    )


def _is_empty(step: Step) -> bool:
    return isinstance(step, Untranslated) and not step.steps and not step.stop


def part_letters(plan: Plan) -> bool:
    """Return True when the caller takes a name apart, as ``%~dpn1`` does."""
    return any(
        ref.change.startswith("~") or (ref.kind == "parameter" and ref.name.startswith("~"))
        for ref in refs(plan)
    )
