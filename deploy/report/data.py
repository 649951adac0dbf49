"""What a page shows of a layer, as a value: everything is decided here, nothing about how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import PipelineError
from ..published.difference import difference
from ..runtimes.table import BASES
from .native import Judge
from .provenance import facts, origin
from .tree import grow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..inside.exchange import Saving
    from ..layer.evidence import Imported
    from ..published.contents import Contents
    from ..published.difference import Difference
    from ..published.known import Known
    from ..published.reference import OpenedLayer
    from ..runtimes.base_images import Base
    from ..settings import Settings
    from .native import Library
    from .provenance import Fact
    from .tree import Folder


@dataclass(frozen=True, kw_only=True)
class Trimming:
    """What was left out: by rule, in the order in which the rules ran, and why each excluded pattern was."""

    savings: tuple[Saving, ...]
    excluded: Mapping[str, str]

    @property
    def bytes(self) -> int:
        return sum(saving.bytes for saving in self.savings)


@dataclass(frozen=True, kw_only=True)
class Imports:
    """Modules in the order in which they were imported, each measured with those that it was the first to import.

    `without` says of a distribution why nothing of it was imported; `where` it was measured.
    """

    modules: tuple[Imported, ...]
    without: Mapping[str, str]
    where: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How the layer differs from another: `before` says which, `contents` are that one's."""

    before: str
    contents: Contents
    difference: Difference


@dataclass(frozen=True, kw_only=True)
class ReportData:
    """A layer as the page shows it.

    `version` is its number in AWS, None for a zip. `base` is the Linux under its runtime, None where nothing is known
    of it. `trimming` and `imports` are None where nothing tells them.
    """

    name: str
    version: int | None
    origin: str
    contents: Contents
    runtime: str
    architecture: str
    base: Base | None
    root: Folder
    libraries: tuple[Library, ...]
    trimming: Trimming | None
    imports: Imports | None
    facts: tuple[Fact, ...]
    remarks: tuple[str, ...]
    comparison: Comparison | None


def gather(layer: Known, settings: Settings, before: OpenedLayer | None = None) -> ReportData:
    """Tell what is known of a layer; raise PipelineError where its manifest is none that this pipeline writes.

    The runtime and the architecture of a layer that says neither are those that the project builds for.
    """
    contents = layer.contents
    if contents.unreadable:
        what = "its manifest does not say what is in it as this pipeline writes it"
        raise PipelineError.of(origin(layer.layer), what, cause=contents.unreadable)
    comparison = _compared(layer.layer, before) if before else None
    runtime = layer.runtime or settings.runtime
    architecture = _architecture(layer) or settings.architectures[0]
    libraries = Judge(layer, BASES.get(runtime), architecture).libraries()
    return ReportData(
        name=layer.own_name or stem(layer.layer),
        version=layer.layer.published.version if layer.layer.published else None,
        origin=origin(layer.layer),
        contents=contents,
        runtime=runtime,
        architecture=architecture,
        base=BASES.get(runtime),
        root=grow(contents.files.values(), {each.path for each in libraries}, _changes(comparison)),
        libraries=libraries,
        trimming=_trimming(layer),
        imports=_imports(layer),
        facts=facts(layer),
        remarks=layer.verification.remarks if layer.verification else (),
        comparison=comparison,
    )


def stem(layer: OpenedLayer) -> str:
    """Name a layer as its files in dist/ are named."""
    return layer.published.layer if layer.published else Path(layer.name).stem


def _architecture(layer: Known) -> str:
    """Return what the manifest says, or AWS where it names one."""
    published = layer.layer.published
    known = published.architectures if published else ()
    return layer.architecture or (known[0] if len(known) == 1 else "")


def _trimming(layer: Known) -> Trimming | None:
    """Return the savings, which the manifest in the layer has too."""
    if layer.savings is None:
        return None
    return Trimming(savings=layer.savings, excluded=layer.trim.exclude if layer.trim else {})


def _imports(layer: Known) -> Imports | None:
    """Return how long imports took, which only the manifest in dist/ knows; None where they were not tried."""
    evidence = layer.verification
    if evidence is None or not evidence.imported:
        return None
    image = evidence.image.partition(" ")[0] if evidence.in_container else "a sandbox on a host"
    where = f"{image} with Python {evidence.python} and glibc {evidence.glibc}"
    return Imports(modules=evidence.modules, without=evidence.nothing_to_import, where=where)


def _compared(after: OpenedLayer, before: OpenedLayer) -> Comparison:
    found = difference(before.contents, after.contents)
    return Comparison(before=origin(before), contents=before.contents, difference=found)


def _changes(comparison: Comparison | None) -> dict[str, str]:
    if comparison is None:
        return {}
    files = comparison.difference.files
    return dict.fromkeys(files.added, "added") | dict.fromkeys(files.changed, "changed")
