"""`python -m tools.reference`: writes the pages of docs/reference that are made; `--check` compares them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tools.reference.pages import PROJECT, pages, stale

if TYPE_CHECKING:
    from pathlib import Path

_BEHIND = "not as it would be made; run `python -m tools.reference`"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a page is behind")
    check = parser.parse_args(arguments).check
    wanted, behind = pages(), stale()
    for path in behind:
        print(f"{path}: {_BEHIND if check else _write(path, wanted.get(path))}")
    return 1 if check and behind else 0


def _write(path: Path, text: str | None) -> str:
    if text is None:
        (PROJECT / path).unlink()
        return "removed"
    (PROJECT / path).write_text(text, encoding="utf-8")
    return "written"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
