"""The whole Python version of each runtime, as its image says: a marker may ask for it, and `3.11` means 3.11.0.

What an image said is kept by its digest; a lock records it, so that whoever has no container engine goes by that.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ..container.digest import image_digest
from ..errors import EngineError
from ..kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..settings import Settings

_ASK = "import platform; print(platform.python_version())"


def python_versions(
    settings: Settings, recorded: Mapping[str, str], environment: Mapping[str, str], say: Callable[[str], None]
) -> dict[str, str]:
    """Return the version of each runtime that is known: of its image, else the one that the lock has recorded.

    What is not known is told.
    """
    return dict(_versions(settings, recorded, environment, say))


def _versions(
    settings: Settings, recorded: Mapping[str, str], environment: Mapping[str, str], say: Callable[[str], None]
) -> Iterator[tuple[str, str]]:
    for runtime in dict.fromkeys(each.runtime for each in settings.targets):
        try:
            yield runtime, _of_image(settings, runtime, environment, say)
        except EngineError as error:
            version = recorded.get(runtime, "")
            taken = version or f"{runtime.removeprefix('python')}.0"
            source = "as the lock has recorded" if version else "its first, as long as the image cannot be asked"
            say(f"{runtime} is taken for {taken}, {source}: {error.faults[0].what}")
            if version:
                yield runtime, version


def _of_image(settings: Settings, runtime: str, environment: Mapping[str, str], say: Callable[[str], None]) -> str:
    cache, reference = Kept.from_environment(environment), settings.image_of(runtime)
    named = image_digest(reference, environment)
    if named and (kept := cache.checks(key(runtime, named.digest))):
        return kept
    from ..container.engine import Engine

    with Engine.connect(environment) as engine:
        image = engine.resolve(reference, engine.architecture, say)
        with engine.container(image.reference) as container:
            done = container.call([runtime, "-c", _ASK])
    if done.code:
        raise EngineError.of(reference, f"its {runtime} does not run", log=done.stderr)
    version = done.stdout.strip()
    cache.keep_checks(key(runtime, image.digest), version)
    return version


def key(runtime: str, image: str) -> str:
    """Name what the image with this digest said of a runtime."""
    return hashlib.sha256(f"python {runtime} {image}".encode()).hexdigest()
