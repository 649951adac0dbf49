from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CompletionOutput:
    """What a shell reads to complete the program's commands."""

    shell: str
    code: str


DOCUMENT = CompletionOutput
