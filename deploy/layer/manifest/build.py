"""dist/<layer>.json: everything that is known of a layer that was built and verified here."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a document's annotations are read when it is decoded
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ... import __version__
from ...documents.reading import decoded
from ...inside.exchange import OwnFile, Package, Saving, Spared, TrimPolicy  # noqa: TC001 - as above
from ..evidence import Evidence  # noqa: TC001 - as above
from ..values import code_sha256

if TYPE_CHECKING:
    from ...git import Commit
    from ...inside.exchange import Applied
    from ..values import BuiltLayer
    from ..verify import VerifiedLayer

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class BuildImage:
    """The image that the layer was built in; `digest` is empty for a build on a host."""

    reference: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class BuildSource:
    """The commit that was built, null where there is none; `dirty` tells that files were not committed."""

    commit: str | None
    dirty: bool


@dataclass(frozen=True, kw_only=True)
class LayerZip:
    """The zip: its name, bytes and digests, and what it unpacks to.

    `sha256` is hexadecimal; `code_sha256` is the same in base64, as Lambda writes it.
    """

    file: str
    bytes: int
    sha256: str
    code_sha256: str
    unzipped_bytes: int
    files: int


@dataclass(frozen=True, kw_only=True)
class AppliedRule:
    """What one trim rule did to one distribution: how many files went or changed, and bytes before compression."""

    rule: str
    distribution: str
    taken: int
    changed: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class BuildTools:
    """The versions of Python and of the C library that built the layer; `glibc` is empty where there is none."""

    python: str
    glibc: str


@dataclass(frozen=True, kw_only=True)
class BuildManifest:
    """A verified layer: its inputs, its bytes, what is in it, what was left out, what it passed.

    `pipeline` is the version of this pipeline; `inputs` has each input that decides the bytes, as text that changes
    with it, and `fingerprint` is their digest. `withdrawn` names by distribution the trim rules that leave it as it is;
    `savings` what each rule took in all, `applied` of which distribution, `spared` what a rule left and why;
    `kept_symbols` by path why a library was not stripped, `uncompiled` why a source has no bytecode.
    """

    format: int = 0
    layer: str
    runtime: str
    architecture: str
    image: BuildImage
    built_in_runtime_image: bool
    git: BuildSource
    pipeline: str
    fingerprint: str
    inputs: Mapping[str, str]
    zip: LayerZip
    bytecode: str
    trim: TrimPolicy
    withdrawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    savings: tuple[Saving, ...]
    applied: tuple[AppliedRule, ...] = ()
    spared: tuple[Spared, ...] = ()
    kept_symbols: Mapping[str, str]
    uncompiled: Mapping[str, str]
    tools: BuildTools
    packages: tuple[Package, ...]
    own_files: tuple[OwnFile, ...] = ()
    verification: Evidence

    @property
    def versions(self) -> dict[str, str]:
        return {package.name: package.version for package in self.packages}


@dataclass(frozen=True, kw_only=True)
class _AnyZip:
    sha256: str


@dataclass(frozen=True, kw_only=True)
class _Subject:
    """The least that tells a build's manifest from other JSON in dist/: the zip that it is about."""

    zip: _AnyZip


def about(content: bytes) -> str:
    """Return the sha256 of the zip that a build's manifest is about; raise UnreadableError where it is none."""
    return decoded(content, _Subject).zip.sha256


def read(content: bytes) -> BuildManifest:
    """Read a build's manifest; raise UnreadableError where it is not what this pipeline or an older one wrote."""
    return decoded(content, BuildManifest, newest=FORMAT)


def manifest(verified: VerifiedLayer, commit: Commit) -> BuildManifest:
    """Describe a verified layer."""
    built = verified.built
    spec, report = built.spec, built.report
    return BuildManifest(
        format=FORMAT,
        layer=spec.layer.name,
        runtime=spec.runtime,
        architecture=spec.architecture,
        image=BuildImage(reference=spec.image.reference, digest=spec.image.digest),
        built_in_runtime_image=not spec.image.is_host,
        git=BuildSource(commit=commit.sha, dirty=commit.dirty),
        pipeline=__version__,
        fingerprint=spec.fingerprint,
        inputs=spec.inputs,
        zip=about_zip(built),
        bytecode=spec.layer.bytecode,
        trim=spec.layer.trim,
        withdrawn=spec.withdrawn,
        savings=report.savings,
        applied=tuple(_summed(each) for each in report.applied),
        spared=report.spared,
        kept_symbols=report.kept_symbols,
        uncompiled=report.uncompiled,
        tools=BuildTools(python=report.python, glibc=report.glibc),
        packages=report.packages,
        own_files=report.own_files,
        verification=verified.evidence,
    )


def _summed(applied: Applied) -> AppliedRule:
    """Count the files, which the report lists one by one."""
    return AppliedRule(
        rule=applied.rule,
        distribution=applied.distribution,
        taken=len(applied.taken),
        changed=len(applied.changed),
        bytes=applied.bytes,
    )


def about_zip(built: BuiltLayer) -> LayerZip:
    return LayerZip(
        file=f"{built.spec.stem}.zip",
        bytes=built.report.zipped,
        sha256=built.sha256,
        code_sha256=code_sha256(built.sha256),
        unzipped_bytes=built.report.unzipped,
        files=built.report.files,
    )
