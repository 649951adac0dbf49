from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class UpdateTextOutput:
    """The text as Markdown, and the file that it was written to, null for none."""

    text: str
    file: str | None


DOCUMENT = UpdateTextOutput
