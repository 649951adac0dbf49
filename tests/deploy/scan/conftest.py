"""A project whose layer is built: a lock, dist/ with the layer's zip and manifest and the code, and a configuration."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from deploy.__main__ import main
from deploy.published import contents
from deploy.scan.targets import ScanTarget
from tests.deploy.scan.osv_service import OsvService
from tests.manifests import build_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return content.getvalue()


def target(files: Mapping[str, str | bytes], *packages: dict[str, Any]) -> ScanTarget:
    """Make a layer's zip with these files, and a manifest that names these packages."""
    manifest = json.dumps({"layer": "tiny", "packages": packages})
    content = zipped({**files, "channelwright/tiny.json": manifest})
    return ScanTarget("dist/tiny.zip", content, contents.read(content, "dist/tiny.zip"))


def package(name: str, version: str = "1", license: str = "MIT", **more: object) -> dict[str, Any]:  # noqa: A002 - as in the manifest
    return {"name": name, "version": version, "license": license, "wheel": "", "sha256": "0" * 64, **more}


@dataclass
class Project:
    folder: Path
    service: OsvService
    config: dict[str, Any] = field(default_factory=dict)
    config_of_all: dict[str, Any] = field(default_factory=dict)

    def build(self, packages: Mapping[str, str], files: Mapping[str, str | bytes] | None = None) -> None:
        """Lock these packages, by version, and build a layer of them with these files besides."""
        self.lock(packages)
        self.put_layer("tiny", packages, files)
        (self.folder / "dist/code.zip").write_bytes(zipped({"bot.py": "print()\n"}))

    def put_layer(self, stem: str, packages: Mapping[str, str], files: Mapping[str, str | bytes] | None = None) -> None:
        described = [package(name, version) for name, version in packages.items()]
        made = target(files or {}, *described)
        (self.folder / "dist").mkdir(exist_ok=True)
        (self.folder / f"dist/{stem}.zip").write_bytes(made.content)
        sha256 = hashlib.sha256(made.content).hexdigest()
        papers = build_manifest(packages=described, zip={"sha256": sha256})
        (self.folder / f"dist/{stem}.json").write_text(json.dumps(papers))

    def lock(self, packages: Mapping[str, str]) -> None:
        lines = [f"{name}=={version} --hash=sha256:{'0' * 64}" for name, version in packages.items()]
        (self.folder / "requirements.txt").write_text("\n".join(lines) + "\n")

    def scan(self, *arguments: str) -> int:
        functions = {"bot": {"name": "tiny_bot", "handler": "bot.handler", "layers": ["tiny"]}}
        config = {"layers": {"tiny": {}}, "functions": functions, "scan": {"licenses": ["MIT"]} | self.config}
        config |= self.config_of_all
        (self.folder / "config").mkdir(exist_ok=True)
        (self.folder / "config/pipeline.yaml").write_text(yaml.safe_dump(config))
        (self.folder / "Dockerfile.layer").write_text("FROM scratch\n")
        return main(["--project", str(self.folder), "scan", "--osv-url", self.service.url, *arguments])


@pytest.fixture
def service() -> Iterator[OsvService]:
    with OsvService() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, service: OsvService) -> Project:
    return Project(tmp_path, service)
