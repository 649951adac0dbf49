"""Samples of one run as medians and ratios: a table to read, JSON to keep."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Literal

from ..console import size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..console import Console

Unit = Literal["bytes", "s", "ms"]
WAYS = ("pip", "uv", "this")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One quantity, with all its samples by way; a way without any has no such step.

    `at_most` is the target for this pipeline's median, `ratio_at_most` the one for its ratio to pip's.
    """

    what: str
    unit: Unit
    pip: Sequence[float] = ()
    uv: Sequence[float] = ()
    this: Sequence[float] = ()
    at_most: float | None = None
    ratio_at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        """Return this pipeline's median as a part of pip's: below 1 is smaller or faster."""
        return median(self.this) / median(self.pip) if self.this and self.pip else None

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
    """Write a figure with its unit.

    >>> shown(3_091_926, "bytes"), shown(0.3333, "s"), shown(179.4, "ms")
    ('3.09 MB', '0.33 s', '179 ms')
    """
    if unit == "bytes":
        return size(round(value))
    return f"{value:.2f} s" if unit == "s" else f"{value:.0f} ms"


def table(rows: Sequence[Row], console: Console) -> None:
    """Print the medians of every quantity, and beside them what this pipeline is to reach."""
    cells = []
    for row in rows:
        medians = [shown(median(samples), row.unit) if samples else "" for samples in (row.pip, row.uv, row.this)]
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        cells.append([row.what, *medians, ratio, row.target])
    console.table(["", *WAYS, "this/pip", "target"], cells)
