"""What other people ship: each set of packages built, verified, and put to work in the runtime image.

Three run with every test run, all of them in `nox -s packages`. The oracle of each is what pip installs from the same
wheels: a case whose work fails there is wrong itself. cases.yaml says what is right, locks/ holds exact versions.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from deploy import configuration
from deploy.container.engine import Engine
from deploy.layer.backend.containers import ContainerRuntime, module_path
from deploy.layer.cache import Cache
from deploy.layer.opt_folder import unpacked
from deploy.layer.spec import specs
from deploy.layer.wheel_store import WheelStore
from deploy.locking import lockfile
from deploy.settings import IMAGE_VARIABLE, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deploy.completed import Completed

pytestmark = [pytest.mark.container, pytest.mark.timeout(1800)]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYTHON = "python3.11"
LEAST = "layers: {deps: {}}\n"


@dataclass(frozen=True, kw_only=True)
class Case:
    name: str
    needs: tuple[str, ...]
    right: str
    work: str = ""
    says: str = ""
    always: bool = False


def cases(right: str) -> list[Case]:
    """Return the cases with this verdict: all where the environment asks for them, else those of every run."""
    written = yaml.safe_load((HERE / "cases.yaml").read_text(encoding="utf-8"))
    every = [Case(name=name, **each | {"needs": tuple(each["needs"])}) for name, each in written.items()]
    wanted = os.environ.get("CHANNELWRIGHT_PACKAGES") == "all"
    return [case for case in every if case.right == right and (case.always or wanted)]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.connect(os.environ) as connected:
        yield connected


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The least project with the requirements of a case, and its lock where there is one."""
    case: Case = request.getfixturevalue("case")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/pipeline.yaml").write_text(LEAST, encoding="utf-8")
    (tmp_path / "requirements.in").write_text("\n".join(case.needs) + "\n", encoding="utf-8")
    shutil.copy(ROOT / "Dockerfile.layer", tmp_path)
    if case.right == "built":
        shutil.copy(HERE / "locks" / f"{case.name}.txt", tmp_path / "requirements.txt")
    return tmp_path


def run(project: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy", "--project", str(project), command],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("case", cases("built"), ids=lambda case: case.name)
def test_what_pip_installs_and_works_is_built_and_works(case: Case, project: Path, engine: Engine) -> None:
    done = run(project, "layer")
    assert done.returncode == 0, done.stdout + done.stderr
    image = os.environ[IMAGE_VARIABLE]
    oracle = put_to_work(engine, image, installed_by_pip(engine, image, wheels(engine, project)), case.work)
    assert oracle.code == 0, f"the case itself is wrong: {oracle.stderr}"
    worked = put_to_work(engine, image, unpacked([project / "dist" / "deps.zip"]), case.work)
    assert worked.code == 0, worked.stderr + done.stdout


@pytest.mark.parametrize("case", cases("refused"), ids=lambda case: case.name)
def test_what_cannot_be_locked_is_refused_with_the_way_on(case: Case, project: Path) -> None:
    done = run(project, "lock")
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(case.says, done.stdout + done.stderr)
    assert not (project / "requirements.txt").exists()


def test_every_case_that_is_built_has_a_lock_and_every_lock_a_case() -> None:
    written = yaml.safe_load((HERE / "cases.yaml").read_text(encoding="utf-8"))
    named = {name for name, each in written.items() if each["right"] == "built"}
    assert {path.stem for path in (HERE / "locks").iterdir()} == named
    assert len(cases("built")) >= 3


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


def put_to_work(engine: Engine, image: str, opt: Mapping[str, bytes], work: str) -> Completed:
    """Run a case's work as Lambda would: no network, not root, nothing to write to but /tmp."""
    with (
        engine.volumes(image, {"/opt": opt, "/var/task": {}}) as volumes,
        engine.container(image, volumes=volumes) as container,
    ):
        assert container.call([PYTHON, "-c", "import os; assert os.getuid(); open('/tmp/x', 'w')"]).code == 0
        assert container.call([PYTHON, "-c", "open('/opt/x', 'w')"]).code == 1
        return container.call([PYTHON, "-c", work], {"PYTHONPATH": module_path(PYTHON), "HOME": "/tmp"}, timeout=300)
