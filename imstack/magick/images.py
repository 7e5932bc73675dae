"""Reading images through Wand; Wand's errors become ours.

Everything that is opened is checked: Wand itself returns an empty image for a text file named
.jpg, and says nothing about a JPEG that ends too early.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from imstack.errors import InputError, MagickError
from imstack.files import kind_fault
from imstack.magick import library
from imstack.magick.coders import coder_of
from imstack.magick.headers import check_claim
from imstack.magick.loaded import (
    COLORSPACE_TYPES,
    STORAGE_TYPES,
    Image,
    libmagick,
    wand_api,
    wand_errors,
)
from imstack.magick.profiles import is_srgb
from imstack.magick.tiff import check_no_raw, pages_of, photo_pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

WARNING, ERROR = 300, 400

# The complaint about what another program should have left for ImageMagick to read.
_DECODED = re.compile(r"unable to open image `[^']*magick-[^']*'")
NO_REASON = "no reason given"
TOLD_BY_HEADER = frozenset({"JPEG", "JPG", "MIFF", "PNG", "TIFF", "TIFF64"})
TIFFS = frozenset({"TIFF", "TIFF64"})
UNSUITABLE_COLORSPACES = frozenset({"cmyk", "cmy"})


class _ExceptionInfo(ctypes.Structure):
    _fields_ = (
        ("severity", ctypes.c_int),
        ("error_number", ctypes.c_int),
        ("reason", ctypes.c_char_p),
        ("description", ctypes.c_char_p),
    )


def _declare() -> bool:
    """Declare the calls that Wand has no name for; False where the library lacks them."""
    if not hasattr(libmagick, "GetImageException"):  # ImageMagick 7
        return False
    wand_api.GetImageFromMagickWand.argtypes = [ctypes.c_void_p]
    wand_api.GetImageFromMagickWand.restype = ctypes.c_void_p
    libmagick.AcquireExceptionInfo.restype = ctypes.c_void_p
    libmagick.GetImageException.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    libmagick.DestroyExceptionInfo.argtypes = [ctypes.c_void_p]
    libmagick.DestroyExceptionInfo.restype = ctypes.c_void_p
    return True


_HAS_IMAGE_EXCEPTION = _declare()


def _complaint(image: Any) -> tuple[int, str]:  # noqa: ANN401 - Wand has no types
    """Return what ImageMagick noted while it read `image`: (severity, text); 0 for nothing.

    ImageMagick 6 notes it with the image, 7 with the wand.
    """
    if not _HAS_IMAGE_EXCEPTION:
        note = image.get_exception()  # and forget it: it belongs to nothing that comes after
        if note is None:
            return 0, ""
        return (WARNING if isinstance(note, Warning) else ERROR), str(note)
    info = libmagick.AcquireExceptionInfo()
    try:
        libmagick.GetImageException(wand_api.GetImageFromMagickWand(image.wand), info)
        note = _ExceptionInfo.from_address(info)
        return note.severity, (note.reason or b"").decode("utf-8", "replace")
    finally:
        libmagick.DestroyExceptionInfo(info)


@contextmanager
def magick_errors(what: str) -> Iterator[None]:
    """Turn Wand's errors into one :class:`MagickError` that begins with `what`."""
    try:
        yield
    except (wand_errors.WandException, ValueError, AttributeError) as error:
        hint = ""
        if "resource" in str(error).lower() or "limit" in str(error).lower():
            hint = "`imstack doctor` shows the limits in force"
        message = f"{what}: {' '.join(str(error).split())}"  # some of its words have lines
        raise MagickError(message, hint=hint) from error


def open_image(
    path: Path,
    *,
    allow_truncated: bool = False,
    defined: Mapping[str, str] = MappingProxyType({}),
) -> Any:  # noqa: ANN401
    """Read the image `path` with all its pixels; `defined` are settings, as of ``-define``.

    Raises
    ------
    InputError
        The file is missing, is no image, or ends too early (unless `allow_truncated`).
    """
    path = Path(path)
    _check_there(path)
    try:
        image = _read(path, defined)
        severity, text = _complaint(image)
        wand_api.MagickClearException(image.wand)  # or Wand would warn of it at a later call
        broken = image.width < 1 or image.height < 1 or severity >= ERROR
    except (wand_errors.WandException, ValueError, OSError) as error:
        message = f"{path}: cannot be read as an image: {plain(error, path)}"
        raise InputError(message, hint=_reading_hint(error)) from error
    if broken:
        image.close()
        reason = f": {plain(text, path)}" if text else ""
        message = f"{path}: is no image that ImageMagick can read{reason}"
        raise InputError(message)
    if severity >= WARNING and not allow_truncated and _means_damage(text):
        image.close()
        message = f"{path}: is damaged or cut short: {plain(text, path)}"
        hint = "take it out, or allow it with --set frames.allow_truncated=true"
        raise InputError(message, hint=hint)
    return image


def _name(path: Path) -> bytes:
    """Return the file's name as ImageMagick gets it.

    Absolute, for it gives a meaning to names such as @list or -size; in bytes, for Wand would
    take only names that are valid UTF-8; and with the coder, or the name might choose one.
    """
    absolute = os.fsencode(os.path.abspath(path))  # noqa: PTH100 - keeps symlinks as they are
    coder = coder_of(path)
    return coder.encode() + b":" + absolute + _page(path, coder)


def _page(path: Path, coder: str) -> bytes:
    """Return which page of the file is the photo, as ImageMagick takes it behind a name.

    Previews stand beside many a photo; of a Photoshop file the first page is all layers.
    """
    if coder == "PSD":
        return b"[0]"
    if coder not in TIFFS:
        return b""
    pages = pages_of(path)
    check_no_raw(path, pages)
    chosen = photo_pages(pages)
    return b"[%d]" % chosen[0] if len(chosen) == 1 < len(pages) else b""


def _read(path: Path, defined: Mapping[str, str]) -> Any:  # noqa: ANN401
    """Read as ``Image(filename=...)`` does, but leave warnings for `_complaint` to find.

    Wand would turn those of ImageMagick 7 into Python's warnings, which are one for all threads.
    """
    image = Image()
    try:
        for name, value in defined.items():
            image.options[name] = value
        image.read(filename=_name(path))
    except BaseException:
        image.close()
        raise
    wand_api.MagickSetFormat(image.wand, b"")
    return image


def _check_there(path: Path) -> None:
    """Refuse what is no file or may not be read; ImageMagick tells that in riddles.

    Raises
    ------
    InputError
        It is missing, a folder, or forbidden.
    """
    reason = ""
    try:
        if path.is_file():
            path.open("rb").close()
        else:
            reason = "it is a folder" if path.is_dir() else kind_fault(path) or "no such file"
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", "") or str(error)
    if reason:
        message = f"{path}: cannot be read: {reason}"
        raise InputError(message)


def _means_damage(text: str) -> bool:
    """Tell damage from remarks about odd but harmless tags."""
    low = text.lower()
    if "extraneous bytes" in low:  # libjpeg calls a file corrupt where only filling is odd
        return False
    words = ("premature", "corrupt", "truncat", "unexpected end", "not enough", "improper")
    return any(word in low for word in words)


def plain(error: Exception | str, path: Path) -> str:
    """Return ImageMagick's words without file names and source lines."""
    text = str(error).split(" @ ")[0]
    names = (os.path.abspath(path), str(path))  # noqa: PTH100
    as_shown = [os.fsencode(name).decode("utf-8", "replace") for name in names]
    for name in (*names, *as_shown):
        text = text.replace(f"`{name}'", "").replace(name, "")
    if _DECODED.search(text):
        return "ImageMagick needs another program for files of this kind, which is not there"
    return " ".join(text.split()) or NO_REASON


def _reading_hint(error: Exception) -> str:
    if isinstance(error, wand_errors.PolicyError):
        return "ImageMagick's security policy forbids this kind of file"
    if isinstance(error, wand_errors.MissingDelegateError) or _DECODED.search(str(error)):
        return "ImageMagick has no reader for this kind of file; convert it to TIFF or JPEG first"
    return ""


@dataclass(frozen=True, slots=True)
class PhotoInfo:
    """What a photo is, without its pixels.

    `width` and `height` in pixels; `depth` bits per channel value; `pages` images in the file
    that may be meant; `colorspace` and `format` as ImageMagick names them, lower case and
    capitals; `alpha` whether it has a channel to be seen through, `extra` whether it has any
    besides colour; `floating` whether its values are floating point; `profile` differs when the
    colour profile differs, empty for sRGB and for none.
    """

    path: Path
    width: int
    height: int
    depth: int
    colorspace: str
    format: str
    pages: int
    alpha: bool
    extra: bool = False
    floating: bool = False
    profile: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height


def describe(path: Path) -> PhotoInfo:
    """Return what the photo `path` is, from its header.

    Raises
    ------
    InputError
        The file is missing or no image.
    """
    path = Path(path)
    _check_there(path)
    try:
        name = _name(path)
        check_claim(path, coder_of(path))
        with Image.ping(filename=name) as image:
            info = _described(path, image)
    except (wand_errors.WandException, ValueError, OSError) as error:
        message = f"{path}: cannot be read as an image: {plain(error, path)}"
        raise InputError(message, hint=_reading_hint(error)) from error
    if info.width < 1 or info.height < 1:
        message = f"{path}: is no image that ImageMagick can read"
        raise InputError(message)
    return info


def _described(path: Path, image: Any) -> PhotoInfo:  # noqa: ANN401
    form = str(image.format).upper()
    chosen, alpha, floating = 1, bool(image.alpha_channel), False
    extra = alpha
    if form in TIFFS and (pages := pages_of(path)):
        numbers = photo_pages(pages)
        chosen, photo = len(numbers), pages[numbers[0]]
        alpha, extra, floating = photo.alpha, bool(photo.extra), photo.floating
    profile = image.profiles["icc"] if "icc" in list(image.profiles) else b""
    return PhotoInfo(
        path=path,
        width=int(image.width),
        height=int(image.height),
        depth=int(image.depth),
        colorspace=colorspace_of(image),
        format=form,
        pages=chosen if form in TIFFS else len(image.sequence),
        alpha=alpha,
        extra=extra,
        floating=floating,
        profile="" if is_srgb(profile) else hashlib.sha256(profile).hexdigest(),
    )


def colorspace_of(image: Any) -> str:  # noqa: ANN401
    """Return the name of an image's colour space, lower case; Wand has none for every one."""
    number = wand_api.MagickGetImageColorspace(image.wand)
    known = number < len(COLORSPACE_TYPES)
    return str(COLORSPACE_TYPES[number]).lower() if known else "lineargray"


def open_header(path: Path) -> Any:  # noqa: ANN401
    """Return a photo's image with its profiles and orientation, pixels or not.

    ImageMagick 7 leaves them out of the header of a WebP; so only formats that are known to
    have them there are not read whole.

    Raises
    ------
    InputError, MagickError
        The file cannot be read.
    """
    with magick_errors(str(path)):
        image = Image.ping(filename=_name(path))
    if str(image.format).upper() in TOLD_BY_HEADER:
        return image
    image.close()
    return open_image(path, allow_truncated=True)


def check_photo(info: PhotoInfo) -> None:
    """Refuse what cannot be a frame of a stack.

    Raises
    ------
    InputError
        Several pages, or CMYK.
    """
    if info.pages > 1:
        message = f"{info.path}: has {info.pages} pages; a frame must be one image"
        raise InputError(message, hint="split it: convert FILE page_%02d.tiff")
    if info.colorspace.lower() in UNSUITABLE_COLORSPACES:
        message = f"{info.path}: is {info.colorspace.upper()}; frames must be RGB or gray"
        raise InputError(message, hint="convert it first: convert FILE -colorspace sRGB NEW")


def pixels_of(image: Any, channels: str = "RGB") -> NDArray[np.uint16]:  # noqa: ANN401
    """Copy the pixels of a Wand image: shape (h, w, len(channels)), quantum units 0..65535."""
    width, height = image.size
    array = np.empty((height, width, len(channels)), np.uint16)
    done = wand_api.MagickExportImagePixels(
        image.wand,
        0,
        0,
        width,
        height,
        channels.encode(),
        STORAGE_TYPES.index("short"),
        array.ctypes.data_as(ctypes.c_void_p),
    )
    if not done:
        with magick_errors("the pixels of an image"):
            image.raise_exception()
            raise wand_errors.WandError(NO_REASON)
    return array


def read_pixels(
    path: Path, channels: str = "", *, allow_truncated: bool = False
) -> NDArray[np.uint16]:
    """Read an image file into an array of shape (h, w, channels), quantum units 0..65535.

    `channels` such as RGB or I; empty means RGB, or RGBA where the image has alpha.

    Raises
    ------
    InputError
        The file is missing, no image, or damaged.
    """
    with open_image(path, allow_truncated=allow_truncated) as image:
        return pixels_of(image, channels or ("RGBA" if image.alpha_channel else "RGB"))


def read_compared(path: Path, *, allow_truncated: bool = False) -> NDArray[np.uint16]:
    """Read an image file with the channels that ``compare`` has for it.

    Those of `read_pixels`; but for ImageMagick 7 gray is one channel, not three.

    Raises
    ------
    InputError
        The file is missing, no image, or damaged.
    """
    with open_image(path, allow_truncated=allow_truncated) as image:
        one = library.load().major >= 7 and image.colorspace == "gray"
        return pixels_of(image, f"{'R' if one else 'RGB'}{'A' if image.alpha_channel else ''}")
