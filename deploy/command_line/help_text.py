"""Help that fits: paragraphs are filled, and what is indented keeps its shape as far as the width lets it."""

from __future__ import annotations

import argparse
import re
import shutil
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDEST = 80
# A name, or an example, and behind two spaces or more what it is for.
_COLUMN = re.compile(r"^(\s*\S.*?\s{2,})(?=\S)")


class HelpText(argparse.HelpFormatter):
    """A formatter for descriptions that are docstrings."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(shutil.get_terminal_size().columns, WIDEST) - 2)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(f"{indent}{line}" if line else "" for line in filled(text, width - len(indent)))


def filled(text: str, width: int) -> Iterator[str]:
    r"""Yield the lines of a docstring in this width: paragraphs anew, indented lines each by itself.

    >>> list(filled("One and\ntwo.\n\n  a    the first of all\n", 14))
    ['One and two.', '', '  a    the', '       first', '       of all']
    """
    paragraph: list[str] = []
    for line in [*text.strip("\n").expandtabs().splitlines(), ""]:
        if line and not line.startswith(" ") and not _COLUMN.match(line):
            paragraph.append(line)
            continue
        if paragraph:
            yield from textwrap.wrap(" ".join(paragraph), width, break_long_words=False, break_on_hyphens=False)
            paragraph.clear()
        yield from _hanging(line, width)


def _hanging(line: str, width: int) -> list[str]:
    """Wrap one line below its own second column, or where that leaves no room, a little behind its start."""
    if len(line) <= width:
        return [line]
    start = len(line) - len(line.lstrip())
    column = _COLUMN.match(line)
    below = len(column[1]) if column and len(column[1]) <= width // 2 else start + 2
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=" " * below,
        drop_whitespace=True,
        break_long_words=False,
        break_on_hyphens=False,
    )
