"""What one run has at hand: the cache, and the runtimes that were opened for it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from ..container.digest import RuntimeImage, image_digest
from ..container.emulation import emulated
from ..errors import BuildError, Fault
from ..invocation import advised
from ..layer.cache import Cache
from ..layer.cache_key import digest, proven_by

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack
    from pathlib import Path

    from ..console import Console
    from ..layer.backend.protocol import Runtime
    from ..settings import Settings, Target
    from .values import Choices


@dataclass(frozen=True)
class AtHand:
    """A run's settings and choices. What is opened for it is closed with `opened`."""

    settings: Settings
    choices: Choices
    environment: Mapping[str, str]
    console: Console
    opened: ExitStack
    runtimes: dict[Target, Runtime] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    @property
    def cache(self) -> Cache:
        return Cache.from_environment(self.environment)

    @property
    def dist(self) -> Path:
        return self.settings.project / "dist"

    def image(self, target: Target) -> RuntimeImage:
        """Return the target's image, without asking an engine where an earlier run found out what stands for it."""
        if self.choices.on_host:
            from ..layer.backend.platform_image import host

            return host(target.architecture, unconfined=self.choices.unconfined)
        if self.must_run(target):
            reference = self.settings.image_of(target.runtime)
            return image_digest(reference, self.environment, target.architecture) or self.runtime(target).image
        place = self._place(target)
        kept = self.passed(place) if place else None
        return RuntimeImage(**json.loads(kept)) if kept else self.runtime(target).image

    def must_run(self, target: Target) -> bool:
        """Whether nothing can be done without running the target's image: the code is tried on the first one."""
        return bool(self.settings.functions) and target == self.settings.targets[0]

    def runtime(self, target: Target) -> Runtime:
        if target not in self.runtimes:
            self.runtimes[target] = self._opened_runtime(target)
        return self.runtimes[target]

    def _opened_runtime(self, target: Target) -> Runtime:
        if self.choices.on_host:
            from ..layer.backend.host import HostRuntime
            from ..locking import indexes

            environment = indexes.environment(self.settings, self.environment)
            return HostRuntime(environment, runtime=target.runtime, unconfined=self.choices.unconfined)
        from ..container.engine import Engine
        from ..layer.backend.containers import ContainerRuntime
        from ..layer.backend.platform_image import find
        from ..locking import indexes

        reference = self.settings.image_of(target.runtime)
        engine = self.opened.enter_context(Engine.connect(self.environment))
        image = find(engine, reference, target, self.console.say, must_run=self.must_run(target))
        if place := self._place(target):
            self.cache.keep_checks(place, json.dumps(asdict(image)))
        return ContainerRuntime(engine, image, indexes.environment(self.settings, self.environment), self.console.say)

    def _place(self, target: Target) -> str:
        """Name what an earlier run found out: which image stands for the one that is named, for this target.

        That depends on what has the name and its own name now, and on what this machine emulates. It is empty where
        only an engine can tell.
        """
        reference = self.settings.image_of(target.runtime)
        named = image_digest(reference, self.environment)
        own = image_digest(reference, self.environment, target.architecture)
        here = [each and [each.reference, each.digest] for each in (named, own)]
        return digest(["image", proven_by(), here, emulated(), str(target)]) if named or own else ""

    def passed(self, key: str) -> str | None:
        return self.cache.checks(key) if self.trusts_kept else None

    @property
    def trusts_kept(self) -> bool:
        """Whether what was proven before is taken as proven."""
        if not (self.choices.use_cache and self.choices.trust_kept):
            return False
        if shared := self.cache.shared:
            what = f"{shared}: other users may write there, so what it says was proven is proven anew"
            self.tell_once(f"{what}; take their right away (chmod o-w), or set CHANNELWRIGHT_CACHE_KEY")
        return not shared

    def tell_once(self, what: str) -> None:
        if what not in self.told:
            self.told.add(what)
            self.console.say(what)

    def refuse_making(self, what: str, reason: str) -> None:
        """Raise BuildError where only what was made before may ship: a deploying job is no place to build in."""
        if self.choices.only_built:
            cure = f"run {advised('layer')} on this very commit and image, and bring its CHANNELWRIGHT_CACHE here"
            raise BuildError(
                [Fault(what, f"would have to be made: {reason}", "--built ships what was made before", cure)]
            )


def checks_key(what: str, image: RuntimeImage, target: Target, *inputs: object) -> str:
    """Name a set of checks by all that decides whether they pass."""
    return digest([what, proven_by(), image.key, str(target), *inputs])
