"""Single steps of the pipeline as processes of their own, to be timed: `python -m deploy.bench.steps STEP PROJECT`.

build    every layer from wheels that are at hand, in the container, nothing cached, without the verification
bump     the same, from what is kept of each wheel but the smallest, which is what a bump of one package leaves to do
bundle   the code zip
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console
from ..layer.cache import Cache
from ..layer.part_store import FOLDER
from .timing import INSIDE

if TYPE_CHECKING:
    from ..settings import Settings


def main(step: str, project: str) -> None:
    settings = load(Path(project), os.environ)
    {"build": build, "bump": bump, "bundle": bundle}[step](settings)


def bump(settings: Settings) -> None:
    """Forget what is kept of one wheel, and build."""
    parts = Path(Cache.from_environment(os.environ).root, FOLDER)
    min(parts.iterdir(), key=lambda each: each.stat().st_size).unlink()
    build(settings, use_cache=True)


def build(settings: Settings, *, use_cache: bool = False) -> None:
    from ..container.engine import Engine
    from ..layer.build import build as build_layer
    from ..layer.spec import every_spec
    from ..locking import locked
    from .counting_runtime import CountingRuntime

    target, into, say = settings.targets[0], settings.project / "dist", Console().say
    with Engine.connect(os.environ) as engine:
        image = engine.resolve(settings.image, target.architecture, say)
        runtime = CountingRuntime(engine, image, os.environ, say)
        for spec in every_spec(settings, image, target, partial(locked.pins, target=target)):
            build_layer(spec, runtime, Cache.from_environment(os.environ).root, into, use_cache=use_cache, say=say)
    say(f"{INSIDE}{runtime.seconds}")


def bundle(settings: Settings) -> None:
    from ..code.bundle import bundle as bundle_code

    bundle_code(settings, settings.project / "dist")


if __name__ == "__main__":
    main(*sys.argv[1:])
