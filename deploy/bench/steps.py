"""Single steps of the pipeline as processes of their own, to be timed: `python -m deploy.bench.steps STEP PROJECT`.

build    every layer from wheels that are at hand, in the container, nothing cached, without the verification
bundle   the code zip
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..configuration import load

if TYPE_CHECKING:
    from ..settings import Settings


def main(step: str, project: str) -> None:
    settings = load(Path(project), os.environ)
    {"build": build, "bundle": bundle}[step](settings)


def build(settings: Settings) -> None:
    from ..container.engine import Engine
    from ..layer.backend.containers import ContainerRuntime
    from ..layer.build import build as build_layer
    from ..layer.cache import Cache
    from ..layer.spec import every_spec
    from ..locking import locked

    target, into = settings.targets[0], settings.project / "dist"
    with Engine.connect(os.environ) as engine:
        image = engine.resolve(settings.image, target.architecture, print)
        runtime = ContainerRuntime(engine, image, os.environ, print)
        for spec in every_spec(settings, image, target, partial(locked.pins, target=target)):
            build_layer(spec, runtime, Cache.from_environment(os.environ).root, into, use_cache=False, say=print)


def bundle(settings: Settings) -> None:
    from ..code.bundle import bundle as bundle_code

    bundle_code(settings, settings.project / "dist")


if __name__ == "__main__":
    main(*sys.argv[1:])
