from __future__ import annotations

import os
import platform
from collections.abc import Mapping  # noqa: TC003 - a document's annotations are read
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from ...bench.figures import WAYS, by_way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...bench.figures import Row
    from ...bench.taken_away import TakenAway


@dataclass(frozen=True, kw_only=True)
class BenchMachine:
    """On what kind of machine it was measured; `processors` is null where the system does not say."""

    processors: int | None
    system: str
    python: str


@dataclass(frozen=True, kw_only=True)
class BenchRow:
    """One quantity: all samples by way, none where a way has no such step, and the `median` of each way with any.

    `empty` is the limit: no layer, and a function that does nothing. `ratio` is this pipeline's median as a part of
    pip's, `ratio_to_uv` of uv's. `at_most` and `ratio_at_most` are targets, `met` whether they are reached; null where
    there is none.
    """

    what: str
    unit: str
    pip: tuple[float, ...]
    uv: tuple[float, ...]
    sam: tuple[float, ...]
    this: tuple[float, ...]
    empty: tuple[float, ...]
    at_most: float | None
    ratio_at_most: float | None
    median: Mapping[str, float]
    ratio: float | None
    ratio_to_uv: float | None
    met: bool | None


@dataclass(frozen=True, kw_only=True)
class BenchOption:
    """A function's first request as configured, and without one option that starts it sooner: all samples of both.

    `ratio` is the median without it as a part of the other one.
    """

    function: str
    option: str
    unit: str
    configured: tuple[float, ...]
    without: tuple[float, ...]
    ratio: float


@dataclass(frozen=True, kw_only=True)
class BenchOutput:
    """Everything measured."""

    machine: BenchMachine
    rows: tuple[BenchRow, ...]
    options: tuple[BenchOption, ...]


DOCUMENT = BenchOutput


def output(rows: Sequence[Row], options: Sequence[TakenAway]) -> BenchOutput:
    machine = BenchMachine(processors=os.cpu_count(), system=platform.platform(), python=platform.python_version())
    return BenchOutput(machine=machine, rows=tuple(map(_row, rows)), options=tuple(map(_option, options)))


def _option(option: TakenAway) -> BenchOption:
    return BenchOption(
        function=option.function,
        option=option.option,
        unit=option.unit,
        configured=tuple(option.configured),
        without=tuple(option.without),
        ratio=option.ratio,
    )


def _row(row: Row) -> BenchRow:
    samples = by_way(row)
    return BenchRow(
        what=row.what,
        unit=row.unit,
        pip=tuple(row.pip),
        uv=tuple(row.uv),
        sam=tuple(row.sam),
        this=tuple(row.this),
        empty=tuple(row.empty),
        at_most=row.at_most,
        ratio_at_most=row.ratio_at_most,
        median={way: median(samples[way]) for way in WAYS if samples[way]},
        ratio=row.ratio,
        ratio_to_uv=row.ratio_to_uv,
        met=row.met,
    )
