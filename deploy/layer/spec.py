"""LayerSpec: everything that decides a layer's bytes, and nothing else. Its fingerprint is the cache key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.errors import ConfigError, Fault
from deploy.inside.exchange import Pin, Recipe
from deploy.layer.lock import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deploy.settings import Architecture, Layer, Settings


@dataclass(frozen=True)
class RuntimeImage:
    """The image as it is named, and the digest that says which bytes that name stood for.

    `digest` is the registry's where the engine knows it, else the image's own id; for a build without containers
    it is empty and `reference` is "host".
    """

    reference: str
    digest: str

    @property
    def is_host(self) -> bool:
        return self.reference == "host"

    @property
    def key(self) -> str:
        """Name the image by what decides its bytes; a host has no digest."""
        return f"{self.reference if self.is_host else ''}{self.digest}"


@dataclass(frozen=True, kw_only=True)
class LayerSpec:
    layer: Layer
    runtime: str
    architecture: Architecture
    image: RuntimeImage
    pins: tuple[Pin, ...]
    dockerfile: Path
    stem: str

    @property
    def recipe(self) -> Recipe:
        return Recipe(
            layer=self.layer.name,
            architecture=self.architecture,
            runtime=self.runtime,
            bytecode=self.layer.bytecode,
            trim=asdict(self.layer.trim),
            pins=self.pins,
        )

    @property
    def inputs(self) -> dict[str, str]:
        """Every input that decides the result, each as text that changes when the input does."""
        return {
            "lock": digest([asdict(pin) for pin in self.pins]),
            "Dockerfile": hashlib.sha256(self.dockerfile.read_bytes()).hexdigest(),
            "image": self.image.key,
            "architecture": self.architecture,
            "policy": digest([self.layer.name, self.layer.bytecode, asdict(self.layer.trim)]),
            "pipeline": pipeline_digest(),
        }

    @property
    def fingerprint(self) -> str:
        return digest(self.inputs)


def specs(
    settings: Settings, pins: Sequence[Pin], image: RuntimeImage, architecture: Architecture
) -> tuple[LayerSpec, ...]:
    """Make the spec of each layer for an architecture; every pin goes to exactly one layer."""
    shares = _shares(settings, pins)
    suffix = "" if architecture == settings.architectures[0] else f"-{architecture}"
    return tuple(
        LayerSpec(
            layer=layer,
            runtime=settings.runtime,
            architecture=architecture,
            image=image,
            pins=shares[layer.name],
            dockerfile=settings.project / settings.dockerfile,
            stem=f"{layer.name}{suffix}",
        )
        for layer in settings.layers.values()
    )


def _shares(settings: Settings, pins: Sequence[Pin]) -> dict[str, tuple[Pin, ...]]:
    taken = {
        name: [normalised(package) for package in layer.packages]
        for name, layer in settings.layers.items()
        if layer.packages != "rest"
    }
    faults = list(_misplaced(taken, {pin.name for pin in pins}, has_rest=len(taken) < len(settings.layers)))
    if not (settings.project / settings.dockerfile).is_file():
        cure = "copy the pipeline's own, or name another with `dockerfile`"
        faults.append(Fault(str(settings.project / settings.dockerfile), "there is no such file", cure=cure))
    if faults:
        raise ConfigError(faults)
    claimed = {package for packages in taken.values() for package in packages}
    return {
        name: tuple(pin for pin in pins if (pin.name in taken[name] if name in taken else pin.name not in claimed))
        for name in settings.layers
    }


def _misplaced(taken: dict[str, list[str]], locked: set[str], *, has_rest: bool) -> Iterator[Fault]:
    owner: dict[str, str] = {}
    for name, packages in taken.items():
        for package in packages:
            if package not in locked:
                yield Fault(f"layers.{name}.packages", f"{package} is not in the lock")
            if package in owner:
                yield Fault(f"layers.{name}.packages", f"{package} is in {owner[package]} already")
            owner[package] = name
    if not has_rest and (left := sorted(locked - set(owner))):
        yield Fault("layers", f"no layer takes {', '.join(left)}", cure="let one layer take the rest")


@cache
def pipeline_digest() -> str:
    """Digest the pipeline's own sources as far as they decide a layer or the checks that it passed."""
    here = Path(__file__).parent
    sources = sorted([*here.glob("*.py"), *(here.parent / "inside").glob("*")])
    return digest({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sources if path.is_file()})


def digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
