"""The bench: a folder where a statement's command lines are run for real."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imstack.errors import MagickError
from imstack.pipeline.statement import TEMP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imstack.magick.tools import Program, Ran, Tools
    from imstack.pipeline.statement import Line


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder that stands for the temp folder of command lines, and the programs."""

    folder: Path
    tools: Tools

    def place(self, path: Path | str) -> Path:
        """Return where a file of a line's words is."""
        return Path(self._word(str(path)))

    def run(self, program: Program, words: Sequence[str]) -> Ran:
        """Run a program on files of the bench."""
        return self.tools.run(program, [self._word(word) for word in words])

    def make(self, words: Sequence[str]) -> str:
        """Run ``convert`` and return what it printed.

        Raises
        ------
        MagickError
            It fails.
        """
        return self._demand("convert", words)

    def do(self, line: Line) -> str:
        """Do what a line says, and return what it printed.

        Raises
        ------
        MagickError
            A program fails.
        """
        if line.program == "copy":
            shutil.copyfile(self._word(line.words[0]), self._word(line.words[1]))
        elif line.program == "move":
            shutil.move(self._word(line.words[0]), self._word(line.words[1]))
        else:
            return self._demand(line.program, line.words)
        return ""

    def _demand(self, program: Program, words: Sequence[str]) -> str:
        ran = self.run(program, words)
        if ran.code != 0:
            message = f"{program} fails on {self._word(words[-1])}: {ran.complaint}"
            raise MagickError(message, hint="the file of --write-commands has the whole line")
        return ran.out

    def _word(self, word: str) -> str:
        mark = str(TEMP)
        return str(self.folder) + word[len(mark) :] if word.startswith(mark) else word
