"""What scripts for all shells have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from imstack.bat.migrate.plan import (
    Call,
    Capture,
    Choice,
    Echo,
    End,
    Folder,
    Listing,
    SetStep,
    Tool,
    Untranslated,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imstack.bat.migrate.plan import Branch, OnError, Plan, Step
    from imstack.bat.migrate.text import Text

INCOMPLETE: Final = 70
"""Exit code of a script that comes to a part which could not be translated."""
TRANSLATE: Final = "put its translation in place of this line"


def missing(line: int) -> str:
    """Return what a script says before it ends at a part that is missing."""
    return f"line {line} of the BAT file is not translated: {TRANSLATE}"


def heading(plan: Plan, shell: str) -> list[str]:
    """Return comment lines that say what the script is, and what to look at."""
    lines = [
        f"# What {shown(plan.source)} does, for {shell}. Written by imstack migrate.",
        "# imstack's commands and ImageMagick's must be on the PATH.",
    ]
    if plan.params:
        lines.append(f"# Arguments: {' '.join(plan.params)}")
    count = sum(not item.unrolled for item in plan.untranslated)
    if count:
        lines.append(
            f"# {count} part{'s' * (count != 1)} of it could not be translated: see below."
        )
    if any(item.is_needed or (item.guard and item.guard.works) for item in plan.untranslated):
        lines.append(f"# Where one is needed, the script ends with {INCOMPLETE}.")
    lines += [
        f"# Warning for line {warning.line}, {warning.code}: {shown(warning.about)}"
        for warning in plan.warnings
    ]
    return lines


def remark(item: Untranslated) -> list[str]:
    """Return comment lines with all of a part that is not translated."""
    state = "checked below" if item.guard and item.guard.test else "not translated"
    state = "round by round" if item.unrolled else state
    first, *more = item.text.split("\n")
    holds = f"; holds {', '.join(item.holds)}" if item.holds else ""
    lines = [f"# Line {item.line}, {state} ({item.reason}{holds}): {shown(first)}"]
    lines += [f"#     {shown(line)}" for line in more]
    values = ", ".join(f"{name} is {shown(value)}" for name, value in item.values)
    return lines + ([f"#     where {values}"] if values else [])


def shown(text: str) -> str:
    """Return `text` fit for a comment of one line."""
    return "".join(char if char.isprintable() else " " for char in text)


def texts(plan: Plan) -> Iterator[Text]:
    """Yield every text of a plan that a script must say."""
    for item in plan.items:
        if isinstance(item, Untranslated):
            for step in item.unrolled:
                yield from _of_step(step)
            if item.guard and item.guard.test:
                yield from (item.guard.test.left, item.guard.test.right)
                yield from item.guard.ending.says
        else:
            yield from _of_step(item)


def _of_step(step: Step) -> Iterator[Text]:
    match step:
        case Call() | Tool():
            yield from (word.text for word in step.args)
            yield from _says(step.on_error)
        case Capture():
            yield from (word.text for word in step.args)
        case SetStep():
            yield step.value
        case Choice():
            yield from (step.test.left, step.test.right)
            yield from _of_branch((*step.then, *step.otherwise))
        case Folder():
            yield step.path
        case Listing():
            yield step.folder
        case Echo():
            yield step.text
    if isinstance(step, Call):
        yield from (value for _, value in step.env)
    if isinstance(step, Call | Tool | Capture | Listing | Echo):
        yield from (stream.target for stream in step.streams)


def _of_branch(branch: Iterable[Branch]) -> Iterator[Text]:
    """Yield every text of a branch."""
    for step in branch:
        match step:
            case SetStep():
                yield step.value
            case Echo():
                yield step.text
            case End():
                yield from step.ending.says
            case Choice():
                yield from (step.test.left, step.test.right)
                yield from _of_branch((*step.then, *step.otherwise))


def _says(on_error: OnError | None) -> tuple[Text, ...]:
    return on_error.says if on_error else ()


def needs_status(plan: Plan) -> bool:
    """Return True when a script must keep a program's exit code for later.

    That is when the caller uses ERRORLEVEL as text, or ends with a code that is not that of its
    last step.
    """
    return ends_with_status(plan) or any(
        ref.kind == "status" for text in texts(plan) for ref in text.refs
    )


def ends_with_status(plan: Plan) -> bool:
    """Return True when the caller ends with the exit code of a step before its last one."""
    if plan.exit_code is not None or not plan.items:
        return False
    last = plan.items[-1]
    return not isinstance(last, Call | Tool) and any(
        isinstance(item, Call | Tool) and not (item.on_error and item.on_error.stop)
        for item in plan.items
    )


def part_letters(plan: Plan) -> bool:
    """Return True when the caller takes an argument apart, as ``%~dpn1`` does."""
    return any(
        ref.kind == "parameter" and ref.name.startswith("~")
        for text in texts(plan)
        for ref in text.refs
    )
