"""How errors look on a terminal, and which exit code they become."""

from __future__ import annotations

import codecs
import errno
import io
import os
import signal
import sys
import traceback
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn

import click

from imstack.cli.streams import settle_streams
from imstack.errors import INTERNAL, INTERRUPTED, ImstackError, InputError, OutputError, RecipeError
from imstack.windows import reader_has_gone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

TRACEBACK = "IMSTACK_TRACEBACK"
# By kill and batch systems, by a terminal that is closed, and by Ctrl-Break on Windows.
_ENDINGS = ("SIGTERM", "SIGHUP", "SIGBREAK")
_INTERRUPTED = {INTERRUPTED} | {
    128 + number for name in _ENDINGS if (number := getattr(signal, name, None))
}


class Ended(KeyboardInterrupt):
    """Another process ended this one: as Ctrl-C, nothing half-made shall be left."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


@contextmanager
def tidy_ends() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the program, as Ctrl-C does, and not cut it off."""

    def end(number: int, frame: FrameType | None) -> None:
        del frame
        for one in before:  # batch systems send two; the second must not cut short the tidying
            signal.signal(one, signal.SIG_IGN)
        raise Ended(number)

    before: dict[int, Any] = {}
    for name in _ENDINGS:
        if number := getattr(signal, name, None):
            with suppress(ValueError):  # not the main thread: somebody else's program
                if signal.getsignal(number) == signal.SIG_DFL:  # nohup has SIGHUP ignored
                    before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_for_people(command: click.Command, arguments: Sequence[str], name: str) -> int:
    """Run `command` and return its exit code; every error becomes a line or two."""
    settle_streams()
    try:
        with tidy_ends():
            _print_any_name()
            result = command.main(list(arguments), prog_name=name, standalone_mode=False)
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except click.ClickException as error:
        error.show()
        return int(error.exit_code)
    except (click.Abort, KeyboardInterrupt) as error:
        with suppress(OSError):  # the terminal may be gone
            click.echo("interrupted: the next run goes on with what is in the cache", err=True)
        cause = error if isinstance(error, Ended) else error.__context__
        return cause.exit_code if isinstance(cause, Ended) else INTERRUPTED
    except ImstackError as error:
        show_error(error)
        return error.exit_code
    except OSError as error:
        if reader_has_gone(error):  # and nothing more can be said there
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return OutputError.exit_code
        if error.filename is not None:
            click.echo(f"error: {error.filename}: {error.strerror}", err=True)
            return InputError.exit_code
        if error.errno not in {errno.ENOSPC, errno.EIO}:
            return show_internal(error)
        click.echo(f"error: standard output cannot be written: {error.strerror}", err=True)
        return OutputError.exit_code
    except Exception as error:  # people get a line, not a traceback
        return show_internal(error)
    return result if isinstance(result, int) else 0


def _print_any_name() -> None:
    """Let standard output take every file name, those that are no text included."""
    codecs.register_error("imstack", _as_it_is)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="imstack")


def _as_it_is(error: UnicodeError) -> tuple[str | bytes, int]:
    """Write a name's own bytes; what the terminal's code page has not, as an escape."""
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.lookup_error("backslashreplace")(error)


def leave(code: int) -> NoReturn:
    """End the program; when it was interrupted, without a wait for threads that still work.

    What those leave half-made lies in the cache's own folder for that, and the next run sweeps it.
    """
    try:
        if sys.stdout is not None:  # there is none for pythonw
            sys.stdout.flush()
    except OSError as error:  # said too late for `run_for_people`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = code or OutputError.exit_code
        if not reader_has_gone(error):
            click.echo(f"error: standard output cannot be written: {error.strerror}", err=True)
    if code in _INTERRUPTED:
        os._exit(code)
    sys.exit(code)


def show_error(error: ImstackError, prefix: str = "error: ") -> None:
    """Print an error and its hint to standard error."""
    message = error.message
    if not isinstance(error, RecipeError):  # whose excerpts have lines of their own
        message = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in message)
    click.echo(f"{prefix}{message}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)


def show_internal(error: Exception) -> int:
    """Print a fault of our own to standard error and return its exit code."""
    click.echo(f"internal error: {type(error).__name__}: {error}", err=True)
    click.echo(f"hint: this is a fault of imstack; {TRACEBACK}=1 shows where", err=True)
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    return INTERNAL
