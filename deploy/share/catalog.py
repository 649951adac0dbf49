"""dist/catalog.json: every published version of every layer in every region of a stage, for other projects to read.

catalog.schema.json beside this file describes it. It is made from what AWS has alone, and holds no date of its own:
the same versions give the same file. `format` counts up when a key changes its meaning or goes; keys may be added.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..atomic import write
from ..aws import grants, layers, regions
from ..documents.writing import as_json
from ..layer.values import code_sha256
from ..published import contents
from ..published.descriptions import LayerNote
from ..published.downloads import Downloads
from . import channels, inventory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..aws.connection import Aws
    from ..aws.grants import LayerPolicy
    from ..aws.layers import LayerContent, LayerVersion
    from ..published.contents import Contents
    from ..settings import Settings

FORMAT = 1
NAME = "catalog.json"
SCHEMA = Path(__file__).with_name("catalog.schema.json")
_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class CatalogEntry:
    """A layer version as AWS lists it, its bytes' digest, who else may use it, and which parameters name it."""

    aws: Aws
    version: LayerVersion
    content: LayerContent
    policy: LayerPolicy
    channels: tuple[str, ...]


def make(places: Sequence[Aws], settings: Settings, downloads: Path) -> dict[str, object]:
    """Ask every region; look into each zip once, whatever the number of regions that have it."""
    found = regions.everywhere(places, lambda aws: _entries(aws, settings)).all("listed")
    entries = sorted(
        (entry for each in found.values() for entry in each),
        key=lambda each: (each.version.layer, each.aws.region, -each.version.version),
    )
    opened = {each.content.sha256: each for each in entries}
    held = {sha256: _open(each, downloads) for sha256, each in opened.items()}
    return {
        "format": FORMAT,
        "account": places[0].account,
        "versions": [_described(each, held[each.content.sha256]) for each in entries],
    }


def deliver(catalog: Mapping[str, object], dist: Path) -> Path:
    path = dist / NAME
    write(path, as_json(catalog).encode())
    return path


def _entries(aws: Aws, settings: Settings) -> list[CatalogEntry]:
    wanted = [
        (version, names.get(version.version, ()))
        for each in inventory.read(aws, settings).values()
        for names in [channels.held(aws, each.layer, each.parameters)]
        for version in each.versions
    ]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(lambda each: _entry(aws, *each), wanted))


def _entry(aws: Aws, version: LayerVersion, names: tuple[str, ...]) -> CatalogEntry:
    return CatalogEntry(
        aws=aws,
        version=version,
        content=layers.content(aws, version.layer, version.version),
        policy=grants.read(aws, version.layer, version.version),
        channels=names,
    )


def _open(entry: CatalogEntry, downloads: Path) -> Contents:
    where = entry.version.short
    return contents.read(Downloads(entry.aws, downloads).layer(entry.content, where), where)


def _described(entry: CatalogEntry, held: Contents) -> dict[str, object]:
    version, note = entry.version, LayerNote.parse(entry.version.description)
    published = note is not None and entry.content.sha256.startswith(note.digest)
    return {
        "layer": version.layer,
        "region": entry.aws.region,
        "version": version.version,
        "arn": version.arn,
        "created": version.created,
        "runtimes": list(version.runtimes),
        "architectures": list(version.architectures),
        "license": version.license,
        "sha256": entry.content.sha256,
        "code_sha256": code_sha256(entry.content.sha256),
        "zip_bytes": held.zipped,
        "unzipped_bytes": held.size,
        "published_by_channelwright": published,
        "git": note.git if note and published and note.git != "none" else None,
        "channels": list(entry.channels),
        "shared_with": [asdict(each) for each in sorted(set(entry.policy.grants.values()))],
        "packages": [
            {"name": each.name, "version": each.version, "license": each.license, "sha256": each.sha256 or None}
            for each in held.packages
        ],
    }
