"""Run the reference by hand: ``python -m tests.reference LIST [OUT]``; see README.md."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

from tests.reference.focstack import Run, foc_stack, parse_dump
from tests.reference.im import CommandFailed, Runner
from tests.reference.scripts import Window

assert sys.platform != "win32"  # where nothing tells what a process has used


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.reference", description=__doc__)
    parser.add_argument("list", help="list of photos, one a line, nearest focus first")
    parser.add_argument("out", nargs="?", default="", help="default: LIST_fs.tiff")
    parser.add_argument("--tmpdir", type=Path, help="folder for temp files (default: a new one)")
    parser.add_argument("--windowed", type=int, metavar="N", help="search only N pixels around")
    parser.add_argument("--around", type=Path, metavar="LIS", help="shifts to search around")
    parser.add_argument("--no-vp-mask", action="store_true", help="as fsMAKE_VP_MASK=0")
    parser.add_argument("--commands", type=Path, help="write the command lines to this file")
    return parser.parse_args()


def windows_of(args: argparse.Namespace) -> list[Window] | None:
    """Return the windows that the options ask for; around no shift when none is given."""
    if args.windowed is None:
        return None
    text = args.around.read_text(encoding="utf-8") if args.around else ""
    shifts = parse_dump(text) or [(0, 0)] * 10_000
    return [Window(args.windowed, dx, dy) for dx, dy in shifts]


def report(run: Run, seconds: float) -> None:
    """Print what the script prints, then the figures and what they cost."""
    print(*run.said, run.dump, sep="\n")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"fsOUTFILE={run.outfile}\nfsVP_MASK={run.vp_mask or ''}\nTMPDIR={run.tmpdir}")
    print(f"wall {seconds:.1f} s, CPU {used.ru_utime + used.ru_stime:.1f} s", end=", ")
    print(f"largest process {used.ru_maxrss / 1024:.0f} MiB")


def main() -> int:
    """Run it; 1 on failure, as the BAT file."""
    args = arguments()
    tmpdir = args.tmpdir or Path(tempfile.mkdtemp(prefix="reference-"))
    tmpdir.mkdir(parents=True, exist_ok=True)
    im, start = Runner(), time.monotonic()
    try:
        run = foc_stack(
            args.list,
            args.out,
            tmpdir=tmpdir,
            im=im,
            make_vp_mask="0" if args.no_vp_mask else "",
            windows=windows_of(args),
        )
    except CommandFailed as error:
        print(error, file=sys.stderr)
        return 1
    report(run, time.monotonic() - start)
    if args.commands:
        args.commands.write_text("".join(f"{' '.join(line)}\n" for line in im.log))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
