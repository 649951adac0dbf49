"""Layers' zips made on the spot: ours with a manifest, and other people's."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PYTHON_311 = (3495).to_bytes(2, "little") + b"\r\n"
PYTHON_312 = (3531).to_bytes(2, "little") + b"\r\n"
UNCHECKED = bytes([1, 0, 0, 0])
TIMESTAMP = bytes(4)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), data)
    return content.getvalue()


def package(name: str, version: str = "1", **more: object) -> dict[str, object]:
    """Describe a package as our manifest does; a folder of its name is its own."""
    wheel = f"{name}-{version}-py3-none-any.whl"
    described = {"name": name, "version": version, "wheel": wheel, "sha256": "0" * 64, "license": "MIT"}
    return described | {"tags": ["py3-none-any"], "owns": [f"{name}/"]} | more


def ours(packages: list[dict[str, object]], files: Mapping[str, str | bytes], **more: object) -> bytes:
    """Make a layer of ours with these packages and files, paths below python/."""
    manifest = {"layer": "l", "runtime": "python3.11", "architecture": "x86_64", "packages": packages} | more
    placed = {f"python/{path}": data for path, data in files.items()}
    return zipped(placed | {"channelwright/l.json": json.dumps(manifest)})
