"""All that is known of a layer, and from where: its zip, AWS's description of it, the manifest of a build at hand."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..layer.manifest import code_sha256
from .descriptions import LayerNote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .contents import Contents, HeldPackage
    from .reference import OpenedLayer


@dataclass(frozen=True, kw_only=True)
class Known:
    """`note` is what this pipeline wrote into AWS's description; `manifest` is the one in dist/ of these very bytes."""

    layer: OpenedLayer
    note: LayerNote | None
    manifest: Mapping[str, Any] | None

    @property
    def contents(self) -> Contents:
        return self.layer.contents

    @property
    def git(self) -> str:
        """The commit that it was built from, +dirty where files were not committed; empty where nothing says it."""
        if self.manifest:
            return f"{self.manifest['git']['commit']}{'+dirty' if self.manifest['git']['dirty'] else ''}"
        return self.note.git if self.note else ""

    @property
    def image(self) -> str:
        """The digest of the image that it was built in, or the start of it; "host" for a build without one."""
        if self.manifest:
            return str(self.manifest["image"]["digest"] or self.manifest["image"]["reference"])
        return self.note.image if self.note else ""

    @property
    def is_about_other_bytes(self) -> bool:
        """Whether the description is of another zip than AWS hands out."""
        return self.note is not None and not self.contents.sha256.startswith(self.note.digest)

    @property
    def verification(self) -> Mapping[str, Any] | None:
        """What was proven, as the build's manifest records it; None where no build is at hand."""
        return self.manifest["verification"] if self.manifest else None

    def verified(self) -> str:
        """Say in a sentence what is known of the layer's verification."""
        if self.verification:
            return _proven(self.verification)
        if self.is_about_other_bytes:
            return "its description speaks of other bytes than these: nothing is known"
        if self.note:
            place = "on a host, not in the runtime image" if self.note.image == "host" else "in the runtime image"
            return (
                f"published by this pipeline, which publishes what it verified, {place}; no manifest in dist/ says more"
            )
        return "nothing is known"

    def as_json(self) -> dict[str, Any]:
        there, held = self.layer.published, self.contents
        manifest = held.manifest or {}
        return {
            "name": self.layer.name,
            "arn": there.arn if there else None,
            "created": there.created if there else None,
            "description": there.description if there else None,
            "license": there.license if there else None,
            "runtimes": list(there.runtimes) if there else _listed(manifest.get("runtime")),
            "architectures": list(there.architectures) if there else _listed(held.architecture),
            "ours": held.is_ours,
            "sha256": held.sha256,
            "code_sha256": code_sha256(held.sha256),
            "zipped": held.zipped,
            "size": held.size,
            "files": len(held.files),
            "bytecode": held.bytecode,
            "git": self.git or None,
            "image": self.image or None,
            "lock": manifest.get("lock"),
            "savings": manifest.get("savings"),
            "verified": self.verified(),
            "verification": self.verification,
            "packages": [_package(each) for each in held.packages],
            "own_files": [
                {"path": each.path, "size": each.size, "zipped": each.zipped, "sha256": each.sha256}
                for each in held.own_files
            ],
            "shared_objects": [
                {"path": path, "machine": file.native.machine, "needs": dict(file.native.needs)}
                for path, file in sorted(held.files.items())
                if file.native
            ],
        }


def known(layer: OpenedLayer, dist: Path) -> Known:
    """Gather it; `dist` is where a build leaves its manifest."""
    note = LayerNote.parse(layer.published.description) if layer.published else None
    manifest = next((each for each in _manifests(dist) if _sha256(each) == layer.contents.sha256), None)
    return Known(layer=layer, note=note, manifest=manifest)


def sbom(layer: OpenedLayer) -> str:
    """Describe as CycloneDX what is in the zip, whoever made it."""
    from ..layer.sbom import component, document, file_component

    own = layer.published.layer if layer.published else layer.name
    name = (layer.contents.manifest or {}).get("layer") or own
    return document(
        str(name),
        layer.contents.sha256,
        [
            *(file_component(each.path, each.sha256) for each in layer.contents.own_files),
            *(
                component(each.name, each.version, each.license, wheel=each.wheel, sha256=each.sha256)
                for each in layer.contents.packages
            ),
        ],
    )


def _manifests(dist: Path) -> Iterator[Mapping[str, Any]]:
    for path in sorted(dist.glob("*.json")):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if isinstance(found, dict) and isinstance(found.get("zip"), dict):
            yield found


def _sha256(manifest: Mapping[str, Any]) -> str:
    return str(manifest["zip"].get("sha256", ""))


def _proven(evidence: Mapping[str, Any]) -> str:
    image = re.sub(r"(sha256:[0-9a-f]{12})[0-9a-f]+", r"\1…", str(evidence["image"]))
    where = f"in {image}" if evidence["in_container"] else "on a host, not in the runtime image"
    if not evidence["imported"]:
        return f"audited {where}; not imported, as no machine of its architecture was at hand"
    modules, natives = len(evidence["modules"]), len(evidence["shared_objects"])
    tried = f"{modules} modules imported, {natives} shared objects audited"
    return f"{where} with Python {evidence['python']} and glibc {evidence['glibc']}: {tried}"


def _package(held: HeldPackage) -> dict[str, Any]:
    return vars(held) | {"tags": list(held.tags)}


def _listed(value: object) -> list[object]:
    return [value] if value else []
