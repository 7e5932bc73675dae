r"""The text of a caller, from its bytes.

cmd.exe reads bytes and turns them into text by the console's code page, whatever the file says of
itself:

- It knows no byte order mark: a UTF-8 one sticks to the first word, so that the command of line 1
  is not found; cmd says so and goes on with line 2. A UTF-16 file does not run at all.
- ``chcp NUMBER`` in the caller changes the page for the lines after it, which are the ones with
  names in them.
- Without ``chcp`` the page is the computer's OEM page (850 in Western Europe, 437 in the US),
  while most editors save in the ANSI page (1252) or in UTF-8. What the author meant must be told
  from the bytes; `Caller.note` says how it was.
- A line ends at LF or at Ctrl-Z; every CR is dropped.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass

from imstack.errors import InputError

LONGEST = 1 << 17  # bytes; real callers have a few thousand
_CHCP = re.compile(rb"^[ \t@]*chcp(?:\.com)?[ \t]+(\d{3,5})\b", re.IGNORECASE | re.MULTILINE)
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# Letters of code page 850 that words hold: these bytes are quotes and dashes in 1252.
_OEM_LETTERS = frozenset(range(0x80, 0xA6)) | {0xB5, 0xB6, 0xB7, 0xE1}


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller as text.

    `bom` is the encoding that a byte order mark names, or nothing; `note` says how the bytes were
    understood where that was a guess.
    """

    name: str
    lines: tuple[str, ...]
    bom: str = ""
    note: str = ""


def decode(data: bytes, name: str, code_page: str | None = None) -> Caller:
    """Return the caller that `data` holds; `name` is for messages.

    `code_page` is a code page's number; it decides when given.

    Raises
    ------
    InputError
        When the bytes are no text of that kind.
    """
    if len(data) > LONGEST:
        message = f"{name}: more than {LONGEST} bytes, which no caller has"
        raise InputError(message, hint="is this a BAT file?")
    text, bom, note = _text(data, name, code_page)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        message = f"{name}:{line}: a NUL character; this is no BAT file"
        raise InputError(message, hint="give a text file; UTF-16 needs a byte order mark")
    whole = text.replace("\r", "").replace("\x1a", "\n")
    return Caller(name, tuple(whole.removesuffix("\n").split("\n")), bom, note)


def _text(data: bytes, name: str, code_page: str | None) -> tuple[str, str, str]:
    for mark, encoding in _UTF16.items():
        if data.startswith(mark):
            note = "saved as UTF-16, which cmd.exe cannot run; read as it was meant"
            return _decode(data[2:], encoding, name), "UTF-16", note
    bom = "UTF-8" if data.startswith(codecs.BOM_UTF8) else ""
    body = data.removeprefix(codecs.BOM_UTF8)
    if code_page is not None:
        return _decode(body, _codec(code_page, name), name), bom, ""
    if bom or body.isascii():
        return _decode(body, "utf-8", name), bom, ""
    encoding, why = _guess(body)
    return _decode(body, encoding, name), "", f"read as {encoding}: {why}"


def _guess(body: bytes) -> tuple[str, str]:
    """Return an encoding for bytes that are not ASCII, and what speaks for it."""
    if found := _CHCP.search(body):
        page = "utf-8" if found[1] == b"65001" else f"cp{found[1].decode()}"
        if _fits(body, page):
            return page, f"it says chcp {found[1].decode()}"
    if _fits(body, "utf-8"):
        return "utf-8", "its bytes are UTF-8; cmd.exe would need chcp 65001 to agree"
    if _OEM_LETTERS.issuperset(byte for byte in body if byte >= 0x80):
        return "cp850", "its letters are those of a console"
    page = "cp1252" if _fits(body, "cp1252") else "cp850"
    return page, "it is no UTF-8, and no chcp says more"


def _fits(body: bytes, encoding: str) -> bool:
    try:
        body.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _codec(code_page: str, name: str) -> str:
    with suppress(LookupError):
        if code_page.isdecimal():
            return codecs.lookup(f"cp{code_page}").name
    message = f"{name}: code page {code_page} is not known here"
    raise InputError(message, hint="give its number: 850, 437, 1252, or 65001 for UTF-8")


def _decode(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{name}:{line}: the bytes are not {encoding}"
        raise InputError(message, hint="say which code page it is: --code-page") from error
