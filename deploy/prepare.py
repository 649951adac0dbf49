"""From a project to what can be shipped: verified layers, and a code bundle that was tried on them.

Everything is taken from the cache where the cache has it: the container engine is only asked, and the heavy
libraries only imported, when something has to be built or tried.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from .code import sources
from .code.bundle import CodeBundle, bundles
from .container.digest import RuntimeImage, image_digest
from .errors import BuildError, Fault, VerificationError
from .invocation import advised
from .layer.cache import Cache, Miss
from .layer.cache_key import digest, proven_by
from .layer.dist import deliver
from .layer.partition import together
from .layer.proof import withdraw
from .layer.spec import LayerSpec, every_spec, needed_for
from .layer.verify import VerifiedLayer, restored
from .locking import indexes, locked
from .temporary import folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .console import Console
    from .inside.exchange import Pin
    from .layer.backend.protocol import Runtime
    from .layer.values import BuiltLayer
    from .published.trial_layers import ForeignLayers
    from .settings import Architecture, Function, Settings, Stage, Target


_PATIENCE = 120.0  # seconds, for reading sources


@dataclass(frozen=True, kw_only=True)
class Choices:
    """How to go about it: without containers, without the cache, without trying the code, for who does so next.

    `unconfined` lets a host try what it has no sandbox for; `only_built` takes what was built and proven before alone.
    `stage` is where layers of others are fetched from; None for the first stage that has them.
    `only` are the layers to make, with those that bring what they need, and no code; all without any.
    """

    on_host: bool = False
    unconfined: bool = False
    use_cache: bool = True
    try_code: bool = True
    only_built: bool = False
    stage: Stage | None = None
    only: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What may be shipped, the first target's layers first; `code` is each function's, by its key.

    `fresh` are the stems that had to be built, `foreign` the zips of layers of others by ARN, as far as they could be
    had.
    """

    layers: tuple[VerifiedLayer, ...]
    code: Mapping[str, CodeBundle]
    fresh: frozenset[str]
    foreign: Mapping[str, Path] = field(default_factory=dict)

    @property
    def own(self) -> tuple[VerifiedLayer, ...]:
        """The layers on which the code was tried: those of the first target."""
        return tuple(each for each in self.layers if each.built.spec.target == self.layers[0].built.spec.target)


def prepare(settings: Settings, choices: Choices, environment: Mapping[str, str], console: Console) -> Prepared:
    """Build and verify every layer, bundle the code and try it; raise PipelineError with every fault found."""
    with ExitStack() as opened:
        work = _Work(settings, choices, environment, console, opened)
        for remark in settings.remarks:
            console.say(remark)
        groups = [work.layers(target) for target in settings.targets]
        code = {} if choices.only else work.code(groups[0])
        work.tell_provided(groups[0])
    return Prepared(
        layers=tuple(each for group in groups for each in group),
        code=code,
        fresh=frozenset(work.fresh),
        foreign=work.foreign.zips if code else {},
    )


def prove(  # noqa: PLR0913 - what, and how as in `prepare`
    layers: Callable[[Architecture, RuntimeImage], Sequence[BuiltLayer]],
    code: Mapping[str, CodeBundle],
    settings: Settings,
    choices: Choices,
    *,
    environment: Mapping[str, str],
    console: Console,
) -> Prepared:
    """Prove what was built elsewhere, as `prepare` proves what it built; raise PipelineError with every fault found.

    `layers` gives those for an architecture, to be proven in this image. What was proven here before is not tried
    again. Functions are tried on the layers of the first architecture that has any; `code` is theirs, by their keys.
    """
    with ExitStack() as opened:
        work = _Work(settings, choices, environment, console, opened)
        targets = [each for each in settings.targets if each.runtime == settings.runtime]
        fetched = [layers(each.architecture, work.image(each)) for each in targets]
        groups = [work.verified(each, from_wheels=False) for each in fetched if each]
        work.tried(groups[0] if groups else (), code)
    return Prepared(
        layers=tuple(each for group in groups for each in group),
        code=code,
        fresh=frozenset(),
        foreign=work.foreign.zips if code else {},
    )


@dataclass
class _Work:
    settings: Settings
    choices: Choices
    environment: Mapping[str, str]
    console: Console
    opened: ExitStack
    fresh: set[str] = field(default_factory=set)
    provided: dict[str, str] = field(default_factory=dict)
    runtimes: dict[Target, Runtime] = field(default_factory=dict)

    @cached_property
    def foreign(self) -> ForeignLayers:
        """The layers of others that functions have: fetched when first asked for."""
        from .published.trial_layers import fetch

        folder = self.cache.root / "published"
        return fetch(self.settings, self.choices.stage, folder, self.console.say)

    @property
    def cache(self) -> Cache:
        return Cache.from_environment(self.environment)

    @property
    def dist(self) -> Path:
        return self.settings.project / "dist"

    def layers(self, target: Target) -> tuple[VerifiedLayer, ...]:
        built = {each.layer.name: self.built(self.known(each)) for each in self.specs(target)}
        proven = self.proven(built)
        return tuple(deliver(proven[name], self.settings.project, self.dist) for name in built)

    def proven(self, built: Mapping[str, BuiltLayer]) -> dict[str, VerifiedLayer]:
        """Verify layers together with those that they are used with; with one lock that is all of them.

        One that was built anew for the sake of one set is verified again in those before.
        """
        now, found = dict(built), dict[str, VerifiedLayer]()
        waiting = list(together(self.settings, tuple(built))) if built else []
        done: list[tuple[str, ...]] = []
        while waiting:
            names = waiting.pop(0)
            verified = self.verified([now[name] for name in names])
            changed = {each.built.spec.layer.name for each in verified if each.built != now[each.built.spec.layer.name]}
            now |= {each.built.spec.layer.name: each.built for each in verified}
            found |= {each.built.spec.layer.name: each for each in verified}
            again = [each for each in done if changed & set(each)]
            done = [*(each for each in done if each not in again), names]
            waiting += again
        return found

    def specs(self, target: Target) -> tuple[LayerSpec, ...]:
        settings = self.settings
        pins = {part.requirements: self.pins(part, target) for part in settings.parts}

        def made(image: RuntimeImage) -> tuple[LayerSpec, ...]:
            every = every_spec(settings, image, target, lambda part: pins[part.requirements])
            return needed_for(settings, self.choices.only, every, self.console.say) if self.choices.only else every

        first = made(self.image(target))
        if self.choices.on_host or all(each.can_be_tried for each in first) or not any(self.misses(first)):
            return first
        # There is something to build: what could not be tried the last time may be now.
        return made(self.runtime(target).image)

    def pins(self, settings: Settings, target: Target) -> tuple[Pin, ...]:
        """Return what a target needs by one lock, with the wheel of each own source built."""
        lock = locked.read(settings, target)
        if not lock.sources:
            return lock.pins
        from .sources.build import Builder
        from .sources.opening import archives_of
        from .sources.provide import provide
        from .sources.shelf import Shelf

        builder = Builder(
            shelf=Shelf(self.cache.root),
            archives=archives_of(settings, self.environment),
            runtime=self.settings.runtime,
            opened=self.builds_in,
            say=self.console.say,
        )
        return provide(settings, target, lock, builder)

    def builds_in(self) -> tuple[Runtime, LayerSpec]:
        """Open the runtime in which own sources are built: the first target's."""
        from .sources.opening import building

        self.refuse_making("own sources", "their wheels are not here")
        first = self.settings.targets[0]
        runtime = self.runtime(first)
        return runtime, building(self.settings, first, runtime)

    def misses(self, made: Sequence[LayerSpec]) -> Iterator[Miss]:
        """Yield why a layer has to be built, for those that have to."""
        for spec in made:
            found = self.cache.find(self.known(spec)) if self.choices.use_cache else Miss("--no-cache")
            if isinstance(found, Miss):
                yield found

    def code(self, layers: Sequence[VerifiedLayer]) -> dict[str, CodeBundle]:
        """Bundle the code of every function, have the project check it, and try it."""
        elsewhere = None if self.settings.runtime == sources.HERE else self.read_elsewhere
        made = bundles(self.settings, self.dist, self.cache.root.absolute(), read=elsewhere)
        for each in dict.fromkeys(bundle.zip for bundle in made.values()):
            self.tell_left_out(next(bundle for bundle in made.values() if bundle.zip == each))
        shipped = sorted({bundle.sha256 for bundle in made.values()})
        key = digest(["checks", proven_by(), shipped, self.settings.code.checks])
        if made and self.settings.code.checks and self.passed(key) is None:
            from . import project_module

            project_module.check(self.settings, self.console.say)
            self.cache.keep_checks(key, "passed")
        if self.choices.try_code:
            self.tried(layers, made)
        return made

    def read_elsewhere(self, modules: Mapping[str, bytes]) -> Mapping[str, bytes | sources.Unreadable]:
        """Have the runtime's own Python read the code, unless it read these very sources before."""
        target = self.settings.targets[0]
        key = _key("sources", self.image(target), target, *sources.inputs(modules))
        answer = self.passed(key)
        if answer is None:
            self.refuse_making("the code", f"{target.runtime} did not read it")
            runtime = self.runtime(target)
            with (
                self.console.step(f"read the code with {target.runtime} in {runtime.image.reference}"),
                runtime.sandbox(target.runtime, {}, {}) as sandbox,
            ):
                answer = sources.read_by(lambda script, given: sandbox.run(script, given, {}, _PATIENCE), modules)
            self.cache.keep_checks(key, answer)
        return sources.answered(answer)

    def tell_left_out(self, made: CodeBundle) -> None:
        if made.left_out:
            first = ", ".join(made.left_out[:4]) + (" …" if len(made.left_out) > 4 else "")
            self.console.say(f"{made.zip.stem}: {len(made.left_out)} left out: {first}")

    def tried(self, layers: Sequence[VerifiedLayer], code: Mapping[str, CodeBundle]) -> None:
        """Try each function on its layers, with its code, unless these very bytes were tried before."""
        groups: dict[str, list[str]] = {}
        for key, made in code.items():
            groups.setdefault(made.sha256, []).append(key)
        faults: list[Fault] = []
        logs: list[str] = []
        for keys in groups.values():
            try:
                self.tried_together(layers, code[keys[0]], [self.settings.functions[key] for key in keys])
            except VerificationError as error:
                faults += error.faults
                logs.append(error.log)
        if faults:
            raise VerificationError(faults, log="".join(logs))

    def tried_together(self, layers: Sequence[VerifiedLayer], made: CodeBundle, functions: Sequence[Function]) -> None:
        """Try functions that have the same code."""
        from .layer.template_environment import under_test

        tested = tuple(under_test(self.settings, each) for each in functions)
        wanted = self.settings.runtime_provides
        others = {
            name: self.foreign.digests[name]
            for each in functions
            for name in each.layers
            if self.settings.foreign(name)
        }
        trial = [made.sha256, [each.built.sha256 for each in layers], repr(tested), wanted, others]
        target = layers[0].built.spec.target if layers else self.settings.targets[0]
        image = layers[0].built.spec.image if layers else self.image(target)
        key = _key("code", image, target, *trial)
        kept = self.passed(key)
        if kept is None:
            self.refuse_making("the code", "it was not tried on these layers")
            from .layer.verify import Means
            from .layer.verify_code import verify_code

            means = Means(runtime=self.runtime(target), say=self.console.say, runtime_provides=wanted)
            with self.console.step(f"try {made.zip.name} on its layers in the runtime"):
                evidence = verify_code(layers, made.zip.read_bytes(), tested, means, self.foreign.opened(target, image))
            self.cache.keep_checks(key, kept := json.dumps(asdict(evidence)))
        self.provided |= json.loads(kept)["runtime_provides"]

    def tell_provided(self, layers: Sequence[VerifiedLayer]) -> None:
        """Say which versions the image has of what comes from the runtime itself."""
        for layer in layers:
            self.provided |= layer.evidence.runtime_provides
        if self.provided:
            versions = ", ".join(f"{name} {version}" for name, version in sorted(self.provided.items()))
            self.console.say(f"the runtime's own, which AWS changes: {versions}")

    def image(self, target: Target) -> RuntimeImage:
        """Return the target's image, without asking an engine where an earlier run found out what stands for it."""
        if self.choices.on_host:
            from .layer.backend.platform_image import host

            return host(target.architecture, unconfined=self.choices.unconfined)
        named = image_digest(self.settings.image_of(target.runtime), self.environment)
        if named and self.must_run(target):
            return named
        kept = self.passed(_place(named, target)) if named else None
        return RuntimeImage(**json.loads(kept)) if kept else self.runtime(target).image

    def must_run(self, target: Target) -> bool:
        """Whether nothing can be done without running the target's image: the code is tried on the first one."""
        return bool(self.settings.functions) and target == self.settings.targets[0]

    def runtime(self, target: Target) -> Runtime:
        if target not in self.runtimes:
            self.runtimes[target] = self.opened_runtime(target)
        return self.runtimes[target]

    def opened_runtime(self, target: Target) -> Runtime:
        if self.choices.on_host:
            from .layer.backend.host import HostRuntime

            environment = indexes.environment(self.settings, self.environment)
            return HostRuntime(environment, runtime=target.runtime, unconfined=self.choices.unconfined)
        from .container.engine import Engine
        from .layer.backend.containers import ContainerRuntime
        from .layer.backend.platform_image import find

        reference = self.settings.image_of(target.runtime)
        engine = self.opened.enter_context(Engine.connect(self.environment))
        image = find(engine, reference, target, self.console.say, must_run=self.must_run(target))
        if named := image_digest(reference, self.environment):
            self.cache.keep_checks(_place(named, target), json.dumps(asdict(image)))
        return ContainerRuntime(engine, image, indexes.environment(self.settings, self.environment), self.console.say)

    def built(self, spec: LayerSpec) -> BuiltLayer:
        found = self.cache.find(spec) if self.choices.use_cache else Miss("--no-cache")
        if isinstance(found, Miss):
            found = self.build(spec, found)
        self.cache.remember(spec)
        return found

    def build(self, spec: LayerSpec, miss: Miss) -> BuiltLayer:
        self.refuse_making(spec.stem, miss.reason)
        from .layer.build import build

        self.fresh.add(spec.stem)
        self.console.say(f"{spec.stem}: building ({miss.reason})")
        runtime, cache = self.runtime(spec.target), self.cache
        with folders.temporary("layer") as into, self.console.step(f"build {spec.stem} in {runtime.image.reference}"):
            use_cache = self.choices.use_cache
            return cache.keep(build(spec, runtime, cache.root, into, use_cache=use_cache, say=self.console.say))

    def verified(self, built: Sequence[BuiltLayer], *, from_wheels: bool = True) -> tuple[VerifiedLayer, ...]:
        """Prove layers; those that were not built here, `from_wheels`, are judged by themselves."""
        key = self.checks_key(built)
        if kept := self.passed(key):
            return tuple(restored(layer, text) for layer, text in zip(built, json.loads(kept), strict=True))
        self.refuse_making(", ".join(layer.spec.stem for layer in built), "it was not verified")
        from .layer.verify import Means, verify

        runtime = self.runtime(built[0].spec.target)
        where = f" in a fresh {runtime.image.reference}" if built[0].spec.can_be_tried else ""
        means = Means(runtime=runtime, say=self.console.say, runtime_provides=self.settings.runtime_provides)
        if from_wheels and built[0].spec.can_be_tried:
            from .layer.proof.reference import Reference
            from .layer.wheel_store import WheelStore

            store = WheelStore(self.cache.root, self.console.say)
            reference = Reference.of(built, store, runtime, self.cache, use_kept=self.choices.use_cache)
            means = replace(means, reference=reference, rebuild=self.rebuilt)
        with self.console.step(f"verify the final zip{where}"):
            verified = verify(built, means)
        for first, last in zip(built, verified, strict=True):
            withdraw.remember(self.cache, first.spec, last.built.spec)
        key = self.checks_key([each.built for each in verified])
        self.cache.keep_checks(key, json.dumps([each.evidence.to_json() for each in verified]))
        return verified

    def checks_key(self, built: Sequence[BuiltLayer]) -> str:
        """Name the checks of layers that are tried together."""
        first, digests = built[0].spec, [each.sha256 for each in built]
        wanted = self.settings.runtime_provides
        return _key("layers", first.image, first.target, digests, [repr(each.spec.layer) for each in built], wanted)

    def rebuilt(self, layer: BuiltLayer, withdrawn: Mapping[str, tuple[str, ...]]) -> BuiltLayer:
        """Build a layer without the trim rules that are withdrawn, by distribution."""
        return self.built(replace(layer.spec, withdrawn=withdrawn))

    def known(self, spec: LayerSpec) -> LayerSpec:
        """Return the spec without the trim rules that were withdrawn from it before."""
        return withdraw.known(self.cache, spec) if self.choices.use_cache else spec

    def refuse_making(self, what: str, reason: str) -> None:
        """Raise BuildError where only what was made before may ship: a deploying job is no place to build in."""
        if self.choices.only_built:
            cure = f"run {advised('layer')} on this very commit and image, and bring its CHANNELWRIGHT_CACHE here"
            raise BuildError(
                [Fault(what, f"would have to be made: {reason}", "--built ships what was made before", cure)]
            )

    def passed(self, key: str) -> str | None:
        return self.cache.checks(key) if self.choices.use_cache else None


def _key(what: str, image: RuntimeImage, target: Target, *inputs: object) -> str:
    """Name a set of checks by all that decides whether they pass."""
    return digest([what, proven_by(), image.key, str(target), *inputs])


def _place(named: RuntimeImage, target: Target) -> str:
    """Name what an earlier run found out: which image stands for the one that is named, for this target."""
    return digest(["image", proven_by(), named.reference, named.digest, str(target)])
