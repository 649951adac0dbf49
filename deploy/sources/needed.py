"""What building takes, locked with hashes like all else, in a file beside the lock: these packages do not ship.

Every source has a section of its own: two may need two versions of one backend.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..inside.exchange import Pin
from ..locking import document, plain_text
from ..locking.lockfile import HEADER, applies
from .described import recorded
from .values import Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ..locking.document import LockedPackage
    from ..settings import Settings, Target

_SECTION = re.compile(r"^# To build (?P<origin>.+):$", re.MULTILINE)


def path(settings: Settings) -> Path:
    """Return the file, which has a name of its own beside each lock."""
    return settings.project / settings.build_requirements


def read(settings: Settings) -> dict[str, Section]:
    """Return what is locked for each source, by its origin; nothing without the file."""
    file = path(settings)
    if not file.exists():
        return {}
    parts = _SECTION.split(plain_text.read(file))[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {origin: Section(document.read(text), recorded(text)) for origin, text in pairs}


def text(sections: Mapping[str, Section]) -> str:
    """Write the file: the same for the same packages."""
    head = [f"{HEADER}: what building own sources takes. None of it ships."]
    for origin in sorted(sections):
        found = sections[origin]
        head += [f"# To build {origin}:", *([found.described.line] if found.described else [])]
        head += [document.entry(each) for each in found.packages]
    return "\n".join(head) + "\n"


def write(settings: Settings, sections: Mapping[str, Section]) -> None:
    """Write the file, or remove it where nothing is built."""
    if sections:
        path(settings).write_text(text(sections), encoding="utf-8")
    else:
        path(settings).unlink(missing_ok=True)


def pins(packages: Sequence[LockedPackage], target: Target) -> tuple[Pin, ...]:
    """Return those that building for a target takes."""
    return tuple(
        Pin(name=each.name, version=each.version, hashes=tuple(sorted(each.hashes)))
        for each in packages
        if applies(each.marker, target, {})
    )
