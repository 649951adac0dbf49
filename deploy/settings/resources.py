"""What the pipeline's own template makes for a function; a project's own template says all of it itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

UrlAccess = Literal["iam", "public"]


@dataclass(frozen=True)
class FromParameter:
    """A value that is a parameter of the template, which each stage gives in its `parameters`."""

    parameter: str


@dataclass(frozen=True, kw_only=True)
class Permission:
    """What a function may do besides writing its log: actions of IAM on resources, by ARN or `*` for all."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A queue from which a function takes; what failed `attempts` times goes to a queue of dead letters."""

    fifo: bool = False
    batch_size: int = 1
    attempts: int = 5


@dataclass(frozen=True, kw_only=True)
class FunctionResources:
    """A function's resources. `memory` and `ephemeral_storage` are in MB, `timeout` in seconds.

    With `snap_start` published versions start from a snapshot. `schedule` is an expression of EventBridge; `log_days`
    is how long log events are kept.
    """

    memory: int = 128
    timeout: int = 30
    ephemeral_storage: int = 512
    snap_start: bool = False
    environment: Mapping[str, str | FromParameter] = field(default_factory=dict)
    log_days: int = 30
    permissions: tuple[Permission, ...] = ()
    url: UrlAccess | None = None
    queue: Queue | None = None
    schedule: str | None = None
    alarms: bool = True
