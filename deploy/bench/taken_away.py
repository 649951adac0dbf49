"""What each option that starts a function sooner is worth: what a first request takes without that one alone."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from .contents import WITHOUT
from .figures import lines, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..console import Console
    from .figures import Unit

COLUMNS = ("first request", "as configured", "without it", "ratio")


@dataclass(frozen=True, kw_only=True)
class TakenAway:
    """Samples of a function with all its options, and without the one that is named."""

    function: str
    option: str
    unit: Unit
    configured: Sequence[float]
    without: Sequence[float]

    @property
    def ratio(self) -> float:
        """Return what it takes without the option as a part of what it takes with it: above 1 the option pays."""
        return median(self.without) / median(self.configured)


def compared(function: str, unit: Unit, samples: Mapping[str, Sequence[float]]) -> Iterator[TakenAway]:
    """Compare what was measured by way: each that is without one option with `this`."""
    for name, found in samples.items():
        if name.startswith(WITHOUT):
            option = name.removeprefix(WITHOUT)
            yield TakenAway(function=function, option=option, unit=unit, configured=samples["this"], without=found)


def table(found: Sequence[TakenAway], console: Console) -> None:
    console.table(COLUMNS, [_cells(each) for each in found])


def markdown(found: Sequence[TakenAway]) -> list[str]:
    return lines(COLUMNS, [_cells(each) for each in found])


def _cells(each: TakenAway) -> list[str]:
    configured, without = (shown(median(samples), each.unit) for samples in (each.configured, each.without))
    return [f"{each.function}, without {each.option}", configured, without, f"{each.ratio:.2f}"]
