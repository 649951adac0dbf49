"""What stays in a layer that was left out of it before, without being asked for: told to those who had it so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..console import size
from ..documents.reading import UnreadableError
from ..layer.manifest import build

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..layer.values import BuiltLayer

# What trimming takes away when it is asked to, and took by itself before there was `preset`.
_ONCE = frozenset({"stubs", "scripts", "ca-bundle", "zone-data", "metadata"})


def told(built: BuiltLayer, dist: Path) -> Iterator[str]:
    """Yield what the layer keeps now, where the one of its name in dist/ was made without that."""
    taken = _taken_before(dist / f"{built.spec.stem}.json")
    kept = [each for each in built.report.offered if each.rule in taken and each.bytes]
    if kept:
        what = ", ".join(f"{each.rule} ({size(each.bytes)})" for each in kept)
        yield f"no longer left out by default: {what}; `trim: {{preset: small}}` asks for all of it"


def _taken_before(manifest: Path) -> frozenset[str]:
    """Name the rules that took something of the layer before; none where it was never built here."""
    try:
        before = build.read(manifest.read_bytes())
    except (FileNotFoundError, UnreadableError):
        return frozenset()
    return _ONCE & {each.rule for each in before.savings if each.bytes}
