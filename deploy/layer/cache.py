"""What was built and proven before, by content: a fingerprint leads to a zip, zips lead to the checks they passed.

Nothing here decides anything: an entry is only used when the sha256 of its zip is still what was recorded, and
deleting the folder costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.inside.exchange import Report
from deploy.layer.values import BuiltLayer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploy.layer.spec import LayerSpec


@dataclass(frozen=True)
class Miss:
    """Why there is nothing to reuse, in words for people."""

    reason: str


@dataclass(frozen=True)
class Cache:
    root: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Cache:
        """Find the folder: CHANNELWRIGHT_CACHE, else channelwright below XDG_CACHE_HOME, else below ~/.cache."""
        if chosen := environment.get("CHANNELWRIGHT_CACHE"):
            return cls(Path(chosen))
        base = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or Path.home(), ".cache")
        return cls(Path(base, "channelwright"))

    def find(self, spec: LayerSpec, into: Path) -> BuiltLayer | Miss:
        """Return the layer that this spec gave before, its zip copied to `into`, or why there is none."""
        entry = self.root / "layers" / spec.fingerprint
        try:
            recorded = json.loads((entry / "entry.json").read_text(encoding="utf-8"))
            zipped = (entry / "layer.zip").read_bytes()
        except FileNotFoundError:
            return Miss(self._changes(spec))
        if hashlib.sha256(zipped).hexdigest() != recorded["sha256"]:
            return Miss(f"the cached zip is damaged: {entry / 'layer.zip'}")
        target = into / f"{spec.stem}.zip"
        if not target.exists() or target.read_bytes() != zipped:
            write(target, zipped)
        return BuiltLayer(spec=spec, zip=target, sha256=recorded["sha256"], report=Report.from_json(recorded["report"]))

    def keep(self, built: BuiltLayer) -> None:
        entry = self.root / "layers" / built.spec.fingerprint
        write(entry / "layer.zip", built.zip.read_bytes())
        recorded = {"sha256": built.sha256, "report": built.report.to_json()}
        write(entry / "entry.json", json.dumps(recorded).encode())

    def remember(self, spec: LayerSpec) -> None:
        """Note the inputs of this run, so that the next one can say which of them changed."""
        write(self._last(spec), json.dumps(spec.inputs).encode())

    def checks(self, key: str) -> str | None:
        """Return what `keep_checks` kept under this key."""
        try:
            return (self.root / "checks" / f"{key}.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def keep_checks(self, key: str, passed: str) -> None:
        write(self.root / "checks" / f"{key}.json", passed.encode())

    def _changes(self, spec: LayerSpec) -> str:
        try:
            before = json.loads(self._last(spec).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return "never built here"
        changed = [name for name, value in spec.inputs.items() if before.get(name) != value]
        return f"changed: {', '.join(changed)}" if changed else "no longer in the cache"

    def _last(self, spec: LayerSpec) -> Path:
        project = hashlib.sha256(str(spec.dockerfile).encode()).hexdigest()[:16]
        return self.root / "last" / f"{project}-{spec.stem}.json"


def write(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a run that is killed, sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
