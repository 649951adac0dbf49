"""Tiny things to ship: real zips of layers and code, and handlers that answer for what they run."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.code import tree_digest
from deploy.code.bundle import CodeBundle
from deploy.container.digest import RuntimeImage
from deploy.git import Commit
from deploy.inside.exchange import Package, Pin, Report
from deploy.layer.evidence import Evidence
from deploy.layer.spec import LayerSpec
from deploy.layer.values import BuiltLayer
from deploy.layer.verify import restored
from deploy.settings import Code, Function, Layer, Settings, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploy.layer.verify import VerifiedLayer
    from deploy.settings import Architecture

COMMIT = Commit("c0ffee" * 6 + "c0de", dirty=False)
STAGE = Stage(name="dev", region="eu-central-1", stack="tiny-dev", suffix="-dev")
IMAGE = RuntimeImage("public.ecr.aws/lambda/python:3.11", "sha256:" + "ab" * 32)
HEALTH = {"tiny": "health"}

HANDLER = """
import hashlib, os, pathlib, sys

RELEASE = {release!r}

def tree(roots):
    files = {{}}
    for root in roots:
        for path in sorted(pathlib.Path(root).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                files[path.relative_to(root).as_posix()] = path.read_bytes()
    lines = (f"{{hashlib.sha256(content).hexdigest()}}  {{name}}\\n" for name, content in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()

def layers():
    parents = (pathlib.Path(entry).parent for entry in sys.path if entry.endswith("/python"))
    return [parent for parent in dict.fromkeys(parents) if any(parent.glob("channelwright/*.json"))]

def handler(event, context):
    if event == {{"tiny": "health"}}:
        return {{"code": tree([pathlib.Path(__file__).parent]), "layers": tree(layers())}}
    return {{"release": RELEASE}}
"""


@dataclass(frozen=True)
class Shop:
    """Makes layers and code below a folder; the same arguments give the same bytes."""

    folder: Path

    def layer(
        self,
        packages: Mapping[str, str],
        *,
        name: str = "tiny-layer",
        image: RuntimeImage = IMAGE,
        architecture: Architecture = "x86_64",
        runtime: str = "python3.11",
        lack: str = "",
    ) -> VerifiedLayer:
        """Make a layer that claims these packages, by version; each is one module that holds its version.

        `lack` says why it was not imported.
        """
        report = _report(packages)
        files = {f"python/{package}.py": f"version = {version!r}\n" for package, version in packages.items()}
        content = zipped(files | {f"channelwright/{name}.json": report.to_json()})
        path = self.folder / f"{hashlib.sha256(content).hexdigest()[:12]}-{name}.zip"
        path.write_bytes(content)
        spec = LayerSpec(
            layer=Layer(name=name, license="MIT"),
            runtime=runtime,
            architecture=architecture,
            image=image,
            pins=tuple(Pin(name=package, version=version, hashes=("0" * 64,)) for package, version in packages.items()),
            dockerfile=Path("Dockerfile.layer"),
            stem=name if (runtime, architecture) == ("python3.11", "x86_64") else f"{name}-{runtime}-{architecture}",
        )
        built = BuiltLayer(spec=spec, zip=path, sha256=hashlib.sha256(content).hexdigest(), report=report)
        return restored(built, replace(_evidence(built), imported=not lack, not_imported=lack).to_json())

    def codes(self, release: str, *, handler: str = HANDLER) -> dict[str, CodeBundle]:
        """Make the code of a release, which both functions have, by their keys."""
        return dict.fromkeys(("bot", "worker"), self.code(release, handler=handler))

    def code(self, release: str, *, handler: str = HANDLER) -> CodeBundle:
        """Make the code of a release: two handlers that answer the health event, and the release's name else."""
        text = handler.format(release=release).encode()
        files = {"bot.py": text, "worker.py": text}
        content = zipped({name: text.decode() for name, text in files.items()})
        path = self.folder / f"code-{hashlib.sha256(content).hexdigest()[:12]}.zip"
        path.write_bytes(content)
        return CodeBundle(
            zip=path,
            sha256=hashlib.sha256(content).hexdigest(),
            files=files,
            tree_digest=tree_digest.of_files(files),
            size=len(content),
        )


def settings(project: Path, *, health: Mapping[str, Any] | None = HEALTH, template: Path | None = None) -> Settings:
    return Settings(
        project=project,
        layers={"tiny-layer": Layer(name="tiny-layer")},
        functions={
            key: Function(key=key, name=f"tiny_{key}", handler=f"{key}.handler", layers=("tiny-layer",), health=health)
            for key in ("bot", "worker")
        },
        code=Code(),
        template=template,
        stages={"dev": STAGE},
    )


def zipped(files: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), text)
    return content.getvalue()


def _evidence(built: BuiltLayer) -> Evidence:
    """Vouch for a layer of plain modules, so that there is one to publish."""
    return Evidence(
        sha256=built.sha256,
        image=built.spec.image.digest,
        in_container=not built.spec.image.is_host,
        imported=True,
        python="3.11",
        glibc="2.26",
        modules=(),
        nothing_to_import={},
        shared_objects=(),
        aws_clients=(),
        bytecode_used=0,
        remarks=(),
    )


def _report(packages: Mapping[str, str]) -> Report:
    return Report(
        python="3.11",
        glibc="2.26",
        packages=tuple(
            Package(
                name=name,
                version=version,
                wheel=f"{name}-{version}-py3-none-any.whl",
                sha256="0" * 64,
                tags=("py3-none-any",),
                license="MIT",
                license_files=(),
                modules=(name,),
                extensions=(),
                excluded=False,
                unzipped=1,
                zipped=1,
            )
            for name, version in packages.items()
        ),
        savings=(),
        files=len(packages),
        zipped=1,
        unzipped=1,
    )
