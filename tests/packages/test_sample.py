"""A sample of what other people ship, locked to what is newest today, against what pip installs: `nox -s sample`.

The oracle shares nothing with the pipeline's own proof: the work of each row, a look of its own at every module and
all metadata (independent_look.py), and a comparison of the files, byte by byte.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from deploy.container.engine import Engine
from deploy.layer.opt_folder import unpacked
from deploy.settings import IMAGE_VARIABLE
from tests.packages.workbench import installed_by_pip, make_project, put_to_work, run, wheels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = [
    pytest.mark.container,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(os.environ.get("CHANNELWRIGHT_PACKAGES") != "sample", reason="asks an index for what is newest"),
]

HERE = Path(__file__).parent
LOOK = (HERE / "independent_look.py").read_text(encoding="utf-8")
# What a layer does without unless it is asked for otherwise: tests that nothing imports, what installers leave, and the
# examples that only botocore's documentation shows.
LEFT_OUT = re.compile(
    r"(.*/)?(tests?|testing|.*_tests?|test_.*|conftest\.py|INSTALLER|REQUESTED|direct_url\.json)(/.*)?"
    r"|botocore/data/.*/examples-1\.json"
)
# What is written anew: the list of files, and objects without symbols; botocore's models without strings.
WRITTEN = re.compile(r".*\.dist-info/RECORD|.*\.so(\.\d+)*|botocore/data/.*")


@dataclass(frozen=True, kw_only=True)
class Row:
    kind: str
    name: str
    needs: tuple[str, ...]
    work: str
    refused: str = ""


def rows() -> list[Row]:
    written = yaml.safe_load((HERE / "sample.yaml").read_text(encoding="utf-8"))
    return [
        Row(kind=kind, name=name, needs=tuple(each["needs"]), work=each["work"], refused=each.get("refused", ""))
        for kind, those in written.items()
        for name, each in those.items()
    ]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.connect(os.environ) as connected:
        yield connected


BUILT = [row for row in rows() if not row.refused]
REFUSED = [row for row in rows() if row.refused]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.name)
def test_what_does_not_work_as_pip_installs_it_is_refused_for_that(row: Row, tmp_path: Path, engine: Engine) -> None:
    project = make_project(tmp_path, row.needs, None)
    assert run(project, "lock").returncode == 0
    done = run(project, "layer")
    assert done.returncode == 1
    assert re.search(row.refused, done.stderr)
    image = os.environ[IMAGE_VARIABLE]
    worked = put_to_work(engine, image, installed_by_pip(engine, image, wheels(engine, project)), row.work)
    assert re.search(row.refused, worked.stderr), "pip's works: it is refused without cause"


@pytest.mark.parametrize("row", BUILT, ids=lambda row: row.name)
def test_what_pip_installs_and_works_is_built_and_no_worse(row: Row, tmp_path: Path, engine: Engine) -> None:
    project = make_project(tmp_path, row.needs, None)
    for command in ("lock", "layer"):
        done = run(project, command)
        assert done.returncode == 0, done.stdout + done.stderr
    image = os.environ[IMAGE_VARIABLE]
    pip = installed_by_pip(engine, image, wheels(engine, project))
    layer = unpacked([project / "dist" / "deps.zip"])
    worked = {name: put_to_work(engine, image, opt, row.work) for name, opt in (("pip", pip), ("layer", layer))}
    assert worked["pip"].code == 0, f"the row itself is wrong: {worked['pip'].stderr}"
    assert worked["layer"].code == 0, worked["layer"].stderr
    expected, found = (look(engine, image, opt) for opt in (pip, layer))
    wrong = [
        *broken(expected["modules"], found["modules"]),
        *otherwise(expected["distributions"], found["distributions"]),
        *lost_or_changed(pip, layer),
    ]
    assert wrong == []
    assert found["packages"] == expected["packages"]
    print(f"{row.kind}: {row.name}: right, {len(expected['modules'])} modules", *remarks(project), sep="\n  ")


def look(engine: Engine, image: str, opt: Mapping[str, bytes]) -> dict[str, Any]:
    done = put_to_work(engine, image, opt, LOOK, seconds=1500)
    assert done.code == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def broken(expected: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    """Yield the modules that work as pip installs them, and that the layer has and cannot import."""
    for name, why in found.items():
        if why and not expected.get(name, ""):
            yield f"{name}: {why}"


def otherwise(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what importlib.metadata answers otherwise than with pip's; its RECORD names programs in another place."""
    for name in sorted({*expected, *found}):
        before, after = expected.get(name, {}), found.get(name, {})
        for key in before.keys() | after.keys():
            if key == "absent" and after.get(key):
                yield f"{name}: names files that are not there: {after[key]}"
            elif key != "absent" and before.get(key) != after.get(key):
                yield f"{name}: {key}: {after.get(key)} instead of {before.get(key)}"


def lost_or_changed(pip: Mapping[str, bytes], layer: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the files that pip installs and the layer lacks, or has with other bytes, and no rule of its gives."""
    for path, content in pip.items():
        below = path.removeprefix("python/")
        if "__pycache__" in path or LEFT_OUT.fullmatch(below) or content == layer.get(path):
            continue
        if path not in layer:
            yield f"lost {below}"
        elif not WRITTEN.fullmatch(below) and not below.startswith("bin/"):
            yield f"changed {below}"


def remarks(project: Path) -> list[str]:
    manifest = json.loads((project / "dist" / "deps.json").read_text(encoding="utf-8"))
    verification = manifest["verification"]
    return [*map(str, verification["withdrawn"]), *verification["remarks"]]
