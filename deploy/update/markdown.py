"""The text of the pull request that an update of the dependencies makes, as GitHub's Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..console import size
from ..terminal.markdown import literally
from ..terminal.quantity import quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .comparison import Held, LayerChange, Scans, Side, Vulnerability


def text(changes: Sequence[LayerChange], scans: Scans | None) -> str:
    """Write what an update changes; `scans` is None where nothing was scanned, which is said."""
    noise = "Import times are of one run on each side: small differences say nothing."
    parts = [_summary(changes), *(_layer(change) for change in changes), noise, _vulnerabilities(scans)]
    return "\n\n".join(parts) + "\n"


def _summary(changes: Sequence[LayerChange]) -> str:
    changed = {name for change in changes for name, _, _ in change.packages}
    images = {(c.before.image, c.after.image) for c in changes if c.before and c.after}
    lines = [f"{quantity(len(changed), 'distribution')} changed."]
    lines += [f"The runtime image went from `{old[:19]}` to `{new[:19]}`." for old, new in sorted(images) if old != new]
    proven = all(side.proven for change in changes for side in (change.before, change.after) if side)
    where = "in the runtime image" if proven else "**not in the runtime image**"
    return " ".join([*lines, f"What follows was built and verified {where}."])


def _layer(change: LayerChange) -> str:
    before, after = change.before, change.after
    state = "" if before and after else " (new)" if after else " (gone)"
    parts = [
        f"### {literally(change.layer)}{state}",
        _table(["", "before", "after", "difference"], _totals(before, after)),
    ]
    if rows := [_row(name, old, new) for name, old, new in change.packages]:
        parts.append(_table(["package", "from", "to", "unzipped", "import", "licence"], rows))
    else:
        parts.append("No distribution changed.")
    return "\n\n".join(parts)


def _totals(before: Side | None, after: Side | None) -> list[list[str]]:
    sizes = [("zip", "zipped"), ("unzipped", "unzipped")]
    rows = []
    for title, field in sizes:
        old, new = (getattr(side, field) if side else 0 for side in (before, after))
        rows.append([title, size(old), size(new), _signed(new - old)])
    old_ms, new_ms = (side.milliseconds if side else 0.0 for side in (before, after))
    return [*rows, ["imports", f"{old_ms:.0f} ms", f"{new_ms:.0f} ms", f"{new_ms - old_ms:+.0f} ms"]]


def _row(name: str, old: Held | None, new: Held | None) -> list[str]:
    return [
        literally(name),
        literally(old.version) if old else "-",
        literally(new.version) if new else "-",
        _signed((new.size if new else 0) - (old.size if old else 0)),
        f"{(new.milliseconds if new else 0.0) - (old.milliseconds if old else 0.0):+.1f} ms",
        _licence(old, new),
    ]


def _licence(old: Held | None, new: Held | None) -> str:
    before, after = old.license if old else "", new.license if new else ""
    if old and new and before != after:
        return f"**{literally(before) or 'none'} -> {literally(after) or 'none'}**"
    return literally(after or before) or "none"


def _vulnerabilities(scans: Scans | None) -> str:
    lines = ["### Vulnerabilities"]
    if scans is None:
        return "\n\n".join([*lines, "**Not checked.**"])
    if scans.unanswered:
        lines.append(f"**{scans.unanswered} distributions could not be checked.**")
    known = [*_listed("mended", scans.mended), *_listed("**new**", scans.new), *_listed("still there", scans.left)]
    lines.append("\n".join(known) or ("None known." if not scans.unanswered else "None known of the others."))
    return "\n\n".join(lines)


def _listed(title: str, found: Sequence[Vulnerability]) -> Iterator[str]:
    for each in found:
        yield f"- {title}: {literally(each.where)}, {literally(each.id)}: {literally(each.what)}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _signed(count: int) -> str:
    return f"{'-' if count < 0 else '+'}{size(abs(count))}" if count else "same"
