"""The values of a layer's life after its spec: built, then verified. Each contains its predecessor."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from pathlib import Path

    from ..inside.exchange import Report
    from .spec import LayerSpec

Sha256 = NewType("Sha256", str)


@dataclass(frozen=True, kw_only=True)
class BuiltLayer:
    """A zip that exists, not yet proven fit. `sha256` is hexadecimal; Lambda's CodeSha256 is the same in base64."""

    spec: LayerSpec
    zip: Path
    sha256: str
    report: Report


def code_sha256(sha256: str) -> str:
    """Write a hexadecimal sha256 as Lambda does in CodeSha256: base64 of the digest.

    https://docs.aws.amazon.com/lambda/latest/api/API_LayerVersionContentOutput.html
    """
    return base64.b64encode(bytes.fromhex(sha256)).decode()
