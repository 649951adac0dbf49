"""Tables of a page, and what stands in their cells. Without script they are plain; with it they can be sorted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..console import size
from .markup import Html, element, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MINUS = "\N{MINUS SIGN}"
_LONG = 72
_WIDE = 6
"""Columns from which on a row is set as a list of its cells, where there is little room."""


@dataclass(frozen=True)
class Column:
    """A column: `numeric` aligns right and sorts as numbers, `order` says how the rows come sorted by it."""

    name: str
    numeric: bool = False
    order: str = ""


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[str]], total: Sequence[str] = ()) -> Html:
    """Write a table whose first cell names its row; `total` is a last row that sorting leaves where it is.

    A table that is wider than the page scrolls within its own frame, by keyboard too. Each part says its role: where
    there is little room rows are set below each other, and browsers then forget that they are rows.
    """
    foot = [_part("tfoot", [_row(_cells(columns, total))])] if total else []
    inner = element(
        "table",
        element("caption", caption, class_="unseen"),
        _part("thead", [_row(map(_heading, columns))]),
        _part("tbody", [_row(_cells(columns, row)) for row in rows]),
        *foot,
        class_="wide" if len(columns) >= _WIDE else None,
        role="table",
    )
    return element("div", inner, class_="frame", role="region", tabindex="0", aria_label=f"{caption}, as a table")


def amount(value: float, shown: str) -> Html:
    """Write a number as people read it, with the number that it is sorted by."""
    return element("data", shown, value=value)


def bytes_(count: int) -> Html:
    return element("data", size(count), value=count, title=f"{count:,} bytes")


def growth(count: int) -> Html:
    """Write how many bytes something takes more, or less."""
    return element("data", signed(count, size(abs(count))), value=count, title=f"{count:+,} bytes")


def signed(count: int, shown: str) -> str:
    """Put the sign of a number before how it is shown."""
    return f"{'+' if count > 0 else MINUS if count < 0 else ''}{shown}"


def percent(part: int, whole: int) -> str:
    """Write a share.

    >>> percent(1, 3), percent(1, 3000), percent(0, 0)
    ('33.3 %', '< 0.1 %', '0 %')
    """
    share = 100 * part / whole if whole else 0
    if not share:
        return "0 %"
    return f"{share:.1f} %" if share >= 0.1 else "< 0.1 %"


def charted(drawn: Html, shown: str) -> Html:
    """Put a bar before what it draws, so that bars below each other begin at one line."""
    return joined(drawn, element("span", shown, class_="drawn"))


def bar(part: float, whole: float, *, limit: float | None = None, kind: str = "") -> Html:
    """Draw a share as a bar, for the eye alone; a `limit` is a line across it."""
    wide = f"{min(100.0, 100 * part / whole if whole else 0):.2f}%"
    filled = element("rect", width=wide, height="100%", class_=f"filled {kind}".strip())
    line = (
        ""
        if limit is None
        else element("rect", x=f"{100 * limit / whole:.2f}%", width="2", height="100%", class_="limit")
    )
    return element("svg", filled, line, class_="bar", aria_hidden="true")


def shortened(value: str) -> Html:
    """Write a text; of a long one the beginning, and all of it on demand."""
    if len(value) <= _LONG:
        return joined(value)
    return element("details", element("summary", f"{value[:_LONG].rstrip()}…"), value)


def _part(tag: str, rows: Sequence[Html]) -> Html:
    return element(tag, *rows, role="rowgroup")


def _row(cells: Iterable[Html]) -> Html:
    return element("tr", *cells, role="row")


def _heading(column: Column) -> Html:
    kind = "number" if column.numeric else None
    order = column.order or None
    return element("th", column.name, scope="col", role="columnheader", class_=kind, aria_sort=order)


def _cells(columns: Sequence[Column], row: Sequence[str]) -> Iterable[Html]:
    for at, (column, cell) in enumerate(zip(columns, row, strict=True)):
        kind = "number" if column.numeric else None
        if at:
            yield element("td", cell, class_=kind, role="cell", data_of=column.name if cell else None)
        else:
            yield element("th", cell, scope="row", class_=kind, role="rowheader")
