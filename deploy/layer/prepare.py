"""From a project to what can be shipped: verified layers, and a code bundle that was tried on them.

Everything is taken from the cache where the cache has it: the container engine is only asked, and the heavy
libraries only imported, when something has to be built or tried.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from deploy.errors import BuildError, Fault
from deploy.image_digest import image_digest
from deploy.layer import lock
from deploy.layer.cache import Cache, Miss
from deploy.layer.describe import deliver
from deploy.layer.spec import LayerSpec, RuntimeImage, digest, pipeline_digest, specs
from deploy.layer.verify import FunctionUnderTest, VerifiedLayer, restored
from deploy.release.bundle import CodeBundle, bundle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deploy.console import Console
    from deploy.layer.runtime import Runtime
    from deploy.layer.values import BuiltLayer
    from deploy.settings import Architecture, Settings


@dataclass(frozen=True, kw_only=True)
class Choices:
    """How to go about it: without containers, without the cache, with what was built and proven before alone."""

    on_host: bool = False
    use_cache: bool = True
    only_built: bool = False


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What may be shipped, the first architecture's layers first. `fresh` are the stems that had to be built."""

    layers: tuple[VerifiedLayer, ...]
    bundle: CodeBundle | None
    fresh: frozenset[str]


def prepare(settings: Settings, choices: Choices, environment: Mapping[str, str], console: Console) -> Prepared:
    """Build and verify every layer, bundle the code and try it; raise PipelineError with every fault found."""
    with ExitStack() as opened:
        work = _Work(settings, choices, environment, console, opened)
        groups = [work.layers(architecture) for architecture in settings.architectures]
        code = work.code(groups[0]) if settings.functions else None
    return Prepared(layers=tuple(each for group in groups for each in group), bundle=code, fresh=frozenset(work.fresh))


@dataclass
class _Work:
    settings: Settings
    choices: Choices
    environment: Mapping[str, str]
    console: Console
    opened: ExitStack
    fresh: set[str] = field(default_factory=set)
    runtimes: dict[Architecture, Runtime] = field(default_factory=dict)

    @property
    def cache(self) -> Cache:
        return Cache.from_environment(self.environment)

    @property
    def dist(self) -> Path:
        return self.settings.project / "dist"

    def layers(self, architecture: Architecture) -> tuple[VerifiedLayer, ...]:
        pins = lock.read(self.settings.project / self.settings.requirements)
        made = specs(self.settings, pins, self.image(architecture), architecture)
        verified = self.verified([self.built(spec) for spec in made])
        return tuple(deliver(layer, self.settings.project, self.dist) for layer in verified)

    def code(self, layers: Sequence[VerifiedLayer]) -> CodeBundle:
        """Bundle the code and try each function on its layers, unless these very bytes were tried before."""
        made = bundle(self.settings, self.dist)
        functions = self.functions()
        trial = [made.sha256, [each.built.sha256 for each in layers], repr(functions), self.settings.code.checks]
        key = _key("code", layers[0].built, *trial)
        if self.passed(key) is None:
            self.refuse_making("the code", "it was not tried on these layers")
            from deploy import project_module
            from deploy.layer.verify_code import verify_code

            project_module.check(self.settings, self.console.say)
            runtime = self.runtime(layers[0].built.spec.architecture)
            with self.console.step("try the code on its layers in the runtime"):
                evidence = verify_code(layers, made.zip.read_bytes(), functions, runtime, self.console.say)
            self.cache.keep_checks(key, json.dumps(asdict(evidence)))
        return made

    def functions(self) -> tuple[FunctionUnderTest, ...]:
        """Give every function the environment that the template gives it, as far as it does not depend on a stage."""
        from deploy.layer.template_environment import TRIAL_REGION, environment_of, lambda_environment

        template = self.settings.project / self.settings.template if self.settings.template else None
        return tuple(
            FunctionUnderTest(
                key=function.key,
                handler=function.handler,
                layers=function.layers,
                health=function.health,
                environment={
                    **lambda_environment(function.name, TRIAL_REGION),
                    **(environment_of(template, function.name, {}, TRIAL_REGION) if template else {}),
                },
            )
            for function in self.settings.functions.values()
        )

    def image(self, architecture: Architecture) -> RuntimeImage:
        if self.choices.on_host:
            return RuntimeImage("host", "")
        return image_digest(self.settings.image, self.environment) or self.runtime(architecture).image

    def runtime(self, architecture: Architecture) -> Runtime:
        if architecture not in self.runtimes:
            self.runtimes[architecture] = self.opened_runtime(architecture)
        return self.runtimes[architecture]

    def opened_runtime(self, architecture: Architecture) -> Runtime:
        if self.choices.on_host:
            from deploy.layer.on_host import HostRuntime

            return HostRuntime(self.environment)
        from deploy.container import Engine
        from deploy.layer.in_containers import ContainerRuntime

        engine = self.opened.enter_context(Engine.connect(self.environment))
        image = engine.resolve(self.settings.image, architecture, self.console.say)
        return ContainerRuntime(engine, image, self.environment, self.console.say)

    def built(self, spec: LayerSpec) -> BuiltLayer:
        found = self.cache.find(spec) if self.choices.use_cache else Miss("--no-cache")
        if isinstance(found, Miss):
            found = self.build(spec, found)
        self.cache.remember(spec)
        return found

    def build(self, spec: LayerSpec, miss: Miss) -> BuiltLayer:
        self.refuse_making(spec.stem, miss.reason)
        from deploy.layer.build import build

        self.fresh.add(spec.stem)
        self.console.say(f"{spec.stem}: building ({miss.reason})")
        runtime, cache = self.runtime(spec.architecture), self.cache
        with TemporaryDirectory() as folder, self.console.step(f"build {spec.stem} in {runtime.image.reference}"):
            into, use_cache = Path(folder), self.choices.use_cache
            return cache.keep(build(spec, runtime, cache.root, into, use_cache=use_cache, say=self.console.say))

    def verified(self, built: Sequence[BuiltLayer]) -> tuple[VerifiedLayer, ...]:
        key = _key("layers", built[0], [each.sha256 for each in built], [repr(each.spec.layer) for each in built])
        if kept := self.passed(key):
            return tuple(restored(layer, text) for layer, text in zip(built, json.loads(kept), strict=True))
        self.refuse_making(", ".join(layer.spec.stem for layer in built), "it was not verified")
        from deploy.layer.verify import verify

        runtime = self.runtime(built[0].spec.architecture)
        with self.console.step(f"verify the final zip in a fresh {runtime.image.reference}"):
            verified = verify(built, runtime, self.console.say)
        self.cache.keep_checks(key, json.dumps([each.evidence.to_json() for each in verified]))
        return verified

    def refuse_making(self, what: str, reason: str) -> None:
        """Raise BuildError where only what was made before may ship: a deploying job is no place to build in."""
        if self.choices.only_built:
            cure = "run `nox -s layer` on this very commit and image, and bring its CHANNELWRIGHT_CACHE here"
            raise BuildError(
                [Fault(what, f"would have to be made: {reason}", "--built ships what was made before", cure)]
            )

    def passed(self, key: str) -> str | None:
        return self.cache.checks(key) if self.choices.use_cache else None


def _key(what: str, layer: BuiltLayer, *inputs: object) -> str:
    """Name a set of checks by all that decides whether they pass."""
    return digest([what, pipeline_digest(), layer.spec.inputs["image"], layer.spec.architecture, *inputs])
