"""A project's layers, each built and verified, or taken from the cache."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..errors import BuildError
from ..layer.cache import Miss
from ..layer.dist import KeptPapers, deliver
from ..layer.partition import together
from ..layer.proof import withdraw
from ..layer.spec import LayerSpec, every_spec, needed_for, own_modules
from ..layer.verify import VerifiedLayer, restored
from ..locking import locked
from ..sources.shelf import Shelf
from .at_hand import AtHand, checks_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..container.digest import RuntimeImage
    from ..inside.exchange import Pin
    from ..layer.backend.protocol import Runtime
    from ..layer.proof.reference import Reference
    from ..layer.values import BuiltLayer
    from ..layer.verify import Means
    from ..settings import Settings, Target


@dataclass(frozen=True)
class LayerPreparation:
    """`fresh` are the stems of the layers that had to be built."""

    at_hand: AtHand
    fresh: set[str] = field(default_factory=set)

    def layers(self, target: Target) -> tuple[VerifiedLayer, ...]:
        built = {each.layer.name: self.built(self.known(each)) for each in self.specs(target)}
        if not self.at_hand.choices.trust_kept:
            self.compared(built.values())
        proven = self.proven(built)
        if not self.at_hand.choices.trust_kept:
            anew = (each.built for name, each in proven.items() if each.built != built[name])
            self.compared(anew)
        return tuple(self.delivered(proven[name]) for name in built)

    def compared(self, layers: Iterable[BuiltLayer]) -> None:
        """Compare layers with what their lock gives, which takes what assembles them."""
        from . import against_lock

        against_lock.compared(self.at_hand, layers)

    def delivered(self, layer: VerifiedLayer) -> VerifiedLayer:
        kept, at_hand = KeptPapers(self.at_hand.passed, self.at_hand.cache.keep_checks), self.at_hand
        return deliver(layer, at_hand.settings.project, at_hand.dist, kept, at_hand.console.say)

    def proven(self, built: Mapping[str, BuiltLayer]) -> dict[str, VerifiedLayer]:
        """Verify layers together with those that they are used with; with one lock that is all of them.

        One that was built anew for the sake of one set is verified again in those before.
        """
        now, found = dict(built), dict[str, VerifiedLayer]()
        waiting = list(together(self.at_hand.settings, tuple(built))) if built else []
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
        settings, choices = self.at_hand.settings, self.at_hand.choices
        pins = {part.requirements: self.pins(part, target) for part in settings.parts}
        for wheel in own_modules(settings).values():
            Shelf(self.at_hand.cache.root).put(wheel.filename, wheel.content)

        def made(image: RuntimeImage) -> tuple[LayerSpec, ...]:
            every, only = every_spec(settings, image, target, lambda part: pins[part.requirements]), choices.only
            return needed_for(settings, only, every, self.at_hand.console.say) if only else every

        first = made(self.at_hand.image(target))
        if self.at_hand.choices.on_host or all(each.can_be_tried for each in first) or not any(self.misses(first)):
            return first
        # There is something to build: what could not be tried the last time may be now.
        return made(self.at_hand.runtime(target).image)

    def pins(self, settings: Settings, target: Target) -> tuple[Pin, ...]:
        """Return what a target needs by one lock, with the wheel of each own source built."""
        lock = locked.read(settings, target)
        if not lock.sources:
            return lock.pins
        from ..sources.build import Builder
        from ..sources.opening import archives_of
        from ..sources.provide import provide

        builder = Builder(
            shelf=Shelf(self.at_hand.cache.root),
            archives=archives_of(settings, self.at_hand.environment),
            runtime=self.at_hand.settings.runtime,
            opened=self.builds_in,
            say=self.at_hand.console.say,
        )
        return provide(settings, target, lock, builder)

    def builds_in(self) -> tuple[Runtime, LayerSpec]:
        """Open the runtime in which own sources are built: the first target's."""
        from ..sources.opening import building

        self.at_hand.refuse_making("own sources", "their wheels are not here")
        first = self.at_hand.settings.targets[0]
        runtime = self.at_hand.runtime(first)
        return runtime, building(self.at_hand.settings, first, runtime)

    def misses(self, made: Sequence[LayerSpec]) -> Iterator[Miss]:
        """Yield why a layer has to be built, for those that have to."""
        for spec in made:
            found = self.at_hand.cache.find(self.known(spec)) if self.at_hand.choices.use_cache else Miss("--no-cache")
            if isinstance(found, Miss):
                yield found

    def built(self, spec: LayerSpec) -> BuiltLayer:
        found = self.at_hand.cache.find(spec) if self.at_hand.choices.use_cache else Miss("--no-cache")
        if isinstance(found, Miss):
            found = self.build(spec, found)
        self.at_hand.cache.remember(spec)
        return found

    def build(self, spec: LayerSpec, miss: Miss) -> BuiltLayer:
        self.at_hand.refuse_making(spec.stem, miss.reason)
        # All of them load what a run without changes has no need of.
        from ..layer.build import build
        from ..temporary import folders
        from . import once_defaults

        self.fresh.add(spec.stem)
        self.at_hand.console.say(f"{spec.stem}: building ({miss.reason})")
        runtime, cache = self.at_hand.runtime(spec.target), self.at_hand.cache
        with (
            folders.temporary("layer") as into,
            self.at_hand.console.step(f"build {spec.stem} in {runtime.image.reference}"),
        ):
            use_cache = self.at_hand.choices.use_cache
            made = build(spec, runtime, cache.root, into, use_cache=use_cache, say=self.at_hand.console.say)
            for line in once_defaults.told(made, self.at_hand.dist):
                self.at_hand.console.say(line)
            return cache.keep(made)

    def verified(self, built: Sequence[BuiltLayer], *, from_wheels: bool = True) -> tuple[VerifiedLayer, ...]:
        """Prove layers; of those that were not built here the wheels are fetched, if they can be had."""
        key = self.checks_key(built)
        if kept := self.at_hand.passed(key):
            return tuple(restored(layer, text) for layer, text in zip(built, json.loads(kept), strict=True))
        self.at_hand.refuse_making(", ".join(layer.spec.stem for layer in built), "it was not verified")
        from ..layer.verify import Means, verify

        runtime = self.at_hand.runtime(built[0].spec.target)
        where = f" in a fresh {runtime.image.reference}" if built[0].spec.can_be_tried else ""
        means = Means(
            runtime=runtime, say=self.at_hand.console.say, runtime_provides=self.at_hand.settings.runtime_provides
        )
        if from_wheels and built[0].spec.can_be_tried:
            means = replace(means, reference=self.reference(built, runtime), rebuild=self.rebuilt)
        elif built[0].spec.can_be_tried:
            means = self.with_wheels(built, means)
        with self.at_hand.console.step(f"verify the final zip{where}"):
            verified = verify(built, means)
        for first, last in zip(built, verified, strict=True):
            withdraw.remember(self.at_hand.cache, first.spec, last.built.spec)
        key = self.checks_key([each.built for each in verified])
        self.at_hand.cache.keep_checks(key, json.dumps([each.evidence.to_json() for each in verified]))
        return verified

    def reference(self, built: Sequence[BuiltLayer], runtime: Runtime) -> Reference:
        from ..layer.proof.reference import Reference
        from ..layer.wheel_store import WheelStore

        store = WheelStore(self.at_hand.cache.root, self.at_hand.console.say)
        return Reference.of(built, store, runtime, self.at_hand.cache, use_kept=self.at_hand.trusts_kept)

    def with_wheels(self, built: Sequence[BuiltLayer], means: Means) -> Means:
        """Return means by which layers of elsewhere are compared with what pip installs from their wheels.

        Those of own sources are in no index, and some machines reach none: then the zips are judged by themselves.
        """
        try:
            return replace(means, reference=self.reference(built, means.runtime), built_elsewhere=True)
        except BuildError as error:
            means.say(f"not compared with what pip installs: {error.faults[0]}")
            return means

    def checks_key(self, built: Sequence[BuiltLayer]) -> str:
        """Name the checks of layers that are tried together."""
        first, digests = built[0].spec, [each.sha256 for each in built]
        wanted = self.at_hand.settings.runtime_provides
        return checks_key(
            "layers", first.image, first.target, digests, [repr(each.spec.layer) for each in built], wanted
        )

    def rebuilt(self, layer: BuiltLayer, withdrawn: Mapping[str, tuple[str, ...]]) -> BuiltLayer:
        """Build a layer without the trim rules that are withdrawn, by distribution."""
        return self.built(replace(layer.spec, withdrawn=withdrawn))

    def known(self, spec: LayerSpec) -> LayerSpec:
        """Return the spec without the trim rules that were withdrawn from it before."""
        return withdraw.known(self.at_hand.cache, spec) if self.at_hand.choices.use_cache else spec
