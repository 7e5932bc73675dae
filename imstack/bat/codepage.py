"""The code page in which cmd.exe reads a file.

``FOR /F`` turns bytes into text by the code page of the console's output, which is the OEM page
(437, 850, 866 ..) unless the user has said ``chcp``. A program that shares the console can ask
for it at the moment of writing; the file is then right for that reader and for that moment.
Writing UTF-8 and switching the console by ``chcp 65001`` instead would change the caller's
console under its feet.
"""

from __future__ import annotations

import codecs

from imstack.errors import OutputError
from imstack.windows import console_code_page

__all__ = ["console_code_page", "encode_for"]


def encode_for(code_page: int, text: str) -> bytes:
    """Return `text` as bytes of a Windows code page.

    Raises
    ------
    OutputError
        When the page has no such character, or is not known here.
    """
    try:
        return codecs.encode(text, f"cp{code_page}")  # Python knows 65001 by this name, too
    except (UnicodeEncodeError, LookupError) as error:
        message = f"the console's code page {code_page} has no words for {text}"
        raise OutputError(message, hint="say `chcp 65001 >nul` before, in the BAT file") from error
