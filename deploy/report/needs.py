"""The part of a page about native libraries: what each needs, and whether the runtime has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .markup import Html, element, joined
from .native import INTERFACES
from .sections import note
from .tables import Column, amount, bar, bytes_, charted, table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .data import ReportData
    from .native import Library


def native(data: ReportData) -> Html:
    if not data.libraries:
        return note("None: everything in this layer is Python or data, and runs on any machine.")
    known = data.base.versions if data.base else {}
    had = ", ".join(f"{name} {known[name]}" for name in INTERFACES if name in known)
    against = (
        f"Against {data.base.name} under {data.runtime} on {data.architecture}, which has {had}."
        if data.base
        else f"Nothing is known here of the Linux under {data.runtime}: needs are shown and not judged."
    )
    columns = [
        Column("library"),
        Column("package"),
        Column("size", numeric=True),
        Column("fits"),
        Column("GLIBC", numeric=True),
        Column("needs besides"),
    ]
    ordered = sorted(data.libraries, key=lambda each: (each.fits, each.path))
    own = {each.path.rpartition("/")[2] for each in data.libraries}
    rows = [_library(each, known, own) for each in ordered]
    return joined(element("p", against), table("Native libraries", columns, rows))


def _library(library: Library, known: Mapping[str, str], own: Collection[str]) -> list[str]:
    folder, _, name = library.path.rpartition("/")
    return [
        joined(element("code", f"{folder}/", class_="folder") if folder else "", element("code", name)),
        library.package,
        bytes_(library.size),
        _verdict(library),
        _glibc(library, known.get("GLIBC", "")),
        _besides(library, own),
    ]


def _besides(library: Library, own: Collection[str]) -> Html:
    """Name what it needs of the system, and on demand what the layer itself brings for it."""
    others = [f"{name} {library.needs[name]}" for name in INTERFACES[1:] if name in library.needs]
    system = [each for each in library.libraries if each not in own]
    brought = [each for each in library.libraries if each in own]
    spaced = joined(*(joined(element("code", each, class_="whole"), " ") for each in (*others, *system)))
    if not brought:
        return spaced or joined("nothing")
    summary = element("summary", f"{len(brought)} of this layer")
    return joined(spaced, element("details", summary, *(joined(element("code", each), " ") for each in brought)))


_LOADED = {None: "", True: " and loads", False: ", was not loaded"}
"""What the verification of the layer saw of a library, as it stands behind a verdict."""


def _verdict(library: Library) -> Html:
    if library.misfits is None:
        return joined("not judged")
    if library.fits:
        return joined(element("span", "✓ fits", class_="good whole"), _LOADED[library.loaded])
    return element("span", "✗ ", "; ".join(library.misfits), class_="bad")


def _glibc(library: Library, limit: str) -> Html:
    """Draw how near a need comes to what the runtime has: minor versions, since the major has been 2 since 1997."""
    need = library.needs.get("GLIBC", "")
    if not need:
        return amount(0, "any")
    because = ", ".join(library.symbols[:3])
    step = _minor(need)
    shown = amount(step, need)
    if limit:
        over = step > _minor(limit)
        shown = charted(bar(step, _NEWEST, limit=_minor(limit), kind="over" if over else ""), shown)
    return element("span", shown, title=f"for {because}" if because else None)


_NEWEST = 44
"""The minor version of glibc at which a bar ends."""


def _minor(version: str) -> int:
    return int(version.partition(".")[2].partition(".")[0] or 0)
