"""Layers to write pages about, made on the spot, and what is known of them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from deploy.aws.layers import LayerVersion
from deploy.layer.manifest import build
from deploy.published import contents
from deploy.published.known import Known
from deploy.published.reference import OpenedLayer
from deploy.report.data import gather
from deploy.report.page import render
from deploy.settings import Layer, Settings
from tests.deploy.layer.synthetic import EXTENSION
from tests.deploy.published.layers import ours, package, zipped
from tests.manifests import build_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploy.layer.manifest.build import BuildManifest
    from deploy.report.data import ReportData

SETTINGS = Settings(project=Path("project"), layers={"l": Layer(name="l")})
HOSTILE = "<script>alert(1)</script>"
LIBRARY = f"yaml/{EXTENSION.name}"
SAVINGS: list[dict[str, Any]] = [
    {"rule": "tests", "files": 3, "bytes": 40_000},
    {"rule": "botocore-data", "files": 1900, "bytes": 17_000_000},
    {"rule": "stubs", "files": 0, "bytes": 0},
]


def text(length: int, salt: str = "a") -> str:
    """Make a text that deflates a little."""
    return "".join(f"{salt}{number} = {number * 7919}\n" for number in range(length // 6 + 1))[:length]


FILES: Mapping[str, str | bytes] = {
    "big/__init__.py": text(60_000),
    "big/data/model.json": text(40_000),
    "big/data/deep/more.json": text(9_000),
    "big/empty.py": "",
    "small/__init__.py": text(12_000, "b"),
    "small/__pycache__/__init__.cpython-311.pyc": text(9_000, "c"),
    "small-1.10.dist-info/METADATA": text(3_000),
    LIBRARY: EXTENSION.read_bytes(),
}
PACKAGES = [
    package("big", "2.0", license="Apache-2.0"),
    package("small", "1.10", owns=["small/", "small-1.10.dist-info/"]),
    package("pyyaml", "6.0.3", owns=["yaml/"], tags=["cp311-cp311-manylinux_2_17_x86_64"]),
]


def our_layer(files: Mapping[str, str | bytes] = FILES, **more: Any) -> bytes:
    said = {"savings": SAVINGS, "trim": {"exclude": {"tests/**": "nobody runs them"}}}
    return ours(PACKAGES, files, **said | more)


def hostile_layer() -> bytes:
    """Make a layer of nobody's in which everything that can be named is named to break out of a page."""
    metadata = f'Name: {HOSTILE}\nVersion: 1"onload="x\nLicense: {HOSTILE}\n'
    record = f"{HOSTILE}.py,,\n"
    files = {
        f"python/{HOSTILE}.py": text(5_000),
        "python/</script><img src=x onerror=alert(1)>": text(4_000),
        "python/{{x}}${data}$data\u202egpj.py": text(3_000),
        "python/a-1.dist-info/METADATA": metadata,
        "python/a-1.dist-info/RECORD": record,
    }
    return zipped(files)


def layer(content: bytes, name: str = "dist/l.zip", published: LayerVersion | None = None) -> OpenedLayer:
    return OpenedLayer(name=name, content=content, contents=contents.read(content, name), published=published)


def manifest(content: bytes, **verification: Any) -> BuildManifest:
    """Make the manifest in dist/ that is about a zip, whose packages are those in it."""
    held = contents.read(content, "l")
    inside = msgspec.to_builtins(held.manifest) if held.manifest else {}
    evidence = {
        "sha256": held.sha256,
        "modules": [
            {"distribution": "small", "module": "small", "milliseconds": 8.5},
            {"distribution": "big", "module": "big", "milliseconds": 120.0},
        ],
        "nothing_to_import": {"pyyaml": "the trim policy took it"},
        "shared_objects": [{"path": f"python/{LIBRARY}", "needs": {"GLIBC": "2.14"}, "loaded": True}],
        "remarks": ["it is a remark"],
    }
    document = build_manifest(
        verification=evidence | verification,
        zip={"sha256": held.sha256},
        git={"commit": "c0ffee", "dirty": True},
        **{key: inside[key] for key in ("runtime", "architecture", "savings", "trim") if key in inside},
    )
    return build.read(json.dumps(document).encode())


def known(content: bytes, paper: BuildManifest | None = None, **more: Any) -> Known:
    return Known(layer=layer(content, **more), note=None, manifest=paper)


def data(content: bytes | None = None, *, before: bytes | None = None, built: bool = True, **more: Any) -> ReportData:
    """Gather what is known of a layer; one that was `built` has its manifest in dist/."""
    content = content or our_layer()
    now = known(content, manifest(content) if built else None, **more)
    return gather(now, SETTINGS, *([layer(before, "before.zip")] if before else []))


def page(content: bytes | None = None, *, before: bytes | None = None, built: bool = True) -> str:
    return render(data(content, before=before, built=built))


def in_aws(**more: Any) -> LayerVersion:
    arn = "arn:aws:lambda:eu-central-1:123456789012:layer:theirs:4"
    return replace(LayerVersion(arn=arn, version=4, description="", created="2026-01-02T03:04:05Z"), **more)


def older_layer() -> bytes:
    """Make what our layer was before: big grew since, small is new, old is gone."""
    files = {path: value for path, value in FILES.items() if not path.startswith("small")}
    files |= {"big/__init__.py": text(20_000), "old/__init__.py": text(7_000)}
    packages = [package("big", "1.0", license="MIT"), PACKAGES[2], package("old", "3.0")]
    return ours(packages, files)


def words(html: str) -> str:
    """Return what a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))
