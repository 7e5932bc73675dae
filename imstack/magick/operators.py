"""ImageMagick's operators, one small thing each.

Every operator can do two things: apply itself through Wand to an image list (as ``convert``
applies it to its own list), and state itself as ``convert`` arguments. Nothing else in the
package calls Wand's drawing or distorting functions, so what a run states is what it did.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - part of the public face
from typing import Any, Literal, Protocol, TypeAlias

from imstack.magick import images as files
from imstack.magick.loaded import COMPOSITE_OPERATORS, Color
from imstack.magick.saving import save

# One operator, which ImageMagick 7 calls by another name.
COPY_OPACITY = "copy_alpha" if "copy_alpha" in COMPOSITE_OPERATORS else "copy_opacity"

# Not False: to ImageMagick 7 that means a channel that is there, but not in use.
OFF = "off"

ImageList = list[Any]
"""Wand images, first to last, as ``convert`` holds them. The list owns them."""


class Step(Protocol):
    """Something between two words of a ``convert`` line."""

    def apply(self, images: ImageList) -> None:
        """Change `images` in place, as ``convert`` does."""

    def words(self) -> list[str]:
        """Return the same as ``convert`` arguments."""


@dataclass(frozen=True, slots=True)
class Read:
    """``FILE``: read an image and append it to the list."""

    path: Path
    allow_truncated: bool = False

    def apply(self, images: ImageList) -> None:
        """Read; raises InputError."""
        images.append(files.open_image(self.path, allow_truncated=self.allow_truncated))

    def words(self) -> list[str]:
        """State the file's name."""
        return [str(self.path)]


@dataclass(frozen=True, slots=True)
class Write:
    """``-write FILE``: write the first image, whole or not at all; the list stays."""

    path: Path

    def apply(self, images: ImageList) -> None:
        """Write; raises OutputError."""
        save(images[0], self.path)

    def words(self) -> list[str]:
        """State ``-write FILE``; a command whose last step it is states the name alone."""
        return ["-write", str(self.path)]


@dataclass(frozen=True, slots=True)
class Group:
    """``( ... )``: work on a list of its own, then append that to the outer list."""

    steps: tuple[Step, ...]

    def apply(self, images: ImageList) -> None:
        """Run the inner steps; only Clone sees the outer list."""
        inner: ImageList = []
        try:
            for step in self.steps:
                if isinstance(step, Clone):
                    inner.append(images[step.index].clone())
                else:
                    step.apply(inner)
        except BaseException:
            close_all(inner)
            raise
        images.extend(inner)

    def words(self) -> list[str]:
        """State the inner steps between parentheses."""
        return ["(", *(word for step in self.steps for word in step.words()), ")"]


@dataclass(frozen=True, slots=True)
class Clone:
    """``-clone INDEX``: inside a group, copy an image of the outer list."""

    index: int

    def apply(self, images: ImageList) -> None:
        """Refuse: the group around it copies, for only there is an outer list."""
        message = f"-clone {self.index} of {len(images)} images belongs inside parentheses"
        raise TypeError(message)

    def words(self) -> list[str]:
        """State ``-clone INDEX``."""
        return ["-clone", str(self.index)]


@dataclass(frozen=True, slots=True)
class Delete:
    """``-delete INDEX``."""

    index: int

    def apply(self, images: ImageList) -> None:
        """Drop one image."""
        images.pop(self.index).close()

    def words(self) -> list[str]:
        """State ``-delete INDEX``."""
        return ["-delete", str(self.index)]


@dataclass(frozen=True, slots=True)
class Swap:
    """``-swap A,B``."""

    first: int
    second: int

    def apply(self, images: ImageList) -> None:
        """Exchange two images of the list."""
        a, b = self.first, self.second
        images[a], images[b] = images[b], images[a]

    def words(self) -> list[str]:
        """State ``-swap A,B``."""
        return ["-swap", f"{self.first},{self.second}"]


@dataclass(frozen=True, slots=True)
class DistortSRT:
    """``-virtual-pixel V [-filter F] -distort SRT ARGUMENTS``.

    `arguments` is the text that the command line has: ``scale,angle`` about (w/2, h/2), or
    ``x0,y0,scale,angle,x1,y1``; pixels and degrees. It stays text because the BAT files
    handed it on as text. `filter` empty means ImageMagick's own choice.
    """

    arguments: str
    virtual_pixel: str = "Edge"
    filter: str = ""

    def apply(self, images: ImageList) -> None:
        """Warp every image of the list; canvas sizes stay."""
        numbers = tuple(float(word) for word in self.arguments.split(","))
        for image in images:
            image.virtual_pixel = self.virtual_pixel.lower()
            with files.magick_errors(f"-distort SRT {self.arguments}"):
                image.distort("scale_rotate_translate", numbers, filter=self.filter.lower() or None)

    def words(self) -> list[str]:
        """State the settings and the operator."""
        chosen = ["-filter", self.filter] if self.filter else []
        setting = ["-virtual-pixel", self.virtual_pixel]
        return [*chosen, *setting, "-distort", "SRT", self.arguments]


@dataclass(frozen=True, slots=True)
class Blur:
    """``-blur 0xSIGMA``, sigma in pixels."""

    sigma: float

    def apply(self, images: ImageList) -> None:
        """Blur every image of the list."""
        for image in images:
            with files.magick_errors(f"-blur 0x{self.sigma:g}"):
                image.blur(0, self.sigma)

    def words(self) -> list[str]:
        """State ``-blur 0xSIGMA``."""
        return ["-blur", f"0x{self.sigma:g}"]


@dataclass(frozen=True, slots=True)
class Gray:
    """``-colorspace Gray``."""

    def apply(self, images: ImageList) -> None:
        """Make every image gray."""
        for image in images:
            with files.magick_errors("-colorspace Gray"):
                image.transform_colorspace("gray")

    def words(self) -> list[str]:
        """State ``-colorspace Gray``."""
        return ["-colorspace", "Gray"]


@dataclass(frozen=True, slots=True)
class AutoLevel:
    """``-auto-level -auto-gamma``, as twoBlrDiff ends."""

    def apply(self, images: ImageList) -> None:
        """Stretch every image to the full range."""
        for image in images:
            with files.magick_errors("-auto-level -auto-gamma"):
                image.auto_level()
                image.auto_gamma()

    def words(self) -> list[str]:
        """State both operators."""
        return ["-auto-level", "-auto-gamma"]


@dataclass(frozen=True, slots=True)
class WhiteOut:
    """``-fill White -colorize 100``: every pixel white."""

    def apply(self, images: ImageList) -> None:
        """Paint every image white."""
        for image in images:
            with files.magick_errors("-colorize 100"):
                image.colorize(Color("white"), Color("rgb(100%,100%,100%)"))

    def words(self) -> list[str]:
        """State the setting and the operator."""
        return ["-fill", "White", "-colorize", "100"]


@dataclass(frozen=True, slots=True)
class WhiteUnlessBlack:
    """``-fill White +opaque Black``: every pixel that is not black becomes white."""

    def apply(self, images: ImageList) -> None:
        """Make every image bilevel."""
        for image in images:
            with files.magick_errors("+opaque Black"):
                image.opaque_paint(Color("black"), Color("white"), 0.0, invert=True)

    def words(self) -> list[str]:
        """State the setting and the operator."""
        return ["-fill", "White", "+opaque", "Black"]


@dataclass(frozen=True, slots=True)
class AlphaOff:
    """``-alpha off``."""

    def apply(self, images: ImageList) -> None:
        """Switch every alpha channel off."""
        for image in images:
            image.alpha_channel = OFF

    def words(self) -> list[str]:
        """State ``-alpha off``."""
        return ["-alpha", "off"]


@dataclass(frozen=True, slots=True)
class Composite:
    """``-compose OPERATOR -composite``: destination, source and perhaps a mask become one.

    `operator` as the command line spells it: Difference, MinusDst, Over, Darken.
    """

    operator: str

    def apply(self, images: ImageList) -> None:
        """Compose images[1] over images[0], where images[2] is white if there is one."""
        destination, source, *masks = images
        with files.magick_errors(f"-compose {self.operator} -composite"):
            if masks:
                # The command line's own way (a write mask on the destination) has no name in
                # Wand. The mask as the source's opacity gives the same pixels.
                source.composite(masks[0], operator=COPY_OPACITY)
            destination.composite(source, operator=self._wand_name())
            if masks:
                destination.alpha_channel = OFF
        close_all(images[1:])
        del images[1:]

    def _wand_name(self) -> str:
        return {"MinusDst": "minus_dst"}.get(self.operator, self.operator.lower())

    def words(self) -> list[str]:
        """State the setting and the operator."""
        return ["-compose", self.operator, "-composite"]


@dataclass(frozen=True, slots=True)
class ScaleTo:
    """``-scale WIDTHxHEIGHT!``: average or repeat pixels to this very size."""

    width: int
    height: int

    def apply(self, images: ImageList) -> None:
        """Scale every image of the list."""
        for image in images:
            with files.magick_errors(f"-scale {self.width}x{self.height}!"):
                image.scale(self.width, self.height)

    def words(self) -> list[str]:
        """State ``-scale WxH!``."""
        return ["-scale", f"{self.width}x{self.height}!"]


@dataclass(frozen=True, slots=True)
class Rotate90:
    """``-rotate 90 +repage``: a quarter turn clockwise; a column becomes a row."""

    def apply(self, images: ImageList) -> None:
        """Turn every image of the list."""
        for image in images:
            with files.magick_errors("-rotate 90"):
                # Wand's transparent default would leak into a later distort.
                image.rotate(90, background="white")

    def words(self) -> list[str]:
        """State the operators."""
        return ["-rotate", "90", "+repage"]


@dataclass(frozen=True, slots=True)
class Append:
    """``+append`` (side by side) or ``-append`` (one below the other)."""

    downwards: bool = False

    def apply(self, images: ImageList) -> None:
        """Make one image of the whole list; all have the same height (or width)."""
        first, *others = images
        with files.magick_errors(self.words()[0]):
            for other in others:
                first.sequence.append(other)
            first.concat(stacked=self.downwards)
        close_all(others)
        del images[1:]

    def words(self) -> list[str]:
        """State ``-append`` or ``+append``."""
        return ["-append" if self.downwards else "+append"]


@dataclass(frozen=True, slots=True)
class Crop:
    """``-crop WxH+X+Y +repage``, in pixels."""

    width: int
    height: int
    left: int
    top: int

    def apply(self, images: ImageList) -> None:
        """Crop every image of the list."""
        for image in images:
            with files.magick_errors(self.words()[1]):
                image.crop(self.left, self.top, width=self.width, height=self.height)
                image.reset_coords()

    def words(self) -> list[str]:
        """State ``-crop WxH+X+Y +repage``."""
        return ["-crop", f"{self.width}x{self.height}+{self.left}+{self.top}", "+repage"]


Channel: TypeAlias = Literal["", "R", "G", "B"]

_CHANNELS: dict[Channel, str] = {"": "default_channels", "R": "red", "G": "green", "B": "blue"}


@dataclass(frozen=True, slots=True)
class Multiply:
    """``-evaluate Multiply FACTOR``: brightness times a ratio, cut at white.

    `channel` is "R", "G" or "B" where only that one is meant, "" for all colours.
    """

    factor: str
    channel: Channel = ""

    def apply(self, images: ImageList) -> None:
        """Multiply every image of the list."""
        for image in images:
            with files.magick_errors(f"-evaluate Multiply {self.factor}"):
                channel = _CHANNELS[self.channel]
                image.evaluate("multiply", float(self.factor), channel=channel)

    def words(self) -> list[str]:
        """State the operator."""
        words = ["-evaluate", "Multiply", self.factor]
        return ["-channel", self.channel, *words, "+channel"] if self.channel else words


@dataclass(frozen=True, slots=True)
class Depth:
    """``-depth BITS``: how many bits per channel value the next file has."""

    bits: int

    def apply(self, images: ImageList) -> None:
        """Set the depth; pixels change only when they are written."""
        for image in images:
            image.depth = self.bits

    def words(self) -> list[str]:
        """State ``-depth BITS``."""
        return ["-depth", str(self.bits)]


@dataclass(frozen=True, slots=True)
class Compress:
    """``-compress METHOD``: how the next TIFF is packed, such as Zip or LZW or None."""

    method: str

    def apply(self, images: ImageList) -> None:
        """Set the compression; pixels stay."""
        for image in images:
            image.compression = {"none": "no"}.get(self.method.lower(), self.method.lower())

    def words(self) -> list[str]:
        """State the setting."""
        return ["-compress", self.method]


@dataclass(frozen=True, slots=True)
class Quality:
    """``-quality PERCENT``: how good the next JPEG is."""

    percent: int

    def apply(self, images: ImageList) -> None:
        """Set the quality; pixels change only when they are written."""
        for image in images:
            image.compression_quality = self.percent

    def words(self) -> list[str]:
        """State the setting."""
        return ["-quality", str(self.percent)]


@dataclass(frozen=True, slots=True)
class AutoOrient:
    """``-auto-orient``: turn the pixels as the camera was held, for formats that cannot say it."""

    def apply(self, images: ImageList) -> None:
        """Turn every image of the list upright."""
        for image in images:
            with files.magick_errors("-auto-orient"):
                image.auto_orient()

    def words(self) -> list[str]:
        """State the operator."""
        return ["-auto-orient"]


@dataclass(frozen=True, slots=True)
class Strip:
    """``-strip``: no colour profile, EXIF or remarks."""

    def apply(self, images: ImageList) -> None:
        """Take everything that is no pixel from every image."""
        for image in images:
            with files.magick_errors("-strip"):
                image.strip()

    def words(self) -> list[str]:
        """State the operator."""
        return ["-strip"]


def close_all(images: ImageList) -> None:
    """Give the memory of all `images` back."""
    for image in images:
        with suppress(Exception):
            image.close()
