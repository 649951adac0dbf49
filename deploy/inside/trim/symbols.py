"""The trim rule `debug-symbols`: takes out of shared objects the sections that no loader reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..files import Later, has_name_of_library, is_shared_object
from .sections import NotStrippedError, without_symbols

if TYPE_CHECKING:
    from ..files import Files, LayerFile
    from ..parts import Parts


@dataclass(frozen=True)
class Stripped:
    """`change` is smaller content by path; `kept` tells why a library keeps its sections."""

    change: dict[str, bytes | None] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)


def strip(files: Files, parts: Parts) -> Stripped:
    """Return what every shared object is without the sections that no loader reads; `parts` may have it from before."""
    change: dict[str, bytes | None] = {}
    kept: dict[str, str] = {}
    for path, file in files.items():
        if not has_name_of_library(path):
            continue
        outcome = parts.made(file.owner, "stripped", file.sha256)
        if outcome is None:
            outcome = _outcome(path, file)
            parts.keep(file.owner, outcome, "stripped", file.sha256)
        if isinstance(outcome, Later):
            change[path] = outcome.content
        elif outcome:
            kept[path] = outcome
    return Stripped(change, kept)


def _outcome(path: str, file: LayerFile) -> Later | str:
    """Return a library without these sections; else why it keeps them, nothing where it has none or is no library."""
    if not is_shared_object(path, file):
        return ""
    try:
        smaller = without_symbols(file.content)
    except NotStrippedError as why:
        return str(why)
    # Of one that was patched, little may go and its headers find no room where they were.
    return Later.of(smaller) if smaller != file.content and len(smaller) <= file.size else ""
