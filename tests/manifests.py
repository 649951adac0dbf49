"""Build manifests made on the spot, whole, of which a test names no more than what it is about."""

from __future__ import annotations

from typing import Any

_PACKAGE = {
    "wheel": "",
    "sha256": "0" * 64,
    "tags": [],
    "license": "MIT",
    "license_files": [],
    "modules": [],
    "extensions": [],
    "excluded": False,
    "unzipped": 1,
    "zipped": 1,
}
_EVIDENCE: dict[str, Any] = {
    "sha256": "0" * 64,
    "image": "runtime:python3.11 sha256:abcd",
    "in_container": True,
    "imported": True,
    "python": "3.11.9",
    "glibc": "2.26",
    "modules": [],
    "nothing_to_import": {},
    "shared_objects": [],
    "aws_clients": [],
    "bytecode_used": 0,
    "remarks": [],
}
_MANIFEST: dict[str, Any] = {
    "format": 1,
    "layer": "l",
    "runtime": "python3.11",
    "architecture": "x86_64",
    "image": {"reference": "runtime", "digest": "sha256:abcd"},
    "built_in_runtime_image": True,
    "git": {"commit": "c0ffee", "dirty": False},
    "pipeline": "0.1.0",
    "fingerprint": "f" * 64,
    "inputs": {},
    "zip": {"file": "l.zip", "bytes": 1, "sha256": "0" * 64, "code_sha256": "", "unzipped_bytes": 1, "files": 1},
    "bytecode": "unchecked-hash",
    "trim": {},
    "savings": [],
    "kept_symbols": {},
    "uncompiled": {},
    "tools": {"python": "3.11.9", "glibc": "2.26"},
}


def build_manifest(
    *,
    packages: list[dict[str, Any]] | None = None,
    verification: dict[str, Any] | None = None,
    zip: dict[str, Any] | None = None,  # noqa: A002 - as in the manifest
    **more: Any,
) -> dict[str, Any]:
    """Make a manifest; what is given of packages, the evidence and the zip replaces what is made up."""
    described = [{"name": "a", "version": "1"} | _PACKAGE | each for each in packages or []]
    about = {"zip": _MANIFEST["zip"] | (zip or {}), "verification": _EVIDENCE | (verification or {})}
    return _MANIFEST | {"packages": described} | about | more
