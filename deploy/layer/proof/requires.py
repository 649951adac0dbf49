"""What the distributions require of each other, against the lock, as `pip check` compares it: without any extra.

A requirement that is imported late would be missed by any look, so it is compared by the metadata.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion

from ...errors import Fault
from ...invocation import advised
from ...locking.lockfile import adding, environment, normalised

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packaging.markers import Marker
    from packaging.specifiers import SpecifierSet

    from ...settings import Target


def unmet(
    requires: Mapping[str, Sequence[str]],
    pins: Mapping[str, str],
    target: Target,
    python: str,
    runtime: Mapping[str, str],
) -> Iterator[Fault]:
    """Yield each requirement that the lock does not meet; `requires` and `pins` are by distribution.

    `python` is the runtime's whole Python version; `runtime` are the versions that are wanted of the runtime itself.
    """
    for distribution in sorted(requires):
        for line in requires[distribution]:
            try:
                requirement = Requirement(line)
            except InvalidRequirement:
                continue  # pip reads such a line as nothing, and so did what locked it
            if applies(requirement.marker, target, python):
                yield from _unmet(distribution, requirement, pins, runtime)


def but_for(requires: Sequence[str], names: frozenset[str]) -> list[str]:
    """Return the requirements of a distribution without those for `names`, which come from elsewhere."""
    return [line for line in requires if not (match := _NAME.match(line)) or normalised(match[0]) not in names]


def dependents(distribution: str, requires: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return the distributions that name this one in what they require, be it with an extra."""
    return frozenset(
        name for name, lines in requires.items() if len(but_for(lines, frozenset({distribution}))) < len(lines)
    )


def applies(marker: Marker | None, target: Target, python: str) -> bool:
    """Whether a requirement with this marker is one without any extra; `python` is a whole version."""
    if marker is None:
        return True
    try:
        return marker.evaluate({**environment(target, {target.runtime: python}), "extra": ""})
    except UndefinedEnvironmentName:
        return False


def fits(specifier: SpecifierSet, version: str) -> bool:
    """Whether a version is one of those that are wanted; one that is no version is not judged."""
    try:
        return specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return True


def _unmet(
    distribution: str, requirement: Requirement, pins: Mapping[str, str], runtime: Mapping[str, str]
) -> Iterator[Fault]:
    name = normalised(requirement.name)
    where = f"{distribution}: requires {requirement.name}{requirement.specifier}"
    version = pins.get(name)
    if version is None and name in runtime:
        if not fits(requirement.specifier, runtime[name]):
            what = f"and the runtime, which is to provide it, has {name} {runtime[name]}"
            yield Fault(where, what, "AWS's own version is another one", adding(name))
        return
    if version is None:
        yield Fault(
            where, "which the lock does not have", "the lock is not whole, as `pip check` would say", adding(name)
        )
        return
    if not fits(requirement.specifier, version):
        cure = f"lock versions that fit each other: {advised('lock', '--upgrade')}"
        yield Fault(where, f"and the lock has {name} {version}", "two distributions do not fit each other", cure)
