"""The whole of config/pipeline.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigError, Fault, suggest
from .functions import Code, Function
from .locks import Lock
from .scans import Scan
from .targets import Architecture, Target, default_image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .extensions import Extension, Local
    from .layers import Layer
    from .stages import Stage


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole of config/pipeline.yaml; paths are relative to `project`, the folder it belongs to.

    `runtime` and `image` are those of the functions, the first of several; `image_of` and `targets` tell of all.
    `build_from_source` are the distributions that are built from their source archive, each with the reason.
    Without a `dockerfile` it is the project's Dockerfile.layer, or else the pipeline's own.
    `layer_arns` are layers of others, by name and region. `runtime_provides` are distributions that are wanted of the
    runtime itself. `remarks` name the successors of keys that have another name now.
    """

    project: Path
    layers: Mapping[str, Layer] = field(default_factory=dict)
    layer_arns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    runtime_provides: tuple[str, ...] = ()
    runtime: str = "python3.11"
    runtimes: tuple[str, ...] = ()
    image: str = "public.ecr.aws/lambda/python:3.11"
    images: Mapping[str, str] = field(default_factory=dict)
    architectures: tuple[Architecture, ...] = ("x86_64",)
    requirements: Path = Path("requirements.txt")
    build_from_source: Mapping[str, str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
    scan: Scan = field(default_factory=Scan)
    dockerfile: Path | None = None
    functions: Mapping[str, Function] = field(default_factory=dict)
    code: Code = field(default_factory=Code)
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    local: Local | None = None
    template: Path | None = None
    stages: Mapping[str, Stage] = field(default_factory=dict)
    remarks: tuple[str, ...] = field(default=(), repr=False)

    @property
    def targets(self) -> tuple[Target, ...]:
        """Everything that each layer is built for; the first one is the functions' own."""
        runtimes = dict.fromkeys([self.runtime, *self.runtimes])
        return tuple(Target(runtime, architecture) for runtime in runtimes for architecture in self.architectures)

    @property
    def has_stack(self) -> bool:
        """Whether a stage may have a stack: by the project's own template, or one that its functions are made by."""
        return self.template is not None or bool(self.functions)

    def code_of(self, function: Function) -> Code:
        return function.code or self.code

    @property
    def wants_lock(self) -> bool:
        """Whether any layer has distributions; without one there is nothing to lock."""
        return any(layer.packages != () for layer in self.layers.values())

    def foreign(self, layer: str) -> Mapping[str, str]:
        """Return the ARNs, by region, of a layer of somebody else's that a function names; none for one's own."""
        if layer in self.layers:
            return {}
        return {layer.split(":")[3]: layer} if layer.startswith("arn:") else self.layer_arns.get(layer, {})

    def attached(self, function: Function, region: str) -> tuple[str, ...]:
        """Return the layers of a function in a region, in attach order: names of its own, ARNs of others'."""
        return tuple(self.foreign(layer).get(region, layer) for layer in function.layers)

    def without_foreign(self) -> Settings:
        """Return what is left where layers of others cannot be had."""
        own = {
            key: replace(each, layers=tuple(layer for layer in each.layers if layer in self.layers))
            for key, each in self.functions.items()
        }
        return replace(self, functions=own)

    @property
    def parts(self) -> tuple[Settings, ...]:
        """The project once for each of its locks, with the layers that are made from it; as it is without any layer."""
        locks: dict[Path, dict[str, Layer]] = {}
        for name, layer in self.layers.items():
            locks.setdefault(layer.requirements or self.requirements, {})[name] = layer
        parts = tuple(replace(self, requirements=lock, layers=layers) for lock, layers in locks.items())
        return parts or (self,)

    @property
    def build_requirements(self) -> Path:
        """What building own sources takes, in the project: requirements.build.txt beside requirements.txt.

        Beside the lock of a workspace, which others have too, it would be one file for all: it is in the project then.
        """
        lock = self.project / self.requirements
        within = lock.resolve().is_relative_to(self.project.resolve())
        return (self.requirements if within else Path(lock.name)).with_name(f"{lock.stem}.build.txt")

    def image_of(self, runtime: str) -> str:
        return self.image if runtime == self.runtime else self.images.get(runtime, default_image(runtime))

    def suffix(self, target: Target) -> str:
        """Return what is appended to a layer's name where its files for a target are named; nothing for the first."""
        runtime = "" if target.runtime == self.runtime else f"-{target.runtime}"
        return runtime + ("" if target.architecture == self.architectures[0] else f"-{target.architecture}")

    def stage_to_define(self, name: str = "") -> str:
        """Return what to write where no stage is defined, to be copied; the region is the reader's to choose."""
        named = name or "dev"
        own = re.sub(r"[^A-Za-z0-9]+", "-", self.project.resolve().name).strip("-") or "project"
        stack = f", stack: {own}-{named}, suffix: -{named}" if self.has_stack else ""
        line = f"stages: {{{named}: {{region: eu-central-1{stack}}}}}"
        return f"define one below `stages` in config/pipeline.yaml, such as `{line}`"

    def stage(self, name: str, option: str = "--stage") -> Stage:
        """Return the stage of this name, which an option gave; raise ConfigError, naming those that exist."""
        if name not in self.stages:
            cure = suggest(name, self.stages) if self.stages else self.stage_to_define(name)
            raise ConfigError([Fault(f"{option} {name}".rstrip(), "no such stage", cure=cure)])
        return self.stages[name]
