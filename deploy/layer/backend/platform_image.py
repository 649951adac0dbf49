"""The image in which the layers of a target are assembled and tried, or the one that takes its place.

An engine runs its own architecture, and others where it emulates them. Where it does not, or the image is not to be
had for them, a layer can still be assembled: that is Python's work, which does not care, in the image that does run.
What cannot be had is a trial. So the image then says of itself that it is another one, and why.
"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from ...container.digest import RuntimeImage
from ...errors import EngineError
from ...settings import IMAGE_VARIABLE, MACHINES, default_image

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...container.engine import Engine
    from ...settings import Architecture, Target

    Say = Callable[[str], None]

_ASK = "import platform; print(platform.machine())"
# An emulated interpreter takes seconds to start, and minutes where others use the machine: that is no lack.
_PATIENCE = 300.0
_CURE = "install QEMU's binfmt handlers, run this on such a machine, or put an architecture first that runs here"
NAME_ANOTHER = f"name this runtime's in `images` of config/pipeline.yaml, or in {IMAGE_VARIABLE} where that is set"


def host(architecture: Architecture, *, unconfined: bool = False) -> RuntimeImage:
    """Return what stands for this machine where layers are built without containers.

    What was proven `unconfined` proves nothing for a run that confines.
    """
    digest = "unconfined" if unconfined else ""
    here: Architecture = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
    if here == architecture:
        return RuntimeImage("host", digest)
    return RuntimeImage("host", digest, here, f"this machine is {here}")


def find(engine: Engine, reference: str, target: Target, say: Say, *, must_run: bool) -> RuntimeImage:
    """Find the image of a target, pulling it where it is absent, or the engine's own in its place.

    Raises EngineError where neither can be had, or where it `must_run` and does not.
    """
    own = engine.architecture
    if target.architecture == own:
        image = engine.resolve(reference, own, say)
        if must_run:
            _refuse_other(engine, image.reference, target.runtime)
        return image
    try:
        image = engine.resolve(reference, target.architecture, say)
        if not (lack := _lack(engine, image.reference, target)):
            return image
    except EngineError as error:
        if must_run:
            raise
        lack = f"its image cannot be had ({error.faults[0].what.splitlines()[-1].rstrip('.')})"
    if must_run:
        cure = NAME_ANOTHER if lack == _of_another_runtime(target) else _CURE
        raise EngineError.of(f"{reference} for {target.architecture}", lack, cure=cure)
    standing_in = engine.resolve(reference, own, say)
    return RuntimeImage(standing_in.reference, standing_in.digest, own, lack)


def _refuse_other(engine: Engine, reference: str, runtime: str) -> None:
    """Raise EngineError for an image that starts no handler, where one is to be tried in it."""
    found = engine.inspect(reference) or {}
    if found.get("Config", {}).get("Entrypoint"):
        return
    cause = (
        f"it has no entry point, with which a Lambda runtime starts a handler; {IMAGE_VARIABLE}, or `image`, names it"
    )
    raise EngineError.of(
        reference, "is no image of a Lambda runtime", cause=cause, cure=f"take {default_image(runtime)}"
    )


def _lack(engine: Engine, reference: str, target: Target) -> str:
    """Say why the image that has this name now does not run; nothing where it does."""
    with engine.container(reference) as container:
        try:
            done = container.call([target.runtime, "-c", _ASK], timeout=_PATIENCE)
        except EngineError as error:
            return f"it does not run here ({container.logs().strip() or error.faults[0].what})"
        if f'"{target.runtime}": executable file not found' in f"{done.stdout}{done.stderr}":
            return _of_another_runtime(target)
        # What the engine says of a container that ended meanwhile comes as what the process wrote.
        if done.code and (said := container.logs().strip() or (done.stderr or done.stdout).strip()):
            return f"it does not run here ({said})"
    machine = done.stdout.strip()
    if done.code or machine != MACHINES[target.architecture]:
        return f"its image is for {machine or 'nothing that runs here'} in truth"
    return ""


def _of_another_runtime(target: Target) -> str:
    return f"it has no {target.runtime}: it is another runtime's"
