"""The names of a run's files, as focStack.bat forms them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Names:
    """Files of a run.

    Attributes
    ----------
    inname
        Name of the list without its ending, or what stands for it.
    outfile
        The result.
    tmpdir
        Where the script's temp files go; None leaves them in the cache.
    """

    inname: str
    outfile: Path
    tmpdir: Path | None = None

    @property
    def stem(self) -> str:
        """How the names of temp files begin."""
        return f"{self.inname}_fs"

    def temporary(self, ending: str) -> Path:
        """Return a temp file's name: ``TMPDIR/INNAME_fs_<ending>``."""
        name = f"{self.stem}_{ending}"
        return self.tmpdir / name if self.tmpdir else Path(name)

    def frame(self, number: int) -> Path:
        """Return the name of frame `number`, scaled and then aligned."""
        return self.temporary(f"{number}.miff")

    @property
    def vp_mask(self) -> Path:
        """The virtual-pixel mask (fsVP_MASK)."""
        return self.temporary("vpmask.miff")

    @property
    def merged(self) -> Path:
        """The running result."""
        return self.temporary("out.miff")

    @property
    def data(self) -> Path:
        """The dump of all figures."""
        return self.temporary("data.lis")

    def companion(self, kind: str, ending: str = ".png") -> Path:
        """Return the name of a file that lies beside the result, such as its index map."""
        return self.outfile.with_name(f"{self.outfile.stem}_{kind}{ending}")
