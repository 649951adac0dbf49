"""What people bring, each with a local package, an extra, a marker and a private index beside the public one."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
import uv

from deploy.configuration import load
from deploy.locking import locked
from tests.deploy.locking.index import Index
from tests.deploy.sources.conftest import library
from tests.deploy.sources.locked_sources import X86, provided

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.deploy.locking.conftest import Project

pytestmark = pytest.mark.programs

PYPROJECT = """\
[project]
name = "app"
version = "1"
requires-python = ">=3.11"
dependencies = ["demo[more]", "private", "shared-lib", "old; python_version < '3.10'"]
[tool.uv.sources]
shared-lib = {path = "../shared"}
"""
LINES = "demo[more]\nprivate\nold; python_version < '3.10'\n"
NEEDED = {"demo": "1.0", "extra": "1.0", "private": "1.0", "shared-lib": "0.3"}


@pytest.fixture
def private(sources: Project, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """A private index with a password; of `private` the public one has a newer release, by somebody else."""
    index.add("demo", "1.0", requires=("extra; extra == 'more'",), extras=("more",))
    index.add("extra", "1.0")
    index.add("old", "1.0")
    index.add("private", "9.0")
    library(tmp_path / "shared", "shared-lib", "0.3", "demo")
    with Index(credentials="me:secret") as opened:
        opened.add("private", "1.0")
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", opened.url.replace("//", "//me:secret@"))
        assert sources.folder.exists()
        yield opened


def _uv(project: Project, *arguments: str) -> str:
    given = {"UV_DEFAULT_INDEX": os.environ["PIP_INDEX_URL"], "UV_INDEX": os.environ["PIP_EXTRA_INDEX_URL"]}
    command = [uv.find_uv_bin(), *arguments]
    done = subprocess.run(
        command, cwd=project.folder, env=os.environ | given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _pin(index: Index, name: str, marker: str) -> str:
    """Write a pin as exports do, with the hash of the sdist, which nobody installs, beside the wheel's."""
    wheel = next(each for each in index.files.values() if each.project == name and "-1.0-" in each.filename)
    extra = "[more]" if name == "demo" else ""
    return f"{name}{extra}==1.0{marker} --hash=sha256:{wheel.sha256} --hash=sha256:{'0' * 64}\n"


def _bring(kind: str, project: Project, public: Index, private: Index) -> str:
    """Write what a tool leaves; return the configuration's `requirements`."""
    folder = project.folder
    if kind in {"requirements.in", "requirements.txt without hashes"}:
        (folder / kind.split(maxsplit=1)[0]).write_text(LINES + "../shared\n")
        return "requirements.txt"
    if kind in {"pyproject.toml", "uv.lock", "pylock.toml", "uv export"}:
        (folder / "pyproject.toml").write_text(PYPROJECT)
    if kind.startswith("pyproject.toml of"):
        root = "file:///${PROJECT_ROOT}" if kind.endswith("PDM") else "{root:uri}"
        lines = PYPROJECT.partition("[tool")[0].replace("shared-lib", f"shared-lib @ {root}/../shared")
        (folder / "pyproject.toml").write_text(lines)
    if kind.startswith("pyproject.toml"):
        return "requirements.txt"
    if kind in {"uv.lock", "pylock.toml", "uv export"}:
        _uv(project, "lock")
    if kind == "uv.lock":
        return kind
    if kind in {"pylock.toml", "uv export"}:
        form = "pylock.toml" if kind == "pylock.toml" else "requirements-txt"
        name = "pylock.toml" if kind == "pylock.toml" else "requirements.txt"
        (folder / name).write_text(_uv(project, "export", "--format", form))
        (folder / "pyproject.toml").unlink()
        return name
    marker = {"poetry": ' ; python_version >= "3.11" and python_version < "4.0"', "Pipenv": "; python_version >= '3.8'"}
    marker["poetry, editable"] = marker["poetry"]
    address = f"file://{folder.parent / 'shared'}{marker['poetry']}\n"
    own = {"poetry": f"shared-lib @ {address}", "poetry, editable": f"-e {address}", "Pipenv": "-e ../shared\n"}
    head = f"-i {public.url}\n" if kind == "Pipenv" else ""
    # Pipenv locks no version of what its own Python does not need.
    old = "old; python_version < '3.10'\n" if kind == "Pipenv" else _pin(public, "old", " ; python_version < '3.10'")
    pins = "".join(
        _pin(private if name == "private" else public, name, marker.get(kind, ""))
        for name in NEEDED
        if name != "shared-lib"
    )
    (folder / "requirements.txt").write_text(head + own.get(kind, "./../shared\n") + old + pins)
    return "requirements.txt"


@pytest.mark.parametrize(
    "kind",
    [
        *("requirements.in", "requirements.txt without hashes", "requirements.txt with hashes", "pyproject.toml"),
        *("uv.lock", "pylock.toml", "uv export", "poetry", "poetry, editable", "Pipenv"),
        *("pyproject.toml of PDM", "pyproject.toml of Hatch"),
    ],
)
def test_it_locks_and_its_own_code_is_built(kind: str, sources: Project, index: Index, private: Index) -> None:
    lock = _bring(kind, sources, index, private)
    sources.configured(f"layers: {{deps: {{}}}}\nrequirements: {lock}\n")
    assert sources.run() == 0
    settings = load(sources.folder, {})
    found = {pin.name: pin for pin in locked.pins(settings, X86)}
    assert set(found) == set(NEEDED)
    assert {name: pin.version for name, pin in found.items() if pin.version} | {"shared-lib": "0.3"} == NEEDED
    of_indexes = locked.read(settings, X86).of_indexes
    assert {pin.name for pin in of_indexes} == set(NEEDED) - {"shared-lib"}
    wheel = next(each for each in private.files.values() if each.project == "private")
    assert wheel.sha256 in found["private"].hashes
    assert provided(sources)["shared-lib"].name == "shared_lib-0.3-py3-none-any.whl"
    assert "secret" not in (sources.folder / lock).read_text()


def test_a_member_of_a_workspace_builds_by_the_lock_at_its_root(
    sources: Project, tmp_path: Path, private: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    assert private.files
    (tmp_path / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["project", "shared"]\n')
    member = PYPROJECT.replace('{path = "../shared"}', "{workspace = true}")
    (sources.folder / "pyproject.toml").write_text(member)
    _uv(sources, "lock")
    sources.configured("layers: {deps: {}}\nrequirements: ../uv.lock\n")
    assert sources.run() == 0
    found = locked.read(load(sources.folder, {}), X86)
    assert {pin.name for pin in found.pins} == set(NEEDED)
    assert [(each.name, each.origin) for each in found.sources] == [("shared-lib", "../shared")]
    assert provided(sources)["shared-lib"].name == "shared_lib-0.3-py3-none-any.whl"
    assert (sources.folder / "uv.build.txt").is_file()
    assert "nothing changed" in capsys.readouterr().out
