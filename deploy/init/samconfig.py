"""What samconfig.toml beside a template says of everybody's deploy, and of other environments.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FILE = "samconfig.toml"
_USUAL = "default"
_STAGE_KEYS = ("region", "stack_name")


def of(folder: Path, key: str) -> str:
    """Return what the usual environment has under a key; empty where nothing says so."""
    return _value(_document(folder).get(_USUAL), key)


def others(folder: Path) -> Iterator[str]:
    """Yield where the other environments go, which are stages that somebody has to place."""
    for name, environment in _document(folder).items():
        said = [f"{key} {value}" for key in _STAGE_KEYS if (value := _value(environment, key))]
        if name != _USUAL and said:
            yield f"{_FILE}: {name}: {', '.join(said)}: give it its place in `stages`"


def _value(environment: object, key: str) -> str:
    commands = [_mapping(_mapping(environment).get(each)).get("parameters") for each in ("deploy", "global")]
    return next((str(each[key]) for each in map(_mapping, commands) if key in each), "")


def _document(folder: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
