"""The names of a run's files, as focStack.bat forms them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imstack.photos.gather import PHOTO_SUFFIXES
from imstack.photos.lookup import is_folder
from imstack.scripts.set_in_out import set_in_out

if TYPE_CHECKING:
    from imstack.photos.find import Photos


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


def names_for(photos: Photos, output: str | Path | None, tmpdir: str | Path | None = None) -> Names:
    """Return the names of a run's files."""
    given = [photos] if isinstance(photos, str | Path) else list(photos)
    first = Path(given[0])
    is_photo = first.suffix.lower() in PHOTO_SUFFIXES
    is_list = len(given) == 1 and not is_photo and not is_folder(first)
    name = first if is_list else Path(_folder_name(first))
    derived = set_in_out(name, "fs")
    return Names(
        inname=derived.inname,
        outfile=Path(output) if output is not None else derived.outfile,
        tmpdir=Path(tmpdir) if tmpdir is not None else None,
    )


def _folder_name(path: Path) -> str:
    folder = path if is_folder(path) else path.parent
    return folder.absolute().name or "stack"
