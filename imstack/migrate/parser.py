r"""cmd.exe's parser: from characters to commands.

The rules relied on, as cmd.exe applies them to a line whose percent signs are done with:

- A double quote switches quoting on and off; it ends with the line. In quotes ``^ & | < > ( )``
  are plain.
- Outside, ``^`` makes the next character plain. At the end of a line it is dropped together with
  the line's end, and the *first character of the next line* is plain, be it a quote or the line's
  end.
- ``&``, ``||``, ``&&`` and ``|`` join commands; the first binds least, ``|`` most.
- ``>``, ``>>``, ``<``, with a digit right before (which must begin a word) and ``&digit`` right
  behind, are redirections wherever they stand; they are no part of the command's text.
- ``(`` opens a block where a command may begin, and is plain elsewhere; ``)`` closes inside a
  block, and makes the rest of the line a remark where a command may begin outside.
- ``@`` and the delimiters blank, tab, ``,``, ``;``, ``=`` before a command mean nothing.
- ``if``: all that follows on the line belongs to it, ``&`` or not. ``else`` must follow a block's
  ``)`` on the same line. ``for``: the same with all that follows ``do``.
- ``rem``: nothing counts after its first word; in that word ``&`` and ``|`` still do.
- A line that begins with ``:`` is a label, and does nothing, but a caret at its end still takes the
  next line in.
- What cannot be read this way ends the BAT file, when it is reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imstack.migrate.nodes import Condition, For, Group, If, Redirect, Remark, Simple
from imstack.migrate.stream import BLANKS, Lines, Stream
from imstack.migrate.tokens import DELIMITERS, LABEL_ENDS, Tokens

if TYPE_CHECKING:
    from imstack.migrate.nodes import Joint, Node

_JOINTS: tuple[Joint, ...] = ("&", "||", "&&", "|")
_OPERATORS = frozenset({"equ", "neq", "lss", "leq", "gtr", "geq"})
_ASKS_ONE = frozenset({"errorlevel", "exist", "defined", "cmdextversion"})
_DEEPEST = 50  # commands within commands
_MOST_OPTIONS = 8  # words between FOR and its variable


def parse(lines: Lines) -> Node:
    """Return the statement that begins at the next of `lines`, which moves on behind it.

    Raises
    ------
    TroubleError
        When cmd.exe would refuse it.
    """
    return _Parser(Stream(lines)).statement()


class _Parser(Tokens):
    """Reads one statement."""

    def statement(self) -> Node:
        self.stream.more()
        self.skip(DELIMITERS + "@")
        if self.stream.peek() in {"", "\n", ")", ":"}:
            return self.remark()
        node = self.joined(0)
        if self.stream.peek() not in {"", "\n"}:
            raise self.trouble(0, f"{self.stream.peek()} was unexpected")
        return node

    def remark(self) -> Remark:
        """Read a label, or what follows a closing parenthesis too many."""
        start = self.stream.at
        name = ""
        if self.stream.peek() == ":":
            self.stream.at += 1
            name = self.until(LABEL_ENDS + "\n")
        self.stream.skip_line(caret=True)
        return Remark(self.stream.span(start), name.strip().lower())

    def joined(self, level: int) -> Node:
        """Read commands joined by the joint of `level`, or by one that binds more."""
        if level == len(_JOINTS):
            return self.command()
        start = self.stream.at
        items = [self.joined(level + 1)]
        while self.take_joint(_JOINTS[level]):
            self.skip(DELIMITERS + "@")
            at_end = self.stream.active() in {"", "\n", ")"} and self.stream.peek() in "\n)"
            if level == 0 and at_end:
                break
            items.append(self.joined(level + 1))
        if len(items) == 1:
            return items[0]
        return Group(self.stream.span(start), _JOINTS[level], tuple(items))

    def take_joint(self, joint: str) -> bool:
        stream = self.stream
        self.skip(BLANKS)
        if any(stream.active(place) != char for place, char in enumerate(joint)):
            return False
        if len(joint) == 1 and stream.active(1) == joint:
            return False
        stream.at += len(joint)
        return True

    def command(self) -> Node:
        """Read one command, or a block."""
        self.skip(DELIMITERS + "@")
        start = self.stream.at
        char = self.stream.active()
        if self.stream.peek() in {"", "\n"} or (char and char in ")&|"):
            raise self.trouble(start, f"{char.strip() or 'the end of the line'} was unexpected")
        self.nesting += 1
        if self.nesting > _DEEPEST:
            raise self.trouble(start, "too deep")
        node = self.block(start) if char == "(" else self.worded(start)
        self.nesting -= 1
        return node

    def worded(self, start: int) -> Node:
        word = self.stream.word()
        follows = self.stream.active(len(word))
        if word and follows and follows in DELIMITERS + "\n&|<>)":
            if word == "rem":
                return self.rem(start)
            if word == "if":
                return self.condition(start)
            if word == "for":
                return self.loop(start)
        return self.simple(start)

    def rem(self, start: int) -> Remark:
        stream = self.stream
        stream.at += 3
        self.skip(DELIMITERS)
        while (char := stream.active()) not in {"\n", "&", "|"} and stream.peek():
            if char and char in DELIMITERS:
                stream.skip_line(caret=False)
                break
            stream.at += 1
        return Remark(stream.span(start))

    def simple(self, start: int) -> Simple:
        """Read a command's text and redirections up to the next joint."""
        stream = self.stream
        text: list[str] = []
        redirects: list[Redirect] = []
        while char := stream.peek():
            special = stream.active()
            if special and (special in "&|\n" or (special == ")" and self.depth)):
                break
            if special and special in "<>":
                redirects.append(self.redirect(text))
            else:
                text.append(char)
                stream.at += 1
        return Simple(stream.span(start), "".join(text), tuple(redirects))

    def block(self, start: int) -> Group:
        stream = self.stream
        stream.at += 1
        self.depth += 1
        items: list[Node] = []
        while not self.at_block_end(start):
            items.append(self.remark() if stream.active() == ":" else self.joined(0))
            if stream.active() not in {"\n", ")"} and stream.peek():
                raise self.trouble(start, f"{stream.peek()} was unexpected")
        stream.at += 1
        self.depth -= 1
        if not items:
            raise self.trouble(start, ") was unexpected")
        redirects = []
        self.skip(BLANKS)
        while (sign := stream.active()) and (sign in "<>" or self.handle_ahead()):
            digit = [] if sign in "<>" else [sign]
            stream.at += len(digit)
            redirects.append(self.redirect(digit))
            self.skip(BLANKS)
        return Group(stream.span(start), "()", tuple(items), tuple(redirects))

    def handle_ahead(self) -> bool:
        """Return True at the 2 of ``2>file``."""
        following = self.stream.active(1)
        return self.stream.peek().isdecimal() and following != "" and following in "<>"

    def at_block_end(self, start: int) -> bool:
        """Go on to the next command of a block; return True at its closing parenthesis."""
        while True:
            self.skip(DELIMITERS + "@\n")
            if self.stream.peek():
                return self.stream.active() == ")"
            if not self.stream.more():
                raise self.trouble(start, "the block is never closed")

    def condition(self, start: int) -> If:
        self.stream.at += 2
        condition = self.asked(start)
        then = self.body(start)
        otherwise = None
        self.skip(BLANKS)
        if self.stream.word() == "else" and self.stream.active(4) in {*DELIMITERS, "("}:
            self.stream.at += 4
            otherwise = self.body(start)
        return If(self.stream.span(start), condition, then, otherwise)

    def asked(self, start: int) -> Condition:
        """Read what an ``if`` asks."""
        negated = ignores_case = False
        word = self.needed(start)
        while word.lower() in {"not", "/i"}:
            negated |= word.lower() == "not"
            ignores_case |= word.lower() == "/i"
            word = self.needed(start)
        if word.lower() in _ASKS_ONE:
            return Condition(word.lower(), self.needed(start), negated=negated)
        self.skip(BLANKS + ",;")
        operator = "=="
        if self.stream.active() == "=" == self.stream.active(1):
            self.stream.at += 2
        elif (operator := self.token().lower()) not in _OPERATORS:
            raise self.trouble(start, f"{operator or 'the end of the line'} was unexpected")
        right = self.needed(start)
        return Condition("compare", word, operator, right, negated, ignores_case)

    def body(self, start: int) -> Node:
        self.skip(DELIMITERS + "@")
        if self.stream.peek() in {"", "\n"}:
            raise self.trouble(start, "the line ends too early")
        return self.joined(0)

    def loop(self, start: int) -> For:
        self.stream.at += 3
        words: list[str] = []
        while not (word := self.needed(start)).startswith("%"):
            words.append(word)
            if len(words) > _MOST_OPTIONS:
                raise self.trouble(start, f"{words[0]} was unexpected")
        if len(word) != 2:
            raise self.trouble(start, f"{word} was unexpected")
        self.keyword("in", start)
        over = self.over(start)
        self.keyword("do", start)
        is_switched = bool(words) and words[0].startswith("/")
        switch, options = (words[0].upper(), words[1:]) if is_switched else ("", words)
        body = self.body(start)
        return For(self.stream.span(start), switch, " ".join(options), word[1], over, body)

    def keyword(self, word: str, start: int) -> None:
        self.skip(DELIMITERS)
        if self.stream.word() != word:
            raise self.trouble(start, f"{word} is missing")
        self.stream.at += len(word)

    def over(self, start: int) -> str:
        """Read what a ``for`` runs over: all up to the first active closing parenthesis."""
        stream = self.stream
        self.skip(DELIMITERS)
        if stream.active() != "(":
            raise self.trouble(start, "( is missing")
        stream.at += 1
        text: list[str] = []
        while (char := stream.peek()) or stream.more():
            special = stream.active()
            if special == ")":
                stream.at += 1
                return "".join(text)
            if special and special in "&|<>":
                raise self.trouble(start, f"{special} was unexpected")
            if char:
                text.append(" " if special == "\n" else char)
                stream.at += 1
        raise self.trouble(start, ") is missing")
