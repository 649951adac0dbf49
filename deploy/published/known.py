"""All that is known of a layer, and from where: its zip, AWS's description of it, the manifest of a build at hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import UNSET

from ..documents.reading import UnreadableError
from ..errors import PipelineError
from ..invocation import advised
from ..layer.manifest import build
from .descriptions import LayerNote

if TYPE_CHECKING:
    from pathlib import Path

    from ..inside.exchange import Saving, TrimPolicy
    from ..layer.evidence import Evidence
    from ..layer.manifest.build import BuildManifest
    from ..layer.manifest.travelling import TravellingManifest
    from .contents import Contents
    from .reference import OpenedLayer


@dataclass(frozen=True, kw_only=True)
class Known:
    """`note` is what this pipeline wrote into AWS's description; `manifest` is the one in dist/ of these very bytes."""

    layer: OpenedLayer
    note: LayerNote | None
    manifest: BuildManifest | None

    @property
    def contents(self) -> Contents:
        return self.layer.contents

    @property
    def git(self) -> str:
        """The commit that it was built from, +dirty where files were not committed; empty where nothing says it."""
        if self.manifest:
            return f"{self.manifest.git.commit or ''}{'+dirty' if self.manifest.git.dirty else ''}"
        return self.note.git if self.note else ""

    @property
    def image(self) -> str:
        """The digest of the image that it was built in, or the start of it; "host" for a build without one."""
        if self.manifest:
            return self.manifest.image.digest or self.manifest.image.reference
        return self.note.image if self.note else ""

    @property
    def is_about_other_bytes(self) -> bool:
        """Whether the description is of another zip than AWS hands out."""
        return self.note is not None and not self.contents.sha256.startswith(self.note.digest)

    @property
    def verification(self) -> Evidence | None:
        """What was proven, as the build's manifest records it; None where no build is at hand."""
        return self.manifest.verification if self.manifest else None

    @property
    def own_name(self) -> str:
        """The layer's name in its project, as a manifest has it; empty where there is none."""
        return said.layer if (said := self._said) else ""

    @property
    def runtime(self) -> str:
        """The Lambda runtime that it was built for, as a manifest has it; empty where there is none."""
        return said.runtime if (said := self._said) else ""

    @property
    def architecture(self) -> str:
        """The architecture that it was built for, as a manifest has it; empty where there is none."""
        return said.architecture if (said := self._said) else ""

    @property
    def savings(self) -> tuple[Saving, ...] | None:
        """What each trim rule took; None where no manifest has it."""
        said = self._said
        return None if said is None or said.savings is UNSET else said.savings

    @property
    def trim(self) -> TrimPolicy | None:
        """The policy that it was built with; None where no manifest has it."""
        said = self._said
        return None if said is None or said.trim is UNSET else said.trim

    @property
    def _said(self) -> BuildManifest | TravellingManifest | None:
        return self.manifest or self.contents.manifest

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


def known(layer: OpenedLayer, dist: Path) -> Known:
    """Gather it; `dist` is where a build leaves its manifest."""
    note = LayerNote.parse(layer.published.description) if layer.published else None
    return Known(layer=layer, note=note, manifest=_manifest(dist, layer.contents.sha256))


def sbom(layer: OpenedLayer) -> str:
    """Describe as CycloneDX what is in the zip, whoever made it."""
    from ..layer.sbom import component, document, file_component

    own = layer.published.layer if layer.published else layer.name
    manifest = layer.contents.manifest
    return document(
        (manifest.layer if manifest else "") or own,
        layer.contents.sha256,
        [
            *(file_component(each.path, each.sha256) for each in layer.contents.own_files),
            *(
                component(each.name, each.version, each.license, wheel=each.wheel, sha256=each.sha256)
                for each in layer.contents.packages
            ),
        ],
    )


def _manifest(dist: Path, sha256: str) -> BuildManifest | None:
    """Return the manifest in dist/ that is about these bytes; raise PipelineError where it cannot be read."""
    for path in sorted(dist.glob("*.json")):
        content = path.read_bytes()
        try:
            if build.about(content) != sha256:
                continue
        except UnreadableError:  # another file than a build's manifest
            continue
        try:
            return build.read(content)
        except UnreadableError as error:
            cure = f"make it again with {advised('layer')}"
            raise PipelineError.of(f"{dist.name}/{path.name}", "cannot be read", cause=str(error), cure=cure) from error
    return None


def _proven(evidence: Evidence) -> str:
    image = re.sub(r"(sha256:[0-9a-f]{12})[0-9a-f]+", r"\1…", evidence.image)
    where = f"in {image}" if evidence.in_container else "on a host, not in the runtime image"
    if not evidence.imported:
        return f"audited {where}; not imported, as no machine of its architecture was at hand"
    modules, natives = len(evidence.modules), len(evidence.shared_objects)
    tried = f"{modules} modules imported, {natives} shared objects audited"
    return f"{where} with Python {evidence.python} and glibc {evidence.glibc}: {tried}"
