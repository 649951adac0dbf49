"""The lock as a value and as text: what pip's --require-hashes reads, and people review."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.layer.lock import normalised
from deploy.layer.wheel_tags import GLIBC_MINOR, MACHINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from deploy.settings import Architecture

_PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]*?))?\s*\\?$", re.MULTILINE
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]+)")
_MACHINE = re.compile(r"platform_machine\s*==\s*['\"](\w+)['\"]")


@dataclass(frozen=True, kw_only=True)
class LockedPackage:
    """One pin. `machine` is set where only one architecture needs it, and is Linux's name for that."""

    name: str
    version: str
    hashes: frozenset[str]
    machine: str = ""
    via: tuple[str, ...] = ()


def text(packages: Iterable[LockedPackage], runtime: str, architectures: Sequence[Architecture], source: str) -> str:
    """Write the lock: sorted, the same for the same packages, free of host names, paths and dates."""
    places = f"{runtime} on {' and '.join(architectures)}, glibc 2.{GLIBC_MINOR}"
    header = [
        f"# Made by `nox -s lock` (python -m deploy lock) from {source}: change that, then run it again.",
        f"# For {places}: the sha256 of every wheel that fits.",
    ]
    return "\n".join([*header, *(_entry(each) for each in sorted(packages, key=lambda each: each.name))]) + "\n"


def read(content: str) -> dict[str, LockedPackage]:
    """Read what can be read, whatever is wrong with the rest: the next lock prefers these versions.

    `deploy.layer.lock.read` is the strict reader, which builds use.
    """
    found: dict[str, LockedPackage] = {}
    matches = list(_PIN.finditer(content))
    ends = [match.start() for match in matches[1:]] + [len(content)]
    for match, end in zip(matches, ends, strict=True):
        name = normalised(match["name"])
        machine = _MACHINE.search(match["marker"] or "")
        found[name] = LockedPackage(
            name=name,
            version=match["version"],
            hashes=frozenset(_HASH.findall(content, match.end(), end)),
            machine=machine[1] if machine else "",
        )
    return found


def machine_of(architectures: Sequence[Architecture], everywhere: Sequence[Architecture]) -> str:
    """Return the machine of a package that only one architecture needs, nothing for one that all need."""
    return "" if len(architectures) == len(everywhere) else MACHINES[architectures[0]]


def _entry(package: LockedPackage) -> str:
    marker = f' ; platform_machine == "{package.machine}"' if package.machine else ""
    lines = [f"{package.name}=={package.version}{marker}"]
    lines += [f"    --hash=sha256:{digest}" for digest in sorted(package.hashes)]
    return " \\\n".join(lines) + "\n" + _via(package.via)


def _via(reasons: Sequence[str]) -> str:
    if len(reasons) == 1:
        return f"    # via {reasons[0]}"
    return "\n".join(["    # via", *(f"    #   {reason}" for reason in reasons)])
