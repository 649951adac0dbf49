"""Two dist/ folders side by side: what each layer's manifest says of versions, sizes, licences and import times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..documents.reading import UnreadableError, decoded
from ..errors import BuildError, Fault
from ..invocation import advised
from ..layer.manifest import build

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ..layer.manifest.build import BuildManifest


@dataclass(frozen=True, kw_only=True)
class Held:
    """A distribution in a layer: bytes unzipped, and milliseconds that its modules took to import when verified."""

    version: str
    license: str
    size: int
    milliseconds: float


@dataclass(frozen=True, kw_only=True)
class Side:
    """A layer before or after: bytes of its zip and unzipped, its distributions by name, its runtime image.

    `proven` tells that it was built and verified in that image, not on a host.
    """

    zipped: int
    unzipped: int
    image: str
    proven: bool
    packages: Mapping[str, Held]

    @property
    def milliseconds(self) -> float:
        return sum(each.milliseconds for each in self.packages.values())


@dataclass(frozen=True)
class LayerChange:
    """A layer on both sides; one is None where the layer came or went."""

    layer: str
    before: Side | None
    after: Side | None

    @property
    def packages(self) -> Iterator[tuple[str, Held | None, Held | None]]:
        """Yield the distributions whose version or licence differs, by name."""
        before = self.before.packages if self.before else {}
        after = self.after.packages if self.after else {}
        for name in sorted(before.keys() | after.keys()):
            old, new = before.get(name), after.get(name)
            if old is None or new is None or (old.version, old.license) != (new.version, new.license):
                yield name, old, new


@dataclass(frozen=True)
class Vulnerability:
    """A vulnerability that a scan found; `where` names the distribution and its version."""

    id: str
    where: str
    what: str


@dataclass(frozen=True)
class Scans:
    """What the scans of before and after found, and how many distributions went unanswered after."""

    mended: tuple[Vulnerability, ...]
    new: tuple[Vulnerability, ...]
    left: tuple[Vulnerability, ...]
    unanswered: int


def layers(before: Path, after: Path) -> tuple[LayerChange, ...]:
    """Compare the manifests of two dist/ folders; raise BuildError where one holds none or one cannot be read."""
    faults: list[Fault] = []
    old, new = _sides(before, faults), _sides(after, faults)
    if faults:
        raise BuildError(faults)
    return tuple(LayerChange(name, old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys()))


def scans(before: Path, after: Path) -> Scans:
    """Compare two outputs of `scan --json`; raise BuildError where one is none."""
    faults: list[Fault] = []
    old, new = _scan(before, faults), _scan(after, faults)
    if faults:
        raise BuildError(faults)
    was, now = _vulnerabilities(old), _vulnerabilities(new)
    return Scans(
        mended=tuple(was[key] for key in was if key not in now),
        new=tuple(now[key] for key in now if key not in was),
        left=tuple(now[key] for key in now if key in was),
        unanswered=sum(each.wanted - each.answered for each in new.vulnerabilities),
    )


def _sides(folder: Path, faults: list[Fault]) -> dict[str, Side]:
    found = {}
    for path in sorted(folder.glob("*.json")):
        if not path.name.endswith(".cdx.json"):
            try:
                found[path.stem] = _side(build.read(path.read_bytes()))
            except (OSError, UnreadableError) as error:
                faults.append(Fault(str(path), "is no manifest of a layer", cause=str(error)))
    if not found and not faults:
        faults.append(Fault(str(folder), "holds no layer's manifest", cure=f"make them with {advised('layer')}"))
    return found


def _side(manifest: BuildManifest) -> Side:
    times: dict[str, float] = {}
    for each in manifest.verification.modules:
        times[each.distribution] = times.get(each.distribution, 0.0) + each.milliseconds
    return Side(
        zipped=manifest.zip.bytes,
        unzipped=manifest.zip.unzipped_bytes,
        image=manifest.image.digest or manifest.image.reference,
        proven=manifest.built_in_runtime_image and manifest.verification.in_container,
        packages={
            each.name: Held(
                version=each.version,
                license=each.license,
                size=each.unzipped,
                milliseconds=times.get(each.name, 0.0),
            )
            for each in manifest.packages
        },
    )


@dataclass(frozen=True)
class _Finding:
    kind: str
    id: str
    where: str
    what: str


@dataclass(frozen=True)
class _Audit:
    wanted: int
    answered: int


@dataclass(frozen=True)
class _Scan:
    """What is compared of an output of `scan --json`."""

    findings: tuple[_Finding, ...]
    vulnerabilities: tuple[_Audit, ...]


def _scan(path: Path, faults: list[Fault]) -> _Scan:
    try:
        return decoded(path.read_bytes(), _Scan)
    except (OSError, UnreadableError) as error:
        cure = f"make it with {advised('scan', '--json')}"
        faults.append(Fault(str(path), "is no output of `scan --json`", cause=str(error), cure=cure))
        return _Scan((), ())


def _vulnerabilities(scan: _Scan) -> dict[tuple[str, str], Vulnerability]:
    """Key them by id and distribution: the version is another one after an update, the vulnerability is not."""
    found = (each for each in scan.findings if each.kind == "vulnerability")
    return {
        (each.id, _distribution(each.where)): Vulnerability(each.id, _shown(each.where), each.what) for each in found
    }


def _shown(where: str) -> str:
    return where.rpartition(": ")[2]


def _distribution(where: str) -> str:
    return _shown(where).partition(" ")[0]
