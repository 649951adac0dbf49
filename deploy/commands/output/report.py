from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ReportOutput:
    """The page that was written, how many bytes it has, and the layer that it is about with its zip's sha256."""

    file: str
    bytes: int
    layer: str
    sha256: str


DOCUMENT = ReportOutput
