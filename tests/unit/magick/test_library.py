"""Which library is chosen, and what it is told: in fresh processes, for one process has one."""

from __future__ import annotations

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from imstack.errors import LibraryError
from imstack.magick import installed, library
from imstack.magick.installed import Installation
from imstack.magick.library import CONFIGURE_PATH, HOME, PREFERRED, SUFFIX, Build

LIMITS = library.limits()  # read before any test plays with the environment
CONFIG = str(Path(library.__file__).with_name("config"))


def python(program: str, **environ: str) -> str:
    """Run a program in an environment without anybody's choice of a library."""
    chosen = {SUFFIX, HOME, CONFIGURE_PATH}
    clean = {name: value for name, value in os.environ.items() if name not in chosen}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=clean | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let `prepare` do its work again, as before the first import of Wand."""
    for name in (SUFFIX, HOME, CONFIGURE_PATH):
        monkeypatch.setenv(name, "")  # so that it is put back even if it was not there
        monkeypatch.delenv(name)
    monkeypatch.delitem(sys.modules, "wand.api", raising=False)
    return monkeypatch


def first_found(monkeypatch: pytest.MonkeyPatch, *installed: str) -> str | None:
    """Return what Wand would load first if only the builds of these names were there."""
    from wand import api

    def find(name: str) -> str | None:
        # As ctypes does it: a name also stands for those that go on after it with a dot.
        ends = (end for end in installed if f"MagickWand{end}.".startswith(f"{name}."))
        return next((f"libMagickWand{end}.so" for end in ends), None)

    monkeypatch.setattr(ctypes.util, "find_library", find)
    return next((wand for wand, _ in api.library_paths() if wand is not None), None)


@pytest.mark.parametrize(
    ("installed", "chosen"),
    [
        (("-6.Q16HDRI", "-6.Q16"), "-6.Q16"),
        (("-7.Q16HDRI", "-7.Q16"), "-7.Q16"),
        (("-7.Q16", "-6.Q16"), "-6.Q16"),
        (("-7.Q16HDRI", "-6.Q16HDRI"), "-6.Q16HDRI"),
        (("-6.Q16HDRI", "-7.Q16"), "-7.Q16"),
        (("-7.Q16HDRI",), "-7.Q16HDRI"),
        (("-7.Q8",), "-7.Q8"),
    ],
)
def test_a_q16_build_without_hdri_comes_first(
    installed: tuple[str, ...], chosen: str, clean: pytest.MonkeyPatch
) -> None:
    library.prepare()
    assert first_found(clean, *installed) == f"libMagickWand{chosen}.so"


def test_wand_by_itself_would_take_hdri(clean: pytest.MonkeyPatch) -> None:
    assert first_found(clean, "-7.Q16HDRI", "-6.Q16") == "libMagickWand-7.Q16HDRI.so"


@pytest.mark.parametrize("wish", ["-6.Q16HDRI", "-7.Q16HDRI", "-6.Q8;-7.Q16HDRI"])
def test_a_wish_comes_before_our_order(wish: str, clean: pytest.MonkeyPatch) -> None:
    clean.setenv(SUFFIX, wish)
    library.prepare()
    assert os.environ[SUFFIX].startswith(f"{wish};-6.Q16;-7.Q16")
    builds = ("-6.Q16", "-6.Q16HDRI", "-7.Q16HDRI")
    wished = wish.rpartition(";")[2]
    assert first_found(clean, *builds) == f"libMagickWand{wished}.so"
    # In vain: then as if nothing had been wished.
    assert first_found(clean, "-8.Q8", "-7.Q16") == "libMagickWand-7.Q16.so"


def test_a_home_is_looked_through_in_our_order(clean: pytest.MonkeyPatch) -> None:
    clean.setenv(HOME, "/home/of/magick")
    clean.setattr("platform.system", lambda: "Linux")
    library.prepare()
    from wand import api

    tried = [str(wand) for wand, _ in api.library_paths() if wand and "home" in str(wand)]
    order = [tried.index(f"/home/of/magick/lib/libMagickWand{end}.so") for end in PREFERRED]
    assert order == sorted(order)
    assert order[0] == 0
    assert os.environ[HOME] == "/home/of/magick"


def test_on_windows_the_chosen_installation_is_the_home(
    clean: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Wand would take the one that was installed last; its DLLs bear no build's name."""
    found = (
        Installation((7, 1, 2), 16, True, tmp_path / "hdri"),
        Installation((7, 1, 1), 16, False, tmp_path / "plain"),
    )
    clean.setattr(installed, "installations", lambda: found)
    clean.setenv("PATH", "/bin")
    library.prepare()
    assert os.environ[HOME] == str(tmp_path / "plain")
    assert os.environ["PATH"] == os.pathsep.join([str(tmp_path / "plain"), "/bin"])
    clean.setenv(HOME, "/own")
    library.prepare()
    assert os.environ[HOME] == "/own"


def test_our_policy_comes_first_and_once(clean: pytest.MonkeyPatch) -> None:
    library.prepare()
    assert os.environ[CONFIGURE_PATH] == CONFIG
    clean.setenv(CONFIGURE_PATH, "/their/own")
    for _ in range(2):
        library.prepare()
        assert os.environ[CONFIGURE_PATH] == os.pathsep.join([CONFIG, "/their/own"])


def test_nothing_is_changed_after_somebody_else_imported_wand(clean: pytest.MonkeyPatch) -> None:
    clean.setitem(sys.modules, "wand.api", sys)
    library.prepare()
    assert not {SUFFIX, HOME, CONFIGURE_PATH} & set(os.environ)


# ------------------------------------------------------------- with the library itself


@pytest.mark.parametrize("module", ["operators", "images", "text", "command", "library"])
def test_any_module_may_be_imported_first(module: str) -> None:
    tell = (
        "from imstack.magick import library\nprint(library.load().path, library.limits()['memory'])"
    )
    assert python(f"import imstack.magick.{module}\n{tell}") == python(tell)


def test_caps_are_raised_and_denials_stay() -> None:
    assert LIMITS["disk"] == 256 * 2**30
    assert LIMITS["area"] == 4_000_000_000
    assert LIMITS["width"] == LIMITS["height"] == 64_000
    assert LIMITS["memory"] > 2**31
    read = (
        "from wand.image import Image\n"
        "for name in ('https://a.invalid/x.jpg', 'http://a.invalid/x.jpg', 'x.pdf', '@x'):\n"
        "    try: Image(filename=name)\n"
        "    except Exception as error: print(type(error).__name__)\n"
    )
    build = {SUFFIX: os.environ[SUFFIX]}
    with_ours = python("from imstack.magick import loaded\n" + read, **build)
    assert with_ours == python(read, **build)
    assert len(with_ours.split()) == 4
    if Path("/etc/debian_version").exists():
        assert with_ours.startswith("PolicyError")


def test_a_build_tells_what_it_is() -> None:
    build = library.load()
    assert build.version.startswith("ImageMagick ")
    assert "http" not in build.identity
    assert build.version.split()[1].startswith(f"{build.major}.{build.number[1]}.")
    assert {"JPEG", "TIFF", "PNG", "MIFF"} <= library.coders()


def build_like(version: str, depth: int, *, hdri: bool) -> Build:
    return Build(version, (7, 1, 1, 43), depth, hdri, "", "", "", "")


def test_builds_are_told_apart() -> None:
    plain = build_like("ImageMagick 6.9.11-60 Q16", 16, hdri=False)
    floats = build_like("ImageMagick 6.9.11-60 Q16", 16, hdri=True)
    assert (plain.exact, plain.identity) == (True, "ImageMagick 6.9.11-60 Q16")
    assert (floats.exact, floats.identity) == (False, "ImageMagick 6.9.11-60 Q16 HDRI")
    seven = build_like("ImageMagick 7.1.1-43 Q16-HDRI", 16, hdri=True)
    assert seven.identity == "ImageMagick 7.1.1-43 Q16-HDRI"
    assert not build_like("ImageMagick 7.1.1-43 Q8", 8, hdri=False).exact


def test_no_library(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "wand"]:
        clean.delitem(sys.modules, name)
    clean.setattr(ctypes.util, "find_library", lambda _: None)
    with pytest.raises(LibraryError, match=r"library is not found$") as told:
        library.load.__wrapped__()
    assert "apt-get install imagemagick" in told.value.hint
    clean.setenv(HOME, str(tmp_path))
    with pytest.raises(LibraryError, match=f"not found, though MAGICK_HOME is {tmp_path}$"):
        library.load.__wrapped__()


def test_no_wand(clean: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "wand"]:
        clean.delitem(sys.modules, name)
    clean.setitem(sys.modules, "wand", None)  # as Python marks what cannot be imported
    with pytest.raises(LibraryError, match="the Python package Wand is not installed") as told:
        library.load.__wrapped__()
    assert told.value.hint == "pip install Wand"
