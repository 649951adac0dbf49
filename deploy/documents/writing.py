"""Writes a document as JSON, its keys in the order of its fields."""

from __future__ import annotations

import json


def as_json(document: object) -> str:
    """Return a document as indented ASCII, which every terminal and every file takes, with a newline at its end."""
    import msgspec

    return json.dumps(msgspec.to_builtins(document), indent=1) + "\n"
