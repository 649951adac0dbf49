"""The runtime in which own sources are built: the first one's image, on this machine's own architecture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..kept import Kept
from ..layer.spec import LayerSpec, dockerfile_of
from ..locking import indexes
from ..locking.uv.call import Uv
from ..settings import Layer
from .archives import Archives

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack

    from ..layer.backend.protocol import Runtime
    from ..settings import Settings, Target


def opened(
    settings: Settings, environment: Mapping[str, str], say: Callable[[str], None], stack: ExitStack, *, on_host: bool
) -> tuple[Runtime, LayerSpec]:
    """Open it until `stack` is left, or take this host for it; raise EngineError where there is none."""
    asked = indexes.environment(settings, environment)
    if on_host:
        from ..layer.backend.host import HostRuntime

        host = HostRuntime(asked, say, runtime=settings.runtime)
        return host, building(settings, settings.targets[0], host)
    from ..container.engine import Engine
    from ..layer.backend.containers import ContainerRuntime

    engine = stack.enter_context(Engine.connect(environment))
    image = engine.resolve(settings.image_of(settings.runtime), engine.architecture, say)
    runtime = ContainerRuntime(engine, image, asked, say)
    return runtime, building(settings, replace(settings.targets[0], architecture=engine.architecture), runtime)


def archives_of(settings: Settings, environment: Mapping[str, str]) -> Archives:
    """Return what fetches source archives by their hashes: no cooldown decides any more."""
    asked = indexes.environment(settings, environment)
    uv = Uv(
        source=str(settings.requirements),
        cache=Kept.from_environment(environment).root,
        environment=asked,
        asked=indexes.shown(asked),
    )
    newest = {settings.runtime: f"{settings.runtime.removeprefix('python')}.99"}
    return Archives(uv=uv, target=settings.targets[0], versions=newest)


def building(settings: Settings, target: Target, runtime: Runtime) -> LayerSpec:
    """Return what the wheels of build requirements are chosen for: the image as it is, whatever is built in it."""
    return LayerSpec(
        layer=Layer(name="own-sources"),
        runtime=target.runtime,
        architecture=runtime.image.architecture or target.architecture,
        image=runtime.image,
        pins=(),
        dockerfile=dockerfile_of(settings),
        stem="own-sources",
    )
