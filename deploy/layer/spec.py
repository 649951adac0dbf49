"""LayerSpec: everything that decides a layer's bytes, and nothing else. Its fingerprint is the cache key."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigError, Fault, suggest
from ..inside.exchange import Pin, Recipe
from ..locking import dependents
from ..settings import Target
from .brought.files import BroughtFile, brought
from .brought.modules import of_layer
from .cache_key import built_by, digest
from .partition import shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..container.digest import RuntimeImage
    from ..settings import Architecture, Layer, Settings
    from .brought.modules import ModulesWheel

DOCKERFILE = "Dockerfile.layer"
# What a project without a Dockerfile of its own is built with.
OWN_DOCKERFILE = Path(__file__).with_name(DOCKERFILE)


@dataclass(frozen=True, kw_only=True)
class LayerSpec:
    """`withdrawn` names by distribution the trim rules that leave it as it is, since they broke it.

    `project` is the folder that asks for the layer; it decides nothing. `files` are what it brings besides
    distributions.
    """

    layer: Layer
    runtime: str
    architecture: Architecture
    image: RuntimeImage
    pins: tuple[Pin, ...]
    dockerfile: Path
    stem: str
    withdrawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    project: Path = field(default=Path(), compare=False)
    files: tuple[BroughtFile, ...] = field(default=(), repr=False)

    @property
    def target(self) -> Target:
        return Target(self.runtime, self.architecture)

    @property
    def has_own_dockerfile(self) -> bool:
        """Whether the layer is assembled otherwise than the pipeline does by itself."""
        return self.dockerfile.read_bytes() != OWN_DOCKERFILE.read_bytes()

    @property
    def can_be_tried(self) -> bool:
        """Whether the image runs what is in the layer."""
        return self.image.architecture in {None, self.architecture}

    @cached_property
    def recipe(self) -> Recipe:
        return Recipe(
            layer=self.layer.name,
            architecture=self.architecture,
            runtime=self.runtime,
            bytecode=self.layer.bytecode,
            trim=self.layer.trim,
            pins=self.pins,
            withdrawn=self.withdrawn,
            files=tuple(each.own for each in self.files),
            certificates=self.layer.certificates,
        )

    @cached_property
    def inputs(self) -> dict[str, str]:
        """Every input that decides the result, each as text that changes when the input does."""
        return {
            "lock": digest([asdict(pin) for pin in self.pins]),
            "Dockerfile": hashlib.sha256(self.dockerfile.read_bytes()).hexdigest(),
            "files": digest({each.own.path: [each.own.sha256, each.own.executable] for each in self.files}),
            "image": self.image.key,
            "runtime": self.runtime,
            "architecture": self.architecture,
            "policy": digest(
                [
                    *(self.layer.name, self.layer.bytecode, self.layer.certificates),
                    *(asdict(self.layer.trim), dict(self.withdrawn)),
                ]
            ),
            "pipeline": built_by(),
        }

    @cached_property
    def fingerprint(self) -> str:
        return digest(self.inputs)


def every_spec(
    settings: Settings, image: RuntimeImage, target: Target, pins: Callable[[Settings], Sequence[Pin]]
) -> tuple[LayerSpec, ...]:
    """Make the spec of each layer for a target, in their order; `pins` gives those of a part's lock."""
    made = {each.layer.name: each for part in settings.parts for each in specs(part, pins(part), image, target)}
    if faults := list(_double(settings, made)):
        raise ConfigError(faults)
    return tuple(made[name] for name in settings.layers)


def needed_for(
    settings: Settings, names: Sequence[str], every: Sequence[LayerSpec], say: Callable[[str], None]
) -> tuple[LayerSpec, ...]:
    """Return the specs of these layers and of those that bring what they need, which is said.

    Raises ConfigError for a layer that is not there, LockError where its lock does not tell what it needs.
    """
    if unknown := [each for each in names if each not in settings.layers]:
        raise ConfigError([Fault(each, "no such layer", cure=suggest(each, settings.layers)) for each in unknown])
    made = {each.layer.name: each for each in every}
    wanted = dict.fromkeys(names)
    for part in settings.parts:
        own = [name for name in part.layers if name in names]
        owners = {pin.name: name for name in part.layers for pin in made[name].pins}
        asks = own and owners and len(part.layers) > 1
        needs = dependents.read(part.project / part.requirements, owners) if asks else {}
        for package, by in dependents.closure([pin.name for name in own for pin in made[name].pins], needs).items():
            owner = owners.get(package, "")
            if owner and owner not in wanted:
                say(f"{owner} is made too: {by} needs {package}")
                wanted[owner] = None
    return tuple(each for each in every if each.layer.name in wanted)


def _double(settings: Settings, made: Mapping[str, LayerSpec]) -> Iterator[Fault]:
    """Yield each distribution that a function would get from two layers, which locks of their own may bring."""
    for function in settings.functions.values():
        owners: dict[str, list[str]] = {}
        for name in function.layers:
            for pin in made[name].pins if name in made else ():
                owners.setdefault(pin.name, []).append(f"{name} ({pin.version})")
        for package, names in owners.items():
            if len(names) > 1:
                where, cure = f"functions.{function.key}.layers", f"leave one to the other: `without: [{package}]`"
                yield Fault(where, f"{package} is in {' and in '.join(names)}", cure=cure)


def specs(settings: Settings, pins: Sequence[Pin], image: RuntimeImage, target: Target) -> tuple[LayerSpec, ...]:
    """Make the spec of each layer for a target, whose pins these are. Every pin goes to exactly one layer."""
    dockerfile, parts, own = _inputs(settings, pins)
    modules = {name: each.pin for name, each in own_modules(settings).items()}
    return tuple(
        LayerSpec(
            layer=layer,
            runtime=target.runtime,
            architecture=target.architecture,
            image=image,
            pins=(*parts[layer.name], *([modules[layer.name]] if layer.name in modules else [])),
            dockerfile=dockerfile,
            stem=f"{layer.name}{settings.suffix(target)}",
            project=settings.project,
            files=own[layer.name],
        )
        for layer in settings.layers.values()
    )


def own_modules(settings: Settings) -> dict[str, ModulesWheel]:
    """Return the own modules of the layers that have any; raise ConfigError with all that is wrong with them."""
    found: dict[str, ModulesWheel] = {}
    faults: list[Fault] = []
    for name, layer in settings.layers.items():
        try:
            made = of_layer(settings, layer)
        except ConfigError as error:
            faults += error.faults
        else:
            found |= {name: made} if made else {}
    if faults:
        raise ConfigError(faults)
    return found


def _inputs(
    settings: Settings, pins: Sequence[Pin]
) -> tuple[Path, dict[str, tuple[Pin, ...]], dict[str, tuple[BroughtFile, ...]]]:
    """Return the Dockerfile, the pins and the own files of each layer; raise ConfigError with all that is wrong."""
    dockerfile = dockerfile_of(settings)
    cure = "name one that is there, or take `dockerfile` out: the pipeline has its own"
    faults = (
        []
        if dockerfile.is_file() or not settings.layers
        else [Fault(str(dockerfile), "there is no such file", cure=cure)]
    )
    parts: dict[str, tuple[Pin, ...]] = {}
    try:
        parts = shares(settings, pins)
    except ConfigError as error:
        faults = [*error.faults, *faults]
    own: dict[str, tuple[BroughtFile, ...]] = {}
    for layer in settings.layers.values():
        try:
            own[layer.name] = brought(settings, layer)
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(faults)
    return dockerfile, parts, own


def dockerfile_of(settings: Settings) -> Path:
    """Return the Dockerfile that is configured, which need not be there; else the project's, else the pipeline's."""
    if settings.dockerfile is not None:
        return settings.project / settings.dockerfile
    own = settings.project / DOCKERFILE
    return own if own.is_file() else OWN_DOCKERFILE
