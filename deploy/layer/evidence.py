"""What was proven of a layer, as values: what was imported and loaded, where, and how far."""

from __future__ import annotations

import json
from collections.abc import Mapping  # noqa: TC003 - a manifest's annotations are read when it is decoded
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..settings import CodeBytecode, Target


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A top-level module that was imported from the layer, in milliseconds, those it imported included."""

    distribution: str
    module: str
    milliseconds: float


@dataclass(frozen=True, kw_only=True)
class Native:
    """A shared object: the highest version that it needs of GLIBC, GLIBCXX, CXXABI and GCC; whether it was loaded."""

    path: str
    needs: Mapping[str, str]
    loaded: bool


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """A trim rule that was taken back for one distribution, and what it made worse than what pip installs."""

    rule: str
    distribution: str
    because: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was proven of the zip with this sha256, where, and how far.

    `imported` is False for a layer of another architecture than runs here: it was audited and not tried;
    `not_imported` says why. `compared` tells that it was compared with what pip installs from the same wheels.
    `nothing_to_import` maps a distribution to why nothing of it was imported. `runtime_provides` are the versions, by
    distribution, of what the project takes from the runtime beside the layers, as the image had them.
    """

    sha256: str
    image: str
    in_container: bool
    imported: bool
    not_imported: str = ""
    compared: bool = False
    python: str
    glibc: str
    modules: tuple[Imported, ...]
    nothing_to_import: Mapping[str, str]
    shared_objects: tuple[Native, ...]
    aws_clients: tuple[str, ...]
    bytecode_used: int
    remarks: tuple[str, ...]
    withdrawn: tuple[Withdrawn, ...] = ()
    runtime_provides: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True, kw_only=True)
class FunctionUnderTest:
    """A function as it will be: `health` is the event it answers with its digests, `layers` their names, None all.

    Without a health event, `trial` is the one that it has to answer.

    `environment` is all that it gets: the template's variables and Lambda's own. `memory` is in MB, `target` is the
    runtime and the instruction set that it runs on, `bytecode` what its code ships.
    """

    key: str
    handler: str
    environment: Mapping[str, str]
    target: Target
    memory: int
    health: Mapping[str, object] | None = None
    trial: Mapping[str, object] | None = None
    layers: tuple[str, ...] | None = None
    bytecode: CodeBytecode = "none"
