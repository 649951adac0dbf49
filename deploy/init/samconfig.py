"""What samconfig.toml beside a template says of everybody's deploy, of other environments, and of parameters.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html
"""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import TYPE_CHECKING, Any

from .values import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FILE = "samconfig.toml"
_USUAL = "default"
_STAGE_KEYS = ("region", "stack_name")
_PAIR = re.compile(r"ParameterKey=(?P<key>[^,]+),ParameterValue=(?P<value>.*)|(?P<name>\w+)=(?P<text>.*)", re.DOTALL)


def of(folder: Path, key: str) -> str:
    """Return what the usual environment has under a key; empty where nothing says so."""
    return _value(_document(folder).get(_USUAL), key)


def others(folder: Path) -> Iterator[str]:
    """Yield where the other environments go, which are stages that somebody has to place."""
    for name, environment in _document(folder).items():
        said = [f"{key} {value}" for key in _STAGE_KEYS if (value := _value(environment, key))]
        if name != _USUAL and said:
            yield f"{_FILE}: {name}: {', '.join(said)}: give it its place in `stages`"


def given(folder: Path, stage: str) -> dict[str, str]:
    """Return the template's parameters that a stage's environment gives, the usual one for the first stage.

    They are written as NAME=VALUE, in a text or a list, or as CloudFormation's own tool has them.
    """
    document = _document(folder)
    environment = document.get(stage, document.get(_USUAL) if stage == STAGES[0] else None)
    found: dict[str, str] = {}
    for each in _pairs(_raw(environment, "parameter_overrides")):
        if pair := _PAIR.fullmatch(each):
            found[pair["key"] or pair["name"]] = pair["value"] or pair["text"] or ""
    return found


def _pairs(raw: object) -> list[str]:
    if isinstance(raw, list):
        return [str(each) for each in raw]
    try:
        return shlex.split(raw) if isinstance(raw, str) else []
    except ValueError:  # a quotation that does not end
        return []


def _raw(environment: object, key: str) -> object:
    commands = [_mapping(_mapping(environment).get(each)).get("parameters") for each in ("deploy", "global")]
    return next((each[key] for each in map(_mapping, commands) if key in each), None)


def _value(environment: object, key: str) -> str:
    found = _raw(environment, key)
    return "" if found is None else str(found)


def _document(folder: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
