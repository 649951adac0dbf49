"""What other people ship: each set of packages built, verified, and put to work in the runtime image.

Three run with every test run, all of them in `nox -s packages`. The oracle of each is what pip installs from the same
wheels: a case whose work fails there is wrong itself. cases.yaml says what is right, locks/ holds exact versions.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from deploy.container.engine import Engine
from deploy.layer.opt_folder import unpacked
from deploy.settings import IMAGE_VARIABLE
from tests.packages.workbench import installed_by_pip, make_project, put_to_work, run, wheels

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.container, pytest.mark.timeout(1800)]

HERE = Path(__file__).parent


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
    return make_project(tmp_path, case.needs, case.name if case.right == "built" else None)


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
