"""Documents held against their schemas by another library than the one that makes them; no key may be unknown there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs

ROOT = Path(__file__).parent.parent


def faults(document: object, schema: dict[str, Any]) -> list[str]:
    """Return what is wrong with a document; a key that its schema does not name is, too."""
    closed = _closed(schema)
    return [
        f"{error.instance_path}: {error.message}" for error in jsonschema_rs.validator_for(closed).iter_errors(document)
    ]


def schema_of(path: str) -> dict[str, Any]:
    """Return a schema by its path in the project."""
    found: dict[str, Any] = json.loads((ROOT / path).read_text(encoding="utf-8"))
    return found


def output(command: str, text: str) -> Any:
    """Return what a command's --json printed, which is one document that is as its schema says."""
    document = json.loads(text)
    wrong = faults(document, schema_of(f"deploy/commands/output/{command}.schema.json"))
    assert not wrong, wrong
    return document


def _closed(schema: Any) -> Any:
    """Forbid what is not named, which a schema allows, as a later version may add keys."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _closed(value) for key, value in schema.items()}
    return found | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else found
