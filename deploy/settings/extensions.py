"""What is the project's own in the pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Option:
    """An option of `doctor` that an extension adds: `otherwise` says what a value is that `pattern` does not match."""

    help: str
    metavar: str = "VALUE"
    pattern: str = ".*"
    otherwise: str = "not allowed"


@dataclass(frozen=True, kw_only=True)
class Extension:
    """A part of the project's own in the pipeline: `module` is a module and its arguments; see deploy/extensions.py.

    `commands` are those that it adds, each with its summary; `doctor` the options of its checks, None where it has
    none; `local` the title of what it does after a deploy to the local system, empty where that is nothing.
    `from_pipeline` is whether a former key stands for it: its module lies beside the pipeline.
    """

    name: str
    module: str
    commands: Mapping[str, str] = field(default_factory=dict)
    doctor: Mapping[str, Option] | None = None
    local: str = ""
    from_pipeline: bool = False

    @property
    def where(self) -> str:
        """The key of its module in the configuration."""
        return f"extensions.{self.name}.module"


@dataclass(frozen=True, kw_only=True)
class Local:
    """What stands beside the emulated AWS: `companion` is a module and its arguments; see deploy/local/companion.py."""

    companion: str
