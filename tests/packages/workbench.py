"""What the tests of other people's packages share: the least project, its wheels, and two ways to put them to work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deploy import configuration
from deploy.layer.backend.containers import ContainerRuntime, module_path
from deploy.layer.cache import Cache
from deploy.layer.spec import specs
from deploy.layer.wheel_store import WheelStore
from deploy.locking import lockfile
from deploy.settings import Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deploy.completed import Completed
    from deploy.container.engine import Engine

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYTHON = "python3.11"
LEAST = "layers: {deps: {}}\n"


def make_project(folder: Path, needs: Sequence[str], locked: str | None) -> Path:
    """Write the least project with these requirements, and with the lock of this name."""
    (folder / "config").mkdir()
    (folder / "config/pipeline.yaml").write_text(LEAST, encoding="utf-8")
    (folder / "requirements.in").write_text("\n".join(needs) + "\n", encoding="utf-8")
    shutil.copy(ROOT / "Dockerfile.layer", folder)
    if locked:
        shutil.copy(HERE / "locks" / f"{locked}.txt", folder / "requirements.txt")
    return folder


def run(project: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy", "--project", str(project), command],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def wheels(engine: Engine, project: Path) -> dict[str, bytes]:
    """Return the wheels that the layer was made of, from the cache that the build left them in."""
    settings = configuration.load(project, os.environ)
    target = Target(PYTHON, engine.architecture)
    image = engine.resolve(settings.image, engine.architecture, print)
    pins = lockfile.read(project / "requirements.txt", target)
    (spec,) = specs(settings, pins, image, target)
    runtime = ContainerRuntime(engine, image, os.environ)
    return WheelStore(Cache.from_environment(os.environ).root, print).wheels(spec, pins, runtime)


def installed_by_pip(engine: Engine, image: str, offered: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what pip makes of wheels, by path below /opt."""
    with engine.container(image, writable=True) as container:
        container.copy_into("/tmp", {f"wheels/{name}": content for name, content in offered.items()})
        paths = [f"/tmp/wheels/{name}" for name in offered]
        command = [PYTHON, "-m", "pip", "install", "--no-index", "--no-deps", "--target", "/tmp/opt/python", *paths]
        done = container.call(command, {"HOME": "/tmp"}, timeout=900)
        assert done.code == 0, done.stderr
        return container.copy_out("/tmp/opt")


def put_to_work(engine: Engine, image: str, opt: Mapping[str, bytes], work: str, seconds: float = 300) -> Completed:
    """Run a case's work as Lambda would: no network, not root, nothing to write to but /tmp."""
    with (
        engine.volumes(image, {"/opt": opt, "/var/task": {}}) as volumes,
        engine.container(image, volumes=volumes) as container,
    ):
        assert container.call([PYTHON, "-c", "import os; assert os.getuid(); open('/tmp/x', 'w')"]).code == 0
        assert container.call([PYTHON, "-c", "open('/opt/x', 'w')"]).code == 1
        return container.call(
            [PYTHON, "-c", work], {"PYTHONPATH": module_path(PYTHON), "HOME": "/tmp"}, timeout=seconds
        )
