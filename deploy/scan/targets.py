"""The zips that a scan looks at: those in dist/ before they ship, or those that traffic meets in a stage."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ..aws import aliases, functions, layers
from ..code import bundle
from ..container.digest import RuntimeImage
from ..documents.reading import UnreadableError
from ..errors import BuildError, Fault, RolloutError
from ..invocation import advised
from ..layer.manifest import build
from ..layer.spec import every_spec
from ..locking import locked
from ..published import contents
from .findings import ScanFinding, Unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..aws.functions import FunctionState
    from ..layer.manifest.build import BuildManifest
    from ..layer.spec import LayerSpec
    from ..published.contents import Contents
    from ..published.downloads import Downloads
    from ..settings import Settings, Stage


@dataclass(frozen=True)
class ScanTarget:
    """A zip and what is in it; `where` is what people call it."""

    where: str
    content: bytes
    contents: Contents


def built(settings: Settings) -> tuple[tuple[ScanTarget, ...], tuple[ScanFinding, ...]]:
    """Open the zips in dist/; find what of them does not follow from the lock or is not what was verified.

    Raises BuildError with every file that is not there.
    """
    dist, faults = settings.project / "dist", list[Fault]()
    targets: list[ScanTarget] = []
    findings: list[ScanFinding] = []
    for wanted in settings.targets:
        image = RuntimeImage(settings.image_of(wanted.runtime), "")
        for spec in every_spec(settings, image, wanted, partial(locked.pins, target=wanted)):
            if target := _opened(dist / f"{spec.stem}.zip", faults):
                targets.append(target)
                manifest = _manifest(dist / f"{spec.stem}.json", faults)
                findings += _differing(target, spec, manifest) if manifest else ()
    targets += [code for name in _codes(settings) if (code := _opened(dist / name, faults))]
    if faults:
        raise BuildError(faults)
    return tuple(targets), tuple(findings)


def live(
    downloads: Downloads, settings: Settings, stage: Stage
) -> tuple[tuple[ScanTarget, ...], tuple[Unchecked, ...]]:
    """Fetch the code and the layers of every version that an alias of the stage sends traffic to.

    Raises RolloutError where a function or its alias is not there.
    """
    targets: dict[str, ScanTarget] = {}
    unknown: dict[str, Unchecked] = {}
    for state in _running(downloads, settings, stage):
        where = f"{state.name}:{state.version}"
        if state.sha256 not in targets:
            content = downloads.code(state.name, state.version, state.sha256)
            targets[state.sha256] = ScanTarget(f"code of {where}", content, contents.read(content, where))
        for arn in state.layers:
            found = layers.read(downloads.aws, arn)
            if found is None:
                unknown[arn] = Unchecked(arn, f"the layer version was deleted, and {where} runs on with it")
            elif arn not in targets:
                version, there = found
                content, name = downloads.layer(there, arn), version.short
                targets[arn] = ScanTarget(name, content, contents.read(content, name))
                if not targets[arn].contents.packages:
                    unknown[arn] = Unchecked(name, "holds no manifest and no .dist-info that says what is in it")
    return tuple(targets.values()), tuple(unknown.values())


def _codes(settings: Settings) -> Iterator[str]:
    """Yield the names of the code zips, each once."""
    yield from dict.fromkeys(bundle.names(settings).values())


def _running(downloads: Downloads, settings: Settings, stage: Stage) -> Iterator[FunctionState]:
    faults: list[Fault] = []
    for function in settings.functions.values():
        name = f"{function.name}{stage.suffix}"
        alias = aliases.read(downloads.aws, name, function.alias)
        for version in sorted(alias.versions) if alias else ():
            if state := functions.read(downloads.aws, name, version):
                yield state
        if alias is None:
            cure = f"deploy it first: {advised('deploy', '--stage', stage.name)}"
            faults.append(Fault(f"{name}:{function.alias}", "is not there", cure=cure))
    if faults:
        raise RolloutError(faults)


def _opened(path: Path, faults: list[Fault]) -> ScanTarget | None:
    if not path.is_file():
        faults.append(Fault(f"{path.parent.name}/{path.name}", "is not there", cure=f"make it with {advised('layer')}"))
        return None
    content, where = path.read_bytes(), f"{path.parent.name}/{path.name}"
    return ScanTarget(where, content, contents.read(content, where))


def _manifest(path: Path, faults: list[Fault]) -> BuildManifest | None:
    try:
        return build.read(path.read_bytes())
    except (OSError, UnreadableError) as error:
        cure = f"make it with {advised('layer')}"
        faults.append(Fault(f"{path.parent.name}/{path.name}", f"cannot be read: {error}", cure=cure))
        return None


def _differing(target: ScanTarget, spec: LayerSpec, manifest: BuildManifest) -> Iterator[ScanFinding]:
    """Yield where the zip, its manifest and the lock do not tell of the same distributions or bytes."""
    # A lock may leave it to the build which version an own source has.
    locked = {pin.name: pin.version or target.contents.versions.get(pin.name, "") for pin in spec.pins}
    if target.contents.sha256 != manifest.zip.sha256:
        yield _stale(target, "is not the zip that its manifest describes")
    if not target.contents.versions == manifest.versions == locked:
        names = sorted(set(locked.items()) ^ set(target.contents.versions.items()))
        shown = ", ".join(f"{name} {version}" for name, version in names[:5]) or "its manifest"
        yield _stale(target, f"holds other distributions than the lock: {shown}")


def _stale(target: ScanTarget, what: str) -> ScanFinding:
    return ScanFinding(
        kind="bytes",
        id=f"bytes:{target.where}",
        severity="high",
        where=target.where,
        what=what,
        cause="the lock or the zip was changed after the layer was built",
        cure=f"build it with {advised('layer')}, then scan again",
    )
