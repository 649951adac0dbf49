"""requirements.txt: the exact versions and the sha256 of every wheel that may be installed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import Fault, LockError
from ..inside.exchange import Pin
from ..invocation import advised
from ..settings import MACHINES
from . import plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ..settings import Target

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^\s;]+)\s*(?:;(?P<marker>.*))?$")
_UNPINNED = re.compile(r"^[A-Za-z0-9._-]+(?:\[[^]]*\])?\s*;(?P<marker>.*)$")
_HASH = re.compile(r"^sha256:([0-9a-f]{64})$")
_RECORDED = re.compile(r"(python3\.\d+) \((3\.\d+\.\d+)\) on ")
_CURE = f"remake it with {advised('lock')}"

HEADER = "# Made by `channelwright lock`"
"""How a lock begins that this pipeline writes, whichever way it was started; such a one may lock nothing."""
# Before there was a command.
_FORMER_HEADER = "# Made by `nox -s lock`"

# What a line of an export may say besides pins: of hashes and wheels, which are demanded anyway; of indexes, which
# `deploy.indexes` reads.
_OPTIONS = ("--require-hashes", "--only-binary", "--prefer-binary", "--pre")
_INDEXES = ("-i", "--index-url", "--extra-index-url", "--trusted-host")


def read(path: Path, target: Target, *, but_sources: bool = False) -> tuple[Pin, ...]:
    """Read every pin of a hash-locked requirements file that the target needs, sorted by name.

    With `but_sources` the lines that name a source are left to `source_lines`; else they are refused.

    Raises LockError with every line that is not an exact version with sha256 hashes, as pip's --require-hashes
    demands (https://pip.pypa.io/en/stable/topics/secure-installs/). The project's own folder, which exports name, is
    left out: its code is not in a layer.
    """
    text = plain_text.read(path, cure=f"make it with {advised('lock')}")
    pins: dict[str, Pin] = {}
    faults: list[Fault] = []
    versions = recorded(text)
    for number, line in plain_text.logical_lines(text):
        left = _is_without_effect(line, path.parent) or (but_sources and _is_source(line))
        pin = None if left else _pin(line, target, versions)
        if isinstance(pin, Fault):
            faults.append(replace(pin, where=f"{path}:{number}"))
        elif pin and pin.name in pins:
            faults.append(Fault(f"{path}:{number}", f"{pin.name} is locked twice"))
        elif pin:
            pins[pin.name] = pin
    if not pins and not faults and not is_own(text) and not (but_sources and source_lines(path)):
        faults.append(Fault(str(path), "locks nothing"))
    if faults:
        raise LockError(replace(each, cure=each.cure or _cure(text, path)) for each in faults)
    return tuple(pins[name] for name in sorted(pins))


def is_own(text: str) -> bool:
    """Tell a lock that this pipeline wrote."""
    return text.startswith((HEADER, _FORMER_HEADER))


def source_lines(path: Path) -> list[str]:
    """Return the lines of an export that name a folder, a file or a repository, but for the project's own."""
    lines = [line for _, line in plain_text.logical_lines(plain_text.read(path))]
    return [each for each in lines if _is_source(each) and not _is_without_effect(each, path.parent)]


def has_hashes(text: str) -> bool:
    """Tell a lock from a list of what is wanted."""
    return is_own(text) or any("--hash=" in line for _, line in plain_text.logical_lines(text))


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


def _is_without_effect(line: str, project: Path) -> bool:
    """Whether a line is an option that is obeyed elsewhere, or the project itself."""
    name, _, value = line.partition(" ")
    place = value.strip() if name in {"-e", "--editable"} else line.partition(" ;")[0]
    if name.partition("=")[0] in {*_OPTIONS, *_INDEXES}:
        return True
    return place.startswith(".") and (project / place).resolve() == project.resolve()


def _pin(line: str, target: Target, versions: Mapping[str, str]) -> Pin | Fault | None:
    """Return the pin, None where its marker excludes the target, or what is wrong with the line."""
    requirement, *options = re.split(r"\s+--hash=", line)
    match = _PIN.match(requirement)
    if match is None:
        return _no_pin(line, target, versions)
    hashes = tuple(sorted(found[1] for option in options if (found := _HASH.match(option))))
    if not hashes:
        return Fault("", f"{match['name']}=={match['version']} has no sha256 hash")
    try:
        if not applies(match["marker"] or "", target, versions):
            return None
    except ValueError:
        return Fault("", f"{match['name']}: not a marker that can be read: {match['marker'].strip()}")
    return Pin(name=normalised(match["name"]), version=match["version"], hashes=hashes)


def adding(what: str) -> str:
    """Say how something more is locked, whichever tool wrote the lock."""
    return f"add {what} to requirements.in, or to what the lock is exported from, and lock it: {advised('lock')}"


def _cure(text: str, path: Path) -> str:
    """Say how a lock is made anew: `lock` cannot where another tool exported it, and nothing says what is wanted."""
    wanted = path.with_suffix(".in")
    if is_own(text) or not has_hashes(text) or wanted.is_file():
        return _CURE
    return f"export it anew, with versions and hashes, by the tool that made it; or write {wanted.name}, and {_CURE}"


def _no_pin(line: str, target: Target, versions: Mapping[str, str]) -> Fault | None:
    """Say what is wrong with a line; nothing where its marker excludes the target, and no version was locked for it."""
    if (match := _UNPINNED.match(line)) and not _holds(match["marker"], target, versions):
        return None
    if _is_source(line):
        cure = "export without it (`uv export --no-emit-local`), or name it in requirements.in"
        return Fault("", f"a source without a hash: {line[:60]}", "a lock names wheels by their hashes", cure)
    return Fault("", f"not an exact version with hashes: {line[:60]}")


def _holds(marker: str, target: Target, versions: Mapping[str, str]) -> bool:
    try:
        return applies(marker, target, versions)
    except ValueError:
        return True


def _is_source(line: str) -> bool:
    return line.startswith(("-e ", "--editable", ".", "/", "file:", "git+")) or " @ " in line


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
