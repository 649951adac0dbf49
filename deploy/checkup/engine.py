"""The container engine, and the runtime image that it has."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ..errors import EngineError
from ..invocation import advised
from ..runtimes.table import BASES
from ..settings import IMAGE_VARIABLE
from .findings import broken, of_faults, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..container.engine import Engine
    from ..settings import Settings
    from .findings import Finding

_MACHINES = {"amd64": "x86_64", "arm64": "arm64"}
_PINNED = re.compile(r"(?:^|@)sha256:[0-9a-f]{64}$")
_SECONDS = 60
_ASK = (
    "import json, os, platform; "
    "print(json.dumps([platform.python_version(), (os.confstr('CS_GNU_LIBC_VERSION') or '').removeprefix('glibc ')]))"
)


def answers(environment: Mapping[str, str]) -> Iterator[Finding]:
    """See whether an engine answers; without one nothing can be built, but on this host."""
    from ..container.engine import Engine

    try:
        with Engine.connect(environment) as engine:
            about = engine.about()
    except EngineError as error:
        yield from of_faults(error, "broken")
        return
    yield ok(f"container engine {about.version} for {about.architecture} answers")


def architectures(engine: Engine, settings: Settings) -> Iterator[Finding]:
    """See whether layers of every architecture can be tried here."""
    here = _MACHINES.get(engine.about().architecture, engine.about().architecture)
    for architecture in settings.architectures:
        if architecture != here:
            cause = f"this engine runs {here}: shared objects are audited by their headers, and imported by emulation"
            cure = f"install QEMU's binfmt handlers, or build {architecture} on such a machine"
            yield warning(f"layers for {architecture} load here by emulation alone", cause, cure)


def image_is_here(engine: Engine, settings: Settings) -> Iterator[Finding]:
    found = engine.inspect(settings.image)
    if found is None:
        cause = "it was never pulled here, or removed"
        cure = f"nothing: the next build pulls it; to see now whether it can be: docker pull {settings.image}"
        yield warning(f"the runtime image {settings.image} is not here", cause, cure)
        return
    machine = _MACHINES.get(found["Architecture"], found["Architecture"])
    if machine not in settings.architectures:
        cure = f"nothing: the next build pulls the one for {settings.architectures[0]}"
        yield warning(f"the {settings.image} that is here is for {machine}", "no such layer is built", cure)
        return
    yield ok(f"the runtime image {settings.image} is here, for {machine}")


def image_is_pinned(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """A tag moves; the same inputs give the same layer only from the same image."""
    if _PINNED.search(settings.image):
        yield ok("the runtime image is pinned by its digest")
        return
    cause = "its tag may stand for other bytes tomorrow, or for a broken build"
    cure = f"pin it: {advised('lock', '--image')}"
    if environment.get(IMAGE_VARIABLE):
        cure = (
            f"unset {IMAGE_VARIABLE}, which overrides config/pipeline.yaml, where {advised('lock', '--image')} pins it"
        )
    yield warning(f"{settings.image} is not pinned by a digest", cause, cure)


def image_fits(engine: Engine, settings: Settings) -> Iterator[Finding]:
    """Start the image, and compare its Python and its glibc with the runtime's."""
    if engine.inspect(settings.image) is None:
        yield warning("the image's Python and glibc are not known", "the image is not here", "see above")
        return
    command = [settings.runtime, "-I", "-S", "-c", _ASK]
    try:
        with engine.container(settings.image) as container:
            done = container.call(command, timeout=_SECONDS)
    except EngineError as error:
        yield from of_faults(error, "broken")
        return
    if done.code:
        cause = (done.stderr or done.stdout).strip().splitlines()[-1:] or [f"exit code {done.code}"]
        cure = "name the image of this runtime: `image` in config/pipeline.yaml"
        yield broken(f"{settings.image} does not run {settings.runtime}", cause[0], cure)
        return
    yield from compared(settings, *json.loads(done.stdout))


def compared(settings: Settings, python: str, glibc: str) -> Iterator[Finding]:
    """Compare what an image has with what the runtime has, versions as they print themselves."""
    base: Any = BASES.get(settings.runtime)
    if not f"python{python}.".startswith(f"{settings.runtime}."):
        cure = "make `runtime` and `image` in config/pipeline.yaml agree"
        yield broken(f"{settings.image} has Python {python}", f"the runtime is {settings.runtime}", cure)
    if base and glibc != base.versions["GLIBC"]:
        cause = (
            f"{settings.runtime} runs on {base.name}, glibc {base.versions['GLIBC']}: the image is a stand-in for it"
        )
        cure = "build what ships in the real image; shared objects are audited against the runtime all the same"
        yield warning(f"{settings.image} has glibc {glibc or 'of another kind'}", cause, cure)
        return
    yield ok(f"{settings.image} has Python {python} and glibc {glibc}")
