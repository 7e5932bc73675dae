"""Words, redirections and delimiters of a statement, for the parser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from imstack.migrate.nodes import Redirect
from imstack.migrate.stream import BLANKS, TroubleError

if TYPE_CHECKING:
    from imstack.migrate.stream import Stream

DELIMITERS: Final = BLANKS + ",;="
LABEL_ENDS: Final = DELIMITERS + ':+&<>|()^%"'


class Tokens:
    """Reads what commands are made of; `depth` counts open parentheses, `nesting` commands."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.depth = 0
        self.nesting = 0

    def trouble(self, start: int, why: str) -> TroubleError:
        """Return the error for what begins at character `start`."""
        return TroubleError(self.stream.span(start), why)

    def skip(self, chars: str) -> None:
        """Go past active characters that are among `chars`."""
        while (char := self.stream.active()) and char in chars:
            self.stream.at += 1

    def until(self, ends: str) -> str:
        """Read characters up to one of `ends`, active or not."""
        text = []
        while (char := self.stream.peek()) and char not in ends:
            text.append(char)
            self.stream.at += 1
        return "".join(text)

    def redirect(self, text: list[str]) -> Redirect:
        """Read a redirection; a handle's digit is taken back from `text`."""
        stream = self.stream
        start = stream.at
        sign = stream.active()
        handle = 0 if sign == "<" else 1
        if text and text[-1] in "0123456789" and (len(text) == 1 or text[-2] in DELIMITERS):
            handle = int(text.pop())
        stream.at += 1
        if sign == ">" and stream.active() == ">":
            sign = ">>"
            stream.at += 1
        if stream.active() == "&" and stream.peek(1).isdecimal():
            stream.at += 2
            return Redirect(handle, ">&", stream.peek(-1))
        target = self.token()
        if not target:
            raise self.trouble(start, "a redirection without a file")
        return Redirect(handle, sign, target)

    def token(self) -> str:
        """Read a word up to an active delimiter or special character."""
        self.skip(DELIMITERS)
        stream = self.stream
        text = []
        ends = DELIMITERS + "&|<>\n" + (")" if self.depth else "")
        while char := stream.peek():
            if stream.active() and char in ends:
                break
            text.append(char)
            stream.at += 1
        return "".join(text)

    def needed(self, start: int) -> str:
        """Read a word that must be there; raises TroubleError when it is not."""
        if word := self.token():
            return word
        raise self.trouble(start, "the line ends too early")
