"""Samples of one run as medians and ratios: a table to read, JSON to keep."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Literal

from ..console import size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..console import Console

Unit = Literal["bytes", "s", "ms", "M"]
WAYS = ("pip", "uv", "sam", "this", "empty")
COLUMNS = ("", *WAYS, "this/pip", "this/uv")
"""What the table has, besides the targets."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One quantity, with all its samples by way; a way without any has no such step.

    `empty` is the limit: no layer, and a function that does nothing.

    `at_most` is the target for this pipeline's median, `ratio_at_most` the one for its ratio to pip's.
    """

    what: str
    unit: Unit
    pip: Sequence[float] = ()
    uv: Sequence[float] = ()
    sam: Sequence[float] = ()
    this: Sequence[float] = ()
    empty: Sequence[float] = ()
    at_most: float | None = None
    ratio_at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        """Return this pipeline's median as a part of pip's: below 1 is smaller or faster."""
        return median(self.this) / median(self.pip) if self.this and self.pip else None

    @property
    def ratio_to_uv(self) -> float | None:
        return median(self.this) / median(self.uv) if self.this and self.uv else None

    @property
    def met(self) -> bool | None:
        if self.at_most is not None and self.this:
            return median(self.this) <= self.at_most
        if self.ratio_at_most is not None and self.ratio is not None:
            return self.ratio <= self.ratio_at_most
        return None

    @property
    def target(self) -> str:
        if self.at_most is not None:
            told = f"at most {shown(self.at_most, self.unit)}"
        elif self.ratio_at_most is not None:
            told = f"at most {self.ratio_at_most:.2f} of pip's"
        else:
            return ""
        return f"{told}: {'met' if self.met else 'MISSED'}"


def shown(value: float, unit: Unit) -> str:
    """Write a figure with its unit; M are millions of instructions.

    >>> shown(3_091_926, "bytes"), shown(0.3333, "s"), shown(0.0447, "s"), shown(179.4, "ms")
    ('3.09 MB', '0.33 s', '0.045 s', '179 ms')
    """
    if unit == "bytes":
        return size(round(value))
    if unit == "s":
        return f"{value:.2f} s" if value >= 0.1 else f"{value:.3f} s"
    return f"{value:,.0f} {unit}"


def table(rows: Sequence[Row], console: Console) -> None:
    """Print the medians of every quantity, and beside them what this pipeline is to reach."""
    console.table([*COLUMNS, "target"], [[*_cells(row), row.target] for row in rows])


def markdown(rows: Sequence[Row]) -> list[str]:
    """Return the lines of the table as Markdown has it, without the targets."""
    return lines(COLUMNS, [_cells(row) for row in rows])


def lines(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Write any table as Markdown has it."""
    cells = [columns, ["---"] * len(columns), *rows]
    return ["| " + " | ".join(each.strip() for each in line) + " |" for line in cells]


def _cells(row: Row) -> list[str]:
    medians = [shown(median(samples), row.unit) if samples else "" for samples in by_way(row).values()]
    ratios = ["" if each is None else f"{each:.2f}" for each in (row.ratio, row.ratio_to_uv)]
    return [row.what, *medians, *ratios]


def by_way(row: Row) -> dict[str, Sequence[float]]:
    """Return a row's samples by way, in the order of the table."""
    return {way: getattr(row, way) for way in WAYS}
