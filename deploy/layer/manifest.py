"""dist/<layer>.json: everything that is known of a layer, for people and for machines."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .. import __version__

if TYPE_CHECKING:
    from ..git import Commit
    from ..inside.exchange import Applied
    from .values import BuiltLayer
    from .verify import VerifiedLayer


def manifest(verified: VerifiedLayer, commit: Commit) -> dict[str, Any]:
    """Describe a verified layer: its inputs, its bytes, what is in it, what was left out, what it passed."""
    built = verified.built
    spec, report = built.spec, built.report
    return {
        "layer": spec.layer.name,
        "runtime": spec.runtime,
        "architecture": spec.architecture,
        "image": {"reference": spec.image.reference, "digest": spec.image.digest},
        "built_in_runtime_image": not spec.image.is_host,
        "git": {"commit": commit.sha, "dirty": commit.dirty},
        "pipeline": __version__,
        "fingerprint": spec.fingerprint,
        "inputs": spec.inputs,
        "zip": about_zip(built),
        "bytecode": spec.layer.bytecode,
        "trim": asdict(spec.layer.trim),
        "withdrawn": {name: list(rules) for name, rules in spec.withdrawn.items()},
        "savings": [asdict(saving) for saving in report.savings],
        "applied": [_summed(each) for each in report.applied],
        "spared": [asdict(each) for each in report.spared],
        "kept_symbols": report.kept_symbols,
        "uncompiled": report.uncompiled,
        "tools": {"python": report.python, "glibc": report.glibc},
        "packages": [asdict(package) for package in report.packages],
        "own_files": [asdict(each) for each in report.own_files],
        "verification": asdict(verified.evidence),
    }


def _summed(applied: Applied) -> dict[str, Any]:
    """Count the files, which the report lists one by one."""
    return {
        "rule": applied.rule,
        "distribution": applied.distribution,
        "taken": len(applied.taken),
        "changed": len(applied.changed),
        "bytes": applied.bytes,
    }


def about_zip(built: BuiltLayer) -> dict[str, Any]:
    return {
        "file": f"{built.spec.stem}.zip",
        "bytes": built.report.zipped,
        "sha256": built.sha256,
        "code_sha256": code_sha256(built.sha256),
        "unzipped_bytes": built.report.unzipped,
        "files": built.report.files,
    }


def text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=1, sort_keys=False) + "\n"


def code_sha256(sha256: str) -> str:
    """Write a hexadecimal sha256 as Lambda does in CodeSha256: base64 of the digest.

    https://docs.aws.amazon.com/lambda/latest/api/API_LayerVersionContentOutput.html
    """
    return base64.b64encode(bytes.fromhex(sha256)).decode()
