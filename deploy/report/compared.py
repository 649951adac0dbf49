"""The part of a page about how a layer differs from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..console import size
from .markup import Html, element, joined
from .sections import note
from .tables import MINUS, Column, amount, bytes_, growth, shortened, signed, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..published.difference import AbiChange, PackageChange
    from .data import Comparison, ReportData

_MARKS = {"added": "+", "removed": MINUS}
_FILES = 400
"""Files that are listed one by one; what is beyond is counted."""


def comparison(data: ReportData) -> Html:
    """Write all that differs; nothing where the layer is compared with none."""
    if data.comparison is None:
        return Html()
    compared = data.comparison
    against = element("p", "Compared with ", element("code", compared.before), ": what changed from there to here.")
    if compared.difference.same:
        return joined(against, note("Nothing: they are the same bytes."))
    return joined(against, _sizes(compared), _packages(compared), _bindings(compared), _files(data, compared))


def _sizes(compared: Comparison) -> Html:
    before, after = compared.difference.before, compared.difference.after
    rows = [
        ["zip", bytes_(before.zipped), bytes_(after.zipped), growth(after.zipped - before.zipped)],
        ["unzipped", bytes_(before.size), bytes_(after.size), growth(after.size - before.size)],
        *(_counted(name, getattr(before, name), getattr(after, name)) for name in ("packages", "files")),
    ]
    columns = (
        Column("of the layer"),
        Column("before", numeric=True),
        Column("now", numeric=True),
        Column("change", numeric=True),
    )
    return table("Sizes, before and now", columns, rows)


def _counted(name: str, before: int, after: int) -> list[str]:
    change = after - before
    return [name, f"{before:,}", f"{after:,}", amount(change, signed(change, f"{abs(change):,}"))]


def _packages(compared: Comparison) -> Html:
    if not compared.difference.packages:
        return note("No package was added, removed or changed.")
    rows = [_package(change) for change in compared.difference.packages]
    columns = (
        Column("package", order="ascending"),
        Column("change"),
        Column("version"),
        Column("licence"),
        Column("before", numeric=True),
        Column("now", numeric=True),
        Column("change of size", numeric=True),
    )
    return joined(element("h3", "Packages"), table("Packages that differ", columns, rows))


def _package(change: PackageChange) -> list[str]:
    before, after = change.before, change.after
    return [
        element("b", change.name),
        _badge(change),
        element("code", _turn(before.version if before else "", after.version if after else "")),
        shortened(_turn(before.license if before else "", after.license if after else "") or "not declared"),
        bytes_(before.size if before else 0),
        bytes_(after.size if after else 0),
        growth(change.growth),
    ]


def _badge(change: PackageChange) -> Html:
    said = change.kind if change.kind != "changed" else f"changed: {', '.join(change.reasons)}"
    return element("span", f"{_MARKS.get(change.kind, '~')} {said}", class_=f"badge {change.kind}")


def _turn(before: str, after: str) -> str:
    return f"{before} → {after}" if before and after and before != after else after or before


def _bindings(compared: Comparison) -> Html:
    """List what changed of the Python and the machine that the layer is bound to."""
    if not compared.difference.abi:
        return Html()
    rows = [_binding(change) for change in compared.difference.abi]
    columns = (Column("what"), Column("of"), Column("before"), Column("now"))
    return joined(element("h3", "Bound to another Python or machine"), table("What it is bound to", columns, rows))


def _binding(change: AbiChange) -> list[str]:
    return [
        change.kind,
        element("code", change.where or "the layer"),
        element("code", change.before or "none"),
        element("code", change.after or "none"),
    ]


def _files(data: ReportData, compared: Comparison) -> Html:
    rows = sorted(_changed(data, compared), key=lambda row: (-abs(row[3]), row[0]))
    if not rows:
        return note("Every file is the same; the zip was written differently.")
    files = compared.difference.files
    summary = f"{len(files.added):,} added, {len(files.removed):,} removed, {len(files.changed):,} changed"
    columns = (
        Column("file"),
        Column("before", numeric=True),
        Column("now", numeric=True),
        Column("change of size", numeric=True),
    )
    cells = [
        [
            joined(
                element("code", path), " ", element("span", f"{_MARKS.get(kind, '~')} {kind}", class_=f"badge {kind}")
            ),
            bytes_(before),
            bytes_(before + more),
            growth(more),
        ]
        for path, kind, before, more in rows[:_FILES]
    ]
    left = (
        note(f"and {len(rows) - _FILES:,} more, of at most {size(abs(rows[_FILES][3]))} each") if rows[_FILES:] else ""
    )
    shown = element(
        "details", element("summary", f"Files: {summary}"), table("Files that differ", columns, cells), left
    )
    return joined(element("h3", "Files"), shown)


def _changed(data: ReportData, compared: Comparison) -> Iterator[tuple[str, str, int, int]]:
    """Yield path, what happened, bytes before, and how many more they are now."""
    files, old, new = compared.difference.files, compared.contents.files, data.contents.files
    for kind, paths in (("added", files.added), ("removed", files.removed), ("changed", files.changed)):
        for path in paths:
            before = old[path].size if path in old else 0
            yield path, kind, before, (new[path].size if path in new else 0) - before
