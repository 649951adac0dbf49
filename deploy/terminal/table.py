"""A table in the width that there is: cells are wrapped between words, never inside one, then columns are left out.

A number and its unit are one word. A path or an ARN that takes more than a third of the width is wrapped behind one of
its separators, and whatever takes more than two thirds behind a hyphen, an underscore or a full stop: one long name
would leave no room for the other columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .characters import in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GAP = 2
# A number and its unit, or whatever has no space in it.
_WORD = re.compile(r"[-+]?[\d.,]+ (?:[kMG]?B|m?s|min)(?!\S)|\S+")
_PART = re.compile(r"[^/:]*[/:]+|[^/:]+")
_PIECE = re.compile(r"[^._-]*[._-]+|[^._-]+")


@dataclass(frozen=True)
class Table:
    """Columns and rows as they are to be shown; `omitted` are the columns that there was no room for."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    omitted: tuple[str, ...] = ()

    def lines(self, rule: str = "─") -> Iterator[str]:
        """Yield the table line by line; columns that hold only numbers and units align right."""
        right = [all(map(_is_number, each)) for each in zip(*self.rows, strict=True)]
        yield from self._row(self.columns, right)
        yield (" " * _GAP).join(rule * width for width in self.widths)
        for row in self.rows:
            yield from self._row(row, right)
        if self.omitted:
            what = f"not shown for want of width: {', '.join(filter(None, self.omitted)) or 'the last column'}"
            yield from _wrapped(what, sum(self.widths) + _GAP * len(self.widths))

    def _row(self, cells: Sequence[str], right: Sequence[bool]) -> Iterator[str]:
        wrapped = [_wrapped(cell, width) for cell, width in zip(cells, self.widths, strict=True)]
        for at in range(max(map(len, wrapped))):
            parts = [
                (" " * (width - length(text)) + text) if align else text + " " * (width - length(text))
                for lines, width, align in zip(wrapped, self.widths, right, strict=True)
                for text in [lines[at] if at < len(lines) else ""]
            ]
            yield (" " * _GAP).join(parts).rstrip()


def fitted(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> Table:
    """Lay out a table in `width` characters, as wide as it is where that is None.

    What does not fit is wrapped, the widest column first; what then does not fit is left out from the right. The
    first column always stays: it says what a row is about.
    """
    clean = [tuple(map(in_one_line, row)) for row in rows]
    shown = tuple(map(in_one_line, columns))
    for count in range(len(shown), 0, -1):
        part = [row[:count] for row in clean]
        widths = _widths(shown[:count], part, width)
        if width is None or count == 1 or sum(widths) + _GAP * (count - 1) <= width:
            return Table(shown[:count], tuple(part), widths, shown[count:])
    raise AssertionError("a table has a column")


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> tuple[int, ...]:
    """Return each column's width: its widest cell, or narrower down to its longest word."""
    cells = [[name, *(row[at] for row in rows)] for at, name in enumerate(columns)]
    widths = [max(map(length, each)) for each in cells]
    if width is None:
        return tuple(widths)
    least = [
        max((length(part) for cell in each for part in _parts(cell, width // 3, 2 * width // 3)), default=0)
        for each in cells
    ]
    over = sum(widths) + _GAP * (len(widths) - 1) - width
    while over > 0:
        at = max(range(len(widths)), key=lambda each: widths[each] if widths[each] > least[each] else -1)
        if widths[at] <= least[at]:
            break
        widths[at] -= 1
        over -= 1
    return tuple(widths)


def length(text: str) -> int:
    """Return how many places of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _wrapped(text: str, width: int) -> list[str]:
    if length(text) <= width:
        return [text]
    lines: list[str] = []
    for word in _WORD.findall(text):
        if lines and length(lines[-1]) + 1 + length(word) <= width:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for part in _parts(word, width, width):
            if lines[-1] and length(lines[-1]) + length(part) > width:
                lines.append("")
            lines[-1] += part
    return lines or [""]


def _parts(text: str, longest: int, longest_name: int) -> Iterator[str]:
    """Yield the words of a text; of a longer one its parts, each with its separator, of a longer name its pieces."""
    for word in _WORD.findall(text):
        for part in [word] if length(word) <= longest else _PART.findall(word):
            yield from [part] if length(part) <= longest_name else _PIECE.findall(part)


def _is_number(cell: str) -> bool:
    return not cell or cell[0].isdigit() or cell[0] in "-+"
