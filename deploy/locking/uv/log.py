"""What uv's own log tells of a resolution: what needs what, and which newer releases did not fit.

Both are for people and for the order of layers; neither decides what is locked. They are lines of uv's resolver,
`RUST_LOG` asks for them: https://docs.astral.sh/uv/reference/environment/#rust_log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from ...pip_settings import without_credentials
from ..lockfile import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

NOTHING = "off"
NEEDED_BY = "uv_resolver::resolver=debug"
UNFIT = f"{NEEDED_BY},uv_resolver::candidate_selector=trace"
"""Values of RUST_LOG: what is for people alone, what needs what as well, and which newer releases did not fit.

To write the last one takes uv three quarters more of a processor where nothing is downloaded.
"""

_LINE = re.compile(r"^\s*(?:DEBUG|TRACE) ")
_DIRECT = re.compile(r"Adding direct dependency: (?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)")
_NEEDED = re.compile(
    r"Adding transitive dependency for (?P<by>[^\s=]+)==(?P<version>\S+): (?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)"
)
_FOUND = re.compile(r"Found candidate for package (?P<name>\S+) with range .* steps: (?P<version>\S+) version")
_YANKED = re.compile(r"^warning: `(?P<name>[^`=]+)==(?P<version>[^`]+)` is yanked(?: \(reason: \"(?P<why>.*)\"\))?$")
_SELECTED = re.compile(r"Selecting: (?P<name>[^\s=]+)==(?P<version>\S+) ")


@dataclass(frozen=True, kw_only=True)
class Told:
    """`needed_by` maps a name to those that need it, "" for the requirements.

    `unfit` maps one to the newest version that did not fit, where that is newer than the chosen one.
    `yanked` says of those that their publisher took back, and that were asked for all the same, why that is.
    """

    needed_by: Mapping[str, frozenset[str]]
    unfit: Mapping[str, str]
    yanked: tuple[str, ...] = ()


def read(log: str, chosen: Mapping[str, str]) -> Told:
    """Read the log of a resolution that led to the `chosen` versions, by name."""
    lines = log.splitlines()
    return Told(needed_by=_needed_by(lines, chosen), unfit=_unfit(lines, chosen), yanked=tuple(_yanked(lines)))


def _yanked(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if match := _YANKED.match(line):
            why = f": {match['why']}" if match["why"] else ""
            yield f"{normalised(match['name'])} {match['version']} is locked, which its publisher took back{why}"


def without(log: str) -> str:
    """Return what uv wrote for people, without the credentials of an address that it names."""
    return "\n".join(without_credentials(line) for line in log.splitlines() if not _LINE.match(line))


def _needed_by(lines: Iterable[str], chosen: Mapping[str, str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {name: set() for name in chosen}
    for line in lines:
        if match := _NEEDED.search(line):
            name, by = normalised(match["name"]), _plain(match["by"])
            if name in found and name != by and chosen.get(by) == match["version"]:
                found[name].add(by)
        elif (match := _DIRECT.search(line)) and (name := normalised(match["name"])) in found:
            found[name].add("")
    return {name: frozenset(reasons) for name, reasons in found.items()}


def _unfit(lines: Iterable[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the newest version of each that uv looked at and never selected."""
    found: dict[str, dict[str, None]] = {}
    selected: set[tuple[str, str]] = set()
    for line in lines:
        if match := _FOUND.search(line):
            found.setdefault(_plain(match["name"]), {})[match["version"]] = None
        elif match := _SELECTED.search(line):
            selected.add((_plain(match["name"]), match["version"]))
    unfit = {
        name: [each for each in found.get(name, ()) if (name, each) not in selected and _newer(each, version)]
        for name, version in chosen.items()
    }
    return {name: max(versions, key=Version) for name, versions in unfit.items() if versions}


def _plain(name: str) -> str:
    return normalised(name.partition("[")[0])


def _newer(version: str, other: str) -> bool:
    try:
        return Version(version) > Version(other) and not Version(version).is_prerelease
    except InvalidVersion:
        return False
