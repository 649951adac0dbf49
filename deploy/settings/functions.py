"""The functions, and the code that ships."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .resources import FunctionResources

if TYPE_CHECKING:
    from collections.abc import Mapping

CodeBytecode = Literal["none", "unchecked-hash", "sourceless"]


@dataclass(frozen=True, kw_only=True)
class Function:
    """A Lambda function; `key` is its key in the configuration, `name` lacks the stage's suffix.

    `resources` are what the pipeline's own template makes for it.
    `bench` is the event with which its first request is measured, `first_request` a module that says more of it;
    `trial` is an event that it has to answer before it ships.
    `code` is its own where it has not that of all functions.
    """

    key: str
    name: str
    handler: str
    layers: tuple[str, ...] = ()
    alias: str = "live"
    health: Mapping[str, object] | None = None
    trial: Mapping[str, object] | None = None
    bench: Mapping[str, object] | None = None
    first_request: str = ""
    code: Code | None = None
    resources: FunctionResources = field(default_factory=FunctionResources)


@dataclass(frozen=True, kw_only=True)
class Start:
    """How functions start: with `gc` frozen, the collector lets their modules load, and never looks at them again."""

    gc: Literal["usual", "frozen"] = "usual"


@dataclass(frozen=True, kw_only=True)
class Code:
    """What ships, and the `checks` that it has to pass: a module and its arguments each, as after `python -m`.

    `bytecode` is that of its modules: none, beside their sources, or in place of them.
    """

    source: Path = Path("src")
    include: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    documentation: bool = True
    bytecode: CodeBytecode = "none"
    start: Start = field(default_factory=Start)
    checks: tuple[str, ...] = ()
