from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EngineOutput:
    """The image to build in: what config/pipeline.yaml names, or the stand-in that was made for it."""

    image: str


DOCUMENT = EngineOutput
