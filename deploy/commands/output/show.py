from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a document's annotations are read when its schema is made
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import UNSET

from ...inside.exchange import Saving  # noqa: TC001 - as above
from ...layer.evidence import Evidence  # noqa: TC001 - as above
from ...layer.values import code_sha256
from ...published.contents import HeldPackage  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...published.contents import Contents
    from ...published.known import Known


@dataclass(frozen=True, kw_only=True)
class ShownSharedObject:
    """A file for a loader: its machine, and the highest version that it needs of each interface, such as GLIBC."""

    path: str
    machine: str
    needs: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ShownFile:
    """A file that belongs to no distribution: its path below /opt, its bytes, and what it takes up in the zip."""

    path: str
    size: int
    zipped: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ShowOutput:
    """A layer, whoever made it.

    `arn`, `created`, `description` and `license` are what AWS has, null of a file; `runtimes` and `architectures` what
    it was published for, or else built for. `ours` tells that a manifest of this pipeline is in it. `zipped` and `size`
    are bytes, as a zip and unpacked. `git`, `image`, `lock`, `savings` and `verification` are null where nothing tells
    them; `verified` says in a sentence what is known.
    """

    name: str
    arn: str | None
    created: str | None
    description: str | None
    license: str | None
    runtimes: tuple[str, ...]
    architectures: tuple[str, ...]
    ours: bool
    sha256: str
    code_sha256: str
    zipped: int
    size: int
    files: int
    bytecode: str
    git: str | None
    image: str | None
    lock: str | None
    savings: tuple[Saving, ...] | None
    verified: str
    verification: Evidence | None
    packages: tuple[HeldPackage, ...]
    own_files: tuple[ShownFile, ...]
    shared_objects: tuple[ShownSharedObject, ...]


DOCUMENT = ShowOutput


def output(known: Known) -> ShowOutput:
    there, held = known.layer.published, known.contents
    manifest = held.manifest
    return ShowOutput(
        name=known.layer.name,
        arn=there.arn if there else None,
        created=there.created if there else None,
        description=there.description if there else None,
        license=there.license if there else None,
        runtimes=there.runtimes if there else _listed(held.runtime),
        architectures=there.architectures if there else _listed(held.architecture),
        ours=held.is_ours,
        sha256=held.sha256,
        code_sha256=code_sha256(held.sha256),
        zipped=held.zipped,
        size=held.size,
        files=len(held.files),
        bytecode=held.bytecode,
        git=known.git or None,
        image=known.image or None,
        lock=(manifest.lock or None) if manifest else None,
        savings=None if manifest is None or manifest.savings is UNSET else manifest.savings,
        verified=known.verified(),
        verification=known.verification,
        packages=held.packages,
        own_files=tuple(
            ShownFile(path=each.path, size=each.size, zipped=each.zipped, sha256=each.sha256) for each in held.own_files
        ),
        shared_objects=tuple(_shared_objects(held)),
    )


def _shared_objects(held: Contents) -> Iterator[ShownSharedObject]:
    for path, file in sorted(held.files.items()):
        if file.native:
            yield ShownSharedObject(path=path, machine=file.native.machine, needs=file.native.needs)


def _listed(value: str) -> tuple[str, ...]:
    return (value,) if value else ()
