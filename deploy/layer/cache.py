"""What was built and proven before, by content: a fingerprint leads to a zip, zips lead to the checks they passed.

Nothing here decides anything: every file carries its own sha256 or is checked against one, what is damaged is not
there, and deleting the folder costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..atomic import write
from ..inside.exchange import Report
from ..kept import Kept, keep_text, read_text
from .values import BuiltLayer

if TYPE_CHECKING:
    from pathlib import Path

    from .spec import LayerSpec


@dataclass(frozen=True)
class Miss:
    """Why there is nothing to reuse, in words for people."""

    reason: str


@dataclass(frozen=True)
class Cache(Kept):
    """A `Kept` with the layers."""

    def find(self, spec: LayerSpec) -> BuiltLayer | Miss:
        """Return the layer that this spec gave before, or why there is none."""
        entry = self.root / "layers" / spec.fingerprint
        target = entry / "layer.zip"
        kept = read_text(entry / "entry.json")
        if kept is None or not target.exists():
            return Miss(self._changes(spec))
        recorded = json.loads(kept)
        if hashlib.sha256(target.read_bytes()).hexdigest() != recorded["sha256"]:
            return Miss(f"the cached zip is damaged: {target}")
        return BuiltLayer(spec=spec, zip=target, sha256=recorded["sha256"], report=Report.from_json(recorded["report"]))

    def keep(self, built: BuiltLayer) -> BuiltLayer:
        """Take a layer in; return it as it is found here."""
        entry = self.root / "layers" / built.spec.fingerprint
        write(entry / "layer.zip", built.zip.read_bytes())
        keep_text(entry / "entry.json", json.dumps({"sha256": built.sha256, "report": built.report.to_json()}))
        return replace(built, zip=entry / "layer.zip")

    def remember(self, spec: LayerSpec) -> None:
        """Note the inputs of this run, so that the next one can say which of them changed."""
        inputs = json.dumps(spec.inputs)
        if read_text(self._last(spec)) != inputs:
            keep_text(self._last(spec), inputs)

    def _changes(self, spec: LayerSpec) -> str:
        kept = read_text(self._last(spec))
        if kept is None:
            return "never built here"
        before = json.loads(kept)
        changed = [name for name, value in spec.inputs.items() if before.get(name) != value]
        return f"changed: {', '.join(changed)}" if changed else "no longer in the cache"

    def _last(self, spec: LayerSpec) -> Path:
        project = hashlib.sha256(str(spec.project).encode()).hexdigest()[:16]
        return self.root / "last" / f"{project}-{spec.stem}.json"
