"""What is found in a project that has no configuration yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = "python3."
STAGES = ("dev", "prod")
"""The stages that are written; the last one is reached last, and its names have no suffix."""

REGION = "${AWS::Region}"
"""What stands for the region of a stage."""

_LAYER_VERSION = re.compile(r"arn:aws[a-z-]*:lambda:(\$\{AWS::Region\}|[a-z0-9-]+):\d{12}:layer:[\w-]+:\d+")

# A variable's value: for all stages, by stage where those differ, None where only a deploy decides it.
Value = str | Mapping[str, str] | None


@dataclass(frozen=True, kw_only=True)
class FoundFunction:
    """A function that is defined somewhere; `source` is the folder that becomes /var/task, below the project.

    `runtime` and `architecture` are empty where nothing says which. `memory` and `storage`, which is /tmp, are in MB,
    `timeout` in seconds, 0 where nothing says how much; `environment` has its variables. `layers` are ARNs of layers of
    others, with `REGION` where one is that of the stage.
    """

    key: str
    name: str
    handler: str
    source: Path
    runtime: str = ""
    architecture: str = ""
    memory: int = 0
    timeout: int = 0
    storage: int = 0
    environment: Mapping[str, Value] = field(default_factory=dict)
    layers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FoundProgram:
    """What one tool's files define: `what` names the file and its tool, `left` what cannot be taken over."""

    what: str
    functions: tuple[FoundFunction, ...] = ()
    left: tuple[str, ...] = ()
    name: str = ""
    region: str = ""
    exclude: tuple[str, ...] = ()
    requirements: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Survey:
    """All that was found in a project."""

    programs: tuple[FoundProgram, ...]

    @property
    def functions(self) -> tuple[FoundFunction, ...]:
        return tuple(function for each in self.programs for function in each.functions)


# What Lambda takes: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
_VARIABLE = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")


def variables(given: Mapping[str, Value]) -> dict[str, Value]:
    """Return the environment variables among these keys; conditions and other functions of a template are none."""
    return {name: value for name, value in given.items() if _VARIABLE.fullmatch(name)}


def by_stage(values: Mapping[str, str | None]) -> Value:
    """Return one value for all stages where they have the same.

    >>> by_stage({"dev": "a", "prod": "a"}), by_stage({"dev": "a", "prod": None})
    ('a', None)
    """
    known = {stage: value for stage, value in values.items() if value is not None}
    if len(known) < len(values):
        return None
    return known if len(set(known.values())) > 1 else next(iter(known.values()))


def is_layer_version(text: str) -> bool:
    """Tell the ARN of a layer version, which may have `REGION` for its region, from all else."""
    return bool(_LAYER_VERSION.fullmatch(text))


class NotTakenError(Exception):
    """Why a function cannot be taken over, in words for people."""


def key_of(name: str) -> str:
    """Return a name as a key of the configuration: lower case, words joined by hyphens, a letter first.

    >>> key_of("HelloWorldFunction"), key_of("get_orders"), key_of("SQSWorker"), key_of("2fa")
    ('hello-world', 'get-orders', 'sqs-worker', 'function-2fa')
    """
    words: list[str] = []
    word = ""
    for at, letter in enumerate(name):
        following = name[at + 1 : at + 2]
        begins = letter.isupper() and word and (not word[-1].isupper() or following.islower())
        if not letter.isalnum() or begins:
            words.append(word)
            word = ""
        if letter.isalnum():
            word += letter
    found = [each.lower() for each in [*words, word] if each]
    key = "-".join(found[:-1] if len(found) > 1 and found[-1] in {"function", "lambda"} else found)
    return f"function-{key}" if key[:1].isdigit() else key
