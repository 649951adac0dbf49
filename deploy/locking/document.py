"""The lock as a value and as text: what pip's --require-hashes reads, and people review."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..runtimes.table import BASES
from ..settings import MACHINES, Target
from .lockfile import HEADER, normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]*?))?\s*\\?$", re.MULTILINE
)
_ORIGIN = re.compile(r"^\s*# from (?P<origin>.+) at (?P<digest>[0-9a-f]{64})$", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]+)")


@dataclass(frozen=True, kw_only=True)
class LockedPackage:
    """One pin. `marker` says which targets need it, where not all do (https://peps.python.org/pep-0508/).

    `origin` is the source that it was built from, where no index has it, and `digest` names that source's content.
    """

    name: str
    version: str
    hashes: frozenset[str]
    marker: str = ""
    via: tuple[str, ...] = ()
    origin: str = ""
    digest: str = ""


def text(packages: Iterable[LockedPackage], targets: Sequence[Target], source: str, versions: Mapping[str, str]) -> str:
    """Write the lock: sorted, the same for the same packages, free of host names, paths and dates.

    `versions` maps a runtime to its whole Python version, which `recorded` reads back.
    """
    header = [
        f"{HEADER} from {source}: change that, then run it again.",
        f"# For {places(targets, versions)}: the sha256 of every wheel that fits.",
    ]
    return "\n".join([*header, *(entry(each) for each in packages)]) + "\n"


def places(targets: Sequence[Target], versions: Mapping[str, str]) -> str:
    """Name targets for people, each runtime with its whole version where that is known.

    >>> both = [Target("python3.11", "x86_64"), Target("python3.11", "arm64")]
    >>> places([*both, Target("python3.13", "x86_64")], {"python3.11": "3.11.14"})
    'python3.11 (3.11.14) on x86_64 and arm64, glibc 2.26; python3.13 on x86_64, glibc 2.34'
    """
    groups: dict[str, list[str]] = {}
    for each in targets:
        groups.setdefault(each.runtime, []).append(each.architecture)
    return "; ".join(
        f"{runtime}{f' ({versions[runtime]})' if runtime in versions else ''} on {' and '.join(architectures)}, "
        f"glibc {BASES[runtime].versions['GLIBC']}"
        for runtime, architectures in groups.items()
    )


def read(content: str) -> tuple[LockedPackage, ...]:
    """Read what can be read, whatever is wrong with the rest: the next lock prefers these versions.

    `deploy.locking.lockfile.read` is the strict reader, which builds use.
    """
    found: dict[tuple[str, str], LockedPackage] = {}
    matches = list(_PIN.finditer(content))
    ends = [*(match.start() for match in matches[1:]), len(content)] if matches else []
    for match, end in zip(matches, ends, strict=True):
        name = normalised(match["name"])
        origin = _ORIGIN.search(content, match.end(), end)
        found[name, match["version"]] = LockedPackage(
            name=name,
            version=match["version"],
            hashes=frozenset(_HASH.findall(content, match.end(), end)),
            marker=(match["marker"] or "").strip(),
            origin=origin["origin"] if origin else "",
            digest=origin["digest"] if origin else "",
        )
    return tuple(found.values())


def marker(users: Sequence[Target], everywhere: Sequence[Target]) -> str:
    """Return the marker of a package that only some targets need, nothing for one that all need.

    >>> both = [Target("python3.11", "x86_64"), Target("python3.13", "x86_64")]
    >>> marker(both, both), marker(both[:1], both)
    ('', 'python_version == "3.11"')
    """
    if set(users) == set(everywhere):
        return ""
    runtimes = _or("python_version", [each.runtime.removeprefix("python") for each in users])
    machines = _or("platform_machine", [MACHINES[each.architecture] for each in users])
    wide = [each for each in everywhere if each.architecture in {user.architecture for user in users}]
    long = [each for each in everywhere if each.runtime in {user.runtime for user in users}]
    if set(users) == set(wide):
        return machines
    if set(users) == set(long):
        return runtimes
    return " or ".join(f"({_both(each)})" for each in users)


def _or(name: str, values: Sequence[str]) -> str:
    return " or ".join(f'{name} == "{value}"' for value in dict.fromkeys(values))


def _both(target: Target) -> str:
    machine, version = MACHINES[target.architecture], target.runtime.removeprefix("python")
    return f'python_version == "{version}" and platform_machine == "{machine}"'


def entry(package: LockedPackage) -> str:
    condition = f" ; {package.marker}" if package.marker else ""
    lines = [f"{package.name}=={package.version}{condition}"]
    lines += [f"    --hash=sha256:{digest}" for digest in sorted(package.hashes)]
    origin = f"    # from {package.origin} at {package.digest}\n" if package.origin else ""
    return (" \\\n".join(lines) + "\n" + origin + _via(package.via)).removesuffix("\n")


def _via(reasons: Sequence[str]) -> str:
    if not reasons:
        return ""
    if len(reasons) == 1:
        return f"    # via {reasons[0]}"
    return "\n".join(["    # via", *(f"    #   {reason}" for reason in reasons)])
