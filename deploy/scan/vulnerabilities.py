"""Known vulnerabilities of distributions, asked of OSV by pip-audit (https://osv.dev).

pip-audit is run as a program: its JSON is what it promises to keep. It passes over what it cannot find, and ends
with a traceback where it cannot ask; so an answer counts only for the distributions that it names.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from ..errors import ConfigError, Fault
from ..invocation import advised, installs
from ..locking.lockfile import normalised
from ..terminal.quantity import quantity
from .findings import ScanFinding, Unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..inside.exchange import Pin
    from ..published.contents import HeldPackage
    from .findings import Severity

_PATIENCE = 600.0
_RATED: Mapping[str, Severity] = {"CRITICAL": "critical", "HIGH": "high", "MODERATE": "medium", "LOW": "low"}


@dataclass(frozen=True)
class VulnerabilityAudit:
    """What came of asking about a set of distributions: how many were wanted, and how many were answered for."""

    where: str
    wanted: int
    answered: int
    findings: tuple[ScanFinding, ...]
    unchecked: tuple[Unchecked, ...]


def audit_lock(pins: Sequence[Pin], where: str, service: str) -> VulnerabilityAudit:
    """Ask about the pins of a hash-locked requirements file that one target needs."""
    lines = [
        " ".join([f"{pin.name}=={pin.version}", *(f"--hash=sha256:{each}" for each in pin.hashes)]) for pin in pins
    ]
    answer = _ask(lines, service, "--require-hashes")
    return _judged(where, {pin.name: pin.version for pin in pins}, answer, service)


def audit_packages(packages: Sequence[HeldPackage], where: str, service: str) -> VulnerabilityAudit:
    """Ask about the distributions of a layer or of code, by what its manifest or its metadata says."""
    hashed = all(each.sha256 for each in packages)
    lines = [f"{each.name}=={each.version}" + (f" --hash=sha256:{each.sha256}" if hashed else "") for each in packages]
    versions = {each.name: each.version for each in packages}
    answer = _ask(lines, service, "--require-hashes" if hashed else "--no-deps")
    return _judged(where, versions, answer, service)


def require() -> None:
    """Raise ConfigError where the libraries of a scan are not installed, which the other commands do without."""
    faults = [
        Fault(name, "is not installed here", cure=installs("scan", "scan"))
        for name, module in (("pip-audit", "pip_audit"), ("license-expression", "license_expression"))
        if importlib.util.find_spec(module) is None
    ]
    if faults:
        raise ConfigError(faults)


@dataclass(frozen=True)
class _Answer:
    """pip-audit's word on each distribution by name, or why there is none."""

    dependencies: Mapping[str, dict[str, Any]]
    failure: str = ""


def _ask(requirements: Sequence[str], service: str, *options: str) -> _Answer:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "requirements.txt")
        path.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        return _run(path, service, *options)


def _run(path: Path, service: str, *options: str) -> _Answer:
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(path), "--disable-pip", *options]
    command += ["--vulnerability-service", "osv", "--osv-url", service, "--timeout", "30"]
    command += ["--format", "json", "--desc", "on", "--aliases", "on", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        return _Answer({}, f"{service} did not answer within {_PATIENCE:.0f} s")
    try:
        found = json.loads(done.stdout)
        return _Answer({normalised(each["name"]): each for each in found["dependencies"]})
    except (ValueError, KeyError, TypeError):
        said = [line for line in done.stderr.splitlines() if line.strip()]
        return _Answer({}, f"pip-audit could not ask {service}: {said[-1].strip() if said else 'it said nothing'}")


def _judged(where: str, versions: Mapping[str, str], answer: _Answer, service: str) -> VulnerabilityAudit:
    missing = {name: _unanswered(name, version, answer) for name, version in versions.items()}
    unchecked = [Unchecked(f"{where}: {name}", why) for name, why in missing.items() if why]
    if answer.failure:
        unchecked = [Unchecked(f"{where}: {quantity(len(versions), 'distribution')}", answer.failure)]
    return VulnerabilityAudit(
        where=where,
        wanted=len(versions),
        answered=sum(not why for why in missing.values()),
        findings=tuple(_findings(where, answer, service)),
        unchecked=tuple(unchecked),
    )


def _unanswered(name: str, version: str, answer: _Answer) -> str:
    """Say why a distribution cannot count as checked; nothing where it can."""
    found = answer.dependencies.get(name)
    if found is None:
        return answer.failure or "pip-audit left it out"
    if "skip_reason" in found:
        return str(found["skip_reason"])
    return "" if found["version"] == version else f"pip-audit asked about {found['version']}, not {version}"


def _findings(where: str, answer: _Answer, service: str) -> Iterator[ScanFinding]:
    for name, found in answer.dependencies.items():
        for each in found.get("vulns", ()):
            fixed, aliases = each["fix_versions"], tuple(sorted(each.get("aliases", ())))
            yield ScanFinding(
                kind="vulnerability",
                id=each["id"],
                severity=_severity((each["id"], *aliases), service),
                where=f"{where}: {name} {found['version']}",
                what=_short(each.get("description", "")),
                cause=f"fixed in {', '.join(fixed)}" if fixed else "no release fixes it yet",
                cure=f"{advised('lock', '--upgrade', name)}, then build and deploy"
                if fixed
                else "do without it, or ignore it in scan.ignore with a reason and a day",
                aliases=aliases,
            )


def _severity(names: Sequence[str], service: str) -> Severity:
    """Ask how bad it is, which pip-audit does not hand on: GitHub's advisories say it, and what is unrated is high.

    https://google.github.io/osv.dev/get-v1-vulns/
    """
    for name in (each for each in names if each.startswith("GHSA-")):
        try:
            answer = requests.get(f"{service.removesuffix('/query')}/vulns/{name}", timeout=(10, 30))
            answer.raise_for_status()
            return _RATED[answer.json()["database_specific"]["severity"]]
        except (requests.RequestException, KeyError, TypeError):
            continue
    return "high"


def _short(description: str) -> str:
    text = " ".join(description.split()) or "is known to be vulnerable"
    return text if len(text) <= 160 else f"{text[:159].rstrip()}…"
