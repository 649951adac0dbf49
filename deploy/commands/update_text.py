"""Write the text of a pull request that updates the dependencies, from what was built before and after.

Reads the manifests of two dist/ folders, and the outputs of two `scan --json` where they are given, and writes
Markdown: versions, sizes, licences, vulnerabilities and import times. Nothing is built or asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..atomic import write
from ..terminal.characters import plain
from . import read_only

if TYPE_CHECKING:
    import argparse


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("update-text", help="write an update's pull request", description=__doc__)
    parser.add_argument("--before", type=Path, required=True, metavar="DIR", help="dist/ as it was")
    parser.add_argument("--after", type=Path, required=True, metavar="DIR", help="dist/ as it is to be")
    parser.add_argument("--scan-before", type=Path, metavar="FILE", help="the output of `scan --json` before")
    parser.add_argument("--scan-after", type=Path, metavar="FILE", help="the output of `scan --json` after")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there instead of to stdout")
    parser.add_argument("--json", action="store_true", help="print JSON alone; all else goes to stderr")


def run(arguments: argparse.Namespace) -> int:
    from ..update.comparison import layers, scans
    from ..update.markdown import text

    scanned = None
    if arguments.scan_before and arguments.scan_after:
        scanned = scans(arguments.scan_before, arguments.scan_after)
    written = text(layers(arguments.before, arguments.after), scanned)
    if arguments.output:
        write(arguments.output, written.encode())
    if arguments.json:
        from .output.update_text import UpdateTextOutput

        file = str(arguments.output) if arguments.output else None
        read_only.print_json(UpdateTextOutput(text=written, file=file))
    elif not arguments.output:
        print(plain(written), end="")
    return 0
