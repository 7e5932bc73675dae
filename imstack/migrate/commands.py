"""What each command of a caller means: a step, a change of variables, or neither.

Rules of cmd.exe relied on:

- A BAT file named without CALL takes over: the caller never goes on, but for what is left of the
  line.
- What stands behind CALL is read once more: variables are replaced again (so that ``%%`` has become
  ``%`` and now becomes nothing), and carets in quotes are doubled.
- ``echo`` prints all but the one character behind it. ``echo``, ``set`` and the like leave
  ERRORLEVEL as it is.
- ``exit /b`` without a number, and ``goto :eof``, leave ERRORLEVEL as it is, too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imstack.migrate.expand import expand_delayed
from imstack.migrate.files import FILES, FOLDERS, file_step, folder_steps, listing_of
from imstack.migrate.follow import END, NEXT, EndlessError, JumpedBackError, UntoldError, missing
from imstack.migrate.nodes import Simple
from imstack.migrate.noise import exit_code, is_noise, names_set, works
from imstack.migrate.paths import absolute_argument, absolute_in
from imstack.migrate.plan import Call, Echo, End, OnError, Shift, Status, Stream, Tool
from imstack.migrate.reading import goto_label
from imstack.migrate.settings import set_variable
from imstack.migrate.tokens import DELIMITERS
from imstack.migrate.words import (
    IM_PROGRAMS,
    SCRIPT_NAMES,
    batch_arguments,
    batch_words,
    command_of,
    program_arguments,
    script_words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.bat.variables import Script
    from imstack.migrate.follow import Follower
    from imstack.migrate.nodes import Redirect
    from imstack.migrate.words import Command

_BATCH = re.compile(r'^[\s@]*"?(?:[^\s"]*%pictbat%|[^"\s]*\.(?:bat|cmd)\b)', re.IGNORECASE)
_DEEPEST_CALL = 8  # call call call ..
_DEEPEST_SUBROUTINE = 8


def simple(f: Follower, node: Simple, depth: int = 0) -> int:
    """Follow one command; `depth` counts the CALLs before it."""
    codes = f.env.codes
    if is_noise(node, codes):
        command = command_of(node.text, codes)
        if command.name == "setlocal":
            f.env.setlocal(command.rest)
        elif command.name == "endlocal":
            f.env.endlocal(node.span.line)
        return NEXT
    text, findings = expand_delayed(node.text, f.env)
    f.reader.spend(len(text), node.span.line)
    for finding in findings:
        f.warn(node.span.line, finding.code, finding.about)
    node = Simple(node.span, text, node.redirects)
    command = command_of(text, codes)
    if command.is_internal:
        return _internal(f, node, command, depth)
    return _external(f, node, command, called=depth > 0)


def streams_of(f: Follower, redirects: Sequence[Redirect]) -> tuple[Stream, ...] | None:
    """Return where input and output go; None when nobody can tell."""
    if f.env.trouble_with("".join(redirect.target for redirect in redirects)):
        return None
    streams = []
    for redirect in redirects:
        joins = int(redirect.target) if redirect.sign == ">&" else None
        target = f.env.codes.text(redirect.target.replace('"', ""))
        streams.append(Stream(redirect.handle, redirect.sign, target, joins))
    return tuple(streams)


def leave(f: Follower, node: Simple, reason: str, *, keeps_status: bool = False) -> None:
    """Add a command as untranslated; what it sets is unknown from here on."""
    codes = f.env.codes
    command = command_of(node.text, codes)
    script = SCRIPT_NAMES.get(command.name)
    is_needed = works(node, codes) or (f.blocks > 0 and command.name in {"echo", "dir", "type"})
    f.part(node, reason, stop=missing(node.span.line) if is_needed else "")
    names: Sequence[str] = names_set(command.rest) if command.name == "set" else ()
    f.env.forget(script.variables if script else names, node.span.line)
    if not keeps_status:
        f.no_status()


def _internal(f: Follower, node: Simple, command: Command, depth: int) -> int:
    match command.name:
        case "call" if depth < _DEEPEST_CALL:
            return _call(f, node, command.rest, depth)
        case "goto" if not depth:
            return _goto(f, node, goto_label(command.rest))
        case "exit" if not depth:
            return _exit(f, node, command.rest)
        case "echo":
            _echo(f, node, command.rest)
        case "set":
            set_variable(f, node, command.rest)
        case "shift":
            _shift(f, node, command.rest.strip().removeprefix("/"))
        case "pause":
            leave(f, node, "asks-user", keeps_status=True)
        case _:
            _files(f, node, command)
    return NEXT


def _shift(f: Follower, node: Simple, start: str) -> None:
    if f.repeat is None or f.calls:
        if f.inner and not f.calls and f.forks:
            f.env.shifted = True  # in some rounds, or on some ways
        f.env.shift(int(start) if start in set("012345678") else 0)
    elif start in {"", "0"}:
        f.steps.append(Shift(node.span.line))
        f.env.rest = f.env.codes.code(f.env.unknown_rest)
    else:
        raise UntoldError


def _files(f: Follower, node: Simple, command: Command) -> None:
    """Follow a command about folders and files."""
    streams = None if f.env.trouble_with(command.rest) else streams_of(f, node.redirects)
    if streams is None:
        leave(f, node, "unknown-result")
        return
    if command.name in FOLDERS:
        folders = folder_steps(f, node, command)
        if folders is not None:
            f.steps += folders
            f.no_status()
            return
    elif command.name == "dir":
        listing = listing_of(f, node, command, streams, is_read=bool(f.blocks and not streams))
        if listing is not None:
            f.steps.append(listing)
            f.no_status()
            return
    elif command.name in FILES and (step := file_step(f, node, command, streams)):
        f.part(node, "other-command", (step,))
        f.no_status()
        return
    leave(f, node, "other-command")


def _goto(f: Follower, node: Simple, label: str) -> int:
    if label == ":eof":
        return _leave(f, node, None)
    if not f.env.codes.is_plain(label):
        f.part(node, "goto", stop=missing(node.span.line))
        f.doubt = "condition"
        return NEXT
    target = f.reader.find_label(label, f.after)
    if target is None:
        f.part(node, "goto")
        return _end(f, node, 1)
    if target < f.after and not f.inner and not f.forks:
        f.part(node, "goto")
    return target


def _exit(f: Follower, node: Simple, rest: str) -> int:
    code = exit_code(rest)
    if "%" in node.span.text and code is None and not f.env.codes.is_plain(rest):
        return _exit_with(f, node, rest)
    is_batch = "/b" in rest.lower()
    if is_batch:
        return _leave(f, node, code)
    return _end(f, node, code)


def _end(f: Follower, node: Simple, code: int | None) -> int:
    if f.forks:
        f.steps.append(End(node.span.line, OnError(True, code)))
    else:
        f.exit_code = code
    return END


def _exit_with(f: Follower, node: Simple, rest: str) -> int:
    """``exit /b %ERRORLEVEL%``, or another value that only the run can tell."""
    refs = f.env.codes.refs(rest)
    if all(ref.kind == "status" for ref in refs) and not f.env.trouble_with(rest):
        return _leave(f, node, None)
    if f.env.trouble_with(rest):
        return _leave(f, node, None)
    text = f.env.codes.text(rest.lower().replace("/b", "").strip())
    step = End(node.span.line, OnError(True, None, value=text))
    if f.calls and "/b" in rest.lower():
        raise UntoldError
    f.steps.append(step)
    return END


def _leave(f: Follower, node: Simple, code: int | None) -> int:
    """End a subroutine, or else the caller."""
    if f.calls:
        if code is not None:
            f.steps.append(Status(node.span.line, code))
            f.env.status += 1
            f.env.has_status, f.program = True, None
        return len(f.reader)
    return _end(f, node, code)


def _echo(f: Follower, node: Simple, rest: str) -> None:
    streams = None if (reason := f.env.trouble_with(rest)) else streams_of(f, node.redirects)
    if streams is None:
        leave(f, node, reason or "unknown-result", keeps_status=True)
        return
    for redirect in node.redirects:
        if about := absolute_in(redirect.target):
            f.warn(node.span.line, "absolute-path", about)
    f.add(Echo(node.span.line, f.env.codes.text(rest[1:]), streams))


def _call(f: Follower, node: Simple, rest: str, depth: int) -> int:
    line = node.span.line
    bare = rest.lstrip(DELIMITERS)
    if bare.startswith(":"):
        return _subroutine(f, node, bare)
    if "%" in rest:
        f.warn(line, "call-double-percent", "CALL replaces variables once more")
    again, findings = f.reader.again(bare.replace("^", "^^"), node.span, percent=True)
    for finding in findings:
        if finding.code == "variables-lost":
            f.warn(line, finding.code, finding.about)
    if not isinstance(again, Simple):
        leave(f, node, "other-command")
        return NEXT
    return simple(f, Simple(node.span, again.text, node.redirects + again.redirects), depth + 1)


def _subroutine(f: Follower, node: Simple, bare: str) -> int:
    """Follow a subroutine in place of its call, with the words of the call as its arguments."""
    label, line = goto_label(bare), node.span.line
    if label in {":eof", ""}:
        return NEXT
    target = f.reader.find_label(label, f.after)
    words = batch_words(re.sub(r"^:[^\s,;=]*", "", bare))
    rest = re.sub(r"^:[^\s,;=]*\s*", "", bare)
    streams = streams_of(f, node.redirects)
    if target is None or target in f.calls or len(f.calls) >= _DEEPEST_SUBROUTINE or streams:
        f.part(node, "subroutine", stop=missing(line))
        f.no_status()
        return NEXT
    held, f.steps = f.steps, []
    env, after, doubt, outer = f.env.fork(), f.after, f.doubt, f.repeat
    frame = f.env.enter([label, *words], rest)
    calls, f.calls, f.repeat, f.doubt = f.calls, (*f.calls, target), None, ""
    f.inner += 1
    f.forks += 1
    stop = ""
    try:
        where = f.lines(target, len(f.reader))
        f.env.leave(frame, line)
    except (EndlessError, JumpedBackError, UntoldError):
        f.use(env)
        f.steps, where, stop = [], NEXT, missing(line)
        f.no_status()
    finally:
        f.inner -= 1
        f.forks -= 1
    steps, f.steps = f.steps, held
    f.calls, f.after, f.doubt, f.repeat = calls, after, doubt, outer
    f.part(node, "subroutine", steps, stop)
    f.program = None
    return END if where == END else NEXT


def _external(f: Follower, node: Simple, command: Command, *, called: bool) -> int:
    if script := SCRIPT_NAMES.get(command.name):
        if not called:
            f.warn(node.span.line, "no-call", f"without CALL, {script.name} ends the caller")
            f.taken_over = True
        _script(f, node, script, command.rest)
        return NEXT
    if command.name in IM_PROGRAMS:
        _tool(f, node, command)
        return NEXT
    if command.name == "sort" and (streams := streams_of(f, node.redirects)) is not None:
        step = file_step(f, node, command, streams)
        if step is not None:
            f.part(node, "other-command", (step,))
            f.no_status()
            return NEXT
    leave(f, node, "asks-user" if command.name == "choice" else "other-command")
    if called:
        f.env.anything = True
    elif _BATCH.match(node.span.text):
        f.warn(node.span.line, "no-call", f"without CALL, {command.name} ends the caller")
        f.taken_over = True
        return NEXT
    held = script_words(node.span.text)
    f.env.lose(
        [name for script in held for name in SCRIPT_NAMES[script.lower()].variables],
        node.span.line,
    )
    return NEXT


def _script(f: Follower, node: Simple, script: Script, rest: str) -> None:
    env, line = f.env, node.span.line
    streams = None if (reason := env.trouble_with(rest)) else streams_of(f, node.redirects)
    if streams is None:
        leave(f, node, reason or "unknown-result")
        return
    switches = tuple((name, env.codes.text(value)) for name, value in env.switches())
    inner = tuple((one, env.codes.text(value)) for one, value in env.inner(script.name))
    for one, value in inner:
        about = f"{one.variable}={value.plan}: {one.script} sets it itself; see {one.key}"
        f.warn(line, "set-inside", about)
    args = batch_arguments(rest, env.codes)
    _add_program(f, node, Call(line, script.name, args, switches, streams, inner=inner))
    env.results(script.variables, line)


def _tool(f: Follower, node: Simple, command: Command) -> None:
    streams = (
        None if (reason := f.env.trouble_with(command.rest)) else streams_of(f, node.redirects)
    )
    if streams is None:
        leave(f, node, reason or "unknown-result")
        return
    args = program_arguments(command.rest, f.env.codes)
    _add_program(f, node, Tool(node.span.line, command.name, args, streams))


def _add_program(f: Follower, node: Simple, step: Call | Tool) -> None:
    f.add(step)
    if about := absolute_argument(node.span.text):
        f.warn(node.span.line, "absolute-path", about)
