"""requirements.txt: the exact versions and the sha256 of every wheel that may be installed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deploy.errors import Fault, LockError
from deploy.inside.exchange import Pin
from deploy.settings import MACHINES, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^\s;]+)\s*(?:;(?P<marker>.*))?$")
_HASH = re.compile(r"^sha256:([0-9a-f]{64})$")
_RECORDED = re.compile(r"(python3\.\d+) \((3\.\d+\.\d+)\) on ")
_CURE = "remake it with `nox -s lock`"

DEFAULT = Target("python3.11", "x86_64")


def read(path: Path, target: Target = DEFAULT) -> tuple[Pin, ...]:
    """Read every pin of a hash-locked requirements file that the target needs, sorted by name.

    Raises LockError with every line that is not an exact version with sha256 hashes, as pip's --require-hashes
    demands (https://pip.pypa.io/en/stable/topics/secure-installs/).
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise LockError([Fault(str(path), error.strerror or str(error), cure="make it with `nox -s lock`")]) from error
    pins: dict[str, Pin] = {}
    faults: list[Fault] = []
    versions = recorded(text)
    for number, line in _logical_lines(text):
        pin = _pin(line, target, versions)
        if isinstance(pin, str):
            faults.append(Fault(f"{path}:{number}", pin, cure=_CURE))
        elif pin and pin.name in pins:
            faults.append(Fault(f"{path}:{number}", f"{pin.name} is locked twice", cure=_CURE))
        elif pin:
            pins[pin.name] = pin
    if not pins and not faults:
        faults.append(Fault(str(path), "locks nothing", cure=_CURE))
    if faults:
        raise LockError(faults)
    return tuple(pins[name] for name in sorted(pins))


def requirements(pins: Sequence[Pin]) -> str:
    """Write pins as pip reads them with --require-hashes."""
    lines = (
        " ".join([f"{pin.name}=={pin.version}", *(f"--hash=sha256:{each}" for each in pin.hashes)]) for pin in pins
    )
    return "\n".join(lines) + "\n"


def normalised(name: str) -> str:
    """Return the one spelling of a distribution's name that the packaging standards compare by."""
    return re.sub(r"[-_.]+", "-", name).lower()


def recorded(content: str) -> dict[str, str]:
    """Return the whole Python version of each runtime that a lock was made for.

    >>> recorded("# For python3.11 (3.11.14) on x86_64, glibc 2.26: the sha256")
    {'python3.11': '3.11.14'}
    """
    line = next((line for line in content.splitlines()[:5] if line.startswith("# For ")), "")
    return {match[1]: match[2] for match in _RECORDED.finditer(line)}


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Join continued lines, drop comments and blank ones; keep the number of the first line of each."""
    lines: list[tuple[int, str]] = []
    pending, start = "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        start = start if pending else number
        pending += line.removesuffix("\\")
        if line.endswith("\\"):
            pending += " "
            continue
        if pending.strip():
            lines.append((start, pending.strip()))
        pending = ""
    return lines


def _pin(line: str, target: Target, versions: Mapping[str, str]) -> Pin | str | None:
    """Return the pin, None where its marker excludes the target, or what is wrong with the line."""
    requirement, *options = re.split(r"\s+--hash=", line)
    match = _PIN.match(requirement)
    if match is None:
        return f"not an exact version with hashes: {line[:60]}"
    hashes = tuple(sorted(found[1] for option in options if (found := _HASH.match(option))))
    if not hashes:
        return f"{match['name']}=={match['version']} has no sha256 hash"
    try:
        if not applies(match["marker"] or "", target, versions):
            return None
    except ValueError:
        return f"{match['name']}: not a marker that can be read: {match['marker'].strip()}"
    return Pin(name=normalised(match["name"]), version=match["version"], hashes=hashes)


def applies(marker: str, target: Target, versions: Mapping[str, str]) -> bool:
    """Tell whether a marker holds for a target; `versions` maps a runtime to its whole Python version.

    Raises ValueError where it is no marker (https://packaging.python.org/en/latest/specifications/dependency-specifiers/).
    """
    if not marker.strip():
        return True
    from packaging.markers import Marker

    return Marker(marker.strip()).evaluate(environment(target, versions))


def environment(target: Target, versions: Mapping[str, str]) -> dict[str, str]:
    """Return the values of environment markers where a target's code runs; `versions` as in `applies`.

    https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers
    """
    version = target.runtime.removeprefix("python")
    return {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": MACHINES[target.architecture],
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": versions.get(target.runtime, f"{version}.0"),
        "python_version": version,
        "sys_platform": "linux",
    }
