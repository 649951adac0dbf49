from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...code.bundle import CodeBundle
    from ...layer.verify import VerifiedLayer
    from ...prepare import Prepared


@dataclass(frozen=True, kw_only=True)
class BuiltLayerOutput:
    """A layer that may ship: `zip` is a path, `sha256` its digest, sizes are bytes, `left_out` what trimming took.

    `fresh` tells that it was built in this run, `imported` that it was loaded in its runtime; else it was audited
    by its bytes alone. `withdrawn` names trim rules that left a distribution alone; `remarks` counts those in the
    manifest.
    """

    layer: str
    runtime: str
    architecture: str
    zip: str
    sha256: str
    packages: int
    files: int
    zipped: int
    unzipped: int
    left_out: int
    fresh: bool
    imported: bool
    withdrawn: tuple[str, ...]
    remarks: int


@dataclass(frozen=True, kw_only=True)
class CodeOutput:
    """The code zip of functions, named by their keys; `size` is its bytes."""

    functions: tuple[str, ...]
    zip: str
    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class LayerOutput:
    """What was built, or found in the cache, and proven."""

    layers: tuple[BuiltLayerOutput, ...]
    code: tuple[CodeOutput, ...]


DOCUMENT = LayerOutput


def output(made: Prepared) -> LayerOutput:
    zips: dict[str, list[str]] = {}
    for key, bundle in made.code.items():
        zips.setdefault(str(bundle.zip), []).append(key)
    bundles = {str(each.zip): each for each in made.code.values()}
    return LayerOutput(
        layers=tuple(_layer(each, fresh=each.built.spec.stem in made.fresh) for each in made.layers),
        code=tuple(_code(bundles[path], tuple(keys)) for path, keys in zips.items()),
    )


def _layer(layer: VerifiedLayer, *, fresh: bool) -> BuiltLayerOutput:
    built, evidence = layer.built, layer.evidence
    return BuiltLayerOutput(
        layer=built.spec.layer.name,
        runtime=built.spec.runtime,
        architecture=built.spec.architecture,
        zip=str(built.zip),
        sha256=built.sha256,
        packages=len(built.report.packages),
        files=built.report.files,
        zipped=built.report.zipped,
        unzipped=built.report.unzipped,
        left_out=sum(each.bytes for each in built.report.savings),
        fresh=fresh,
        imported=evidence.imported,
        withdrawn=tuple(f"{each.rule} of {each.distribution}: {each.because}" for each in evidence.withdrawn),
        remarks=len(evidence.remarks),
    )


def _code(bundle: CodeBundle, keys: tuple[str, ...]) -> CodeOutput:
    return CodeOutput(functions=keys, zip=str(bundle.zip), sha256=bundle.sha256, size=bundle.size)
