"""Every error that imstack raises for a person to read, and its exit code.

::

    ImstackError                1  anything below
    ├─ UsageError               2  arguments that make no sense together
    ├─ RecipeError              3  a recipe that cannot be used
    ├─ InputError               4  a list or a photo that cannot be used
    ├─ MagickError              5  ImageMagick refused an operation
    ├─ LibraryError             6  no ImageMagick, or one that cannot do it
    ├─ DodgyError               7  a result not to be trusted, and the recipe says stop
    ├─ OutputError              8  a result that cannot be written
    └─ MissingExtraError        9  an optional package is needed

The commands named after the BAT scripts end with 1 for every one of them, as the BAT files did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

INTERNAL = 70
INTERRUPTED = 130


class ImstackError(Exception):
    """Base of all errors for people.

    Parameters
    ----------
    message
        One line: which file, line or key, and what is wrong with it.
    hint
        What to do about it; may be empty.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ImstackError):
    """Arguments that make no sense, or not together."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a recipe.

    Attributes
    ----------
    file
        The recipe's file as the user named it, ``--set``, or the name of an environment variable.
    line, column
        Where in it, from 1; 0 when there is no such place.
    key
        Dotted name of the key concerned; empty when it is about the whole.
    message
        What is wrong and what would be right.
    excerpt
        The line concerned and a caret below it; empty when there is none to show.
    """

    file: str
    line: int
    column: int
    key: str
    message: str
    excerpt: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class RecipeError(ImstackError):
    """A recipe that cannot be used; the message holds all its faults, each with its excerpt."""

    exit_code = 3

    def __init__(
        self, message: str = "", *, hint: str = "", faults: tuple[Fault, ...] = ()
    ) -> None:
        lines = [line for fault in faults for line in (str(fault), fault.excerpt) if line]
        super().__init__(message or "\n".join(lines), hint=hint)
        self.faults = faults


class InputError(ImstackError):
    """A list file or a photo that is missing, unreadable or unsuitable."""

    exit_code = 4


class MagickError(ImstackError):
    """ImageMagick refused an operation; the message holds its own words."""

    exit_code = 5


class LibraryError(ImstackError):
    """ImageMagick's library is missing, or cannot do what is asked."""

    exit_code = 6


class DodgyError(ImstackError):
    """A scale, translation or registration that is not to be trusted, and the recipe says stop."""

    exit_code = 7


class OutputError(ImstackError):
    """A result that cannot be written."""

    exit_code = 8


class MissingExtraError(ImstackError):
    """An optional package is needed for what is asked."""

    exit_code = 9
