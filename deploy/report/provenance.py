"""Where a layer comes from, as far as anything says it: its manifests, and what AWS has of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..layer.values import code_sha256

if TYPE_CHECKING:
    from ..published.known import Known
    from ..published.reference import OpenedLayer


@dataclass(frozen=True)
class Fact:
    """Something known, under a name; `exact` tells that it is a digest, a path or the like."""

    name: str
    value: str
    exact: bool = False


def origin(layer: OpenedLayer) -> str:
    """Name a layer by its ARN or by its file, without the folders of this machine."""
    if layer.published:
        return layer.published.arn
    path = Path(layer.name)
    return f"dist/{path.name}" if path.parent.name == "dist" else path.name


def facts(layer: Known) -> tuple[Fact, ...]:
    """Return what is known, the most telling first."""
    found = [
        Fact("Layer", origin(layer.layer), exact=True),
        Fact("Made by", _maker(layer)),
        Fact("Verified", layer.verified()),
        *_in_aws(layer),
        Fact("sha256", layer.contents.sha256, exact=True),
        Fact("CodeSha256", code_sha256(layer.contents.sha256), exact=True),
        *_build(layer),
    ]
    return tuple(fact for fact in found if fact.value)


def _maker(layer: Known) -> str:
    if not layer.contents.is_ours:
        return "not this pipeline: it brings no manifest, so packages are known by their own metadata alone"
    pipeline = layer.manifest.pipeline if layer.manifest else ""
    return f"this pipeline{f', version {pipeline}' if pipeline else ''}; its manifest travels in the layer"


def _in_aws(layer: Known) -> tuple[Fact, ...]:
    version = layer.layer.published
    if version is None:
        return ()
    return (
        Fact("Published", version.created),
        Fact("Description", version.description),
        Fact("Declared licence", version.license),
        Fact("Declared for", ", ".join([*version.runtimes, *version.architectures])),
    )


def _build(layer: Known) -> tuple[Fact, ...]:
    build, travelling = layer.manifest, layer.contents.manifest
    tools = (("python", build.tools.python), ("glibc", build.tools.glibc)) if build else ()
    return (
        Fact("Commit", layer.git, exact=True),
        Fact("Runtime image", layer.image, exact=True),
        Fact("Bytecode", layer.contents.bytecode),
        Fact("Lock", (travelling.lock or "") if travelling else "", exact=True),
        Fact("Fingerprint", build.fingerprint if build else "", exact=True),
        Fact("Built with", ", ".join(f"{name} {value}" for name, value in tools if value)),
    )
