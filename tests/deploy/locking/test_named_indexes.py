"""The indexes that a project's own files name, in each tool's words: asked, and for what they are named."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from deploy.errors import ConfigError, LockError
from deploy.locking import indexes, lockfile
from deploy.locking.uv.relock import relock
from deploy.settings import Target
from tests.deploy.locking.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.deploy.locking.conftest import Project

TARGET = Target("python3.11", "x86_64")
POETRY = '[[tool.poetry.source]]\nname = "mine"\nurl = "{url}"\n'
PDM = '[[tool.pdm.source]]\nname = "mine"\nurl = "{url}"\n'
UV = '[[tool.uv.index]]\nname = "mine"\nurl = "{url}"\n'
FROM_UV = '[tool.uv.sources]\nown = { index = "mine" }\n'
PUBLIC = '[[source]]\nname = "pypi"\nurl = "{public}"\n'
# The file, what it says of an index, and whether that is for `own` alone.
WAYS = {
    "uv": ("pyproject.toml", UV, False),
    "uv, for own alone": ("pyproject.toml", f"{UV}explicit = true\n{FROM_UV}", True),
    "uv.toml": ("uv.toml", '[[index]]\nname = "mine"\nurl = "{url}"\n', False),
    "uv pip": ("pyproject.toml", '[tool.uv.pip]\nextra-index-url = ["{url}"]\n', False),
    "poetry": ("pyproject.toml", POETRY, False),
    "poetry, supplemental": ("pyproject.toml", f'{POETRY}priority = "supplemental"\n', False),
    "poetry, for own alone": (
        "pyproject.toml",
        f'{POETRY}priority = "explicit"\n[tool.poetry.dependencies]\nown = {{{{ source = "mine" }}}}\n',
        True,
    ),
    "pdm": ("pyproject.toml", PDM, False),
    "pipenv": ("Pipfile", f'[[source]]\nname = "mine"\nurl = "{{url}}"\n{PUBLIC}', False),
    "pipenv, for own alone": (
        "Pipfile",
        f'{PUBLIC}[[source]]\nname = "mine"\nurl = "{{url}}"\n[packages]\nown = {{{{ index = "mine" }}}}\n',
        True,
    ),
}


@pytest.fixture
def private(project: Project, index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Index]:
    """An index with a password and its own `other`, beside the public one, on which `own` is a stranger's."""
    index.add("own", "9.0")
    index.add("other", "2.0")
    project.wants("own", "other")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password p@ss\n")
    with Index(credentials="somebody:p@ss") as opened:
        opened.add("own", "1.0")
        opened.add("other", "1.0")
        yield opened


def locked(project: Project) -> dict[str, str]:
    return {pin.name: pin.version for pin in lockfile.read(project.lock, TARGET)}


@pytest.mark.programs
@pytest.mark.parametrize("way", WAYS)
def test_an_index_of_the_projects_own_files_is_asked_as_its_tool_would(
    way: str, project: Project, private: Index, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    name, text, alone = WAYS[way]
    text = text.replace("{{", "{").replace("}}", "}").replace("{url}", private.url).replace("{public}", index.url)
    (project.folder / name).write_text(text)
    assert project.run() == 0
    assert locked(project) == {"own": "1.0", "other": "2.0" if alone else "1.0"}
    downloading = indexes.environment(load(project.folder, {}), os.environ)
    assert private.url.replace("//", "//somebody:p%40ss@") in downloading["PIP_EXTRA_INDEX_URL"]
    out, err = capsys.readouterr()
    assert "p@ss" not in out + err
    assert "p%40ss" not in out + err


@pytest.mark.programs
def test_what_comes_from_one_index_is_taken_from_no_other_that_is_asked_before_it(
    project: Project, private: Index, index: Index
) -> None:
    pattern = '[[tool.pdm.source]]\nname = "mine"\nurl = "{url}"\ninclude_packages = ["ow*"]\n'
    before = f'[[tool.pdm.source]]\nname = "first"\nurl = "{index.url}/"\n'
    (project.folder / "pyproject.toml").write_text(before + pattern.format(url=private.url))
    assert project.run() == 0
    assert locked(project) == {"own": "1.0", "other": "2.0"}


@pytest.mark.programs
def test_an_index_of_uvs_own_configuration_is_on_the_list_and_nothing_else_of_it_counts(
    project: Project, private: Index, tmp_path: Path, index: Index
) -> None:
    index.add("third", "1.0")
    index.add("third", "2.0")
    project.wants("own", "third>=1")
    (tmp_path / ".config/uv").mkdir(parents=True)
    text = f'resolution = "lowest"\n[[index]]\nname = "mine"\nurl = "{private.url}"\n'
    (tmp_path / ".config/uv/uv.toml").write_text(text)
    assert project.run() == 0
    assert locked(project) == {"own": "1.0", "third": "2.0"}
    assert (
        private.url.partition("//")[2]
        in indexes.environment(load(project.folder, {}), os.environ)["PIP_EXTRA_INDEX_URL"]
    )


@pytest.mark.programs
def test_uv_locks_from_the_default_that_a_project_names_and_not_from_the_one_of_pips_configuration(
    project: Project, index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    index.add("own", "1.0")
    monkeypatch.delenv("PIP_INDEX_URL")
    (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = {A}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    named = f"{UV.format(url=index.url)}default = true\n"
    text = '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["own"]\n'
    (project.folder / "pyproject.toml").write_text(text + named)
    relock(project.folder, os.environ, ())
    assert index.url in (project.folder / "uv.lock").read_text()


def asked(project: Project, given: dict[str, str]) -> tuple[str, list[str]]:
    found = indexes.environment(load(project.folder, {}), {"PIP_CONFIG_FILE": os.devnull, **given})
    return found.get("PIP_INDEX_URL", ""), found["PIP_EXTRA_INDEX_URL"].split()


A, B = "http://a.invalid/simple", "http://b.invalid/simple"


@pytest.mark.parametrize(
    ("name", "text", "default", "others"),
    [
        ("pyproject.toml", POETRY.format(url=A), A, []),
        ("pyproject.toml", POETRY.format(url=A) + '[[tool.poetry.source]]\nname = "PyPI"\n', "", [A]),
        ("pyproject.toml", POETRY.format(url=A) + POETRY.format(url=B).replace("mine", "b"), B, [A]),
        ("pyproject.toml", PDM.format(url=A).replace("mine", "pypi"), A, []),
        ("Pipfile", PUBLIC.format(public=A), A, []),
        ("Pipfile", PUBLIC.format(public="https://${WHO}@a.invalid/simple"), "https://me@a.invalid/simple", []),
    ],
)
def test_what_stands_for_the_public_index_is_the_default(
    name: str, text: str, default: str, others: list[str], project: Project
) -> None:
    (project.folder / name).write_text(text)
    assert asked(project, {"WHO": "me"}) == (default, others)


def test_a_mirror_of_the_environment_stands_for_the_public_index_alone_and_that_is_said(project: Project) -> None:
    settings, mirror = load(project.folder, {}), {"PIP_INDEX_URL": B, "PIP_CONFIG_FILE": os.devnull}
    (project.folder / "Pipfile").write_text(PUBLIC.format(public="https://u:pw@a.invalid/simple"))
    assert asked(project, mirror) == (B, [])
    assert indexes.passed_over(settings, mirror) == ("https://a.invalid/simple",)
    (project.folder / "Pipfile").write_text(PUBLIC.format(public=A).replace("pypi", "mine"))
    assert asked(project, mirror) == (B, [A])
    assert indexes.passed_over(settings, mirror) == ()


def test_the_root_of_a_workspace_names_indexes_for_its_members(project: Project) -> None:
    root = project.folder.parent
    (root / "pyproject.toml").write_text(f'[tool.uv.workspace]\nmembers = ["*"]\n{UV.format(url=A)}')
    (project.folder / "pyproject.toml").write_text('[project]\nname = "member"\nversion = "1"\n')
    assert asked(project, {}) == ("", [A])


def test_the_password_of_a_poetry_source_is_taken_from_its_variables(project: Project) -> None:
    (project.folder / "pyproject.toml").write_text(POETRY.format(url=A))
    given = {"POETRY_HTTP_BASIC_MINE_USERNAME": "me", "POETRY_HTTP_BASIC_MINE_PASSWORD": "p@ss"}
    assert asked(project, given)[0] == "http://me:p%40ss@a.invalid/simple"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FROM_UV, "tool.uv.sources: own"),
        (f'{PDM.format(url=A)}type = "find_links"\n', "tool.pdm.source: mine"),
        (f'{PDM.format(url=A)}exclude_packages = ["own"]\n', "exclude_packages is not obeyed"),
        ('[tool.uv]\nfind-links = ["https://u:pw@a.invalid/links"]\n', "https://a.invalid/links: is a list of files"),
        (f'{UV.format(url=A)}format = "flat"\n', f"{A}: is a list of files"),
        ('[tool.poetry.dependencies]\nown = { source = "minne" }\n' + POETRY.format(url=A), "mine"),
    ],
)
def test_what_cannot_be_obeyed_is_refused_and_no_other_index_is_asked_for_it(
    text: str, told: str, project: Project
) -> None:
    (project.folder / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        indexes.taken(load(project.folder, {}), {})
    assert told in str(caught.value)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[tool.pdm.source]\nname = "mine"\n'),
        ("pyproject.toml", '[[tool.poetry.source]]\nurl = "x"\n'),
        ("Pipfile", 'source = "x"\n'),
        ("uv.toml", "index = 3\n"),
    ],
)
def test_an_index_of_another_shape_is_refused_by_the_file_that_names_it(name: str, text: str, project: Project) -> None:
    (project.folder / name).write_text(text)
    with pytest.raises(LockError) as caught:
        asked(project, {})
    assert name in str(caught.value)
