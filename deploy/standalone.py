"""Makes the layers when Dockerfile.layer is built by itself: `python -m deploy.standalone PROJECT [OUT]`.

The pipeline brings wheels and a recipe. Here the image's own pip fetches the wheels, and config/pipeline.yaml is read
by the pipeline's own code, so that either way leads to the same bytes. The zips are named by their layers.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .inside import assemble
from .inside.refusal import Refused, fault

if TYPE_CHECKING:
    from .layer.spec import LayerSpec

REQUIREMENTS = Path(__file__).with_name("standalone.txt")
# Relative to the project: what pip is to know of index, proxy and certificates.
PIP_CONFIG = Path("build/pip.conf")
_ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}
_CURE = f"give it what it lacks (index, proxy, certificates) in {PIP_CONFIG}"


def from_project(project: Path) -> dict[str, bytes]:
    """Return the zip and the report of each layer by file name; raise Refused with every reason against it."""
    with tempfile.TemporaryDirectory(prefix="channelwright-reader-") as folder:
        _pip(project, "install", "--target", folder, "--requirement", str(REQUIREMENTS))
        sys.path.insert(0, folder)
        try:
            specs = _specs(project)
        finally:
            sys.path.remove(folder)
    made = {}
    for spec in specs:
        own = {each.own.path: each.content() for each in spec.files}
        layer = assemble.assemble(spec.recipe, _wheels(project, spec), own, {})
        made[f"{spec.stem}.zip"] = layer["layer.zip"]
        made[f"{spec.stem}.report.json"] = layer["report.json"]
    return made


def _specs(project: Path) -> tuple[LayerSpec, ...]:
    """Read the configuration and the lock as the pipeline does."""
    from . import configuration
    from .container.digest import RuntimeImage
    from .errors import PipelineError
    from .layer import spec
    from .locking import locked

    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    architecture = _ARCHITECTURES.get(platform.machine())
    try:
        wanted = configuration.load(project, {})
        for target in wanted.targets:
            if (target.runtime, target.architecture) == (here, architecture):
                sources = [each.name for part in wanted.parts for each in locked.read(part, target).sources]
                if sources:
                    what = f"{', '.join(sources)}: own sources are not built here"
                    raise Refused([fault(str(wanted.requirements), what, cure="build with the pipeline's own `layer`")])
                return spec.every_spec(wanted, RuntimeImage("host", ""), target, partial(locked.pins, target=target))
    except PipelineError as error:
        raise Refused([str(error)]) from error
    what = f"this image is for {here} on {platform.machine()}, and the project is not"
    cure = "build with another --platform or RUNTIME_IMAGE, or change `architectures` or `runtimes`"
    raise Refused([fault("config/pipeline.yaml", what, cure=cure)])


def _wheels(project: Path, spec: LayerSpec) -> dict[str, bytes]:
    """Fetch the wheels of a layer, and the tool's; each set for itself, as both may name the same distribution."""
    from .locking.lockfile import requirements

    with tempfile.TemporaryDirectory(prefix="channelwright-wheels-") as folder:
        lock = Path(folder, "requirements.txt")
        lock.write_text(requirements(spec.pins), encoding="utf-8")
        wheels = Path(folder, "wheels")
        for each in (lock, assemble.TOOLS):
            _pip(project, "download", "--dest", str(wheels), "--requirement", str(each))
        return {path.name: path.read_bytes() for path in sorted(wheels.iterdir())}


def _pip(project: Path, *arguments: str) -> None:
    config = project / PIP_CONFIG
    environment = {**os.environ, **({"PIP_CONFIG_FILE": str(config)} if config.exists() else {})}
    options = ("--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--quiet")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments[:1], *options, *arguments[1:]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=1800)
    if done.returncode:
        raise Refused([f"{done.stderr.strip()}\n{fault('pip', 'could not get what is needed', cure=_CURE)}"])


if __name__ == "__main__":
    sys.exit(assemble.main(sys.argv[1:], from_project))
